/*
 * Making the whole configuration that a candidate leads to, and having the
 * switch tell what it would do with it.
 */
#include "infra/driver/nxos_internal.h"

#include <string.h>

void nxos_drop_stage(struct driver_session *s)
{
	if (s->stage != NULL)
		buf_release(&s->stage->file);
	arena_free(s->stage_arena);
	s->stage_arena = NULL;
	s->stage = NULL;
}

/* The file stays: the next stage overwrites it, and it holds nothing that the
 * switch does not. */
enum err_code nxos_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	(void)deadline;
	(void)e;
	nxos_drop_stage(s);
	return ERR_OK;
}

static enum err_code refuse_pending(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct nxos_timer t;
	enum err_code code = nxos_read_timer(s, deadline, &t, e);

	if (code == ERR_OK && t.pending)
		return err_set(e, ERR_CONFLICT,
		    "a change by \"%.60s\" waits for its confirmation on %s: "
		    "commit it there or let it end. Nothing was changed.",
		    t.user, cisco_peer(&s->cisco));
	return code;
}

/* The commands it would type.  None: the candidate differs in words only, as
 * a password and its hash do. */
static enum err_code ask_for_patch(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	static const char command[] =
	    "configure replace " NXOS_CANDIDATE " show-patch";
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	struct buf bare = BUF_INIT(4096);
	size_t len = 0;
	enum err_code code = cisco_run_long(&s->cisco, command,
	    deadline_sooner(deadline, deadline_in_ms(NXOS_REPLACE_MS)), &answer,
	    e);

	if (code == ERR_OK &&
	    cisco_refusal(s->cisco.platform, buf_text(&answer), &len) != NULL) {
		code = err_set(e, ERR_REMOTE,
		    "%s could not compare the candidate with what it runs. "
		    "Nothing was changed.",
		    cisco_peer(&s->cisco));
		config_answer_redact(&config_dialect_nxos, buf_text(&answer),
		    strnlen(buf_text(&answer), 400), &bare);
		err_detail(e, "%.400s", buf_text(&bare));
	}
	if (code == ERR_OK)
		s->stage->empty =
		    strstr(buf_text(&answer), "Patch is Empty") != NULL;
	buf_release(&bare);
	buf_release(&answer);
	return code;
}

static enum err_code send_candidate(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	struct nxos_stage *stage = s->stage;
	enum err_code code;

	buf_init(&stage->file, CISCO_CONFIG_MAX);
	code = cisco_write_file(
	    &s->cisco, stage->wanted, stage->snapshot, NULL, &stage->file, e);
	if (code == ERR_OK)
		code = cisco_send_file(
		    &s->cisco, NXOS_CANDIDATE, &stage->file, deadline, e);
	return code == ERR_OK ? ask_for_patch(s, deadline, e) : code;
}

static enum err_code make_wanted(struct driver_session *s,
    const struct driver_candidate *candidate, struct err *e)
{
	struct nxos_stage *stage = s->stage;
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

static enum err_code stage_candidate(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	struct nxos_stage *stage = s->stage;
	enum err_code code = nxos_read_running(s, deadline, &running, e);

	stage->snapshot = arena_strdup(s->stage_arena, buf_text(&running));
	buf_release(&running);
	if (code == ERR_OK && stage->snapshot == NULL)
		code = err_set(e, ERR_SYSTEM, "no memory for a stage");
	if (code == ERR_OK)
		code = make_wanted(s, candidate, e);
	if (code == ERR_OK && stage->wanted == NULL)
		code = err_set(e, ERR_LIMIT, "the stage needs too much memory");
	if (code == ERR_OK && !stage->empty)
		code = send_candidate(s, deadline, e);
	return code;
}

enum err_code nxos_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code code = refuse_pending(s, deadline, e);

	nxos_drop_stage(s);
	if (code != ERR_OK)
		return code;
	s->stage_arena = arena_new(CISCO_ARENA_MAX);
	if (s->stage_arena != NULL)
		s->stage = arena_zalloc(s->stage_arena, sizeof *s->stage);
	code = s->stage == NULL
		   ? err_set(e, ERR_SYSTEM, "no memory for a stage")
		   : stage_candidate(s, candidate, deadline, e);
	if (code != ERR_OK)
		nxos_drop_stage(s);
	return code;
}

enum err_code nxos_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	const struct nxos_stage *stage = s->stage;
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
