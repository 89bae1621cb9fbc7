#include "infra/probe/ssh_hello.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

#define MAX_LINE 255	 /* RFC 4253, 4.2 */
#define MAX_PACKET 35000 /* RFC 4253, 6.1 */
#define MIN_PADDING 4
#define BLOCK 8

enum {
	MSG_DISCONNECT = 1,
	MSG_IGNORE = 2,
	MSG_DEBUG = 4,
	MSG_KEXINIT = 20,
	MSG_KEX_ECDH_INIT = 30, /* KEXDH_INIT has the same number */
	MSG_KEX_ECDH_REPLY = 31,
};

struct span {
	const uint8_t *p;
	size_t len;
};

static enum hello_step fail(struct ssh_hello *h, const char *why)
{
	snprintf(h->why, sizeof(h->why), "%s", why);
	return HELLO_FAILED;
}

/* --- our side of a key exchange ------------------------------------------- */

/* Base points, which are valid public values. */
static const uint8_t x25519_point[32] = { 9 };
static const uint8_t p256_point[65] = { 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1,
	0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77,
	0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8,
	0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e,
	0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
	0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5 };
/* Below both primes, whose first 64 bits are ones; enough bits set to be taken
 * for a value that somebody chose. */
#define DH_BYTE 0x5a

static const struct kex {
	const char *name;
	const uint8_t *point; /* NULL: `size` times DH_BYTE */
	uint32_t size;
} kexes[] = {
	{ "curve25519-sha256", x25519_point, sizeof(x25519_point) },
	{ "curve25519-sha256@libssh.org", x25519_point, sizeof(x25519_point) },
	{ "ecdh-sha2-nistp256", p256_point, sizeof(p256_point) },
	{ "diffie-hellman-group14-sha256", NULL, 256 },
	{ "diffie-hellman-group14-sha1", NULL, 256 },
	{ "diffie-hellman-group1-sha1", NULL, 128 },
};
#define N_KEXES (sizeof(kexes) / sizeof(kexes[0]))

#define CIPHERS                                                            \
	"aes128-ctr,aes256-ctr,aes128-gcm@openssh.com,"                    \
	"aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-cbc," \
	"aes256-cbc,3des-cbc"
#define MACS                                                         \
	"hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com," \
	"hmac-sha2-512-etm@openssh.com,hmac-sha1,hmac-md5"

/* --- writing -------------------------------------------------------------- */

