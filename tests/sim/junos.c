#include "sim/junos.h"

#include "sim/mem.h"

#include <string.h>

/* What would come up after a power cut. */
static const struct jnode *junos_startup(struct device *d)
{
	const struct junos *j = junos_of(d);

	return j->before_confirm ? j->before_confirm : j->active;
}

static bool junos_get_config(struct device *d, enum device_config which,
    const char *session, struct buf *out)
{
	const struct junos *j = junos_of(d);

	(void)session;
	junos_format_text(which == DEVICE_RUNNING   ? j->active
			  : which == DEVICE_STARTUP ? junos_startup(d)
						    : j->candidate,
	    0, out);
	return true;
}

static void junos_put_report(
    void *ctx, const char *severity, const char *message, const char *element)
{
	buf_printf(ctx, "%s: %s: %s\n", severity, message, element);
}

/* Replaces both: Junos has but one configuration. */
static bool junos_set_startup(struct device *d, const char *text)
{
	struct junos *j = junos_of(d);
	struct junos_load load = { .errors = 0 };
	struct jnode *config = jnode_new();

	junos_load_text(config, text, JUNOS_OVERRIDE, &load);
	if (load.errors > 0) {
		jnode_free(config);
		return false;
	}
	jnode_free(j->active);
	j->active = config;
	return true;
}

/* Set commands, committed at once. */
static bool junos_edit(
    struct device *d, const char *lines, struct buf *complaint)
{
	struct junos_load load = { .report = junos_put_report,
		.ctx = complaint };
	struct junos_session s;
	struct junos_commit_options options = { .confirm_s = 0 };
	char refusal[CONF_REFUSAL_SIZE] = "";

	junos_session_open(d, &s, "other", "cli");
	s.private_config = jnode_clone(junos_of(d)->active);
	junos_load_set(s.private_config, lines, &load);
	if (load.errors == 0 && !junos_commit(d, &s, &options, refusal)) {
		buf_printf(complaint, "%s\n", refusal);
		load.errors++;
	}
	junos_session_close(d, &s);
	return load.errors == 0;
}

static void junos_banner(struct device *d, bool login, struct buf *out)
{
	static const char *const paths[][4] = {
		{ "system", "login", "announcement", NULL },
		{ "system", "login", "message", NULL },
	};
	const char *text = jnode_value(junos_of(d)->active, paths[login]);

	if (text)
		buf_printf(out, "%s\n", text);
}

static struct endpoint *junos_open_cli(
    struct device *d, const char *user, const char *exec_command)
{
	return cli_open(d, &junos_cli_platform, user, exec_command);
}

/* Management stands on fxp0: it needs an address and ssh. */
static bool junos_reachable(struct device *d)
{
	const struct jschema *s =
	    junos_schema_child(junos_schema(), "interfaces");
	const struct jnode *all = jnode_find(junos_of(d)->active, s, NULL);
	const struct jnode *fxp0 =
	    all ? jnode_find(all, junos_schema_child(s, "interface"), "fxp0")
		: NULL;
	struct buf text = BUF_INIT(1u << 16);
	bool has_address;

	if (!fxp0 ||
	    jnode_find(fxp0, junos_schema_child(fxp0->schema, "disable"), NULL))
		return false;
	junos_format_text(fxp0, 0, &text);
	has_address = strstr(buf_text(&text), "address ") != NULL;
	buf_release(&text);
	return has_address;
}

static bool junos_scp(struct device *d)
{
	(void)d;
	return true;
}

const struct platform junos_platform = {
	.name = "junos",
	.label = "Juniper Junos: CLI and NETCONF over SSH",
	.os_version = "21.4R1.12",
	.init = junos_store_init,
	.release = junos_store_release,
	.tick = junos_store_tick,
	.reload = junos_store_restart,
	.get_config = junos_get_config,
	.set_startup = junos_set_startup,
	.edit = junos_edit,
	.banner = junos_banner,
	.open_cli = junos_open_cli,
	.open_netconf = junos_netconf_open,
	.reachable = junos_reachable,
	.scp = junos_scp,
};
