/*
 * /metrics, as Prometheus scrapes it (text format 0.0.4): requests of this
 * process, the queue, devices by status and verdict, and what the worker last
 * told of itself (DIR/run/worker.metrics).  docs/metrics.md lists them.
 */
#include "web/api/api.h"

#include "app/port/queue.h"
#include "app/reach_book.h"
#include "base/file.h"
#include "domain/policy.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_TEXT ((size_t)4 * 1024 * 1024)
#define TEXT_METRICS "text/plain; version=0.0.4; charset=utf-8"

static void begin_gauge(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_build(struct buf *out)
{
	begin_gauge(out, "switchyard_build_info", "The version that runs.");
	buf_puts(out,
	    "switchyard_build_info{version=\"" SWITCHYARD_VERSION "\"} 1\n");
}

static void write_devices(const struct snapshot *s, struct buf *out)
{
	begin_gauge(
	    out, "switchyard_devices", "Devices in the inventory by status.");
	for (int i = 0; i < STATUS_COUNT; i++)
		buf_printf(out, "switchyard_devices{status=\"%s\"} %zu\n",
		    device_status_words[i],
		    snapshot_count_devices(
			s, DEVICE_STATUS, device_status_words[i]));
}

static void write_reachability(struct web *web, struct buf *out)
{
	struct reach_book *book =
	    web->reach ? reach_books_current(web->reach) : NULL;
	size_t counts[REACH_DOWN + 1] = { 0 }, flapping = 0;
	struct reach_state s;

	for (size_t i = 0; book && i < reach_book_count(book); i++) {
		reach_book_at(book, i, &s);
		counts[s.verdict]++;
		flapping += s.flapping != 0;
	}
	reach_book_unref(book);
	begin_gauge(out, "switchyard_reachability",
	    "Devices by the verdict of the last sweeps.");
	for (int i = REACH_UP; i <= REACH_DOWN; i++)
		buf_printf(out, "switchyard_reachability{verdict=\"%s\"} %zu\n",
		    reach_words[i], counts[i]);
	begin_gauge(out, "switchyard_flapping_devices",
	    "Devices whose verdict keeps changing.");
	buf_printf(out, "switchyard_flapping_devices %zu\n", flapping);
}

static void write_queue(const struct app *app, struct buf *out)
{
	static const struct {
		enum queue_place place;
		const char *word;
	} places[] = {
		{ QUEUE_QUEUED, "queued" },
		{ QUEUE_CLAIMED, "claimed" },
	};
	char(*ids)[RUN_ID_SIZE];
	size_t n;

	begin_gauge(out, "switchyard_queue", "Runs that have not ended.");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (queue_list(app->dir, places[i].place, &ids, &n, NULL) !=
		    ERR_OK)
			continue;
		free(ids);
		buf_printf(out, "switchyard_queue{place=\"%s\"} %zu\n",
		    places[i].word, n);
	}
}

static void write_store(struct request *r, struct buf *out)
{
	static const char name[] = "switchyard_commit_seconds";
	size_t n;

	(void)snapshot_problems(r->snapshot, &n);
	begin_gauge(out, "switchyard_store_problems",
	    "Files of the store that hold no valid record.");
	buf_printf(out, "switchyard_store_problems %zu\n", n);
	buf_printf(out,
	    "# HELP %s Commits with their fsync.\n"
	    "# TYPE %s histogram\n",
	    name, name);
	histogram_write(
	    store_commit_times(r->app->store), name, "program=\"web\"", out);
}

/* None while no worker has told: then its gauges are absent. */
static void write_worker(const struct app *app, struct buf *out)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	char path[4096];

	snprintf(path, sizeof(path), "%s/run/worker.metrics", app->dir);
	if (file_read_regular(path, &text, NULL) == ERR_OK)
		buf_add(out, text.data, text.len);
	buf_release(&text);
}

static enum err_code get_metrics(
    struct request *r, struct response *out, struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEXT);
	enum err_code rc;

	write_build(&text);
	metrics_write_requests(&r->web->metrics, &text);
	write_store(r, &text);
	write_worker(r->app, &text);
	write_queue(r->app, &text);
	write_devices(r->snapshot, &text);
	write_reachability(r->web, &text);
	rc = buf_check(&text, "the metrics", e);
	if (rc == ERR_OK)
		rc = response_text(
		    out, 200, TEXT_METRICS, buf_text(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/metrics",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_metrics,
	    .operation_id = "getMetrics",
	    .summary = "What Prometheus scrapes",
	    .answer_schema = "Text" },
};

const struct route_table api_metrics_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
