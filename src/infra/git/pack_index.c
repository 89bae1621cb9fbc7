#include "infra/git/pack.h"

#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>

/*
 * "\377tOc", version 2; 256 counts of names up to each first byte; the names;
 * their CRCs; 4-byte offsets, where bit 31 marks an index into the table of
 * 8-byte offsets that follows; the pack's SHA-1; the SHA-1 of all this.
 */
#define LARGE_OFFSET 0x80000000U
#define TRAILER_SIZE ((size_t)(2 * STORE_OID_SIZE))

static int compare_entries(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;

	return memcmp(x->oid, y->oid, STORE_OID_SIZE);
}

static void add_u32(struct buf *out, uint32_t value)
{
	uint8_t bytes[4];

	pack_put_u32(bytes, value);
	buf_add(out, bytes, sizeof(bytes));
}

static void add_fan_out(
    const struct pack_entry *entries, size_t n, struct buf *out)
{
	size_t at = 0;

	for (unsigned int first = 0; first < 256; first++) {
		while (at < n && entries[at].oid[0] <= first)
			at++;
		add_u32(out, (uint32_t)at);
	}
}

static void add_offsets(
    const struct pack_entry *entries, size_t n, struct buf *out)
{
	uint32_t n_large = 0;

	for (size_t i = 0; i < n; i++)
		add_u32(out, entries[i].offset < LARGE_OFFSET
				 ? (uint32_t)entries[i].offset
				 : LARGE_OFFSET | n_large++);
	for (size_t i = 0; i < n; i++) {
		if (entries[i].offset < LARGE_OFFSET)
			continue;
		add_u32(out, (uint32_t)(entries[i].offset >> 32));
		add_u32(out, (uint32_t)entries[i].offset);
	}
}

enum err_code pack_index_form(struct pack_entry *entries, size_t n,
    const uint8_t pack_checksum[STORE_OID_SIZE], struct buf *out, struct err *e)
{
	struct sha1_ctx sha1;
	uint8_t digest[STORE_OID_SIZE];

	qsort(entries, n, sizeof(*entries), compare_entries);
	buf_reserve(
	    out, 8 + 4 * (256 + 2 * n) + n * STORE_OID_SIZE + TRAILER_SIZE);
	buf_add(out, "\377tOc\0\0\0\2", 8);
	add_fan_out(entries, n, out);
	for (size_t i = 0; i < n; i++)
		buf_add(out, entries[i].oid, STORE_OID_SIZE);
	for (size_t i = 0; i < n; i++)
		add_u32(out, entries[i].crc);
	add_offsets(entries, n, out);
	buf_add(out, pack_checksum, STORE_OID_SIZE);
	if (!buf_ok(out))
		return err_set(e, ERR_SYSTEM, "out of memory");
	sha1_init(&sha1);
	sha1_update(&sha1, out->len, (const uint8_t *)out->data);
	sha1_digest(&sha1, STORE_OID_SIZE, digest);
	buf_add(out, digest, STORE_OID_SIZE);
	return buf_check(out, "the index of a pack", e);
}
