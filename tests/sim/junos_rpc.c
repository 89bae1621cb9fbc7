/*
 * The RPCs of Junos: RFC 6241's and its own.
 */
#include "sim/junos_netconf.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void junos_rpc_report(struct junos_rpc *rpc, const char *severity,
    const char *message, const char *element)
{
	buf_printf(&rpc->out,
	    "<rpc-error><error-type>protocol</error-type>"
	    "<error-tag>operation-failed</error-tag>"
	    "<error-severity>%s</error-severity><error-message>",
	    severity);
	junos_xml_escape(message, &rpc->out);
	buf_puts(&rpc->out, "</error-message>");
	if (element && *element) {
		buf_puts(&rpc->out, "<error-info><bad-element>");
		junos_xml_escape(element, &rpc->out);
		buf_puts(&rpc->out, "</bad-element></error-info>");
	}
	buf_puts(&rpc->out, "</rpc-error>");
}

static void rpc_refuse(struct junos_rpc *rpc, const char *message)
{
	junos_rpc_report(rpc, "error", message, NULL);
}

static void rpc_report_load(
    void *ctx, const char *severity, const char *message, const char *element)
{
	junos_rpc_report(ctx, severity, message, element);
}

static char *rpc_argument(const struct junos_rpc *rpc, const char *name)
{
	return junos_xml_text(junos_xml_child(rpc->operation, name));
}

static bool rpc_has(const struct junos_rpc *rpc, const char *name)
{
	return junos_xml_child(rpc->operation, name) != NULL;
}

/* --- reading ----------------------------------------------------------- */

static const struct jnode *rpc_source(struct junos_rpc *rpc)
{
	const xmlNode *source = junos_xml_child(rpc->operation, "source");

	if (source && junos_xml_child(source, "candidate"))
		return junos_edited(rpc->device, &rpc->nc->session);
	return junos_of(rpc->device)->active;
}

/* Only the top sections that a filter names; all without one. */
static void rpc_put_xml(
    struct junos_rpc *rpc, const struct jnode *config, const xmlNode *filter)
{
	struct jnode *shown = jnode_clone(config);
	struct jnode *next;
	bool any = filter && xmlFirstElementChild((xmlNode *)(uintptr_t)filter);

	for (struct jnode *c = shown->first; any && c; c = next) {
		next = c->next;
		if (!junos_xml_child(filter, c->schema->name))
			jnode_free(c);
	}
	buf_puts(&rpc->out, "<configuration xmlns=\"http://xml.juniper.net/"
			    "xnm/1.1/xnm\">");
	junos_format_xml(shown, &rpc->out);
	buf_puts(&rpc->out, "</configuration>");
	jnode_free(shown);
}

static void rpc_get_config(struct junos_rpc *rpc)
{
	const xmlNode *filter = junos_xml_child(rpc->operation, "filter");

	buf_puts(&rpc->out, "<data>");
	rpc_put_xml(rpc, rpc_source(rpc),
	    filter ? junos_xml_child(filter, "configuration") : NULL);
	buf_puts(&rpc->out, "</data>");
}

static void rpc_put_text(
    struct junos_rpc *rpc, const char *element, const struct buf *text)
{
	buf_printf(&rpc->out, "<%s>\n", element);
	junos_xml_escape(buf_text(text), &rpc->out);
	buf_printf(&rpc->out, "</%s>", element);
}

static void rpc_compare(struct junos_rpc *rpc, unsigned n)
{
	const struct jnode *from = junos_get_rollback(rpc->device, n);
	struct buf text = BUF_INIT(JUNOS_MESSAGE_MAX);

	if (!from) {
		rpc_refuse(rpc, "could not open configuration database");
		return;
	}
	junos_diff(from, junos_edited(rpc->device, &rpc->nc->session), &text);
	buf_puts(&rpc->out, "<configuration-information>");
	rpc_put_text(rpc, "configuration-output", &text);
	buf_puts(&rpc->out, "</configuration-information>");
	buf_release(&text);
}

static void rpc_put_format(
    struct junos_rpc *rpc, const struct jnode *config, const char *format)
{
	struct buf text = BUF_INIT(JUNOS_MESSAGE_MAX);

