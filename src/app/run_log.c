/* The log of a run: one object a line, numbered from 1. */
#include "app/run_files.h"
#include "app/runs.h"

#include <string.h>

#define MAX_LOG ((size_t)64 * 1024 * 1024)

void run_log_since(
    const char *log, size_t len, long since, struct buf *out, long *ret_last)
{
	const char *end = log + len;
	long number = 0;

	while (log < end) {
		const char *newline = memchr(log, '\n', (size_t)(end - log));
		size_t n;

		if (!newline)
			break;
		n = (size_t)(newline - log) + 1;
		number++;
		if (number > since) {
			if (n > out->max - out->len)
				break;
			buf_add(out, log, n);
			*ret_last = number;
		}
		log = newline + 1;
	}
}

enum err_code runs_read_log(const struct app *app, const char *id, long since,
    struct buf *out, long *ret_last, struct err *e)
{
	struct buf log = BUF_INIT(MAX_LOG);
	json_t *doc;
	enum err_code rc;

	*ret_last = since;
	rc = run_read_file(app, id, "log.jsonl", &log, e);
	if (rc == ERR_NOT_FOUND) {
		/* queued: no log yet; or no such run */
		rc = runs_read(app, id, &doc, e);
		if (rc == ERR_OK)
			json_decref(doc);
	} else if (rc == ERR_OK) {
		run_log_since(buf_text(&log), log.len, since, out, ret_last);
	}
	buf_release(&log);
	return rc;
}

/* The number of the line in front of the last `keep` ones. */
static long lines_before(const char *log, size_t len, long keep)
{
	const char *p = log, *end = log + len;
	long n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n > keep ? n - keep : 0;
}

enum err_code runs_read_log_end(const struct app *app, const char *id,
    long keep, struct buf *out, long *ret_last, struct err *e)
{
	struct buf log = BUF_INIT(MAX_LOG);
	enum err_code rc = run_read_file(app, id, "log.jsonl", &log, e);

	*ret_last = 0;
	if (rc == ERR_NOT_FOUND)
		rc = ERR_OK; /* queued: no log yet */
	else if (rc == ERR_OK)
		run_log_since(buf_text(&log), log.len,
		    lines_before(buf_text(&log), log.len, keep), out, ret_last);
	buf_release(&log);
	return rc;
}
