/*
 * What is not a terminal: file copies and NETCONF framing.
 */
#include "sim/device.h"
#include "sim/endpoint.h"
#include "sim/scp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct device_login login = { "admin", "admin", NULL };

struct fixture {
	struct device device;
	struct endpoint *ep;
};

static void begin(struct fixture *f, const char *platform)
{
	device_init(&f->device, platform_find(platform), &login, "d1", 0, NULL);
	device_lock(&f->device);
}

static void end(struct fixture *f)
{
	device_unlock(&f->device);
	device_release(&f->device);
}

static const char *send(struct fixture *f, const char *bytes, size_t len)
{
	buf_clear(&f->ep->out);
	f->ep->ops->input(f->ep, bytes, len);
	return buf_text(&f->ep->out);
}

static void scp_takes_and_gives_a_file(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "ios");
	f.ep = scp_open(&f.device, "scp -v -t flash:/a.cfg");
	assert_non_null(f.ep);
	send(&f, "C0644 5 a.cfg\n", 14);
	send(&f, "he", 2);
	send(&f, "llo\0", 4);
	f.ep->ops->free(f.ep);
	assert_int_equal(device_file_find(&f.device, "a.cfg")->len, 5);
	f.ep = scp_open(&f.device, "scp -f flash:a.cfg");
	assert_string_equal(send(&f, "\0", 1), "C0644 5 a.cfg\n");
	assert_string_equal(send(&f, "\0", 1), "hello");
	assert_int_equal(f.ep->out.len, 6);
	send(&f, "\0", 1);
	assert_true(f.ep->closing);
	f.ep->ops->free(f.ep);
	end(&f);
}

static void scp_refuses_what_it_must(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "ios");
	assert_null(scp_open(&f.device, "show version"));
	assert_null(scp_open(&f.device, "scp flash:x"));
	f.ep = scp_open(&f.device, "scp -f flash:none");
	assert_int_equal(send(&f, "\0", 1)[0], 1);
	assert_int_equal(f.ep->exit_status, 1);
	f.ep->ops->free(f.ep);
	f.ep = scp_open(&f.device, "scp -t flash:big");
	send(&f, "C0644 999999999999 big\n", 23);
	assert_true(f.ep->closing);
	f.ep->ops->free(f.ep);
	end(&f);
}

#define HELLO(base)                                                 \
	"<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">" \
	"<capabilities><capability>urn:ietf:params:netconf:" base   \
	"</capability></capabilities></hello>]]>]]>"
#define RPC(body) "<rpc message-id=\"7\">" body "</rpc>"

static void netconf_begin(struct fixture *f, const char *hello)
{
	begin(f, "junos");
	f->ep = f->device.platform->open_netconf(&f->device, "admin");
	assert_non_null(strstr(buf_text(&f->ep->out), "base:1.1"));
	send(f, hello, strlen(hello));
}

static const char *chunk(const char *body)
{
	static char text[4096];
	size_t half = strlen(body) / 2;

	snprintf(text, sizeof(text), "\n#%zu\n%.*s\n#%zu\n%s\n##\n", half,
	    (int)half, body, strlen(body) - half, body + half);
	return text;
}

static void netconf_speaks_both_framings(void **state)
{
	static const char get[] = RPC("<get-software-information/>");
	struct fixture f;
	const char *out;
	const char *text;

	(void)state;
	netconf_begin(&f, HELLO("base:1.0"));
	send(&f, get, strlen(get));
	out = send(&f, "]]>]]>", 6);
	assert_non_null(strstr(out, "message-id=\"7\""));
	assert_non_null(strstr(out, "<host-name>d1</host-name>"));
	assert_non_null(strstr(out, "]]>]]>"));
	f.ep->ops->free(f.ep);
	end(&f);

	netconf_begin(&f, HELLO("base:1.1"));
	text = chunk(get);
	for (; text[1]; text++)
		assert_int_equal(strlen(send(&f, text, 1)), 0);
	out = send(&f, text, 1);
	assert_non_null(strstr(out, "<host-name>d1</host-name>"));
	assert_null(strstr(out, "]]>]]>"));
	assert_non_null(strstr(out, "\n##\n"));
	f.ep->ops->free(f.ep);
	end(&f);
}

static void netconf_ends_at_bad_framing(void **state)
{
	static const char *const bad[] = { "garbage", "\n#0\nx", "\n#-5\nx",
		"\n#99999999999999999\n", "\n#5\n<a></a\n##\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fixture f;

		netconf_begin(&f, HELLO("base:1.1"));
		send(&f, bad[i], strlen(bad[i]));
		assert_true(f.ep->closing);
		f.ep->ops->free(f.ep);
		end(&f);
	}
}

static void netconf_expands_no_entities(void **state)
{
	static const char bomb[] =
	    "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
	    "<rpc message-id=\"7\"><get-config><source>&a;</source>"
	    "</get-config></rpc>]]>]]>";
	struct fixture f;

	(void)state;
	netconf_begin(&f, HELLO("base:1.0"));
	assert_null(strstr(send(&f, bomb, strlen(bomb)), "root:"));
	f.ep->ops->free(f.ep);
	end(&f);
}

static void netconf_reports_errors(void **state)
{
	static const char unknown[] = RPC("<no-such/>") "]]>]]>";
	static const char running[] =
	    RPC("<edit-config><target><running/></target><config/></"
		"edit-config>") "]]>]]>";
	static const char missing[] = RPC(
	    "<load-configuration action=\"set\"><configuration-set>delete snmp"
	    "</configuration-set></load-configuration>") "]]>]]>";
	struct fixture f;
	const char *out;

	(void)state;
	netconf_begin(&f, HELLO("base:1.0"));
	out = send(&f, unknown, strlen(unknown));
	assert_non_null(strstr(out, "<bad-element>no-such</bad-element>"));
	assert_null(strstr(out, "<ok/>"));
	out = send(&f, running, strlen(running));
	assert_non_null(strstr(out, "<rpc-error>"));
	out = send(&f, missing, strlen(missing));
	assert_non_null(strstr(out, "<error-severity>warning"));
	assert_non_null(strstr(out, "<ok/>"));
	f.ep->ops->free(f.ep);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scp_takes_and_gives_a_file),
		cmocka_unit_test(scp_refuses_what_it_must),
		cmocka_unit_test(netconf_speaks_both_framings),
		cmocka_unit_test(netconf_ends_at_bad_framing),
		cmocka_unit_test(netconf_expands_no_entities),
		cmocka_unit_test(netconf_reports_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
