#include "infra/driver/text_plan.h"

#include "domain/text_diff.h"

#include <string.h>

#define DIFF_CONTEXT 3
#define TEXT_MAX ((size_t)32 * 1024 * 1024)
#define VERDICT_LINES 50 /* named to people; the rest is counted */
#define VERDICT_LINE 300

enum err_code text_plan_describe(const struct buf *running,
    const struct buf *staged, struct arena *arena, struct driver_plan *ret,
    struct err *e)
{
	struct text_diff_input a = { buf_text(running), running->len };
	struct text_diff_input b = { buf_text(staged), staged->len };
	struct buf text = BUF_INIT(TEXT_MAX);
	struct driver_plan plan = { .diff = "" };
	struct text_diff d;
	enum err_code code = text_diff_compute(arena, &a, &b, &d, e);

	if (code == ERR_OK) {
		plan.empty = d.n_changes == 0;
		plan.added = d.added;
		plan.removed = d.removed;
		code = text_diff_format(
		    &d, "running", "candidate", DIFF_CONTEXT, &text, e);
	}
	plan.diff = arena_memdup(arena, buf_text(&text), text.len);
	plan.snapshot = arena_memdup(arena, a.text, a.len);
	plan.predicted = arena_memdup(arena, b.text, b.len);
	buf_release(&text);
	if (code == ERR_OK && arena_failed(arena))
		code = err_set(e, ERR_LIMIT, "the plan needs too much memory");
	if (code == ERR_OK)
		*ret = plan;
	return code;
}

/* What follows one of these in a line is not for logs. */
static const char *const secrets[] = { "password", "secret", "community", "key",
	"passphrase", "hash" };

static size_t shown_length(const char *line, size_t len)
{
	size_t shown = len;

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		size_t n = strlen(secrets[i]);
		const char *at = memmem(line, len, secrets[i], n);

		if (at != NULL && (size_t)(at - line) + n < shown)
			shown = (size_t)(at - line) + n;
	}
	return shown;
}

void text_plan_put_line(
    struct buf *out, const char *what, const char *line, size_t len)
{
	size_t shown;

	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && line[len - 1] == '\n')
		len--;
	shown = shown_length(line, len);
	buf_printf(out, "%s: ", what);
	buf_add(out, line, shown < VERDICT_LINE ? shown : VERDICT_LINE);
	buf_puts(out, shown < len ? " <hidden>\n" : "\n");
}

static void put_change(struct buf *out, const struct text_diff *d,
    const struct text_change *c, size_t *left)
{
	for (size_t i = 0; i<c->b_len && * left> 0; i++, --*left)
		text_plan_put_line(out, "missing", d->b[c->b_start + i].text,
		    d->b[c->b_start + i].len);
	for (size_t i = 0; i<c->a_len && * left> 0; i++, --*left)
		text_plan_put_line(out, "not intended",
		    d->a[c->a_start + i].text, d->a[c->a_start + i].len);
}

enum err_code text_plan_verify(const char *wanted, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e)
{
	struct text_diff_input a = { running, strlen(running) };
	struct text_diff_input b = { wanted, strlen(wanted) };
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t left = VERDICT_LINES;
	struct text_diff d;
	enum err_code code = text_diff_compute(arena, &a, &b, &d, e);
	const char *copy;

	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < d.n_changes; i++)
		put_change(&text, &d, &d.changes[i], &left);
	if (left == 0)
		buf_printf(&text, "%zu line%s missing, %zu not intended\n",
		    d.added, d.added == 1 ? " is" : "s are", d.removed);
	copy = arena_strdup(arena, buf_text(&text));
	buf_release(&text);
	if (copy == NULL)
		return err_set(
		    e, ERR_LIMIT, "the comparison needs too much memory");
	*ret = (struct driver_verdict){
		.matches = d.n_changes == 0,
		.text = copy,
		.n_missing = d.added,
		.n_unexpected = d.removed,
	};
	return ERR_OK;
}
