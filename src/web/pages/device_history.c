/*
 * /devices/{name}/history: the commits that touched the device's record, its
 * intended configuration, its backup or its command outputs, and what each
 * changed.
 */
#include "web/pages/pages.h"

#include "app/device_history.h"
#include "web/pages/commit_view.h"
#include "web/pages/device_state.h"
#include "web/pages/past.h"
#include "web/pages/history_rows.h"

#include <string.h>

#define PAGE_SIZE 50
#define MAX_NAMES 4

/* --- the list ------------------------------------------------------------ */

static const char *id_text(struct arena *a, const struct commit_id *id)
{
	char text[STORE_OID_TEXT_SIZE];

	commit_id_format(id, text);
	return arena_strdup(a, text);
}

/* ?of=inventory|intended|backup|outputs shows one of them alone. */
static enum err_code history_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	struct device_history_query query = { .limit = PAGE_SIZE };
	struct history_page page;
	struct commit_id from;
	enum device_file only;
	bool given;
	enum err_code rc;

	if ((rc = past_find(r, &query.device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, query.device, "history", ctx, e)) !=
		ERR_OK ||
	    (rc = view_query_commit(r, "from", &from, &given, e)) != ERR_OK)
		return rc;
	query.from = given ? &from : NULL;
	if (device_file_parse(request_query(r, "of", ""), &only))
		query.only = &only;
	rc = device_history_read(r->app, &query, a, &page, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(
	    a, ctx, "commits", history_rows_view(r, &page, device_file_words));
	jv_dict_set(a, ctx, "more",
	    jv_text(page.has_more ? id_text(a, &page.next) : ""));
	jv_dict_set(
	    a, ctx, "of", jv_text(query.only ? device_file_words[only] : ""));
	jv_dict_set(a, ctx, "from", jv_text(request_query(r, "from", "")));
	return response_page(r, out, 200, "device_history.html", ctx, e);
}

/* --- one commit ---------------------------------------------------------- */

/* "devices/lab/old.json" or "old": the name in it. */
static const char *name_in(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".cfg") == 0 ||
			  strcmp(dot, ".txt") == 0)
		   ? arena_memdup(a, base, (size_t)(dot - base))
		   : arena_strdup(a, base);
}

/* The device's name now, its name then, and the name before that. */
static void names_of(struct request *r, const struct record *device,
    const struct commit_view *c, const char *names[MAX_NAMES])
{
	names[0] = record_key(device);
	names[1] = c->device;
	names[2] = name_in(r->arena, c->renamed_from);
	names[3] = NULL;
	if (!names[1] || !names[2])
		names[1] = NULL;
}

static enum err_code commit_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 12), files;
	const struct record *device;
	const char *names[MAX_NAMES];
	struct commit_view commit;
	enum err_code rc;

	if ((rc = past_find(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "history", ctx, e)) != ERR_OK ||
	    (rc = commit_view_read(r, r->capture[1], &commit, e)) != ERR_OK)
		return rc;
	names_of(r, device, &commit, names);
	rc = commit_view_files(r, &commit, names, &files, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "commit", commit.commit);
	jv_dict_set(r->arena, ctx, "files", files);
	return response_page(r, out, 200, "device_commit.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}/history", MAY_VIEW, history_page),
	PAGE_GET("/devices/{name}/history/{commit}", MAY_VIEW, commit_page),
};

const struct route_table pages_device_history_routes = { routes,
	COUNT(routes) };
