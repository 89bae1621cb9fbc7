#include "domain/record.h"

#include "base/json.h"
#include "domain/path.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX_JSON ((size_t)256 * 1024)

struct value {
	const char *text; /* scalars, or the first item; NULL: absent */
	uint32_t count;	  /* items of a list, each followed by a NUL */
	uint32_t is_list;
};

/* One allocation: the struct, the values, then texts.  `json` comes last. */
struct record {
	atomic_uint refs;
	const struct kind *kind;
	const char *key;
	const char *path;
	const char *json;
	size_t json_len;
	uint8_t version[20];
	struct value values[];
};

/* Texts are gathered in a buffer first; values hold offsets until the final
 * allocation is known. */
struct gathering {
	struct buf texts;
	size_t offset[32];
	uint32_t count[32];
	bool present[32];
	bool is_list[32];
};

static void gather_scalar(struct buf *texts, const json_t *v)
{
	if (json_is_string(v))
		buf_puts(texts, json_string_value(v));
	else if (json_is_integer(v))
		buf_printf(texts, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		buf_puts(texts, json_is_true(v) ? "true" : "false");
	else if (json_write_line(v, texts, NULL) != ERR_OK)
		texts->failed = true;
	buf_putc(texts, '\0');
}

static void gather(
    struct gathering *g, const struct kind *kind, const json_t *object)
{
	for (size_t i = 0; i < kind->schema.n_fields; i++) {
		json_t *v =
		    json_object_get(object, kind->schema.fields[i].name);
		json_t *item;
		size_t j;

		g->present[i] = v != NULL;
		g->offset[i] = g->texts.len;
		g->is_list[i] = json_is_array(v);
		if (!v)
			continue;
		if (!json_is_array(v)) {
			gather_scalar(&g->texts, v);
			continue;
		}
		json_array_foreach(v, j, item) gather_scalar(&g->texts, item);
		g->count[i] = (uint32_t)json_array_size(v);
	}
}

static struct record *assemble(const struct gathering *g,
    const struct kind *kind, const char *key, const char *path,
    const struct buf *json)
{
	size_t n = kind->schema.n_fields;
	size_t head = sizeof(struct record) + n * sizeof(struct value);
	size_t key_len = strlen(key) + 1, path_len = strlen(path) + 1;
	struct record *r =
	    malloc(head + g->texts.len + key_len + path_len + json->len + 1);
	char *p;

	if (!r)
		return NULL;
	atomic_init(&r->refs, 1);
	r->kind = kind;
	p = (char *)r + head;
	if (g->texts.len)
		memcpy(p, g->texts.data, g->texts.len);
	for (size_t i = 0; i < n; i++) {
		r->values[i] = (struct value){
			.text = g->present[i] ? p + g->offset[i] : NULL,
			.count = g->count[i],
			.is_list = g->is_list[i],
		};
	}
	p += g->texts.len;
	r->key = memcpy(p, key, key_len);
	p += key_len;
	r->path = memcpy(p, path, path_len);
	p += path_len;
	r->json = memcpy(p, json->data, json->len + 1);
	r->json_len = json->len;
	return r;
}

enum err_code record_new(const struct kind *kind, const json_t *object,
    const uint8_t *version, struct record **ret, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct gathering g = { .texts = BUF_INIT(RECORD_MAX_JSON) };
	struct buf json = BUF_INIT(RECORD_MAX_JSON);
	char key[PATH_MAX_KEY], path[PATH_MAX_PATH];
	struct record *r = NULL;
	json_t *full = NULL;
	enum err_code rc = ERR_OK;

	assert(kind->schema.n_fields <= 32);
	if (!schema_check(&kind->schema, object, &errors))
		return schema_errors_check(&errors, e);
	full = schema_complete(&kind->schema, object);
	if (!full)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if ((rc = path_of_object(kind, full, key, path, e)) != ERR_OK ||
	    (rc = json_write(full, &json, e)) != ERR_OK)
		goto out;
	gather(&g, kind, full);
	if ((rc = buf_check(&g.texts, "the record", e)) != ERR_OK)
		goto out;
	r = assemble(&g, kind, key, path, &json);
	if (!r) {
		rc = err_set(e, ERR_SYSTEM, "out of memory");
		goto out;
	}
	if (version)
		memcpy(r->version, version, sizeof(r->version));
	else
		memset(r->version, 0, sizeof(r->version));
	*ret = r;
out:
	json_decref(full);
	buf_release(&json);
	buf_release(&g.texts);
	return rc;
}

enum err_code record_parse(const struct kind *kind, const char *text,
    size_t len, const uint8_t *version, struct record **ret, struct err *e)
{
	json_t *object;
	enum err_code rc;

	rc = json_read(text, len, RECORD_MAX_JSON, &object, e);
	if (rc != ERR_OK)
		return rc;
	rc = record_new(kind, object, version, ret, e);
	json_decref(object);
	return rc;
}

static struct record *writable(const struct record *r)
{
	/* only the count is ever changed after the record was made */
	return (struct record *)(uintptr_t)r;
}

struct record *record_ref(const struct record *r)
{
	struct record *w = writable(r);

	atomic_fetch_add_explicit(&w->refs, 1, memory_order_relaxed);
	return w;
}

void record_unref(const struct record *r)
{
	struct record *w = writable(r);

	if (w &&
	    atomic_fetch_sub_explicit(&w->refs, 1, memory_order_acq_rel) == 1)
		free(w);
}

const struct kind *record_kind(const struct record *r)
{
	return r->kind;
}

const char *record_key(const struct record *r)
{
	return r->key;
}

const char *record_path(const struct record *r)
{
	return r->path;
}

const uint8_t *record_version(const struct record *r)
{
	return r->version;
}

const char *record_json(const struct record *r, size_t *ret_len)
{
	if (ret_len)
		*ret_len = r->json_len;
	return r->json;
}

json_t *record_to_json(const struct record *r)
{
	return json_loadb(r->json, r->json_len, 0, NULL);
}

const char *record_text(const struct record *r, int field)
{
	const char *text = r->values[field].text;

	return text && !r->values[field].is_list ? text : "";
}

bool record_has(const struct record *r, int field)
{
	return r->values[field].text != NULL;
}

long record_number(const struct record *r, int field, long fallback)
{
	const char *text = r->values[field].text;

	return text ? strtol(text, NULL, 10) : fallback;
}

bool record_flag(const struct record *r, int field)
{
	return strcmp(record_text(r, field), "true") == 0;
}

bool record_field_is_list(const struct field *f)
{
	return f->type == FIELD_REFS || f->type == FIELD_LABELS ||
	       f->type == FIELD_NUMBERS;
}

size_t record_count(const struct record *r, int field)
{
	return r->values[field].count;
}

const char *record_item(const struct record *r, int field, size_t i)
{
	const char *p = r->values[field].text;

	assert(i < r->values[field].count);
	while (i-- > 0)
		p += strlen(p) + 1;
	return p;
}

bool record_contains(const struct record *r, int field, const char *item)
{
	const char *p = r->values[field].text;

	for (size_t i = 0; i < r->values[field].count; i++) {
		if (strcmp(p, item) == 0)
			return true;
		p += strlen(p) + 1;
	}
	return false;
}