	if (strcmp(format, "text") == 0) {
		junos_format_text(config, 0, &text);
		hostile_spoil_config(
		    &rpc->device->hostile, "admin@junos> ", &text);
		rpc_put_text(rpc, "configuration-text", &text);
	} else if (strcmp(format, "set") == 0) {
		junos_format_set(config, "", &text);
		rpc_put_text(rpc, "configuration-set", &text);
	} else {
		rpc_put_xml(rpc, config,
		    junos_xml_child(rpc->operation, "configuration"));
	}
	buf_release(&text);
}

static void rpc_get_configuration(struct junos_rpc *rpc)
{
	char *format = junos_xml_attribute(rpc->operation, "format");
	char *compare = junos_xml_attribute(rpc->operation, "compare");
	char *number = junos_xml_attribute(rpc->operation, "rollback");
	char *database = junos_xml_attribute(rpc->operation, "database");
	unsigned n = number ? (unsigned)strtoul(number, NULL, 10) : 0;
	bool committed = database && strcmp(database, "committed") == 0;

	if (compare && strcmp(compare, "rollback") == 0)
		rpc_compare(rpc, n);
	else
		rpc_put_format(rpc,
		    committed ? junos_of(rpc->device)->active
			      : junos_edited(rpc->device, &rpc->nc->session),
		    format ? format : "xml");
	free(format);
	free(compare);
	free(number);
	free(database);
}

/* --- changing ---------------------------------------------------------- */

static bool rpc_may_edit(struct junos_rpc *rpc)
{
	char refusal[CONF_REFUSAL_SIZE];

	if (junos_may_edit(rpc->device, &rpc->nc->session, refusal))
		return true;
	rpc_refuse(rpc, refusal);
	return false;
}

static enum junos_action rpc_action(const char *word)
{
	static const struct {
		const char *word;
		enum junos_action action;
	} actions[] = {
		{ "override", JUNOS_OVERRIDE },
		{ "update", JUNOS_OVERRIDE },
		{ "replace", JUNOS_REPLACE },
		{ "set", JUNOS_SET },
	};

	for (size_t i = 0; word && i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].word, word) == 0)
			return actions[i].action;
	return JUNOS_MERGE;
}

/* The configuration in whichever form it came. */
static void rpc_load(struct junos_rpc *rpc, const xmlNode *from,
    enum junos_action action, struct junos_load *load)
{
	struct jnode *config = junos_edited(rpc->device, &rpc->nc->session);
	const xmlNode *xml = junos_xml_child(from, "configuration");
	const xmlNode *text = junos_xml_child(from, "configuration-text");
	const xmlNode *set = junos_xml_child(from, "configuration-set");
	char *content = junos_xml_text(text ? text : set);

	if (xml)
		junos_load_xml(config, xml, action, load);
	else if (text)
		junos_load_text(config, content, action, load);
	else if (set)
		junos_load_set(config, content, load);
	else
		junos_load_note(load, "error", "missing configuration", "");
	free(content);
}

static void rpc_load_rollback(struct junos_rpc *rpc, const char *number)
{
	char refusal[CONF_REFUSAL_SIZE];

	if (junos_rollback(rpc->device, &rpc->nc->session,
		(unsigned)strtoul(number, NULL, 10), refusal))
		buf_puts(&rpc->out, "<load-configuration-results><ok/>"
				    "</load-configuration-results>");
	else
		rpc_refuse(rpc, refusal);
}

static void rpc_load_configuration(struct junos_rpc *rpc)
{
	char *number = junos_xml_attribute(rpc->operation, "rollback");
	char *action = junos_xml_attribute(rpc->operation, "action");
	struct junos_load load = { .report = rpc_report_load, .ctx = rpc };

	if (!rpc_may_edit(rpc)) {
		;
	} else if (number) {
		rpc_load_rollback(rpc, number);
	} else {
		buf_puts(&rpc->out, "<load-configuration-results>");
		rpc_load(rpc, rpc->operation, rpc_action(action), &load);
		if (load.errors > 0)
			buf_printf(&rpc->out,
			    "<load-error-count>%u</load-error-count>",
			    load.errors);
		else
			buf_puts(&rpc->out, "<ok/>");
		buf_puts(&rpc->out, "</load-configuration-results>");
	}
	free(number);
	free(action);
}

