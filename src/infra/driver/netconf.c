#include "infra/driver/netconf.h"

#include "base/text.h"
#include "domain/backup_output.h"
#include "domain/read_command.h"
#include "infra/driver/cli_output.h"
#include "infra/driver/config_text.h"
#include "infra/driver/netconf_internal.h"
#include "infra/driver/text_plan.h"

#include <stdlib.h>
#include <string.h>

#define FACT_MAX 4096

static void netconf_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	netconf_base_close(&s->base);
	buf_release(&s->load);
	free(s);
}

static enum err_code check_platform(const struct driver_session *s,
    struct driver_refusal *refusal, struct err *e)
{
	if (netconf_capabilities(s->base.nc) & NETCONF_CANDIDATE)
		return ERR_OK;
	refusal->kind = DRIVER_REFUSAL_NOT_PLATFORM;
	return err_set(e, ERR_REMOTE,
	    "%s speaks NETCONF, but has no candidate configuration "
	    "(RFC 6241, 8.3), without which nothing is changed as a whole. "
	    "Nothing was changed.",
	    ssh_link_peer(s->base.link));
}

static enum err_code netconf_open_session(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	struct driver_session *s = calloc(1, sizeof *s);
	struct driver_refusal unasked;
	enum err_code code;

	if (refusal == NULL)
		refusal = &unasked;
	*refusal = (struct driver_refusal){ 0 };
	if (s == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	s->base.driver = &driver_netconf;
	s->base.target = target;
	s->base.hooks = hooks;
	code = netconf_base_open(&s->base, deadline, refusal, e);
	if (code == ERR_OK)
		code = check_platform(s, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		netconf_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

static const char *const sources[] = {
	[DRIVER_RUNNING] = "running",
	[DRIVER_STARTUP] = "startup",
	[DRIVER_STAGED] = "candidate",
};

static bool has_source(const struct driver_session *s, enum driver_source from)
{
	if (from == DRIVER_STARTUP)
		return netconf_capabilities(s->base.nc) & NETCONF_STARTUP;
	return from == DRIVER_RUNNING || s->base.staged;
}

/* The framing and the XML tell that it is whole. */
static enum err_code netconf_read_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code;

	if (!has_source(s, source))
		return err_set(e, ERR_NOT_FOUND, "there is no %s configuration",
		    sources[source]);
	code = netconf_get_config(s->base.nc, sources[source],
	    netconf_base_exchange(deadline), &text, e);
	if (code == ERR_CORRUPT) {
		buf_clear(&text);
		buf_puts(&text, netconf_raw(s->base.nc));
		err_context(e, "an incomplete configuration is not kept");
	}
	code = config_text_give(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

/* --- Queries ----------------------------------------------------------- */

/* Every part is of letters that need no escaping: read_command.h. */
static void make_query(const struct read_query *q, struct buf *request)
{
	const char *verb = *q->datastore ? "get-config" : "get";

	buf_printf(request, "<%s>", verb);
	if (*q->datastore)
		buf_printf(request, "<source><%s/></source>", q->datastore);
	if (*q->element)
		buf_printf(request,
		    "<filter type=\"subtree\"><%s xmlns=\"%s\"/></filter>",
		    q->element, q->namespace_);
	buf_printf(request, "</%s>", verb);
}

static enum err_code run_query(struct driver_session *s,
    const struct cli_output *o, const struct read_query *q,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct buf request = BUF_INIT(1024);
	struct netconf_reply reply = { .doc = NULL };
	const struct xml_node *data;
	enum err_code code;

	make_query(q, &request);
	code = netconf_base_query(
	    &s->base, o->command, buf_text(&request), deadline, out, &reply, e);
	buf_release(&request);
	if (code != ERR_OK)
		return code;
	data = xml_child(reply.root, "data");
	if (data == NULL)
		code = err_set(e, ERR_CORRUPT,
		    "%s answered \"%s\" without <data>", o->peer, o->command);
	else
		xml_format_children(data, out);
	if (code == ERR_OK)
		code = buf_check(out, "the answer", e);
	netconf_reply_free(&reply);
	return code;
}

static enum err_code netconf_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	const struct cli_output o = { s, NULL, ssh_link_peer(s->base.link),
		command };
	const char *why = read_command_refusal(READ_NETCONF, command);
	struct buf text = BUF_INIT(BACKUP_OUTPUT_MAX);
	struct read_query query;
	enum err_code code;

	if (why != NULL || !read_command_parse_query(command, &query))
		return err_set(
		    e, ERR_DENIED, "\"%.100s\" was not sent: %s", command, why);
	code = run_query(s, &o, &query, deadline, &text, e);
	code = cli_output_give(code, &o, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

/* --- Facts ------------------------------------------------------------- */

#define SYSTEM "urn:ietf:params:xml:ns:yang:ietf-system"
#define INTERFACES "urn:ietf:params:xml:ns:yang:ietf-interfaces"

static const char ask_facts[] =
    "<get><filter type=\"subtree\">"
    "<system xmlns=\"" SYSTEM "\"><hostname/></system>"
    "<system-state xmlns=\"" SYSTEM "\"><platform/></system-state>"
    "<interfaces xmlns=\"" INTERFACES "\"/>"
    "<interfaces-state xmlns=\"" INTERFACES "\"/>"
    "</filter></get>";

static const char *text_at(
    const struct xml_node *node, const char *path, struct arena *arena)
{
	struct buf text = BUF_INIT(FACT_MAX);
	const char *copy;

	xml_text(xml_find(node, path), &text);
	copy = text_has_no_control(buf_text(&text), text.len, false)
		   ? arena_strdup(arena, buf_text(&text))
		   : "";
	buf_release(&text);
	return copy;
}

/* The state of an interface is told beside its configuration (RFC 7223). */
static bool is_up(
    const struct xml_node *state, const char *name, struct arena *arena)
{
	const struct xml_node *i = xml_child(state, "interface");

	while (i != NULL && strcmp(text_at(i, "name", arena), name) != 0)
		i = xml_next(i, "interface");
	return i != NULL && strcmp(text_at(i, "oper-status", arena), "up") == 0;
}

static void read_interfaces(
    const struct xml_node *data, struct arena *arena, struct driver_facts *to)
{
	const struct xml_node *all = xml_child(data, "interfaces");
	const struct xml_node *state = xml_child(data, "interfaces-state");
	const struct xml_node *i = xml_child(all, "interface");
	struct driver_interface *list;
	size_t n = 0;

	for (; i != NULL; i = xml_next(i, "interface"))
		n++;
	list = arena_zalloc(arena, (n + 1) * sizeof *list);
	if (list == NULL)
		return;
	n = 0;
	for (i = xml_child(all, "interface"); i != NULL;
	     i = xml_next(i, "interface")) {
		list[n].name = text_at(i, "name", arena);
		list[n].description = text_at(i, "description", arena);
		list[n].enabled =
		    strcmp(text_at(i, "enabled", arena), "false") != 0;
		if (list[n].name != NULL)
			list[n].up = is_up(state, list[n].name, arena);
		n++;
	}
	to->interfaces = list;
	to->n_interfaces = n;
}

static enum err_code netconf_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e)
{
	struct driver_facts f = { .uptime_s = -1, .serial = "", .vendor = "" };
	struct netconf_reply reply = { .doc = NULL };
	const struct xml_node *data;
	enum err_code code = netconf_call(
	    s->base.nc, ask_facts, netconf_base_exchange(deadline), &reply, e);

	if (code != ERR_OK)
		return code;
	/* A refusal: it has none of these models, and tells nothing. */
	data = reply.fault.n_errors == 0 ? xml_child(reply.root, "data") : NULL;
	f.hostname = text_at(data, "system/hostname", arena);
	f.model = text_at(data, "system-state/platform/machine", arena);
	f.os_version = text_at(data, "system-state/platform/os-release", arena);
	read_interfaces(data, arena, &f);
	netconf_reply_free(&reply);
	if (arena_failed(arena))
		return err_set(e, ERR_SYSTEM, "no memory for the facts");
	*ret = f;
	return ERR_OK;
}

/* --- Comparing and saving ---------------------------------------------- */

static enum err_code netconf_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	struct buf wanted = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code;

	if (intended->load == DRIVER_MERGE)
		return netconf_intended_verify(
		    intended->text, running, arena, ret, e);
	/* What came from the device is in one form, and may be empty. */
	if (strcmp(intended->text, running) == 0)
		return text_plan_verify(running, running, arena, ret, e);
	code = netconf_intended_read(intended->text, &wanted, e);
	if (code == ERR_OK)
		code =
		    text_plan_verify(buf_text(&wanted), running, arena, ret, e);
	buf_release(&wanted);
	return code;
}

/* Without :startup, running itself survives a restart (RFC 6241, 8.7). */
static enum err_code netconf_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	if (!(netconf_capabilities(s->base.nc) & NETCONF_STARTUP))
		return ERR_OK;
	return netconf_do(s->base.nc,
	    "<copy-config><target><startup/></target>"
	    "<source><running/></source></copy-config>",
	    "save its configuration", netconf_base_exchange(deadline), NULL, e);
}

const struct driver driver_netconf = {
	.name = "netconf",
	.label = "Any candidate-capable NETCONF server",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_CONFIRM | DRIVER_CAN_CANDIDATE |
			DRIVER_CAN_ATOMIC | DRIVER_CAN_STARTUP |
			DRIVER_CAN_SAVE,
	.default_port = 830,
	.confirm_min_s = 30,
	.confirm_max_s = 3600,
	.open = netconf_open_session,
	.get_facts = netconf_get_facts,
	.get_config = netconf_read_config,
	.read_output = netconf_read_output,
	.stage = netconf_stage,
	.diff = netconf_diff,
	.commit = netconf_apply,
	.confirm = netconf_confirm,
	.discard = netconf_drop_stage,
	.classify = netconf_classify,
	.restore = netconf_restore,
	.verify = netconf_verify,
	.get_pending = netconf_get_pending,
	.save = netconf_save,
	.close = netconf_close,
};