static void put_u32(struct buf *b, size_t v)
{
	const uint8_t bytes[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	buf_add(b, bytes, sizeof(bytes));
}

static void put_string(struct buf *b, const void *data, size_t len)
{
	put_u32(b, len);
	buf_add(b, data, len);
}

static void put_packet(struct buf *out, const struct buf *payload)
{
	static const uint8_t zeros[BLOCK + MIN_PADDING];
	size_t padding = BLOCK - (payload->len + 5) % BLOCK;

	if (padding < MIN_PADDING)
		padding += BLOCK;
	put_u32(out, payload->len + padding + 1);
	buf_putc(out, (char)padding);
	buf_add(out, payload->data, payload->len);
	buf_add(out, zeros, padding);
}

static void put_kex_names(struct buf *payload)
{
	struct buf names = BUF_INIT(1024);

	for (size_t i = 0; i < N_KEXES; i++)
		buf_printf(&names, "%s%s", i ? "," : "", kexes[i].name);
	put_string(payload, buf_text(&names), names.len);
	buf_release(&names);
}

/* The algorithms whose keys are approved: no other key helps. */
static void put_key_types(const struct ssh_hello *h, struct buf *payload)
{
	static const char any[] =
	    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	    "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa";
	struct buf names = BUF_INIT(4096);

	for (size_t i = 0; i < h->n_pins; i++)
		buf_printf(&names, "%s%s", i ? "," : "",
		    strcmp(h->pins[i].type, "ssh-rsa") == 0
			? "rsa-sha2-512,rsa-sha2-256,ssh-rsa"
			: h->pins[i].type);
	if (h->n_pins == 0)
		buf_puts(&names, any);
	put_string(payload, buf_text(&names), names.len);
	buf_release(&names);
}

static void put_kexinit(const struct ssh_hello *h, struct buf *out)
{
	static const char *const lists[] = { CIPHERS, CIPHERS, MACS, MACS,
		"none", "none", "", "" };
	struct buf payload = BUF_INIT(8192);
	uint8_t cookie[16];

	random_bytes(cookie, sizeof(cookie));
	buf_putc(&payload, MSG_KEXINIT);
	buf_add(&payload, cookie, sizeof(cookie));
	put_kex_names(&payload);
	put_key_types(h, &payload);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		put_string(&payload, lists[i], strlen(lists[i]));
	buf_putc(&payload, 0); /* no guessed packet follows */
	put_u32(&payload, 0);
	put_packet(out, &payload);
	buf_release(&payload);
}

static void put_kex_init(const struct kex *kex, struct buf *out)
{
	struct buf payload = BUF_INIT(1024);
	uint8_t number[256];

	memset(number, DH_BYTE, sizeof(number));
	buf_putc(&payload, MSG_KEX_ECDH_INIT);
	put_string(&payload, kex->point ? kex->point : number, kex->size);
	put_packet(out, &payload);
	buf_release(&payload);
}

/* --- reading -------------------------------------------------------------- */

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static bool take_string(struct span *from, struct span *ret)
{
	size_t len;

	if (from->len < 4)
		return false;
	len = read_u32(from->p);
	if (len > from->len - 4)
		return false;
	*ret = (struct span){ from->p + 4, len };
	from->p += 4 + len;
	from->len -= 4 + len;
	return true;
}

static bool list_has(struct span list, const char *name)
{
	size_t len = strlen(name);

	while (list.len > 0) {
		const uint8_t *comma = memchr(list.p, ',', list.len);
		size_t item = comma ? (size_t)(comma - list.p) : list.len;

		if (item == len && memcmp(list.p, name, len) == 0)
			return true;
		item += comma != NULL;
		list.p += item;
		list.len -= item;
	}
	return false;
}

static enum hello_step on_line(
    struct ssh_hello *h, const char *line, struct buf *out)
{
	if (strncmp(line, "SSH-", 4) != 0)
		return HELLO_MORE; /* RFC 4253 lets lines come before */
	if (strncmp(line, "SSH-2.0-", 8) != 0 &&
	    strncmp(line, "SSH-1.99-", 9) != 0)
		return fail(h, "speaks SSH version 1 only");
	h->state = SSH_KEXINIT;
	put_kexinit(h, out);
	return HELLO_MORE;
}

static enum hello_step take_line(
    struct ssh_hello *h, struct buf *in, struct buf *out, bool *ret_taken)
{
	char line[MAX_LINE + 1];
	const char *end = in->len ? memchr(in->data, '\n', in->len) : NULL;
	size_t len = end ? (size_t)(end - in->data) : in->len;

	*ret_taken = end != NULL;
	if (len >= sizeof(line))
		return fail(h, "does not speak SSH");
	if (!end)
		return HELLO_MORE;
	memcpy(line, in->data, len);
	line[len] = '\0';
	buf_consume(in, len + 1);
	return on_line(h, line, out);
}

static enum hello_step on_kexinit(
    struct ssh_hello *h, struct span body, struct buf *out)
{
	struct span names, keys;

	if (body.len < 16)
		return fail(h, "sends a broken SSH key exchange");
	body.p += 16;
	body.len -= 16;
	if (!take_string(&body, &names) || !take_string(&body, &keys))
		return fail(h, "sends a broken SSH key exchange");
	if (h->n_pins == 0)
		return HELLO_DONE;
	for (size_t i = 0; i < N_KEXES; i++) {
		if (!list_has(names, kexes[i].name))
			continue;
		put_kex_init(&kexes[i], out);
		h->state = SSH_KEY;
		return HELLO_MORE;
	}
	return fail(h, "offers no SSH key exchange that is known here");
}

static enum hello_step on_key(struct ssh_hello *h, struct span body)
{
	struct buf text = BUF_INIT(65536);
	struct span key;
	bool known = false;

	if (!take_string(&body, &key))
		return fail(h, "sends a broken SSH key exchange");
	base64_append(&text, key.p, key.len);
	for (size_t i = 0; i < h->n_pins; i++)
		known = known || strcmp(h->pins[i].blob, buf_text(&text)) == 0;
	buf_release(&text);
	return known ? HELLO_DONE
		     : fail(h, "its host key is not the approved one");
}

static enum hello_step on_packet(
    struct ssh_hello *h, struct span payload, struct buf *out)
{
	struct span body = { payload.p + 1, payload.len - 1 };
	uint8_t number = payload.p[0];

	if (number == MSG_IGNORE || number == MSG_DEBUG)
		return HELLO_MORE;
	if (number == MSG_KEXINIT && h->state == SSH_KEXINIT)
		return on_kexinit(h, body, out);
	if (number == MSG_KEX_ECDH_REPLY && h->state == SSH_KEY)
		return on_key(h, body);
	if (number == MSG_DISCONNECT)
		return fail(
		    h, h->n_pins
			   ? "has no host key of an approved type, or hung up"
			   : "hung up");
	return fail(h, "sends a broken SSH key exchange");
}

static enum hello_step take_packet(
    struct ssh_hello *h, struct buf *in, struct buf *out, bool *ret_taken)
{
	const uint8_t *p = (const uint8_t *)in->data;
	enum hello_step step;
	size_t len, padding;

	*ret_taken = false;
	if (in->len < 5)
		return HELLO_MORE;
	len = read_u32(p);
	padding = p[4];
	if (len > MAX_PACKET || len < padding + 2)
		return fail(h, "sends a broken SSH packet");
	if (in->len < len + 4)
		return HELLO_MORE;
	*ret_taken = true;
	step = on_packet(h, (struct span){ p + 5, len - padding - 1 }, out);
	buf_consume(in, len + 4);
	return step;
}

void ssh_hello_begin(struct ssh_hello *h, const struct driver_host_key *pins,
    size_t n_pins, struct buf *out)
{
	*h = (struct ssh_hello){ .pins = pins, .n_pins = n_pins };
	buf_puts(out, "SSH-2.0-Switchyard_probe\r\n");
}

enum hello_step ssh_hello_feed(
    struct ssh_hello *h, struct buf *in, struct buf *out)
{
	enum hello_step step;
	bool taken;

	do
		step = h->state == SSH_BANNER ? take_line(h, in, out, &taken)
					      : take_packet(h, in, out, &taken);
	while (step == HELLO_MORE && taken);
	return step;
}
