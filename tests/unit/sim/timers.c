/*
 * What fires, what is confirmed, what a reload forgets, on every platform.
 */
#include "sim/cli.h"
#include "sim/device.h"
#include "sim/eos.h"
#include "sim/junos.h"
#include "sim/nxos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct device_login login = { "admin", "admin", NULL };

struct fixture {
	struct device device;
	struct cli *cli;
};

/* Commands go in as typed; what comes out of the terminal is dropped. */
static void type(struct fixture *f, const char *const *lines)
{
	for (; *lines; lines++) {
		device_lock(&f->device);
		f->cli->ep.ops->input(&f->cli->ep, *lines, strlen(*lines));
		f->cli->ep.ops->input(&f->cli->ep, "\n", 1);
		buf_clear(&f->cli->ep.out);
		device_unlock(&f->device);
	}
}

#define TYPE(f, ...) type(f, (const char *[]){ __VA_ARGS__, NULL })

static void open_session(struct fixture *f)
{
	device_lock(&f->device);
	f->cli = (struct cli *)f->device.platform->open_cli(
	    &f->device, "admin", NULL);
	f->cli->length = 0;
	buf_clear(&f->cli->ep.out);
	device_unlock(&f->device);
}

static void setup(struct fixture *f, const char *platform)
{
	device_init(&f->device, platform_find(platform), &login, "d1", 0, NULL);
	open_session(f);
	TYPE(f, "enable");
}

static void teardown(struct fixture *f)
{
	device_lock(&f->device);
	cli_free(f->cli);
	device_unlock(&f->device);
	device_release(&f->device);
}

static void wait_s(struct fixture *f, int64_t seconds)
{
	f->device.clock_skew_ms += seconds * 1000;
}

static bool has(struct fixture *f, enum device_config which, const char *text)
{
	struct buf out = BUF_INIT(1u << 20);
	bool found;

	device_lock(&f->device);
	f->device.platform->get_config(&f->device, which, NULL, &out);
	device_unlock(&f->device);
	found = strstr(buf_text(&out), text) != NULL;
	buf_release(&out);
	return found;
}

static void eos_reverts_unless_confirmed(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos");
	TYPE(&f, "configure session s1", "vlan 99", "commit timer 00:01:00");
	assert_true(has(&f, DEVICE_RUNNING, "vlan 99"));
	wait_s(&f, 59);
	assert_true(has(&f, DEVICE_RUNNING, "vlan 99"));
	wait_s(&f, 2);
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	assert_int_equal(f.device.stats.reverts, 1);
	TYPE(&f, "configure session s2", "vlan 98", "commit timer 00:01:00",
	    "configure session s2 commit");
	wait_s(&f, 61);
	assert_true(has(&f, DEVICE_RUNNING, "vlan 98"));
	teardown(&f);
}

static void eos_keeps_one_timer(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos");
	TYPE(&f, "configure session s1", "vlan 99", "commit timer 00:01:00",
	    "configure session s2", "vlan 98", "commit");
	assert_false(has(&f, DEVICE_RUNNING, "vlan 98"));
	TYPE(&f, "end", "configure session s1 abort");
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	TYPE(&f, "configure session s2 commit");
	assert_true(has(&f, DEVICE_RUNNING, "vlan 98"));
	teardown(&f);
}

static void eos_limits_sessions(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos");
	TYPE(&f, "configure session a", "end", "configure session b", "end",
	    "configure session c", "end", "configure session d", "end",
	    "configure session e", "end");
	device_lock(&f.device);
	cli_execute(f.cli, "configure session f", NULL);
	assert_true(f.cli->failed);
	assert_non_null(strstr(buf_text(&f.cli->text),
	    "Maximum number of pending sessions has been reached"));
	cli_execute(f.cli, "configure session a abort", NULL);
	assert_false(f.cli->failed);
	cli_execute(f.cli, "configure session f", NULL);
	assert_false(f.cli->failed);
	device_unlock(&f.device);
	teardown(&f);
}

static void ios_reverts_unless_confirmed(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "ios");
	TYPE(&f, "configure terminal revert timer 1", "vlan 99", "end");
	assert_true(has(&f, DEVICE_RUNNING, "vlan 99"));
	wait_s(&f, 61);
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	TYPE(&f, "configure terminal revert timer 1", "vlan 98", "end",
	    "configure confirm");
	wait_s(&f, 61);
	assert_true(has(&f, DEVICE_RUNNING, "vlan 98"));
	TYPE(&f, "configure terminal revert timer 5", "vlan 97", "end",
	    "configure revert now");
	assert_false(has(&f, DEVICE_RUNNING, "vlan 97"));
	teardown(&f);
}

static void ios_needs_an_archive_for_a_timer(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "ios");
	TYPE(&f, "configure terminal", "no archive", "end");
	device_lock(&f.device);
	cli_execute(f.cli, "configure terminal revert timer 1", NULL);
	assert_true(f.cli->failed);
	assert_non_null(
	    strstr(buf_text(&f.cli->text), "%Please turn config archive on"));
	device_unlock(&f.device);
	teardown(&f);
}

/* "Rollback aborted" leaves what went in; with `revert trigger error` the
 * old configuration is back. */
