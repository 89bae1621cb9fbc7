/*
 * Staging: the running configuration as it is now, and what the platform makes
 * of a candidate against it.
 */
#include "infra/driver/cisco_driver.h"

void cisco_drop_stage(struct driver_session *s)
{
	if (s->stage != NULL)
		buf_release(&s->stage->file);
	arena_free(s->stage_arena);
	s->stage_arena = NULL;
	s->stage = NULL;
}

/* The file stays: the next stage overwrites it, and it holds nothing that the
 * device does not. */
enum err_code cisco_discard(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	(void)deadline;
	(void)e;
	cisco_drop_stage(s);
	return ERR_OK;
}

static enum err_code stage_candidate(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	struct cisco_stage *stage = s->stage;
	enum err_code code = cisco_read_running(s, deadline, &running, e);

	stage->load = candidate->load;
	stage->snapshot = arena_strdup(s->stage_arena, buf_text(&running));
	buf_release(&running);
	if (code == ERR_OK && stage->snapshot == NULL)
		code = err_set(e, ERR_SYSTEM, "no memory for a stage");
	if (code == ERR_OK)
		code = s->cisco.platform->stage(s, candidate, deadline, e);
	if (code == ERR_OK && arena_failed(s->stage_arena))
		code = err_set(e, ERR_LIMIT, "the stage needs too much memory");
	return code;
}

enum err_code cisco_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	enum err_code code = cisco_refuse_pending(s, deadline, e);

	cisco_drop_stage(s);
	if (code != ERR_OK)
		return code;
	s->stage_arena = arena_new(CISCO_ARENA_MAX);
	if (s->stage_arena != NULL)
		s->stage = arena_zalloc(s->stage_arena, sizeof *s->stage);
	code = s->stage == NULL
		   ? err_set(e, ERR_SYSTEM, "no memory for a stage")
		   : stage_candidate(s, candidate, deadline, e);
	if (code != ERR_OK)
		cisco_drop_stage(s);
	return code;
}

enum err_code cisco_send_candidate(struct driver_session *s, const char *path,
    struct deadline deadline, struct err *e)
{
	struct cisco_stage *stage = s->stage;
	enum err_code code;

	buf_init(&stage->file, CISCO_CONFIG_MAX);
	code = cisco_write_file(&s->cisco, stage->wanted, stage->snapshot,
	    s->cisco.platform->file_end, &stage->file, e);
	if (code != ERR_OK)
		return code;
	return cisco_send_file(&s->cisco, path, &stage->file, deadline, e);
}
