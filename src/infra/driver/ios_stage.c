/*
 * Working out what a candidate would change: a merge here, from the running
 * configuration; a replacement on the device, from a file.
 */
#include "infra/driver/ios_internal.h"

#include <string.h>

/* --- The device's differences ------------------------------------------ */

/*
 *   !Contextual Config Diffs:
 *   +hostname r2
 *   interface GigabitEthernet1
 *    -description old
 *    +description new
 *
 * In a unified text the sign stands first.
 */
static void put_difference(const char *line, size_t len, struct buf *out,
    size_t *added, size_t *removed)
{
	size_t lead = strspn(line, " ");
	char sign = lead < len ? line[lead] : ' ';

	if (sign != '+' && sign != '-') {
		buf_printf(out, " %.*s\n", (int)len, line);
		return;
	}
	*(sign == '+' ? added : removed) += 1;
	buf_printf(out, "%c%.*s%.*s\n", sign, (int)lead, line,
	    (int)(len - lead - 1), line + lead + 1);
}

bool ios_parse_differences(
    const char *answer, struct buf *out, size_t *added, size_t *removed)
{
	bool none = strstr(answer, "No changes were found") != NULL;
	const char *at = strstr(answer, "Contextual Config Diffs:");

	*added = *removed = 0;
	if (at == NULL || none)
		return none;
	at += strcspn(at, "\n");
	buf_puts(out, "--- running\n+++ candidate\n");
	while (*at == '\n') {
		size_t len = strcspn(++at, "\n");

		/* a banner's delimiter is shown as it is */
		if (len > 0 && at[0] != '!')
			put_difference(at, len, out, added, removed);
		at += len;
	}
	if (*added + *removed == 0)
		buf_clear(out);
	return true;
}

static enum err_code compare_on_device(
    struct driver_session *s, struct deadline deadline, struct err *e)
{
	static const char command[] = "show archive config differences "
				      "system:running-config " IOS_CANDIDATE;
	struct buf answer = BUF_INIT(CISCO_CONFIG_MAX);
	struct buf diff = BUF_INIT(CISCO_CONFIG_MAX);
	struct cisco_stage *stage = s->stage;
	size_t len = 0;
	enum err_code code =
	    cisco_run(&s->cisco, command, deadline, &answer, e);

	if (code == ERR_OK && (cisco_refusal(s->cisco.platform,
				   buf_text(&answer), &len) != NULL ||
				  !ios_parse_differences(buf_text(&answer),
				      &diff, &stage->added, &stage->removed))) {
		code = err_set(e, ERR_REMOTE,
		    "%s could not compare the candidate with what it runs; "
		    "nothing was changed",
		    cisco_peer(&s->cisco));
		cisco_detail(&s->cisco, buf_text(&answer), e);
	}
	if (code == ERR_OK)
		code = buf_check(&diff, "the difference", e);
	if (code == ERR_OK)
		stage->diff = arena_strdup(s->stage_arena, buf_text(&diff));
	buf_release(&answer);
	buf_release(&diff);
	return code;
}

/* --- Staging ----------------------------------------------------------- */

/* A file's lines are typed by the device: `do reload` would act.  As a merge
 * into nothing every one of them is looked at. */
static enum err_code check_lines(
    struct driver_session *s, const char *text, struct err *e)
{
	struct config_tree nothing, wanted;
	struct config_plan plan;
	enum err_code code = config_tree_parse(
	    s->stage_arena, &config_dialect_ios, "", &nothing, e);

	if (code == ERR_OK)
		code = config_tree_parse(
		    s->stage_arena, &config_dialect_ios, text, &wanted, e);
	if (code == ERR_OK)
		code = config_plan_merge(
		    s->stage_arena, &nothing, &wanted, &plan, e);
	return code;
}

static enum err_code stage_replace(struct driver_session *s, const char *text,
    struct deadline deadline, struct err *e)
{
	enum err_code code = check_lines(s, text, e);

	if (code != ERR_OK)
		return code;
	s->stage->wanted = arena_strdup(s->stage_arena, text);
	if (s->stage->wanted == NULL)
		return err_set(e, ERR_LIMIT, "the stage needs too much memory");
	code = cisco_send_candidate(s, IOS_CANDIDATE, deadline, e);
	return code == ERR_OK ? compare_on_device(s, deadline, e) : code;
}

enum err_code ios_stage(struct driver_session *s,
    const struct driver_candidate *candidate, struct deadline deadline,
    struct err *e)
{
	if (candidate->load == DRIVER_REPLACE)
		return stage_replace(s, candidate->text, deadline, e);
	return section_plan_make_forth(s->stage_arena, &config_dialect_ios,
	    s->stage->snapshot, candidate, &s->stage->plan, e);
}

enum err_code ios_diff(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_plan *ret, struct err *e)
{
	const struct cisco_stage *stage = s->stage;
	struct driver_plan plan = { 0 };

	(void)deadline;
	if (stage == NULL)
		return err_set(e, ERR_CONFLICT, "nothing is staged");
	if (stage->load == DRIVER_MERGE)
		return section_plan_describe(&stage->plan, arena, ret, e);
	plan.empty = stage->diff[0] == '\0';
	plan.diff = arena_strdup(arena, stage->diff);
	plan.added = stage->added;
	plan.removed = stage->removed;
	plan.snapshot = arena_strdup(arena, stage->snapshot);
	plan.predicted = arena_strdup(arena, stage->wanted);
	if (arena_failed(arena))
		return err_set(e, ERR_LIMIT, "the plan needs too much memory");
	*ret = plan;
	return ERR_OK;
}
