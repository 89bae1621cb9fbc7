/*
 * Loading a configuration into the candidate (RFC 6241, 8.3).
 *
 * Both datastores are locked first, so that nothing of others is committed
 * with ours and running stays what the comparison was made from.  A candidate
 * with changes of others cannot be locked (7.5): it is left alone.
 */
#include "infra/driver/netconf_internal.h"

#include "infra/driver/driver_log.h"
#include "infra/driver/text_plan.h"

#include <string.h>

/* --- Locks ------------------------------------------------------------- */

static void unlock_all(struct netconf_base *b, struct deadline deadline)
{
	if (b->holds_candidate)
		(void)!netconf_unlock(b->nc, "candidate", deadline, NULL, NULL);
	if (b->holds_running)
		(void)!netconf_unlock(b->nc, "running", deadline, NULL, NULL);
	b->holds_candidate = b->holds_running = false;
}

static enum err_code lock_one(struct netconf_base *b, const char *name,
    struct deadline deadline, bool *holds, struct err *e)
{
	struct netconf_fault fault;
	struct err why = ERR_INIT;
	enum err_code code;

	if (*holds)
		return ERR_OK;
	code = netconf_lock(b->nc, name, deadline, &fault, &why);
	*holds = code == ERR_OK;
	if (netconf_fault_is(&fault, "operation-not-supported")) {
		driver_log(b->hooks, LOG_WARNING,
		    "this server cannot lock its %s configuration", name);
		return ERR_OK;
	}
	if (code == ERR_CONFLICT)
		return err_set(e, ERR_CONFLICT,
		    "somebody else is changing the configuration: %s. Let it "
		    "be committed or discarded there first. Nothing was "
		    "changed.",
		    why.message);
	if (code != ERR_OK && e != NULL)
		*e = why;
	return code;
}

static enum err_code lock_all(
    struct netconf_base *b, struct deadline deadline, struct err *e)
{
	enum err_code code =
	    lock_one(b, "running", deadline, &b->holds_running, e);

	if (code == ERR_OK)
		code =
		    lock_one(b, "candidate", deadline, &b->holds_candidate, e);
	if (code != ERR_OK)
		unlock_all(b, deadline);
	return code;
}

/* --- Loading ----------------------------------------------------------- */

/* RFC 6241, 7.2: default-operation replace is for what the request names; some
 * servers keep all else.  <copy-config> (7.3) replaces the whole datastore. */
static void put_request(
    struct buf *to, bool copy, bool replace, bool roll_back, const char *config)
{
	const char *verb = copy ? "copy-config" : "edit-config";

	buf_printf(to, "<%s><target><candidate/></target>", verb);
	if (!copy)
		buf_printf(to, "<default-operation>%s</default-operation>%s",
		    replace ? "replace" : "merge",
		    roll_back ? "<error-option>rollback-on-error"
				"</error-option>"
			      : "");
	buf_printf(to, "%s<config>", copy ? "<source>" : "");
	buf_puts(to, config);
	buf_printf(to, "</config>%s</%s>", copy ? "</source>" : "", verb);
}

static enum err_code send_load(struct driver_session *s,
    struct deadline deadline, struct netconf_fault *fault, struct err *e)
{
	enum err_code code =
	    netconf_do(s->base.nc, buf_text(&s->load), "take the configuration",
		netconf_base_exchange(deadline), fault, e);

	/* even a refusal may have left a part of it there */
	s->base.staged = true;
	return code;
}

static enum err_code prepare_load(
    struct driver_session *s, bool copy, const char *config, struct err *e)
{
	buf_release(&s->load);
	buf_init(&s->load, NETCONF_MESSAGE_MAX);
	put_request(&s->load, copy, s->replaces,
	    netconf_capabilities(s->base.nc) & NETCONF_ROLLBACK, config);
	return buf_check(&s->load, "the request", e);
}

static enum err_code load(struct driver_session *s, const char *config,
    struct deadline deadline, struct err *e)
{
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code = prepare_load(s, s->replaces, config, e);

	if (code == ERR_OK)
		code = send_load(s, deadline, &fault, e);
	if (s->replaces &&
	    netconf_fault_is(&fault, "operation-not-supported")) {
		code = prepare_load(s, false, config, e);
		if (code == ERR_OK)
			code = send_load(s, deadline, &fault, e);
	}
	return netconf_base_load_result(&fault, code, e);
}

static enum err_code validate(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code;

	if (!(netconf_capabilities(s->base.nc) & NETCONF_VALIDATE))
		return ERR_OK;
	code = netconf_validate(
	    s->base.nc, netconf_base_exchange(deadline), &fault, e);
	return netconf_base_load_result(&fault, code, e);
}

enum err_code netconf_drop_stage(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	enum err_code code = netconf_base_discard(&s->base, deadline, e);

	unlock_all(&s->base, netconf_base_exchange(deadline));
	return code;
}

enum err_code netconf_stage_text(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code code = netconf_base_discard(&s->base, deadline, e);

	if (code == ERR_OK)
		code = lock_all(&s->base, netconf_base_exchange(deadline), e);
	if (code == ERR_OK) {
		s->replaces = candidate->load == DRIVER_REPLACE;
		netconf_base_count(&s->base, candidate->text);
		code = load(s, candidate->text, deadline, e);
	}
	if (code == ERR_OK)
		code = validate(s, deadline, e);
	if (code != ERR_OK)
		(void)!netconf_drop_stage(s, deadline_in_ms(5000), NULL);
	return code;
}

enum err_code netconf_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct buf text = BUF_INIT(NETCONF_CONFIG_MAX);
	struct driver_candidate read = { .load = candidate->load };
	enum err_code code = netconf_intended_read(candidate->text, &text, e);

	read.text = buf_text(&text);
	if (code == ERR_OK)
		code = netconf_stage_text(s, &read, deadline, e);
	buf_release(&text);
	return code;
}

/* Servers of the yuma family take a commit of a candidate that they have
 * validated for a commit of nothing.  What was changed since counts. */
enum err_code netconf_stage_again(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct netconf_fault fault = { .n_errors = 0 };
	enum err_code code = netconf_base_discard(&s->base, deadline, e);

	if (code == ERR_OK)
		code = send_load(s, deadline, &fault, e);
	return netconf_base_load_result(&fault, code, e);
}

enum err_code netconf_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	struct deadline soon = netconf_base_exchange(deadline);
	struct buf running = BUF_INIT(NETCONF_CONFIG_MAX);
	struct buf staged = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code;

	if (!s->base.staged)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	code = netconf_get_config(s->base.nc, "running", soon, &running, e);
	if (code == ERR_OK)
		code = netconf_get_config(
		    s->base.nc, "candidate", soon, &staged, e);
	if (code == ERR_OK)
		code = text_plan_describe(&running, &staged, arena, ret, e);
	buf_release(&running);
	buf_release(&staged);
	return code;
}
