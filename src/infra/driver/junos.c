#include "infra/driver/junos.h"

#include "base/text.h"
#include "infra/driver/cli_output.h"
#include "infra/driver/config_text.h"
#include "infra/driver/junos_internal.h"
#include "infra/driver/junos_text.h"
#include "infra/driver/text_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void junos_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	netconf_base_close(&s->base);
	free(s);
}

static enum err_code check_platform(const struct driver_session *s,
    struct driver_refusal *refusal, struct err *e)
{
	if (netconf_capabilities(s->base.nc) & NETCONF_JUNOS)
		return ERR_OK;
	refusal->kind = DRIVER_REFUSAL_NOT_PLATFORM;
	return err_set(e, ERR_REMOTE,
	    "%s speaks NETCONF, but it is not Junos: is the device's platform "
	    "right? Nothing was changed.",
	    ssh_link_peer(s->base.link));
}

static enum err_code junos_open(const struct driver_target *target,
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
	s->base.driver = &driver_junos;
	s->base.target = target;
	s->base.hooks = hooks;
	code = netconf_base_open(&s->base, deadline, refusal, e);
	if (code == ERR_OK)
		code = check_platform(s, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		junos_close(s);
	return code;
}

/* --- Reading ----------------------------------------------------------- */

/* Of a device with several routing engines the first one's. */
static const struct xml_node *find_answer(
    const struct xml_node *reply, const char *element)
{
	const struct xml_node *item = xml_find(
	    reply, "multi-routing-engine-results/multi-routing-engine-item");

	return xml_child(item != NULL ? item : reply, element);
}

/* Takes the text of an element of the reply; ERR_CORRUPT without it. */
static enum err_code ask_text(struct driver_session *s, const char *request,
    const char *element, struct buf *out, struct deadline deadline,
    struct err *e)
{
	struct netconf_reply reply = { .doc = NULL };
	const struct xml_node *node;
	enum err_code code = netconf_base_call(
	    &s->base, request, netconf_base_exchange(deadline), out, &reply, e);

	if (code != ERR_OK)
		return code;
	node = find_answer(reply.root, element);
	if (reply.fault.n_errors > 0) {
		code = err_set(e, ERR_REMOTE, "%s refused: %s",
		    ssh_link_peer(s->base.link), reply.fault.text);
	} else if (node == NULL) {
		code = err_set(e, ERR_CORRUPT, "%s answered without <%s>",
		    ssh_link_peer(s->base.link), element);
	} else {
		xml_text(node, out);
		code = buf_check(out, "the answer", e);
	}
	netconf_reply_free(&reply);
	return code;
}

enum err_code junos_command(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	char request[200];

	snprintf(request, sizeof request,
	    "<command format=\"text\">%s</command>", command);
	return ask_text(s, request, "output", out, deadline, e);
}

/* "## Last changed: …" and "## Last commit: …" tell times, not configuration;
 * the element begins with a newline. */
static void drop_heading(struct buf *text)
{
	size_t n = strspn(buf_text(text), "\r\n");

	while (text_starts_with(buf_text(text) + n, "## Last c")) {
		n += strcspn(text->data + n, "\n");
		n += strspn(text->data + n, "\n");
	}
	buf_consume(text, n);
	if (text->len > 0 && text->data[text->len - 1] != '\n')
		buf_putc(text, '\n');
}

enum err_code junos_read_config(struct driver_session *s, const char *database,
    struct deadline deadline, struct buf *out, struct err *e)
{
	char request[200];
	enum err_code code;

	snprintf(request, sizeof request,
	    "<get-configuration database=\"%s\" format=\"text\"/>", database);
	code = ask_text(s, request, "configuration-text", out, deadline, e);
	if (code != ERR_OK)
		return code;
	drop_heading(out);
	if (!junos_text_is_whole(buf_text(out)) ||
	    !text_has_no_control(out->data, out->len, true))
		return err_set(e, ERR_CORRUPT,
		    "%s sent a configuration that is not complete (%zu bytes, "
		    "braces that do not match, or bytes that are no text): it "
		    "is not kept. Nothing was changed.",
		    ssh_link_peer(s->base.link), out->len);
	return buf_check(out, "the configuration", e);
}

static enum err_code junos_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code;

	if (source == DRIVER_STARTUP ||
	    (source == DRIVER_STAGED && !s->base.staged))
		return err_set(
		    e, ERR_NOT_FOUND, "there is no such configuration");
	code = junos_read_config(s,
	    source == DRIVER_STAGED ? "candidate" : "committed", deadline,
	    &text, e);
	code = config_text_give(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

/* Junos runs commands of its command line over NETCONF, too.  What it has no
 * <output> for (`show configuration`) is the text of whatever it answers. */
static enum err_code run_read(void *ctx, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct driver_session *s = ctx;
	struct buf request = BUF_INIT(2048);
	struct netconf_reply reply = { .doc = NULL };
	const struct xml_node *node;
	enum err_code code;

	buf_puts(&request, "<command format=\"text\">");
	xml_escape(&request, command, strlen(command));
	buf_puts(&request, "</command>");
	code = netconf_base_query(
	    &s->base, command, buf_text(&request), deadline, out, &reply, e);
	buf_release(&request);
	if (code != ERR_OK)
		return code;
	node = find_answer(reply.root, "output");
	xml_text(node != NULL ? node : reply.root, out);
	netconf_reply_free(&reply);
	return buf_check(out, "the answer", e);
}

static enum err_code junos_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	const struct cli_output output = { s, run_read,
		ssh_link_peer(s->base.link), command };

	return cli_output_read(&output, deadline, arena, ret, e);
}

/* --- Comparing and saving ---------------------------------------------- */

static enum err_code junos_verify(const struct driver_candidate *intended,
    const char *running, struct arena *arena, struct driver_verdict *ret,
    struct err *e)
{
	if (intended->load == DRIVER_REPLACE)
		return text_plan_verify(intended->text, running, arena, ret, e);
	return junos_text_verify(intended->text, running, arena, ret, e);
}

/* What is committed is what Junos starts with. */
static enum err_code junos_save(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	(void)s;
	(void)deadline;
	(void)e;
	return ERR_OK;
}

const struct driver driver_junos = {
	.name = "junos",
	.label = "Juniper Junos over NETCONF",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_CONFIRM | DRIVER_CAN_CANDIDATE |
			DRIVER_CAN_ATOMIC,
	.default_port = 830,
	.confirm_min_s = 60,
	.confirm_max_s = 3600,
	.open = junos_open,
	.get_facts = junos_get_facts,
	.get_config = junos_get_config,
	.read_output = junos_read_output,
	.stage = junos_stage,
	.diff = junos_diff,
	.commit = junos_apply,
	.confirm = junos_confirm,
	.discard = junos_drop_stage,
	.classify = junos_classify,
	.restore = junos_restore,
	.verify = junos_verify,
	.get_pending = junos_get_pending,
	.save = junos_save,
	.close = junos_close,
};
