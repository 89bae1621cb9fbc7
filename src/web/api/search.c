/* Search in records and configurations. */
#include "web/api/api.h"

#include "base/escape.h"
#include "web/search_ask.h"

#include <string.h>

#define DEFAULT_TEXTS 30
#define MAX_TEXTS 200

/* Bytes of a device as a JSON string: what is no UTF-8 is replaced. */
static json_t *device_string(const char *text, size_t len)
{
	struct buf safe = BUF_INIT(3 * len + 1);
	json_t *v;

	escape_device_text(&safe, text, len);
	v = json_stringn(buf_text(&safe), safe.len);
	buf_release(&safe);
	return v;
}

static json_t *hit_json(const struct search_record *hit)
{
	const struct kind *kind = record_kind(hit->record);

	return json_pack("{s:s, s:s, s:s, s:s}", "kind", kind->name, "key",
	    record_key(hit->record), "field", hit->field->name, "text",
	    hit->text);
}

static json_t *text_json(const struct search_text *text)
{
	json_t *lines = json_array();

	for (size_t i = 0; lines && i < text->n_lines; i++) {
		const struct search_line *l = &text->lines[i];

		json_array_append_new(lines,
		    json_pack("{s:I, s:o, s:b}", "number",
			(json_int_t)l->number, "text",
			device_string(l->text, l->len), "match", l->matches));
	}
	return json_pack("{s:s, s:s, s:I, s:o}", "device", text->device,
	    "config", search_texts_words[text->which], "matches",
	    (json_int_t)text->n_matches, "lines", lines);
}

static enum err_code get_search(
    struct request *r, struct response *out, struct err *e)
{
	json_t *items = json_array(), *records = json_array(), *answer;
	struct search_answer an;
	long limit;
	enum err_code rc;

	rc = request_query_number(
	    r, "limit", 1, MAX_TEXTS, DEFAULT_TEXTS, &limit, e);
	if (rc == ERR_OK) {
		rc = search_ask(r, (size_t)limit, &an, e);
		if (rc == ERR_INVALID || rc == ERR_LIMIT)
			r->problem.status = 400;
	}
	for (size_t i = 0; rc == ERR_OK && i < an.n_records; i++)
		rc = api_append(records, hit_json(&an.records[i]), e);
	for (size_t i = 0; rc == ERR_OK && i < an.found.n; i++)
		rc = api_append(items, text_json(&an.found.texts[i]), e);
	if (rc != ERR_OK) {
		json_decref(items);
		json_decref(records);
		return rc;
	}
	answer = api_list_json(items, *an.found.next ? an.found.next : NULL);
	json_object_set_new(answer, "records", records);
	return response_json(out, 200, answer, e);
}

static const char *const query[] = { "q", "mode", "case", "in", "after",
	"limit", NULL };

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/search",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_search,
	    .query = query,
	    .operation_id = "search",
	    .summary = "Records, and lines of current configurations, that "
		       "hold a text (mode=regex: match an expression)",
	    .answer_schema = "SearchResult" },
};

const struct route_table api_search_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