static void rpc_edit_config(struct junos_rpc *rpc)
{
	const xmlNode *config = junos_xml_child(rpc->operation, "config");
	const xmlNode *target = junos_xml_child(rpc->operation, "target");
	char *operation = rpc_argument(rpc, "default-operation");
	struct junos_load load = { .report = rpc_report_load, .ctx = rpc };

	if (!junos_xml_child(target, "candidate"))
		rpc_refuse(rpc, "only the candidate may be edited");
	else if (rpc_may_edit(rpc)) {
		rpc_load(rpc, config ? config : rpc->operation,
		    strcmp(operation, "replace") == 0 ? JUNOS_OVERRIDE
						      : JUNOS_MERGE,
		    &load);
		rpc->ok = load.errors == 0;
	}
	free(operation);
}

static void rpc_discard(struct junos_rpc *rpc)
{
	if (!rpc_may_edit(rpc))
		return;
	junos_discard(rpc->device, &rpc->nc->session);
	rpc->ok = true;
}

static void rpc_validate(struct junos_rpc *rpc)
{
	char refusal[CONF_REFUSAL_SIZE];

	if (!junos_check(rpc->device, &rpc->nc->session, refusal)) {
		rpc_refuse(rpc, refusal);
		return;
	}
	buf_puts(&rpc->out, "<commit-results></commit-results>");
	rpc->ok = true;
}

static void rpc_run_commit(
    struct junos_rpc *rpc, const struct junos_commit_options *o)
{
	char refusal[CONF_REFUSAL_SIZE];

	if (!junos_commit(rpc->device, &rpc->nc->session, o, refusal)) {
		rpc_refuse(rpc, refusal);
		return;
	}
	rpc->ok = true;
}

static unsigned rpc_timeout(const struct junos_rpc *rpc, unsigned unit_s)
{
	char *text = rpc_argument(rpc, "confirm-timeout");
	unsigned n = (unsigned)strtoul(text, NULL, 10);

	free(text);
	if (!rpc_has(rpc, "confirmed"))
		return 0;
	return n > 0 ? n * unit_s : JUNOS_CONFIRM_DEFAULT_S;
}

/* RFC 6241: the time is in seconds. */
static void rpc_commit(struct junos_rpc *rpc)
{
	char *persist = rpc_argument(rpc, "persist");
	char *persist_id = rpc_argument(rpc, "persist-id");
	struct junos_commit_options o = { .confirm_s = rpc_timeout(rpc, 1),
		.persist = persist,
		.persist_id = persist_id };

	rpc_run_commit(rpc, &o);
	free(persist);
	free(persist_id);
}

/* Junos's own: the time is in minutes. */
static void rpc_commit_configuration(struct junos_rpc *rpc)
{
	char *comment = rpc_argument(rpc, "log");
	struct junos_commit_options o = { .confirm_s = rpc_timeout(rpc, 60),
		.comment = comment };

	if (rpc_has(rpc, "check"))
		rpc_validate(rpc);
	else
		rpc_run_commit(rpc, &o);
	free(comment);
}

static void rpc_cancel_commit(struct junos_rpc *rpc)
{
	char *persist_id = rpc_argument(rpc, "persist-id");
	char refusal[CONF_REFUSAL_SIZE];

	rpc->ok = junos_cancel_commit(
	    rpc->device, &rpc->nc->session, persist_id, refusal);
	if (!rpc->ok)
		rpc_refuse(rpc, refusal);
	free(persist_id);
}

static void rpc_lock(struct junos_rpc *rpc)
{
	char refusal[CONF_REFUSAL_SIZE];

	rpc->ok = junos_lock(rpc->device, &rpc->nc->session, refusal);
	if (!rpc->ok)
		rpc_refuse(rpc, refusal);
}

static void rpc_unlock(struct junos_rpc *rpc)
{
	char refusal[CONF_REFUSAL_SIZE];

	rpc->ok = junos_unlock(rpc->device, &rpc->nc->session, refusal);
	if (!rpc->ok)
		rpc_refuse(rpc, refusal);
}

