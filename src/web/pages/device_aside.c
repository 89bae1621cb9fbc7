/*
 * /devices/{name}/aside: what backups read of a device and put aside since it
 * is not whole, against the last good backup, and what can be done about it.
 */
#include "web/pages/pages.h"

#include "app/aside.h"
#include "base/clock.h"
#include "web/pages/device_state.h"
#include "web/pages/diff_view.h"
#include "web/pages/text_view.h"

#include <string.h>

#define TEXT_MAX ((size_t)16 << 20)

static enum err_code read_text(struct request *r, const char *device,
    const char *command, const char **ret, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	enum err_code rc = aside_read(r->app->dir, device, command, &text, e);
	const char *copy = "";

	if (rc == ERR_OK && text.len > 0)
		copy = arena_memdup(r->arena, text.data, text.len);
	buf_release(&text);
	if (rc == ERR_OK && !copy)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		*ret = copy;
	return rc;
}

static struct jv list_view(struct arena *a, const struct aside *list, size_t n)
{
	struct jv views = jv_list(a, n);
	char time[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < n; i++) {
		struct jv v = jv_dict(a, 3);

		clock_format_utc(list[i].read_ms, time);
		jv_dict_set(a, v, "command", jv_copy_text(a, list[i].command));
		jv_dict_set(a, v, "time", jv_copy_text(a, time));
		jv_dict_set(a, v, "size", jv_int(list[i].size));
		jv_list_append(a, views, v);
	}
	return views;
}

/* A configuration against the last good one; anything else as it is, since
 * commands have no file of their own in the store. */
static enum err_code add_text(struct request *r, const char *device,
    const char *command, struct jv ctx, struct err *e)
{
	struct diff_look look = diff_look_read(r);
	struct jv diff = jv_none();
	const char *text, *backup = "";
	enum err_code rc = read_text(r, device, command, &text, e);

	if (rc == ERR_OK && !*command)
		rc = device_read_config(r, PATH_BACKUP, device, &backup, e);
	if (rc == ERR_OK && *backup)
		rc = diff_view_from_texts(
		    r->arena, &look, backup, text, &diff, e);
	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "diff", diff);
	jv_dict_set(r->arena, ctx, "text", text_view_lines(r->arena, text));
	return ERR_OK;
}

static enum err_code send_raw(struct request *r, struct response *out,
    const char *device, const char *command, struct err *e)
{
	const char *text;
	enum err_code rc = read_text(r, device, command, &text, e);

	if (rc != ERR_OK)
		return rc;
	return response_text(
	    out, 200, "text/plain; charset=utf-8", text, strlen(text), e);
}

static enum err_code aside_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 20);
	const struct record *device;
	struct aside list[ASIDE_MAX];
	const char *of;
	enum err_code rc;
	size_t n;

	if ((rc = view_find_device(r, &device, e)) != ERR_OK)
		return rc;
	n = aside_list(r->app->dir, record_key(device), list);
	of = request_query(r, "of", n ? list[0].command : "");
	if (*request_query(r, "raw", ""))
		return send_raw(r, out, record_key(device), of, e);
	if ((rc = device_add_frame(r, device, "config", ctx, e)) != ERR_OK ||
	    (n && (rc = add_text(r, record_key(device), of, ctx, e)) != ERR_OK))
		return rc;
	jv_dict_set(r->arena, ctx, "of", jv_text(of));
	jv_dict_set(r->arena, ctx, "aside", list_view(r->arena, list, n));
	jv_dict_set(
	    r->arena, ctx, "last_backup", device_backup_view(r, device));
	return response_page(r, out, 200, "device_aside.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/devices/{name}/aside", MAY_VIEW, aside_page),
};
const struct route_table pages_device_aside_routes = { routes, COUNT(routes) };
