#include "web/request.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "web/cgi.h"
#include "web/router.h"

#include <stdio.h>
#include <string.h>

const char *request_header(const struct request *r, const char *name)
{
	return cgi_header(r->cgi, name);
}

static const char *find_pair(const struct request_pair *pairs, size_t n,
    const char *name, const char *fallback)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(pairs[i].name, name) == 0)
			return pairs[i].value;
	}
	return fallback;
}

const char *request_query(
    struct request *r, const char *name, const char *fallback)
{
	return find_pair(r->query_pairs, r->n_query, name, fallback);
}

const char *request_form(
    struct request *r, const char *name, const char *fallback)
{
	return find_pair(r->form_pairs, r->n_form, name, fallback);
}

const struct request_pair *request_query_all(struct request *r, size_t *ret_n)
{
	*ret_n = r->n_query;
	return r->query_pairs;
}

/* The code whose class of answers a status belongs to; the status itself is
 * in r->problem. */
static enum err_code code_of_status(int status)
{
	static const struct {
		int status;
		enum err_code code;
	} codes[] = {
		{ 401, ERR_DENIED },
		{ 403, ERR_DENIED },
		{ 404, ERR_NOT_FOUND },
		{ 409, ERR_CONFLICT },
		{ 412, ERR_STALE },
		{ 413, ERR_LIMIT },
		{ 414, ERR_LIMIT },
		{ 429, ERR_LIMIT },
		{ 431, ERR_LIMIT },
		{ 503, ERR_SYSTEM },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].status == status)
			return codes[i].code;
	}
	return ERR_INVALID;
}

enum err_code request_refuse(
    struct request *r, int status, struct err *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->problem.status = status;
	return err_set(e, code_of_status(status), "%s", text);
}

struct schema_errors *request_errors(struct request *r)
{
	r->errors_room->n = 0;
	r->problem.errors = r->errors_room;
	return r->errors_room;
}

enum err_code request_query_number(struct request *r, const char *name,
    long min, long max, long fallback, long *ret, struct err *e)
{
	const char *text = request_query(r, name, NULL);
	long n = fallback;

	if (text && !text_to_long(text, min, max, &n))
		return request_refuse(r, 400, e,
		    "%s must be a whole number from %ld to %ld", name, min,
		    max);
	*ret = n;
	return ERR_OK;
}

enum err_code request_json(struct request *r, json_t **ret, struct err *e)
{
	struct err why = ERR_INIT;

	if (r->body_len == 0)
		return request_refuse(
		    r, 400, e, "the request has no body; send JSON");
	if (json_read(r->body, r->body_len, r->route->body_limit, ret, &why) !=
	    ERR_OK)
		return request_refuse(
		    r, 400, e, "the body is not valid JSON: %s", why.message);
	return ERR_OK;
}

enum err_code request_json_object(
    struct request *r, bool optional, json_t **ret, struct err *e)
{
	json_t *value = NULL;
	enum err_code rc;

	if (optional && r->body_len == 0) {
		*ret = json_object();
		return *ret ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
	}
	rc = request_json(r, &value, e);
	if (rc != ERR_OK)
		return rc;
	if (!json_is_object(value)) {
		json_decref(value);
		return request_refuse(
		    r, 400, e, "the body must be a JSON object");
	}
	*ret = value;
	return ERR_OK;
}

static bool is_list(const struct field *f)
{
	return f->type == FIELD_REFS || f->type == FIELD_LABELS ||
	       f->type == FIELD_NUMBERS;
}

/* A list's control may come as several pairs of one name (a multiple
 * selection, check boxes): joined by commas.  NULL: not in the form. */
static const char *form_text(struct request *r, const struct field *f)
{
	const char *joined = NULL;

	if (!is_list(f))
		return request_form(r, f->name, NULL);
	for (size_t i = 0; i < r->n_form; i++) {
		const struct request_pair *p = &r->form_pairs[i];

		if (strcmp(p->name, f->name) != 0)
			continue;
		joined = joined
			     ? arena_printf(r->arena, "%s,%s", joined, p->value)
			     : p->value;
	}
	return joined;
}

static json_t *form_value(
    struct request *r, const struct field *f, struct schema_errors *errors)
{
	const char *text = form_text(r, f);

	/* browsers send nothing for a box that is not ticked */
	if (!text && f->type == FIELD_BOOL)
		return json_false();
	if (!text)
		return json_null();
	return schema_value_from_text(f, text, errors);
}

json_t *request_form_object(struct request *r, const struct schema *schema,
    struct schema_errors *errors)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < schema->n_fields; i++) {
		const struct field *f = &schema->fields[i];
		json_t *value;

		if (f->hidden)
			continue;
		value = form_value(r, f, errors);
		if (!value || json_is_null(value)) {
			json_decref(value);
			continue;
		}
		if (json_object_set_new(object, f->name, value) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* One entity tag (RFC 9110, 8.8.3): quoted, perhaps weak, no other quote. */
static bool is_entity_tag(const char *text)
{
	size_t n;

	if (text_starts_with(text, "W/"))
		text += 2;
	n = strlen(text);
	return n >= 2 && text[0] == '"' && text[n - 1] == '"' &&
	       strchr(text + 1, '"') == text + n - 1;
}

/* The version that a tag of ours names; of a tag that is not ours, or weak,
 * one that no record has, for it matches none. */
static struct blob_id version_of_tag(const char *text)
{
	char hex[STORE_OID_TEXT_SIZE];
	struct blob_id id, any = { { 0 } };

	memset(&id, 0xff, sizeof(id));
	if (strlen(text) != STORE_OID_TEXT_SIZE + 1)
		return id;
	memcpy(hex, text + 1, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	if (!blob_id_parse(hex, &id) || blob_id_equal(&id, &any))
		memset(&id, 0xff, sizeof(id));
	return id;
}

enum err_code request_if_match(const struct request *r, bool *ret_present,
    struct blob_id *ret, struct err *e)
{
	const char *text = r->cgi->value[CGI_HTTP_IF_MATCH];
	struct blob_id id = { { 0 } };

	if (!*text) {
		*ret_present = false;
		return ERR_OK;
	}
	if (strcmp(text, "*") != 0) {
		if (!is_entity_tag(text))
			return err_set(e, ERR_INVALID,
			    "If-Match must be one entity tag as ETag gave it, "
			    "or *");
		id = version_of_tag(text);
	}
	*ret_present = true;
	*ret = id;
	return ERR_OK;
}