static void rpc_open_configuration(struct junos_rpc *rpc)
{
	struct junos_session *s = &rpc->nc->session;

	if (rpc_has(rpc, "private") && !s->private_config)
		s->private_config = jnode_clone(junos_of(rpc->device)->active);
	rpc->ok = true;
}

static void rpc_close_configuration(struct junos_rpc *rpc)
{
	jnode_free(rpc->nc->session.private_config);
	rpc->nc->session.private_config = NULL;
	rpc->ok = true;
}

/* --- operational ------------------------------------------------------- */

/* <command>show version</command>, as text; what has an RPC of its own is
 * asked for by that. */
static void rpc_command(struct junos_rpc *rpc)
{
	char *command = junos_xml_text(rpc->operation);
	char *format = junos_xml_attribute(rpc->operation, "format");
	struct cli *cli;

	if (strcmp(command, "show version") == 0 && format &&
	    strcmp(format, "xml") == 0) {
		junos_xml_software(rpc->device, &rpc->out);
	} else {
		cli = cli_new(
		    rpc->device, &junos_cli_platform, rpc->nc->session.user);
		cli_execute(cli, command, NULL);
		if (cli->failed)
			rpc_refuse(rpc, buf_text(&cli->text));
		else
			rpc_put_text(rpc, "output", &cli->text);
		cli_free(cli);
	}
	free(command);
	free(format);
}

static void rpc_close_session(struct junos_rpc *rpc)
{
	rpc->ok = true;
	/* Now, not when the connection goes: what it holds is given up. */
	junos_session_close(rpc->device, &rpc->nc->session);
	rpc->nc->ep.closing = true;
}

static void rpc_reboot(struct junos_rpc *rpc)
{
	device_reload(rpc->device);
	rpc->nc->ep.cut = true;
}

#define ANSWER_WITH(name)                             \
	static void name##_rpc(struct junos_rpc *rpc) \
	{                                             \
		name(rpc->device, &rpc->out);         \
	}

ANSWER_WITH(junos_xml_software)
ANSWER_WITH(junos_xml_system)
ANSWER_WITH(junos_xml_interfaces)
ANSWER_WITH(junos_xml_inventory)
ANSWER_WITH(junos_xml_uptime)
ANSWER_WITH(junos_xml_engine)

static const struct {
	const char *name;
	void (*answer)(struct junos_rpc *rpc);
} rpc_table[] = {
	{ "get-config", rpc_get_config },
	{ "get", rpc_get_config },
	{ "edit-config", rpc_edit_config },
	{ "discard-changes", rpc_discard },
	{ "validate", rpc_validate },
	{ "commit", rpc_commit },
	{ "cancel-commit", rpc_cancel_commit },
	{ "lock", rpc_lock },
	{ "unlock", rpc_unlock },
	{ "close-session", rpc_close_session },
	{ "get-configuration", rpc_get_configuration },
	{ "load-configuration", rpc_load_configuration },
	{ "commit-configuration", rpc_commit_configuration },
	{ "lock-configuration", rpc_lock },
	{ "unlock-configuration", rpc_unlock },
	{ "open-configuration", rpc_open_configuration },
	{ "close-configuration", rpc_close_configuration },
	{ "command", rpc_command },
	{ "request-reboot", rpc_reboot },
	{ "get-software-information", junos_xml_software_rpc },
	{ "get-system-information", junos_xml_system_rpc },
	{ "get-interface-information", junos_xml_interfaces_rpc },
	{ "get-chassis-inventory", junos_xml_inventory_rpc },
	{ "get-system-uptime-information", junos_xml_uptime_rpc },
	{ "get-route-engine-information", junos_xml_engine_rpc },
};

void junos_rpc_answer(struct junos_rpc *rpc)
{
	const char *name = (const char *)rpc->operation->name;

	for (size_t i = 0; i < sizeof(rpc_table) / sizeof(*rpc_table); i++) {
		if (strcmp(rpc_table[i].name, name) != 0)
			continue;
		rpc_table[i].answer(rpc);
		return;
	}
	junos_rpc_report(rpc, "error", "syntax error", name);
}
