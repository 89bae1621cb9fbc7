/*
 * The part of BER that SNMP uses (X.690, RFC 3417 section 8): definite lengths,
 * single-byte tags.  Written from the end to the beginning, so that a length is
 * known when its header is written; read without copying.
 */
#ifndef INFRA_PROBE_BER_H
#define INFRA_PROBE_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_tag {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_SEQUENCE = 0x30,
	BER_TIMETICKS = 0x43,
	BER_GET = 0xa0,
	BER_RESPONSE = 0xa2,
	BER_REPORT = 0xa8,
};

#define BER_MAX 2048

struct ber_out {
	uint8_t data[BER_MAX];
	size_t at; /* the message is data[at … BER_MAX) */
	bool full; /* it did not fit */
};

struct ber_in {
	const uint8_t *p;
	size_t len;
};

void ber_begin(struct ber_out *out);
/* Each puts one element before what is there. */
void ber_put_raw(struct ber_out *out, const void *data, size_t len);
void ber_put(
    struct ber_out *out, enum ber_tag tag, const void *data, size_t len);
void ber_put_int(struct ber_out *out, int32_t v);
/* Makes all that lies before `end` (an earlier `at`) the content of `tag`. */
void ber_wrap(struct ber_out *out, enum ber_tag tag, size_t end);

/* False: the next element is not whole or has another tag; `in` stays. */
bool ber_take(struct ber_in *in, enum ber_tag tag, struct ber_in *ret);
/* The next element, whatever it is. */
bool ber_take_any(struct ber_in *in, uint8_t *ret_tag, struct ber_in *ret);
bool ber_take_int(struct ber_in *in, int32_t *ret);
bool ber_is(const struct ber_in *in, const void *data, size_t len);

#endif
