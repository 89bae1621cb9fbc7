#include "infra/probe/ssh_hello.h"

#include "base/crypto.h"
#include "infra/probe/tls_hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char key[] = "\0\0\0\x0bssh-ed25519 and so on";
#define KEY_SIZE (sizeof(key) - 1)

static struct buf in, out;
static struct ssh_hello hello;
static char blob[100];
static struct driver_host_key pin;

static int set_up(void **state)
{
	struct buf text = BUF_INIT(1000);

	(void)state;
	in = (struct buf)BUF_INIT(200000);
	out = (struct buf)BUF_INIT(200000);
	base64_append(&text, key, KEY_SIZE);
	snprintf(blob, sizeof(blob), "%s", buf_text(&text));
	buf_release(&text);
	pin = (struct driver_host_key){ .type = "ssh-ed25519", .blob = blob };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_release(&in);
	buf_release(&out);
	return 0;
}

static void add_u32(struct buf *b, size_t v)
{
	buf_putc(b, (char)(v >> 24));
	buf_putc(b, (char)(v >> 16));
	buf_putc(b, (char)(v >> 8));
	buf_putc(b, (char)v);
}

static void add_string(struct buf *b, const char *text, size_t len)
{
	add_u32(b, len);
	buf_add(b, text, len);
}

static void add_packet(const struct buf *payload)
{
	add_u32(&in, payload->len + 1 + 4);
	buf_putc(&in, 4);
	buf_add(&in, payload->data, payload->len);
	buf_add(&in, "\0\0\0\0", 4);
}

static void add_kexinit(const char *kex)
{
	struct buf payload = BUF_INIT(10000);

	buf_putc(&payload, 20);
	for (int i = 0; i < 16; i++)
		buf_putc(&payload, (char)i);
	add_string(&payload, kex, strlen(kex));
	add_string(&payload, "ssh-ed25519", 11);
	add_packet(&payload);
	buf_release(&payload);
}

static void add_reply(const char *k, size_t len)
{
	struct buf payload = BUF_INIT(10000);

	buf_putc(&payload, 31);
	add_string(&payload, k, len);
	add_packet(&payload);
	buf_release(&payload);
}

static enum hello_step feed(void)
{
	return ssh_hello_feed(&hello, &in, &out);
}

static void takes_a_banner_and_a_kexinit_without_a_pin(void **state)
{
	(void)state;
	ssh_hello_begin(&hello, NULL, 0, &out);
	assert_memory_equal(out.data, "SSH-2.0-", 8);
	buf_puts(
	    &in, "Unauthorised access is a crime\r\nSSH-1.99-Cisco-1.25\n");
	assert_int_equal(feed(), HELLO_MORE);
	add_kexinit("curve25519-sha256");
	assert_int_equal(feed(), HELLO_DONE);
}

static void compares_the_key_with_the_pin(void **state)
{
	size_t sent;

	(void)state;
	ssh_hello_begin(&hello, &pin, 1, &out);
	buf_puts(&in, "SSH-2.0-OpenSSH_9.2\r\n");
	assert_int_equal(feed(), HELLO_MORE);
	sent = out.len;
	/* whole packets, each a multiple of 8 bytes */
	assert_int_equal(
	    (sent - strlen("SSH-2.0-Switchyard_probe\r\n")) % 8, 0);
	add_kexinit("sntrup761x25519-sha512@openssh.com,ecdh-sha2-nistp256");
	assert_int_equal(feed(), HELLO_MORE);
	/* the second of ours that the server has: a point of 65 bytes */
	assert_int_equal((unsigned char)out.data[sent + 5], 30);
	assert_int_equal((unsigned char)out.data[sent + 9], 65);
	add_reply(key, KEY_SIZE);
	assert_int_equal(feed(), HELLO_DONE);
}

