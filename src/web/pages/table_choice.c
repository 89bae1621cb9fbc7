#include "web/pages/table_choice.h"

#include "web/pages/table_row.h"

#include <string.h>

#define NAMED 12 /* rows that a confirmation names */
#define MAX_KEYS ((size_t)4 * 1024 * 1024)

static enum err_code add_row(struct request *r,
    const struct table_choosing *from, struct table_choice *c, const char *key,
    struct err *e)
{
	const void *row = from->find(from->ctx, key);

	if (!row)
		return request_refuse(r, 409, e,
		    "There is no %s %.100s any more. Nothing was done; go back "
		    "to the table and choose again.",
		    from->one, key);
	for (size_t i = 0; i < c->n; i++) {
		if (c->rows[i] == row)
			return ERR_OK;
	}
	c->rows[c->n++] = row;
	return ERR_OK;
}

static enum err_code choose_ticked(struct request *r,
    const struct table_choosing *from, struct table_choice *c, struct err *e)
{
	char *keys = arena_strdup(r->arena, request_form(r, "rows", ""));
	size_t max = r->n_form + 1;
	enum err_code rc = ERR_OK;
	char *rest = NULL;

	for (const char *p = keys; p && *p; p++)
		max += *p == ',';
	c->rows = arena_alloc(r->arena, max * sizeof(const void *));
	if (!keys || !c->rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < r->n_form && rc == ERR_OK; i++) {
		if (strcmp(r->form_pairs[i].name, "row") == 0)
			rc = add_row(r, from, c, r->form_pairs[i].value, e);
	}
	for (char *key = strtok_r(keys, ",", &rest); key && rc == ERR_OK;
	     key = strtok_r(NULL, ",", &rest))
		rc = add_row(r, from, c, key, e);
	return rc;
}

static enum err_code name_rows(struct request *r,
    const struct record_table_spec *spec, struct table_choice *c, struct err *e)
{
	struct buf keys = BUF_INIT(MAX_KEYS);
	uint8_t digest[SHA256_SIZE];
	enum err_code rc;

	for (size_t i = 0; i < c->n; i++) {
		buf_puts(&keys, table_row_key(spec, c->rows[i]));
		buf_putc(&keys, ',');
	}
	rc = buf_check(&keys, "the choice", e);
	if (rc == ERR_OK) {
		sha256_of(buf_text(&keys), keys.len, digest);
		hex_encode(c->digest, digest, sizeof(digest));
		c->keys = arena_strdup(r->arena, buf_text(&keys));
		if (!c->keys)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_release(&keys);
	return rc;
}

enum err_code table_choice_read(struct request *r,
    const struct table_choosing *from, struct table_choice *ret, struct err *e)
{
	struct table_choice c = { .all = strcmp(request_form(r, "scope", ""),
					     "all") == 0 };
	struct record_table t = { .n = 0 };
	enum err_code rc;

	if (c.all) {
		rc = from->select ? from->select(r, from->ctx, &t, e)
				  : record_table_select_of(r, from->spec,
					&from->rows, RECORD_TABLE_ALL, &t, e);
		c.rows = t.rows;
		c.n = t.n;
	} else {
		rc = choose_ticked(r, from, &c, e);
	}
	if (rc == ERR_OK)
		rc = name_rows(r, from->spec, &c, e);
	if (rc == ERR_OK && c.n == 0)
		rc = request_refuse(r, 422, e,
		    "Nothing is chosen. Tick rows of the table, or choose all "
		    "that match.");
	if (rc == ERR_OK)
		*ret = c;
	return rc;
}

void table_choice_add(
    struct request *r, const struct table_choice *choice, struct jv ctx)
{
	const char *once = request_form(r, "once", "");
	struct arena *a = r->arena;

	jv_dict_set(a, ctx, "n", jv_int((int64_t)choice->n));
	jv_dict_set(a, ctx, "rows", jv_text(choice->keys));
	jv_dict_set(a, ctx, "digest", jv_copy_text(a, choice->digest));
	jv_dict_set(a, ctx, "once", jv_text(*once ? once : r->id));
	jv_dict_set(a, ctx, "query", jv_text(query_text(r, NULL)));
}

enum err_code table_choice_check(
    struct request *r, const struct table_choice *choice, struct err *e)
{
	if (strcmp(request_form(r, "digest", ""), choice->digest) == 0)
		return ERR_OK;
	return err_set(e, ERR_CONFLICT,
	    "Other rows match now than those that were shown. Nothing was "
	    "done; look at the list again.");
}

struct jv table_choice_names(struct arena *a,
    const struct record_table_spec *spec, const struct table_choice *choice)
{
	struct jv list = jv_list(a, NAMED);

	for (size_t i = 0; i < choice->n && i < NAMED; i++)
		jv_list_append(a, list,
		    jv_text(spec->source
				? table_row_key(spec, choice->rows[i])
				: view_record_title(a, choice->rows[i])));
	return list;
}