static void ios_replace_with_a_bad_line(void **state)
{
	static const char file[] = "version 17.3\nhostname new\nnonsense\n"
				   "interface GigabitEthernet1\n"
				   " ip address 192.0.2.10 255.255.255.0\n"
				   "archive\n path flash:a\nend\n";
	struct fixture f;

	(void)state;
	setup(&f, "ios");
	device_lock(&f.device);
	device_file_put(&f.device, "flash:x", file, strlen(file));
	cli_execute(f.cli,
	    "configure replace flash:x force revert trigger error timer 2",
	    NULL);
	assert_true(f.cli->failed);
	assert_non_null(strstr(buf_text(&f.cli->text),
	    "original configuration has been successfully restored"));
	device_unlock(&f.device);
	assert_true(has(&f, DEVICE_RUNNING, "hostname d1"));
	device_lock(&f.device);
	cli_execute(f.cli, "configure replace flash:x force", NULL);
	assert_non_null(strstr(buf_text(&f.cli->text), "Rollback aborted"));
	device_unlock(&f.device);
	assert_true(has(&f, DEVICE_RUNNING, "hostname new"));
	teardown(&f);
}

static void nxos_reverts_unless_committed(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "nxos");
	TYPE(&f, "checkpoint file old", "configure terminal", "vlan 99", "end",
	    "copy running-config bootflash:new",
	    "rollback running-config file "
	    "old");
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	TYPE(&f, "configure replace bootflash:new commit-timeout 30");
	assert_true(has(&f, DEVICE_RUNNING, "vlan 99"));
	wait_s(&f, 31);
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	TYPE(&f, "configure replace bootflash:new commit-timeout 30",
	    "configure replace commit");
	wait_s(&f, 31);
	assert_true(has(&f, DEVICE_RUNNING, "vlan 99"));
	teardown(&f);
}

static void junos_reverts_unless_confirmed(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "junos");
	TYPE(&f, "configure", "set snmp location here", "commit confirmed 1");
	assert_true(has(&f, DEVICE_RUNNING, "location here"));
	assert_false(has(&f, DEVICE_STARTUP, "location here"));
	wait_s(&f, 61);
	assert_false(has(&f, DEVICE_RUNNING, "location here"));
	assert_false(has(&f, DEVICE_CANDIDATE, "location here"));
	TYPE(&f, "set snmp location there", "commit confirmed 1", "commit");
	wait_s(&f, 61);
	assert_true(has(&f, DEVICE_STARTUP, "location there"));
	teardown(&f);
}

static void junos_checks_before_it_commits(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "junos");
	TYPE(&f, "configure", "delete system root-authentication",
	    "set snmp location here", "commit");
	assert_false(has(&f, DEVICE_RUNNING, "location here"));
	TYPE(&f, "rollback 0");
	assert_false(has(&f, DEVICE_CANDIDATE, "location here"));
	teardown(&f);
}

static void a_reload_keeps_what_was_saved(void **state)
{
	static const struct {
		const char *platform;
		const char *configure;
		const char *save;
	} cases[] = {
		{ "eos", "configure", "write memory" },
		{ "ios", "configure terminal", "write memory" },
		{ "nxos", "configure terminal",
		    "copy running-config startup-config" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		setup(&f, cases[i].platform);
		TYPE(&f, cases[i].configure, "vlan 70", "end", cases[i].save,
		    cases[i].configure, "vlan 71", "end");
		device_lock(&f.device);
		device_reload(&f.device);
		device_unlock(&f.device);
		assert_true(has(&f, DEVICE_RUNNING, "vlan 70"));
		assert_false(has(&f, DEVICE_RUNNING, "vlan 71"));
		teardown(&f);
	}
}

static void a_reload_ends_a_timer(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos");
	TYPE(&f, "configure session s1", "vlan 99", "commit timer 01:00:00");
	device_lock(&f.device);
	device_reload(&f.device);
	device_unlock(&f.device);
	assert_false(has(&f, DEVICE_RUNNING, "vlan 99"));
	wait_s(&f, 4000);
	assert_int_equal(f.device.stats.reverts, 0);
	teardown(&f);
}

/* A timer saves a device that cut off its own management. */
static void management_comes_back(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, "eos");
	TYPE(&f, "configure session s1", "interface Management1", "shutdown",
	    "commit timer 00:01:00");
	assert_false(f.device.platform->reachable(&f.device));
	wait_s(&f, 61);
	device_lock(&f.device);
	assert_true(f.device.platform->reachable(&f.device));
	device_unlock(&f.device);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eos_reverts_unless_confirmed),
		cmocka_unit_test(eos_keeps_one_timer),
		cmocka_unit_test(eos_limits_sessions),
		cmocka_unit_test(ios_reverts_unless_confirmed),
		cmocka_unit_test(ios_needs_an_archive_for_a_timer),
		cmocka_unit_test(ios_replace_with_a_bad_line),
		cmocka_unit_test(nxos_reverts_unless_committed),
		cmocka_unit_test(junos_reverts_unless_confirmed),
		cmocka_unit_test(junos_checks_before_it_commits),
		cmocka_unit_test(a_reload_keeps_what_was_saved),
		cmocka_unit_test(a_reload_ends_a_timer),
		cmocka_unit_test(management_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
