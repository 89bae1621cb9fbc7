#include "infra/netconf/datastore.h"

#include <stdio.h>
#include <string.h>

#define REQUEST_MAX 4096

/* Tags of RFC 6241, appendix A, that mean: not now, because of others. */
static const char *const in_the_way[] = { "in-use", "lock-denied",
	"resource-denied" };

static enum err_code code_of(const struct netconf_fault *fault)
{
	for (size_t i = 0; i < sizeof in_the_way / sizeof in_the_way[0]; i++)
		if (strcmp(fault->tag, in_the_way[i]) == 0)
			return ERR_CONFLICT;
	return ERR_REMOTE;
}

static enum err_code refused(const struct netconf *nc, const char *what,
    const struct netconf_fault *fault, struct err *e)
{
	char who[60] = "";

	if (fault->session != 0)
		snprintf(who, sizeof who, " (session %lu stands in the way)",
		    fault->session);
	err_set(e, code_of(fault), "%s refused to %s: %s%s", netconf_peer(nc),
	    what, fault->text, who);
	err_detail(e, "%zu errors, the first: %s", fault->n_errors, fault->tag);
	return code_of(fault);
}

enum err_code netconf_do(struct netconf *nc, const char *operation,
    const char *what, struct deadline deadline, struct netconf_fault *fault,
    struct err *e)
{
	struct netconf_reply reply = { .doc = NULL };
	struct netconf_fault unasked;
	enum err_code code;

	if (fault == NULL)
		fault = &unasked;
	*fault = (struct netconf_fault){ .n_errors = 0 };
	code = netconf_call(nc, operation, deadline, &reply, e);
	if (code == ERR_OK)
		*fault = reply.fault;
	netconf_reply_free(&reply);
	if (code == ERR_OK && fault->n_errors > 0)
		code = refused(nc, what, fault, e);
	return code;
}

static enum err_code do_lock(struct netconf *nc, const char *verb,
    const char *name, struct deadline deadline, struct netconf_fault *fault,
    struct err *e)
{
	char request[200], what[60];

	snprintf(request, sizeof request, "<%s><target><%s/></target></%s>",
	    verb, name, verb);
	snprintf(what, sizeof what, "%s its %s configuration", verb, name);
	return netconf_do(nc, request, what, deadline, fault, e);
}

enum err_code netconf_lock(struct netconf *nc, const char *name,
    struct deadline deadline, struct netconf_fault *fault, struct err *e)
{
	return do_lock(nc, "lock", name, deadline, fault, e);
}

enum err_code netconf_unlock(struct netconf *nc, const char *name,
    struct deadline deadline, struct netconf_fault *fault, struct err *e)
{
	return do_lock(nc, "unlock", name, deadline, fault, e);
}

enum err_code netconf_get_config(struct netconf *nc, const char *name,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct netconf_reply reply = { .doc = NULL };
	char request[200], what[60];
	const struct xml_node *data;
	enum err_code code;

	snprintf(request, sizeof request,
	    "<get-config><source><%s/></source></get-config>", name);
	snprintf(what, sizeof what, "show its %s configuration", name);
	code = netconf_call(nc, request, deadline, &reply, e);
	if (code != ERR_OK)
		return code;
	data = xml_child(reply.root, "data");
	if (reply.fault.n_errors > 0) {
		code = refused(nc, what, &reply.fault, e);
	} else if (data == NULL) {
		code = err_set(e, ERR_CORRUPT,
		    "%s answered without a configuration", netconf_peer(nc));
	} else {
		xml_format_children(data, out);
		code = buf_check(out, "the configuration", e);
	}
	netconf_reply_free(&reply);
	return code;
}

enum err_code netconf_discard(struct netconf *nc, struct deadline deadline,
    struct netconf_fault *fault, struct err *e)
{
	return netconf_do(nc, "<discard-changes/>", "discard its candidate",
	    deadline, fault, e);
}

enum err_code netconf_validate(struct netconf *nc, struct deadline deadline,
    struct netconf_fault *fault, struct err *e)
{
	return netconf_do(nc,
	    "<validate><source><candidate/></source></validate>",
	    "take the configuration as valid", deadline, fault, e);
}

static void put_element(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, "<%s>", name);
	xml_escape(out, text, strlen(text));
	buf_printf(out, "</%s>", name);
}

enum err_code netconf_commit(struct netconf *nc,
    const struct netconf_commit *how, struct deadline deadline,
    struct netconf_fault *fault, struct err *e)
{
	struct buf request = BUF_INIT(REQUEST_MAX);
	enum err_code code;

	buf_puts(&request, "<commit>");
	if (how->confirm_s > 0)
		buf_printf(&request,
		    "<confirmed/><confirm-timeout>%u</confirm-timeout>",
		    how->confirm_s);
	put_element(&request, "persist", how->persist);
	put_element(&request, "persist-id", how->persist_id);
	buf_puts(&request, "</commit>");
	code = buf_check(&request, "the request", e);
	if (code == ERR_OK)
		code = netconf_do(
		    nc, buf_text(&request), "commit", deadline, fault, e);
	buf_release(&request);
	return code;
}

enum err_code netconf_cancel_commit(struct netconf *nc, const char *persist_id,
    struct deadline deadline, struct netconf_fault *fault, struct err *e)
{
	struct buf request = BUF_INIT(REQUEST_MAX);
	enum err_code code;

	buf_puts(&request, "<cancel-commit>");
	put_element(&request, "persist-id", persist_id);
	buf_puts(&request, "</cancel-commit>");
	code = buf_check(&request, "the request", e);
	if (code == ERR_OK)
		code = netconf_do(nc, buf_text(&request),
		    "cancel the commit that waits", deadline, fault, e);
	buf_release(&request);
	return code;
}
