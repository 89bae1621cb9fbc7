#include "infra/probe/tls_hello.h"

#include "base/crypto.h"

enum { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22 };

/* Up to the 32 random bytes: record header, handshake header, version 1.2. */
static const uint8_t head[] = { RECORD_HANDSHAKE, 3, 1, 0, 87, /* record */
	1, 0, 0, 83,					       /* ClientHello */
	3, 3 };
static const uint8_t tail[] = { 0, /* no session */
	0, 14, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x30, 0xc0, 0x13, 0xc0, 0x14, 0,
	0x9c, 0, 0x2f,			       /* ECDHE and RSA with AES */
	1, 0,				       /* no compression */
	0, 28,				       /* extensions */
	0, 10, 0, 6, 0, 4, 0, 29, 0, 23,       /* groups: x25519, secp256r1 */
	0, 11, 0, 2, 1, 0,		       /* uncompressed points */
	0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1 }; /* ECDSA, RSA-PSS, RSA */

void tls_hello_begin(struct buf *out)
{
	uint8_t random[32];

	_Static_assert(sizeof(head) + sizeof(random) + sizeof(tail) == 5 + 87,
	    "the lengths in the headers");
	random_bytes(random, sizeof(random));
	buf_add(out, head, sizeof(head));
	buf_add(out, random, sizeof(random));
	buf_add(out, tail, sizeof(tail));
}

enum hello_step tls_hello_feed(const struct buf *in, const char **why)
{
	const uint8_t *p = (const uint8_t *)in->data;

	if (in->len < 2)
		return HELLO_MORE;
	if ((p[0] == RECORD_HANDSHAKE || p[0] == RECORD_ALERT) && p[1] == 3)
		return HELLO_DONE;
	*why = "does not speak TLS";
	return HELLO_FAILED;
}
