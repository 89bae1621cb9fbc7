#include "app/transfer.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static char separator_of(const char *text, size_t len)
{
	static const char all[] = ",;\t";
	size_t n[3] = { 0 }, best = 0;

	for (size_t i = 0; i < len && text[i] != '\n'; i++) {
		const char *found = strchr(all, text[i]);

		if (found && text[i])
			n[found - all]++;
	}
	for (size_t i = 1; i < 3; i++) {
		if (n[i] > n[best])
			best = i;
	}
	return all[best];
}

/* One cell into `to`, which has room for all that is left; false where a quoted
 * one does not end. */
static bool take_cell(
    const char **p, const char *end, char separator, char **to, long *lines)
{
	bool quoted = *p < end && **p == '"';

	if (quoted)
		(*p)++;
	for (; *p < end; (*p)++) {
		if (quoted && **p == '"') {
			if (*p + 1 < end && (*p)[1] == '"') {
				(*p)++;
			} else {
				(*p)++;
				quoted = false;
				break;
			}
		} else if (!quoted &&
			   (**p == separator || **p == '\n' || **p == '\r')) {
			break;
		}
		*lines += **p == '\n';
		*(*to)++ = **p;
	}
	*(*to)++ = '\0';
	/* what stands behind a closing quote is no cell */
	return !quoted &&
	       (*p == end || **p == separator || **p == '\n' || **p == '\r');
}

struct reading {
	const char *p, *end;
	char separator;
	long line;
	char *room; /* for the cells of one line */
	const char *cells[TRANSFER_MAX_CELLS];
	size_t n;
};

static enum err_code read_line(struct reading *r, struct err *e)
{
	char *to = r->room;
	long first = r->line;

	for (r->n = 0;; r->p++) {
		char *cell = to;

		if (r->n == TRANSFER_MAX_CELLS)
			return err_set(e, ERR_LIMIT,
			    "line %ld has more than %d cells", first,
			    TRANSFER_MAX_CELLS);
		if (!take_cell(&r->p, r->end, r->separator, &to, &r->line))
			return err_set(e, ERR_INVALID,
			    "line %ld: a quoted cell does not end as it "
			    "should",
			    first);
		r->cells[r->n++] = cell;
		if (r->p == r->end || *r->p != r->separator)
			break;
	}
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	if (r->p < r->end && *r->p == '\n')
		r->p++;
	r->line++;
	return ERR_OK;
}

enum err_code transfer_read_csv(const char *text, size_t len,
    transfer_cells_fn fn, void *ctx, struct err *e)
{
	struct reading r = { .p = text, .end = text + len, .line = 1 };
	enum err_code rc = ERR_OK;

	/* a byte order mark, as spreadsheets write it */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;
	r.separator = separator_of(r.p, (size_t)(r.end - r.p));
	r.room = malloc(len + TRANSFER_MAX_CELLS + 2);
	if (!r.room)
		return err_set(e, ERR_SYSTEM, "out of memory");
	while (r.p < r.end && rc == ERR_OK) {
		long line = r.line;

		rc = read_line(&r, e);
		if (rc == ERR_OK && (r.n > 1 || *r.cells[0]))
			rc = fn(ctx, line, r.cells, r.n, e);
	}
	free(r.room);
	return rc;
}
