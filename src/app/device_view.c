#include "app/device_view.h"

#include "app/device_need.h"

#include <stdlib.h>
#include <string.h>

const int device_view_search[] = { DEVICE_NAME, DEVICE_PRIMARY_IP4,
	DEVICE_SERIAL, DEVICE_TAGS, DEVICE_DESCRIPTION, -1 };

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* application/x-www-form-urlencoded (URL standard, 5.1); what is no escape
 * stands for itself. */
static void decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		int high, low;

		if (*text == '%' && (high = hex_digit(text[1])) >= 0 &&
		    (low = hex_digit(text[2])) >= 0 && high + low > 0) {
			*to++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*to++ = (char)(*text == '+' ? ' ' : *text);
		}
	}
	*to = '\0';
}

/* What a query says about the table, not about its rows. */
static bool is_of_table(const char *name)
{
	static const char *const names[] = { "sort", "page", "size", "col" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* `needs` is the table's, and no field of a record. */
static bool take_need(
    enum device_need *need, const char *name, const char *value)
{
	if (strcmp(name, "needs") != 0 || *need != NEEDS)
		return false;
	*need = device_need_find(value);
	return *need != NEEDS;
}

/* A table shows more if it does not know a filter; a run over more devices than
 * were meant would do harm. */
static enum err_code read_query(struct device_view *v, const char *view,
    enum device_need *need, struct err *e)
{
	char *rest = NULL;

	for (char *name = strtok_r(v->query, "&", &rest); name;
	     name = strtok_r(NULL, "&", &rest)) {
		char *value = strchr(name, '=');

		if (!value)
			continue;
		*value++ = '\0';
		decode(name);
		decode(value);
		if (*value && !is_of_table(name) &&
		    !take_need(need, name, value) &&
		    !row_filter_add(&v->filter, name, value))
			return err_set(e, ERR_CONFLICT,
			    "the saved view \"%.80s\" filters by \"%.40s\", "
			    "which devices cannot be filtered by",
			    view, name);
	}
	return ERR_OK;
}

static enum err_code mark_devices(const struct app *app, enum device_need need,
    struct device_view *v, struct err *e)
{
	size_t n;

	if (need == NEEDS)
		return ERR_OK;
	(void)snapshot_all(v->snapshot, KIND_DEVICE, &n);
	v->marks = calloc(n + 1, sizeof(*v->marks));
	if (!v->marks)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return device_need_mark(app->needs, v->snapshot, need, v->marks, e);
}

/* app NULL: without what is known of devices. */
static enum err_code open_view(const struct app *app, const struct snapshot *s,
    const char *name, struct device_view *ret, struct err *e)
{
	const struct record *r = snapshot_find(s, KIND_VIEW, name);
	const struct row_reader reader = row_reader_of_kind(KIND_DEVICE);
	struct device_view v = { .snapshot = s };
	enum device_need need = NEEDS;
	enum err_code rc;

	if (!r)
		return err_set(e, ERR_CONFLICT,
		    "there is no saved view \"%.80s\": it was renamed or "
		    "deleted",
		    name);
	if (strcmp(record_text(r, VIEW_TABLE), kind_get(KIND_DEVICE)->plural) !=
	    0)
		return err_set(e, ERR_CONFLICT,
		    "the saved view \"%.80s\" is of %s, and shows no devices",
		    name, record_text(r, VIEW_TABLE));
	v.query = strdup(record_text(r, VIEW_QUERY));
	if (!v.query)
		return err_set(e, ERR_SYSTEM, "out of memory");
	row_filter_init(&v.filter, &reader, device_view_search);
	rc = read_query(&v, name, &need, e);
	if (rc == ERR_OK && app)
		rc = mark_devices(app, need, &v, e);
	if (rc == ERR_OK)
		*ret = v;
	else
		device_view_release(&v);
	return rc;
}

enum err_code device_view_open(const struct app *app, const struct snapshot *s,
    const char *name, struct device_view *ret, struct err *e)
{
	return open_view(app, s, name, ret, e);
}

enum err_code device_view_check(
    const struct snapshot *s, const char *name, struct err *e)
{
	struct device_view v;
	enum err_code rc = open_view(NULL, s, name, &v, e);

	if (rc == ERR_OK)
		device_view_release(&v);
	return rc;
}

bool device_view_shows(const struct device_view *v, const struct record *device)
{
	size_t at;

	if (v->marks && (!snapshot_place(v->snapshot, KIND_DEVICE,
			     record_key(device), &at) ||
			    !v->marks[at]))
		return false;
	return row_filter_shows(&v->filter, device);
}

void device_view_release(struct device_view *v)
{
	free(v->query);
	free(v->marks);
	v->query = NULL;
	v->marks = NULL;
}
