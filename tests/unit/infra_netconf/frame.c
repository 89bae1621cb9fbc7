#include "infra/netconf/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX 64

/* Feeds in pieces of `step` bytes until something happens; *ret_used counts
 * what was used of all of it. */
static enum netconf_frame_result feed(struct netconf_frame *f, const char *text,
    size_t len, size_t step, size_t *ret_used)
{
	enum netconf_frame_result r = NETCONF_FRAME_MORE;
	size_t at = 0;

	while (r == NETCONF_FRAME_MORE && at < len) {
		size_t n = len - at < step ? len - at : step, used = 0;

		r = netconf_frame_feed(f, text + at, n, &used);
		assert_true(used <= n);
		at += used;
	}
	*ret_used = at;
	return r;
}

static void whole_messages_in_any_pieces(void **state)
{
	static const struct {
		enum netconf_framing framing;
		const char *wire;
		const char *message;
		const char *rest;
	} cases[] = {
		{ NETCONF_EOM, "<a/>]]>]]>", "<a/>", "" },
		{ NETCONF_EOM, "\n\r\n <a/>\n]]>]]>\n<b/>", "<a/>\n",
		    "\n<b/>" },
		{ NETCONF_EOM, "a]]>]]b]]]>]]>", "a]]>]]b]", "" },
		{ NETCONF_EOM, "]]>]]>x", "", "x" },
		{ NETCONF_CHUNKED, "\n#4\n<a/>\n##\n", "<a/>", "" },
		{ NETCONF_CHUNKED, "\n\n#1\n<\n#3\na/>\n##\n\n#", "<a/>",
		    "\n#" },
		/* the data may look like anything */
		{ NETCONF_CHUNKED, "\n#9\n\n##\n]]>]]\n#1\n>\n##\n",
		    "\n##\n]]>]]>", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t len = strlen(cases[i].wire);

		for (size_t step = 1; step <= len; step++) {
			struct netconf_frame f;
			size_t used;

			netconf_frame_init(&f, cases[i].framing, MAX);
			assert_int_equal(
			    feed(&f, cases[i].wire, len, step, &used),
			    NETCONF_FRAME_DONE);
			assert_string_equal(
			    buf_text(&f.message), cases[i].message);
			assert_string_equal(
			    cases[i].wire + used, cases[i].rest);
			netconf_frame_release(&f);
		}
	}
}

static void broken_framings(void **state)
{
	static const char *const wires[] = { "#4\n<a/>", "x", "\nx", "\n#0\n",
		"\n#04\n", "\n##\n", "\n#4\n<a/>x", "\n#4\n<a/>\nx",
		"\n#4\n<a/>\n##x", "\n#-1\n", "\n#4 \n", "\n#99999999999\n",
		"\n#4294967296\n", "\n#\n" };

	(void)state;
	for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
		struct netconf_frame f;
		size_t used;

		netconf_frame_init(&f, NETCONF_CHUNKED, MAX);
		assert_int_equal(feed(&f, wires[i], strlen(wires[i]), 3, &used),
		    NETCONF_FRAME_BROKEN);
		netconf_frame_release(&f);
	}
}

static void bounds_hold(void **state)
{
	struct netconf_frame f;
	char flood[300];
	size_t used;

	(void)state;
	memset(flood, 'x', sizeof flood);
	netconf_frame_init(&f, NETCONF_EOM, MAX);
	assert_int_equal(
	    feed(&f, flood, sizeof flood, 7, &used), NETCONF_FRAME_TOO_LONG);
	netconf_frame_release(&f);

	/* told by its size, before any of it came */
	netconf_frame_init(&f, NETCONF_CHUNKED, MAX);
	assert_int_equal(
	    feed(&f, "\n#4294967295\n", 13, 1, &used), NETCONF_FRAME_TOO_LONG);
	netconf_frame_release(&f);

	/* chunks that are small each */
	netconf_frame_init(&f, NETCONF_CHUNKED, 5);
	assert_int_equal(feed(&f, "\n#4\nabcd\n#2\nef", 14, 14, &used),
	    NETCONF_FRAME_TOO_LONG);
	netconf_frame_release(&f);

	memset(flood, '\n', sizeof flood);
	for (int framing = NETCONF_EOM; framing <= NETCONF_CHUNKED; framing++) {
		netconf_frame_init(&f, (enum netconf_framing)framing, MAX);
		assert_int_equal(feed(&f, flood, sizeof flood, 50, &used),
		    NETCONF_FRAME_BROKEN);
		netconf_frame_release(&f);
	}
}

static void put_and_read_back(void **state)
{
	(void)state;
	for (int framing = NETCONF_EOM; framing <= NETCONF_CHUNKED; framing++) {
		struct buf wire = BUF_INIT(256);
		struct netconf_frame f;
		size_t used;

		netconf_frame_put(
		    (enum netconf_framing)framing, "<rpc/>", 6, &wire);
		netconf_frame_init(&f, (enum netconf_framing)framing, MAX);
		assert_int_equal(feed(&f, wire.data, wire.len, wire.len, &used),
		    NETCONF_FRAME_DONE);
		assert_string_equal(buf_text(&f.message), "<rpc/>");
		assert_int_equal(used, wire.len);
		netconf_frame_next(&f, NETCONF_CHUNKED);
		assert_int_equal(f.message.len, 0);
		netconf_frame_release(&f);
		buf_release(&wire);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_messages_in_any_pieces),
		cmocka_unit_test(broken_framings),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(put_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
