/*
 * The terminal: paging, questions, pipes, editing, hostile modes.
 */
#include "sim/cli.h"
#include "sim/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct device_login open_login = { "admin", "admin", NULL };
static const struct device_login enable_login = { "admin", "admin", "deep" };

struct fixture {
	struct device device;
	struct endpoint *ep;
};

static void setup(struct fixture *f, const char *platform,
    const struct device_login *login, unsigned rows)
{
	device_init(&f->device, platform_find(platform), login, "d1", 0, NULL);
	device_lock(&f->device);
	f->ep = f->device.platform->open_cli(&f->device, "admin", NULL);
	f->ep->ops->resize(f->ep, 80, rows);
	buf_clear(&f->ep->out);
}

static void teardown(struct fixture *f)
{
	f->ep->ops->free(f->ep);
	device_unlock(&f->device);
	device_release(&f->device);
}

/* What the device sends after these bytes. */
static const char *send(struct fixture *f, const char *bytes)
{
	buf_clear(&f->ep->out);
	f->ep->ops->input(f->ep, bytes, strlen(bytes));
	return buf_text(&f->ep->out);
}

static void pages_until_told_otherwise(void **state)
{
	struct fixture f;
	const char *out;

	(void)state;
	setup(&f, "ios", &open_login, 10);
	out = send(&f, "show running-config\r");
	assert_non_null(strstr(out, " --More-- "));
	assert_null(strstr(out, "\nend"));
	assert_non_null(strstr(send(&f, " "), " --More-- "));
	out = send(&f, "q");
	assert_null(strstr(out, "--More--"));
	assert_non_null(strstr(out, "d1#"));
	send(&f, "terminal length 0\r");
	out = send(&f, "show running-config\r");
	assert_null(strstr(out, "--More--"));
	assert_non_null(strstr(out, "\nend\r\n"));
	teardown(&f);
}

static void asks_for_the_enable_password(void **state)
{
	struct fixture f;
	const char *out;

	(void)state;
	setup(&f, "ios", &enable_login, 0);
	assert_non_null(strstr(send(&f, "\r"), "d1>"));
	assert_non_null(strstr(send(&f, "enable\r"), "Password: "));
	out = send(&f, "wrong\r");
	assert_null(strstr(out, "wrong"));
	assert_non_null(strstr(out, "% Bad secrets"));
	send(&f, "enable\r");
	assert_non_null(strstr(send(&f, "deep\r"), "d1#"));
	teardown(&f);
}

static void edits_the_line(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos", &open_login, 0);
	assert_non_null(
	    strstr(send(&f, "shx\x7fow garbage\x17hostname\n"), "FQDN"));
	assert_non_null(
	    strstr(send(&f, "garbage\x15show hostname\r\n"), "Hostname: d1"));
	assert_null(strstr(send(&f, "show ho\x03"), "Hostname"));
	assert_null(strstr(send(&f, "show hostname?\x15\r"), "Hostname"));
	teardown(&f);
}

static void filters_output(void **state)
{
	struct fixture f;
	const char *out;

	(void)state;
	setup(&f, "eos", &open_login, 0);
	send(&f, "enable\r");
	out = send(&f, "show running-config | include ^hostname\r");
	assert_non_null(strstr(out, "\nhostname d1\r\n"));
	assert_null(strstr(out, "interface"));
	out = send(&f, "show running-config | section Ethernet1\r");
	assert_non_null(strstr(out, "   description uplink"));
	assert_null(strstr(out, "Ethernet2"));
	out = send(&f, "show hostname | json\r");
	assert_non_null(strstr(out, "\"hostname\": \"d1\""));
	teardown(&f);
}

static void asks_before_it_reloads(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "ios", &open_login, 0);
	send(&f, "configure terminal\rvlan 9\rend\r");
	assert_non_null(strstr(send(&f, "reload\r"), "Save? [yes/no]: "));
	assert_non_null(strstr(send(&f, "no\r"), "[confirm]"));
	send(&f, "\r");
	assert_true(f.ep->cut);
	assert_int_equal(f.device.stats.reloads, 1);
	teardown(&f);
}

static void shows_the_mode_in_the_prompt(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos", &open_login, 0);
	send(&f, "enable\r");
	assert_non_null(
	    strstr(send(&f, "configure session abcdefgh\r"), "s-abcdef)#"));
	assert_non_null(
	    strstr(send(&f, "interface et1\r"), "d1(config-s-abcdef-if-Et1)#"));
	assert_non_null(strstr(send(&f, "end\r"), "\nd1#"));
	teardown(&f);
	setup(&f, "junos", &open_login, 0);
	send(&f, "configure\r");
	assert_non_null(strstr(send(&f, "edit interfaces ge-0/0/0\r"),
	    "[edit interfaces ge-0/0/0]\r\nadmin@d1# "));
	teardown(&f);
}

static void loads_from_the_terminal(void **state)
{
	struct fixture f;
	const char *out;

	(void)state;
	setup(&f, "junos", &open_login, 0);
	send(&f, "configure\r");
	send(&f, "load merge terminal\r");
	out = send(&f, "snmp {\r location here;\r}\r\x04");
	assert_non_null(strstr(out, "load complete"));
	out = send(&f, "show snmp\r");
	assert_non_null(strstr(out, "location here;"));
	out = send(&f, "exit\r");
	assert_non_null(strstr(out, "Exit with uncommitted changes?"));
	teardown(&f);
}

static void misbehaves_when_told_to(void **state)
{
	struct fixture f;
	struct hostile *h;
	const char *out;

	(void)state;
	setup(&f, "ios", &open_login, 0);
	h = &f.device.hostile;
	assert_true(hostile_set(h, "truncate"));
	assert_null(strstr(send(&f, "show running-config\r"), "\nend"));
	assert_true(hostile_set(h, "off"));
	assert_true(hostile_set(h, "noise"));
	send(&f, "show version\r");
	assert_non_null(memchr(f.ep->out.data, '\0', f.ep->out.len));
	assert_true(hostile_set(h, "off"));
	assert_true(hostile_set(h, "endless-more"));
	f.ep->ops->resize(f.ep, 80, 5);
	send(&f, "show clock\r");
	out = send(&f, "                    ");
	assert_non_null(strstr(out, "--More--"));
	assert_false(hostile_set(h, "nonsense"));
	assert_false(hostile_set(h, "latency=x"));
	teardown(&f);
}

static void cuts_once_where_it_is_told(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos", &open_login, 0);
	hostile_set(&f.device.hostile, "drop-after-request=2");
	send(&f, "enable\rconfigure session s\r");
	assert_true(f.ep->cut);
	assert_false(f.device.platform->get_config(
	    &f.device, DEVICE_CANDIDATE, NULL, &f.ep->out));
	f.ep->cut = false;
	hostile_set(&f.device.hostile, "drop-before-response=3");
	send(&f, "configure session s\r");
	assert_true(f.ep->cut);
	assert_true(f.device.platform->get_config(
	    &f.device, DEVICE_CANDIDATE, NULL, &f.ep->out));
	assert_int_equal(f.device.hostile.drop_before_response, 0);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_until_told_otherwise),
		cmocka_unit_test(asks_for_the_enable_password),
		cmocka_unit_test(edits_the_line),
		cmocka_unit_test(filters_output),
		cmocka_unit_test(asks_before_it_reloads),
		cmocka_unit_test(shows_the_mode_in_the_prompt),
		cmocka_unit_test(loads_from_the_terminal),
		cmocka_unit_test(misbehaves_when_told_to),
		cmocka_unit_test(cuts_once_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
