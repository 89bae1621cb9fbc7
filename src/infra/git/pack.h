/*
 * The index of a pack, version 2 (gitformat-pack(5)).  Pure.
 */
#ifndef INFRA_GIT_PACK_H
#define INFRA_GIT_PACK_H

#include "infra/git/pending.h"

struct pack_entry {
	const uint8_t *oid; /* borrowed */
	uint64_t offset;    /* of its header, in the pack */
	uint32_t crc;	    /* CRC-32 of its bytes in the pack */
};

static inline void pack_put_u32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

/* Sorts the entries by name and appends the index to `out`. */
enum err_code pack_index_form(struct pack_entry *entries, size_t n,
    const uint8_t pack_checksum[STORE_OID_SIZE], struct buf *out,
    struct err *e) must_check;

#endif
