/*
 * Making the whole configuration that a candidate leads to, and having the
 * switch tell what it would do with it.
 */
#include "infra/driver/nxos_internal.h"

#include <string.h>

/* The commands it would type.  None: the candidate differs in words only, as
 * a password and its hash do. */
static enum err_code ask_for_patch(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	static const char command[] =
	    "configure replace " NXOS_CANDIDATE " show-patch";
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	size_t len = 0;
	enum err_code code = cisco_run_long(&s->cisco, command,
	    deadline_sooner(deadline, deadline_in_ms(CISCO_REPLACE_MS)),
	    &answer, e);

	if (code == ERR_OK &&
	    cisco_refusal(s->cisco.platform, buf_text(&answer), &len) != NULL) {
		code = err_set(e, ERR_REMOTE,
		    "%s could not compare the candidate with what it runs. "
		    "Nothing was changed.",
		    cisco_peer(&s->cisco));
		cisco_detail(&s->cisco, buf_text(&answer), e);
	}
	if (code == ERR_OK)
		s->stage->empty =
		    strstr(buf_text(&answer), "Patch is Empty") != NULL;
	buf_release(&answer);
	return code;
}

static enum err_code make_wanted(struct driver_session *s,
    const struct driver_candidate *candidate, struct err *e)
{
	struct cisco_stage *stage = s->stage;
	struct buf text = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = section_plan_make_forth(s->stage_arena,
	    &config_dialect_nxos, stage->snapshot, candidate, &stage->plan, e);

	if (code == ERR_OK && candidate->load == DRIVER_MERGE)
		code =
		    config_tree_format(&stage->plan.forth.predicted, &text, e);
	else if (code == ERR_OK)
		buf_puts(&text, candidate->text);
	if (code == ERR_OK)
		code = buf_check(&text, "the candidate", e);
	if (code == ERR_OK) {
		stage->wanted = arena_strdup(s->stage_arena, buf_text(&text));
		stage->empty = stage->plan.forth.n_steps == 0;
	}
	buf_release(&text);
	return code;
}

enum err_code nxos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct cisco_stage *stage = s->stage;
	enum err_code code = make_wanted(s, candidate, e);

	if (code == ERR_OK && stage->wanted == NULL)
		code = err_set(e, ERR_LIMIT, "the stage needs too much memory");
	if (code != ERR_OK || stage->empty)
		return code;
	code = cisco_send_candidate(s, NXOS_CANDIDATE, deadline, e);
	return code == ERR_OK ? ask_for_patch(s, deadline, e) : code;
}

enum err_code nxos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	const struct cisco_stage *stage = s->stage;
	struct driver_plan plan;
	enum err_code code;

	(void)deadline;
	if (stage == NULL)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	code = section_plan_describe(&stage->plan, arena, &plan, e);
	if (code != ERR_OK)
		return code;
	if (stage->empty) {
		plan.empty = true;
		plan.diff = "";
		plan.added = plan.removed = 0;
	}
	*ret = plan;
	return ERR_OK;
}
