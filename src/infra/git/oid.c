#include "app/port/store.h"

#include "base/crypto.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

void commit_id_format(
    const struct commit_id *id, char text[STORE_OID_TEXT_SIZE])
{
	hex_encode(text, id->raw, STORE_OID_SIZE);
}

void blob_id_format(const struct blob_id *id, char text[STORE_OID_TEXT_SIZE])
{
	hex_encode(text, id->raw, STORE_OID_SIZE);
}

bool commit_id_parse(const char *text, struct commit_id *ret)
{
	struct commit_id id;

	if (!hex_decode(text, id.raw, STORE_OID_SIZE))
		return false;
	*ret = id;
	return true;
}

bool blob_id_parse(const char *text, struct blob_id *ret)
{
	struct blob_id id;

	if (!hex_decode(text, id.raw, STORE_OID_SIZE))
		return false;
	*ret = id;
	return true;
}

bool commit_id_equal(const struct commit_id *a, const struct commit_id *b)
{
	return memcmp(a->raw, b->raw, STORE_OID_SIZE) == 0;
}

bool blob_id_equal(const struct blob_id *a, const struct blob_id *b)
{
	return memcmp(a->raw, b->raw, STORE_OID_SIZE) == 0;
}

bool commit_id_is_zero(const struct commit_id *id)
{
	static const struct commit_id zero;

	return commit_id_equal(id, &zero);
}

void blob_id_of(const void *data, size_t len, struct blob_id *ret)
{
	struct sha1_ctx sha1;
	char header[32];
	int n = snprintf(header, sizeof(header), "blob %zu", len);

	sha1_init(&sha1);
	sha1_update(&sha1, (size_t)n + 1, (const uint8_t *)header);
	sha1_update(&sha1, len, data);
	sha1_digest(&sha1, STORE_OID_SIZE, ret->raw);
}
