/*
 * Loading a configuration into the candidate.
 *
 * All users of a Junos share one candidate.  It is locked first: that is
 * refused while somebody else has uncommitted changes in it, which would be
 * committed with ours.
 */
#include "infra/driver/junos_internal.h"

#include "infra/driver/driver_log.h"
#include "infra/driver/junos_text.h"
#include "infra/driver/text_plan.h"

#include <string.h>

enum err_code junos_lock(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct netconf_fault fault;
	struct err why = ERR_INIT;
	enum err_code code;

	if (s->base.holds_candidate)
		return ERR_OK;
	code = netconf_lock(s->base.nc, "candidate",
	    netconf_base_exchange(deadline), &fault, &why);
	s->base.holds_candidate = code == ERR_OK;
	if (code != ERR_OK && fault.n_errors > 0)
		return err_set(e, ERR_CONFLICT,
		    "somebody else is changing the configuration of %s: %s. "
		    "Let it be committed or rolled back there first. Nothing "
		    "was changed.",
		    s->base.target->name, fault.text);
	if (code != ERR_OK && e != NULL)
		*e = why;
	return code;
}

enum err_code junos_drop_stage(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	enum err_code code = netconf_base_discard(&s->base, deadline, e);

	if (code == ERR_OK && s->base.holds_candidate) {
		code = netconf_unlock(s->base.nc, "candidate",
		    netconf_base_exchange(deadline), NULL, e);
		s->base.holds_candidate = false;
	}
	return code;
}

/* --- Loading ----------------------------------------------------------- */

/* The elements of a <configuration>, in its own form: what a person wrote
 * cannot end the request early. */
static enum err_code put_xml(struct buf *to, const char *text, struct err *e)
{
	struct xml_doc *doc = NULL;
	struct err why = ERR_INIT;
	enum err_code code = xml_parse(text, strlen(text), &doc, &why);

	if (code == ERR_OK &&
	    strcmp(xml_name(xml_root(doc)), "configuration") != 0)
		code = err_set(&why, ERR_INVALID,
		    "its root is <%.60s> instead of <configuration>",
		    xml_name(xml_root(doc)));
	if (code == ERR_OK)
		xml_format(xml_root(doc), xml_namespace(xml_root(doc)), to);
	xml_free(doc);
	if (code != ERR_OK)
		return err_set(e, ERR_INVALID,
		    "this XML is no configuration of Junos: %s. Nothing was "
		    "changed.",
		    why.message);
	return ERR_OK;
}

static const struct {
	const char *action[2]; /* merge, replace; NULL: not possible */
	const char *format;
	const char *element; /* NULL: brings its own */
} forms[] = {
	[JUNOS_TEXT] = { { "merge", "override" }, "text",
	    "configuration-text" },
	[JUNOS_COMMANDS] = { { "set", NULL }, "text", "configuration-set" },
	[JUNOS_XML] = { { "merge", "override" }, "xml", NULL },
};

static enum err_code put_request(struct buf *to,
    const struct driver_candidate *candidate, enum junos_form form,
    struct err *e)
{
	const char *action =
	    forms[form].action[candidate->load == DRIVER_REPLACE];
	enum err_code code = ERR_OK;

	if (action == NULL)
		return err_set(e, ERR_INVALID,
		    "set commands add to a configuration, they do not replace "
		    "it: give the whole configuration as text or XML. Nothing "
		    "was changed.");
	buf_printf(to, "<load-configuration action=\"%s\" format=\"%s\">",
	    action, forms[form].format);
	if (forms[form].element == NULL) {
		code = put_xml(to, candidate->text, e);
	} else {
		buf_printf(to, "<%s>", forms[form].element);
		xml_escape(to, candidate->text, strlen(candidate->text));
		buf_printf(to, "</%s>", forms[form].element);
	}
	buf_puts(to, "</load-configuration>");
	return code == ERR_OK ? buf_check(to, "the request", e) : code;
}

static enum err_code load(struct driver_session *s, const char *request,
    struct deadline deadline, struct err *e)
{
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code =
	    netconf_do(s->base.nc, request, "take the configuration",
		netconf_base_exchange(deadline), &fault, e);

	/* even a refusal may have left a part of it there */
	s->base.staged = true;
	if (fault.n_warnings > 0)
		driver_log(s->base.hooks, LOG_WARNING,
		    "the device says: %s (%zu such)", fault.text,
		    fault.n_warnings);
	if (code == ERR_OK)
		code = netconf_validate(
		    s->base.nc, netconf_base_exchange(deadline), &fault, e);
	return netconf_base_load_result(&fault, code, e);
}

enum err_code junos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct buf request = BUF_INIT(NETCONF_MESSAGE_MAX);
	enum junos_form form = JUNOS_TEXT;
	enum err_code code = junos_text_sniff(candidate->text, &form, e);

	if (code == ERR_OK)
		code = put_request(&request, candidate, form, e);
	if (code == ERR_OK)
		code = netconf_base_discard(&s->base, deadline, e);
	if (code == ERR_OK)
		code = junos_lock(s, deadline, e);
	if (code == ERR_OK) {
		netconf_base_count(&s->base, candidate->text);
		code = load(s, buf_text(&request), deadline, e);
	}
	if (code != ERR_OK)
		(void)!junos_drop_stage(s, deadline_in_ms(5000), NULL);
	buf_release(&request);
	return code;
}

/* --- What it would do -------------------------------------------------- */

/* `show | compare`: Junos's own word on whether there is a difference. */
static enum err_code compare(struct driver_session *s, struct deadline deadline,
    bool *ret_empty, struct err *e)
{
	static const char request[] =
	    "<get-configuration compare=\"rollback\" rollback=\"0\" "
	    "format=\"text\"/>";
	struct netconf_reply reply = { .doc = NULL };
	struct buf text = BUF_INIT(NETCONF_MESSAGE_MAX);
	const struct xml_node *node;
	enum err_code code = netconf_call(
	    s->base.nc, request, netconf_base_exchange(deadline), &reply, e);

	if (code != ERR_OK)
		return code;
	node = xml_find(
	    reply.root, "configuration-information/configuration-output");
	xml_text(node, &text);
	if (reply.fault.n_errors > 0)
		code = err_set(e, ERR_REMOTE, "%s cannot compare: %s",
		    s->base.target->name, reply.fault.text);
	else if (node == NULL)
		code = err_set(e, ERR_REMOTE, "%s tells no difference",
		    s->base.target->name);
	else
		*ret_empty =
		    buf_text(&text)[strspn(buf_text(&text), " \r\n")] == '\0';
	netconf_reply_free(&reply);
	buf_release(&text);
	return code;
}

enum err_code junos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	struct buf staged = BUF_INIT(NETCONF_CONFIG_MAX);
	struct driver_plan plan;
	bool empty = false;
	enum err_code code;

	if (!s->base.staged)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	code = junos_read_config(s, "committed", deadline, &running, e);
	if (code == ERR_OK)
		code = junos_read_config(s, "candidate", deadline, &staged, e);
	if (code == ERR_OK)
		code = text_plan_describe(&running, &staged, arena, &plan, e);
	if (code == ERR_OK)
		code = compare(s, deadline, &empty, e);
	if (code == ERR_OK) {
		plan.empty = plan.empty && empty;
		*ret = plan;
	}
	buf_release(&running);
	buf_release(&staged);
	return code;
}