static void tells_of_another_key(void **state)
{
	(void)state;
	ssh_hello_begin(&hello, &pin, 1, &out);
	buf_puts(&in, "SSH-2.0-OpenSSH_9.2\r\n");
	add_kexinit("diffie-hellman-group14-sha1");
	add_reply("another key", 11);
	assert_int_equal(feed(), HELLO_FAILED);
	assert_string_equal(hello.why, "its host key is not the approved one");
}

static void takes_bytes_one_by_one(void **state)
{
	struct buf all = BUF_INIT(100000);
	enum hello_step step = HELLO_MORE;

	(void)state;
	buf_puts(&in, "SSH-2.0-OpenSSH_9.2\r\n");
	add_kexinit("curve25519-sha256");
	add_reply(key, KEY_SIZE);
	buf_add(&all, in.data, in.len);
	buf_clear(&in);
	ssh_hello_begin(&hello, &pin, 1, &out);
	for (size_t i = 0; i < all.len; i++) {
		assert_int_equal(step, HELLO_MORE);
		buf_putc(&in, all.data[i]);
		step = feed();
	}
	assert_int_equal(step, HELLO_DONE);
	buf_release(&all);
}

static void refuses(const char *text, size_t len, const char *why)
{
	buf_clear(&in);
	ssh_hello_begin(&hello, &pin, 1, &out);
	buf_add(&in, text, len);
	assert_int_equal(feed(), HELLO_FAILED);
	assert_string_equal(hello.why, why);
}

static void refuses_what_is_no_ssh(void **state)
{
	static const char huge[] = "SSH-2.0-x\r\n\x7f\xff\xff\xff\x04";
	static const char padded[] = "SSH-2.0-x\r\n\0\0\0\x05\xff";
	static const char early[] = "SSH-2.0-x\r\n\0\0\0\x0c\x04\x1f";
	char line[400];

	(void)state;
	memset(line, 'x', sizeof(line));
	refuses(line, sizeof(line), "does not speak SSH");
	refuses("SSH-1.5-old\n", 12, "speaks SSH version 1 only");
	refuses(huge, sizeof(huge) - 1, "sends a broken SSH packet");
	refuses(padded, sizeof(padded) - 1, "sends a broken SSH packet");
	memcpy(line, early, sizeof(early) - 1);
	refuses(
	    line, sizeof(early) - 1 + 10, "sends a broken SSH key exchange");
}

static void names_a_missing_algorithm(void **state)
{
	(void)state;
	ssh_hello_begin(&hello, &pin, 1, &out);
	buf_puts(&in, "SSH-2.0-x\r\n");
	add_kexinit("mlkem768x25519-sha256");
	assert_int_equal(feed(), HELLO_FAILED);
	assert_string_equal(
	    hello.why, "offers no SSH key exchange that is known here");
}

static void tells_tls_from_the_rest(void **state)
{
	const char *why = NULL;

	(void)state;
	tls_hello_begin(&out);
	assert_int_equal(out.len, 92);
	buf_add(&in, "\x16", 1);
	assert_int_equal(tls_hello_feed(&in, &why), HELLO_MORE);
	buf_add(&in, "\x03\x03", 2);
	assert_int_equal(tls_hello_feed(&in, &why), HELLO_DONE);
	buf_clear(&in);
	buf_puts(&in, "\x15\x03\x01");
	assert_int_equal(tls_hello_feed(&in, &why), HELLO_DONE);
	buf_clear(&in);
	buf_puts(&in, "HTTP/1.1 400 Bad Request\r\n");
	assert_int_equal(tls_hello_feed(&in, &why), HELLO_FAILED);
	assert_string_equal(why, "does not speak TLS");
}

#define with_buffers(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_buffers(takes_a_banner_and_a_kexinit_without_a_pin),
		with_buffers(compares_the_key_with_the_pin),
		with_buffers(tells_of_another_key),
		with_buffers(takes_bytes_one_by_one),
		with_buffers(refuses_what_is_no_ssh),
		with_buffers(names_a_missing_algorithm),
		with_buffers(tells_tls_from_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
