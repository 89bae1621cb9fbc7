#include "web/pages/run_view.h"

#include "app/run_progress.h"
#include "app/runs.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_LINE ((size_t)64 * 1024)

/* "08:30:00.123", local. */
static void time_of_day(const char *iso, char text[16])
{
	struct tm tm;
	int64_t ms;
	time_t s;

	text[0] = '\0';
	if (!clock_parse_utc(iso, &ms))
		return;
	s = (time_t)(ms / 1000);
	if (localtime_r(&s, &tm))
		snprintf(text, 16, "%02u:%02u:%02u.%03u",
		    (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
		    (unsigned)tm.tm_sec % 100u, (unsigned)(ms % 1000) % 1000u);
}

static bool set_safe(json_t *line, const char *key, const char *text)
{
	size_t len = strlen(text);
	struct buf safe = BUF_INIT(3 * len + 1);
	bool ok;

	escape_device_text(&safe, text, len);
	ok = json_set_text(line, key, buf_text(&safe), safe.len);
	buf_release(&safe);
	return ok;
}

static json_t *line_view(const json_t *entry)
{
	const char *at = json_text(entry, "t", "");
	json_t *line = json_object();
	char time[16];

	time_of_day(at, time);
	if (!line ||
	    json_object_set_new(
		line, "n", json_integer(json_number(entry, "n", 0))) != 0 ||
	    json_object_set_new(line, "t", json_string(at)) != 0 ||
	    json_object_set_new(line, "time", json_string(time)) != 0 ||
	    !set_safe(line, "level", json_text(entry, "level", "info")) ||
	    !set_safe(line, "device", json_text(entry, "device", "")) ||
	    !set_safe(line, "text", json_text(entry, "text", ""))) {
		json_decref(line);
		return NULL;
	}
	return line;
}

static enum err_code parse_log(const char *text, json_t *list, struct err *e)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		json_t *entry, *line;

		/* A line that cannot be read is passed over: the rest is
		 * worth more than the error. */
		if (json_read(text, len, MAX_LINE, &entry, NULL) == ERR_OK) {
			line = line_view(entry);
			json_decref(entry);
			if (!line || json_array_append_new(list, line) != 0)
				return err_set(e, ERR_SYSTEM, "out of memory");
		}
		text += len + (text[len] == '\n');
	}
	return ERR_OK;
}

static enum err_code view_lines(const char *text, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	enum err_code rc = list ? parse_log(text, list, e)
				: err_set(e, ERR_SYSTEM, "out of memory");

	if (rc == ERR_OK)
		*ret = list;
	else
		json_decref(list);
	return rc;
}

enum err_code run_view_log(struct request *r, const char *id, long since,
    json_t **ret, long *ret_last, struct err *e)
{
	struct buf text = BUF_INIT(RUN_VIEW_MAX_LOG);
	long last = since;
	enum err_code rc;

	rc = runs_read_log(r->app, id, since, &text, &last, e);
	if (rc == ERR_OK)
		rc = view_lines(buf_text(&text), ret, e);
	buf_release(&text);
	if (rc == ERR_OK)
		*ret_last = last;
	return rc;
}

enum err_code run_view_log_end(struct request *r, const char *id, long keep,
    json_t **ret, long *ret_last, struct err *e)
{
	struct buf text = BUF_INIT(RUN_VIEW_MAX_LOG);
	long last = 0;
	enum err_code rc;

	rc = runs_read_log_end(r->app, id, keep, &text, &last, e);
	if (rc == ERR_OK)
		rc = view_lines(buf_text(&text), ret, e);
	buf_release(&text);
	if (rc == ERR_OK)
		*ret_last = last;
	return rc;
}

/* "40 s", "12 min", "3 h 20 min". */
static const char *time_left(struct arena *a, int64_t s)
{
	if (s < 0)
		return "";
	if (s < 90)
		return arena_printf(a, "%d s", (int)s);
	if (s < 5400)
		return arena_printf(a, "%d min", (int)(s / 60));
	return arena_printf(
	    a, "%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
}

static int64_t percent(int64_t part, int64_t total)
{
	return total ? part * 100 / total : 0;
}

struct jv run_view_progress(struct arena *a, const json_t *run)
{
	struct jv v = jv_dict(a, 10);
	struct run_progress p;
	const char *rate;

	run_progress_of(run, clock_wall_ms(), &p);
	rate = p.per_minute > 0 && p.total > 1
		   ? arena_printf(a, "%.0f a minute", p.per_minute)
		   : "";
	jv_dict_set(a, v, "total", jv_int(p.total));
	jv_dict_set(a, v, "done", jv_int(p.done));
	jv_dict_set(a, v, "failed", jv_int(p.failed));
	jv_dict_set(a, v, "cancelled", jv_int(p.cancelled));
	jv_dict_set(a, v, "left", jv_int(p.left));
	jv_dict_set(a, v, "good_percent", jv_int(percent(p.done, p.total)));
	jv_dict_set(a, v, "bad_percent", jv_int(percent(p.failed, p.total)));
	jv_dict_set(a, v, "rate", jv_text(rate));
	jv_dict_set(a, v, "eta", jv_text(time_left(a, p.left_s)));
	return v;
}
