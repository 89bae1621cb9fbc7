#include "infra/probe/ber.h"

#include <string.h>

void ber_begin(struct ber_out *out)
{
	out->at = BER_MAX;
	out->full = false;
}

void ber_put_raw(struct ber_out *out, const void *data, size_t len)
{
	if (len > out->at) {
		out->full = true;
		return;
	}
	out->at -= len;
	if (len > 0)
		memcpy(out->data + out->at, data, len);
}

static void put_header(struct ber_out *out, enum ber_tag tag, size_t len)
{
	uint8_t header[4] = { (uint8_t)tag };
	size_t n = 1;

	if (len >= 0x100) {
		header[n++] = 0x82;
		header[n++] = (uint8_t)(len >> 8);
	} else if (len >= 0x80) {
		header[n++] = 0x81;
	}
	header[n++] = (uint8_t)len;
	ber_put_raw(out, header, n);
}

void ber_put(
    struct ber_out *out, enum ber_tag tag, const void *data, size_t len)
{
	ber_put_raw(out, data, len);
	put_header(out, tag, len);
}

void ber_put_int(struct ber_out *out, int32_t v)
{
	uint8_t bytes[4] = { (uint8_t)((uint32_t)v >> 24),
		(uint8_t)((uint32_t)v >> 16), (uint8_t)((uint32_t)v >> 8),
		(uint8_t)v };
	size_t skip = 0;

	/* the shortest form: no nine equal bits in front */
	while (
	    skip < 3 && bytes[skip] == (bytes[skip + 1] & 0x80 ? 0xff : 0x00))
		skip++;
	ber_put(out, BER_INTEGER, bytes + skip, sizeof(bytes) - skip);
}

void ber_wrap(struct ber_out *out, enum ber_tag tag, size_t end)
{
	put_header(out, tag, end - out->at);
}

bool ber_take_any(struct ber_in *in, uint8_t *ret_tag, struct ber_in *ret)
{
	size_t len, at = 2, n;

	if (in->len < 2)
		return false;
	len = in->p[1];
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 3 || in->len < 2 + n)
			return false;
		for (len = 0; n > 0; n--)
			len = len << 8 | in->p[at++];
	}
	if (len > in->len - at)
		return false;
	*ret_tag = in->p[0];
	*ret = (struct ber_in){ in->p + at, len };
	in->p += at + len;
	in->len -= at + len;
	return true;
}

bool ber_take(struct ber_in *in, enum ber_tag tag, struct ber_in *ret)
{
	struct ber_in rest = *in;
	uint8_t found;

	if (!ber_take_any(&rest, &found, ret) || found != tag)
		return false;
	*in = rest;
	return true;
}

bool ber_take_int(struct ber_in *in, int32_t *ret)
{
	struct ber_in v;
	uint32_t n;

	if (!ber_take(in, BER_INTEGER, &v) || v.len == 0 || v.len > 4)
		return false;
	n = v.p[0] & 0x80 ? UINT32_MAX : 0;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	*ret = (int32_t)n;
	return true;
}

bool ber_is(const struct ber_in *in, const void *data, size_t len)
{
	return in->len == len && memcmp(in->p, data, len) == 0;
}
