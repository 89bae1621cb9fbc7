/*
 * /devices/{name}/history: the commits that touched the device's record, its
 * intended configuration or its backup; what each changed; any version.
 */
#include "web/pages/pages.h"

#include "base/text.h"
#include "web/pages/commit_view.h"
#include "web/pages/device_state.h"
#include "web/pages/text_view.h"

#include <string.h>

#define PAGE_SIZE 50
#define MAX_TEXT ((size_t)16 * 1024 * 1024)
#define MAX_NAMES 4

/* --- the list --------------------------------------------------------------
 */

struct device_paths {
	char intended[PATH_MAX_PATH], backup[PATH_MAX_PATH];
	const char *list[3];
};

/* ?of=record|intended|backup shows one of them alone. */
static size_t choose_paths(
    struct request *r, const struct record *device, struct device_paths *p)
{
	static const char *const words[] = { "record", "intended", "backup" };
	const char *area = record_text(device, DEVICE_AREA);
	const char *of = request_query(r, "of", "");

	path_of_config(PATH_INTENDED, area, record_key(device), p->intended);
	path_of_config(PATH_BACKUP, area, record_key(device), p->backup);
	p->list[0] = record_path(device);
	p->list[1] = p->intended;
	p->list[2] = p->backup;
	for (size_t i = 0; i < COUNT(words); i++) {
		if (strcmp(of, words[i]) != 0)
			continue;
		p->list[0] = p->list[i];
		return 1;
	}
	return COUNT(words);
}

static enum err_code history_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12), commits;
	struct view_log log = { .branch = STORE_MAIN, .limit = PAGE_SIZE };
	const char *from = request_query(r, "from", "");
	const struct record *device;
	struct device_paths paths;
	struct commit_id start;
	const char *more;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "history", ctx, e)) != ERR_OK)
		return rc;
	if (*from && !commit_id_parse(from, &start))
		return err_set(e, ERR_INVALID, "%.60s is no commit.", from);
	log.from = *from ? &start : NULL;
	log.n_paths = choose_paths(r, device, &paths);
	log.paths = paths.list;
	if ((rc = view_read_log(r, &log, &commits, &more, e)) != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "commits", commits);
	jv_dict_set(a, ctx, "more", jv_text(more));
	jv_dict_set(a, ctx, "of", jv_text(request_query(r, "of", "")));
	jv_dict_set(a, ctx, "from", jv_text(from));
	return response_page(r, out, 200, "device_history.html", ctx, e);
}

/* --- one commit ------------------------------------------------------------
 */

/* "devices/lab/old.json" or "old": the name in it. */
static const char *name_in(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".cfg") == 0)
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

	if ((rc = view_find_device(r, &device, e)) != ERR_OK ||
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

/* --- one version -----------------------------------------------------------
 */

static enum err_code read_version(struct request *r,
    const struct record *device, struct buf *out, struct jv *ret_commit,
    struct err *e)
{
	const char *names[MAX_NAMES];
	struct commit_view commit;
	const char *path;
	enum err_code rc;

	if ((rc = commit_view_read(r, r->capture[1], &commit, e)) != ERR_OK)
		return rc;
	names_of(r, device, &commit, names);
	rc = commit_view_path(r, &commit, names, r->capture[2], &path, e);
	if (rc == ERR_OK)
		rc = store_read(r->app->store, &commit.id, path, out, NULL, e);
	if (rc == ERR_OK)
		*ret_commit = commit.commit;
	return rc;
}

static enum err_code version_page(
    struct request *r, struct response *out, struct err *e)
{
	struct arena *a = r->arena;
	struct buf text = BUF_INIT(MAX_TEXT);
	struct jv ctx = jv_dict(a, 12), commit;
	const struct record *device;
	enum err_code rc;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK ||
	    (rc = device_add_frame(r, device, "history", ctx, e)) != ERR_OK ||
	    (rc = read_version(r, device, &text, &commit, e)) != ERR_OK)
		goto out;
	if (*request_query(r, "raw", "")) {
		rc = response_text(out, 200, "text/plain; charset=utf-8",
		    buf_text(&text), text.len, e);
		goto out;
	}
	jv_dict_set(a, ctx, "commit", commit);
	jv_dict_set(a, ctx, "part", jv_copy_text(a, r->capture[2]));
	jv_dict_set(a, ctx, "text", text_view_lines(a, buf_text(&text)));
	rc = response_page(r, out, 200, "device_version.html", ctx, e);
out:
	buf_release(&text);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}/history", MAY_VIEW, history_page),
	PAGE_GET("/devices/{name}/history/{commit}", MAY_VIEW, commit_page),
	PAGE_GET(
	    "/devices/{name}/history/{commit}/{part}", MAY_VIEW, version_page),
};

const struct route_table pages_device_history_routes = { routes,
	COUNT(routes) };
