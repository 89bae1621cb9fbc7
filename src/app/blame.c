#include "app/blame.h"

#include "app/blame_internal.h"
#include "domain/line_origin.h"

#include <string.h>

#define SCRATCH_MAX ((size_t)256 << 20)

struct blaming {
	const struct app *app;
	struct arena *scratch[2]; /* of every other version */
	struct line_origin lines;
	struct text_diff_input at_hand;
	size_t bytes; /* read so far */
};

static size_t count_lines(const struct text_diff_input *text)
{
	size_t n = 0;
	const char *end = text->text + text->len;

	for (const char *p = text->text; p < end; n++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	return n;
}

/* From the version at hand to the one before, which lies in the other
 * scratch arena. */
static enum err_code step(struct blaming *b, const struct blob_id *older,
    struct arena *arena, struct err *e)
{
	struct text_diff_input text;
	struct text_diff diff;
	enum err_code rc;

	arena_reset(arena);
	rc = file_version_text(b->app, older, arena, &text.text, &text.len, e);
	if (rc == ERR_OK)
		rc = text_diff_compute(arena, &text, &b->at_hand, &diff, e);
	if (rc != ERR_OK)
		return rc;
	b->lines.arena = arena;
	rc = line_origin_step(&b->lines, &diff, e);
	b->at_hand = text;
	b->bytes += text.len;
	return rc;
}

static enum err_code go_back(struct blaming *b, const struct history_page *page,
    struct blame *ret, struct err *e)
{
	size_t i;
	enum err_code rc = ERR_OK;

	for (i = 0; rc == ERR_OK && i < page->n && b->lines.n_open > 0; i++) {
		const struct history_version *v = &page->entries[i].versions[0];

		if (b->bytes > BLAME_MAX_BYTES) {
			ret->cut = true;
			break;
		}
		if (v->has_old)
			rc = step(b, &v->old_blob, b->scratch[i & 1], e);
		else
			break;
	}
	if (rc != ERR_OK)
		return rc;
	if (i == page->n && page->has_more && b->lines.n_open > 0)
		ret->cut = true;
	if (!ret->cut)
		line_origin_finish(&b->lines);
	return ERR_OK;
}

/* What is shown of the page: its commits, one for each version. */
static enum err_code take_commits(const struct history_page *page,
    struct arena *arena, struct blame *ret, struct err *e)
{
	struct history_commit *commits =
	    arena_alloc(arena, (page->n + 1) * sizeof(*commits));

	if (!commits)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < page->n; i++)
		commits[i] = page->entries[i].commit;
	ret->commits = commits;
	ret->n_commits = page->n;
	return ERR_OK;
}

static enum err_code trace_lines(struct blaming *b,
    const struct history_page *page, struct blame *ret, struct err *e)
{
	enum err_code rc;

	b->scratch[0] = arena_new(SCRATCH_MAX);
	b->scratch[1] = arena_new(SCRATCH_MAX);
	b->at_hand = (struct text_diff_input){ ret->text, ret->len };
	rc = b->scratch[0] && b->scratch[1]
		 ? go_back(b, page, ret, e)
		 : err_set(e, ERR_SYSTEM, "out of memory");
	arena_free(b->scratch[0]);
	arena_free(b->scratch[1]);
	for (size_t i = 0; rc == ERR_OK && i < ret->n_lines; i++) {
		if (b->lines.origin[i] > page->n)
			b->lines.origin[i] = (uint32_t)page->n;
	}
	return rc;
}

/* Of a version of a text nothing changes any more but what comes after it. */
static enum err_code blame_version(struct blaming *b,
    const struct blame_query *q, const struct history_page *page,
    struct blame *ret, struct err *e)
{
	struct blame_key key = blame_key_of(page, ret);
	enum err_code rc;

	if (!blame_recall(q->memory, &key, b->lines.origin, &ret->cut)) {
		rc = trace_lines(b, page, ret, e);
		if (rc != ERR_OK)
			return rc;
		blame_remember(q->memory, &key, b->lines.origin, ret->cut);
	}
	ret->origin = b->lines.origin;
	return ERR_OK;
}

/* The text that is shown, its lines open. */
static enum err_code begin(
    struct blaming *b, struct arena *arena, struct blame *ret, struct err *e)
{
	enum err_code rc = file_version_text(
	    b->app, &ret->version.blob, arena, &ret->text, &ret->len, e);

	if (rc != ERR_OK)
		return rc;
	ret->n_lines =
	    count_lines(&(struct text_diff_input){ ret->text, ret->len });
	return line_origin_begin(&b->lines, arena, ret->n_lines, e);
}

enum err_code blame_read(const struct app *app, const struct blame_query *q,
    struct arena *arena, struct blame *ret, struct err *e)
{
	struct blaming b = { .app = app };
	struct blame blame = { .n_lines = 0 };
	struct device_history_query query = { .device = q->device,
		.only = &q->file,
		.limit = BLAME_MAX_VERSIONS };
	struct history_page page;
	enum err_code rc;

	rc = device_version_find(
	    app, q->device, q->file, q->at, arena, &blame.version, e);
	query.from = &blame.version.commit.id;
	if (rc == ERR_OK)
		rc = device_history_read(app, &query, arena, &page, e);
	if (rc == ERR_OK)
		rc = begin(&b, arena, &blame, e);
	if (rc == ERR_OK)
		rc = blame_version(&b, q, &page, &blame, e);
	if (rc == ERR_OK)
		rc = take_commits(&page, arena, &blame, e);
	if (rc == ERR_OK)
		*ret = blame;
	return rc;
}
