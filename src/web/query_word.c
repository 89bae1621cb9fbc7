#include "web/query_word.h"

#include "app/device_history.h"
#include "app/outbox.h"
#include "app/run_rows.h"
#include "app/transfer.h"
#include "domain/reach.h"
#include "domain/run.h"
#include "web/router.h"
#include "web/search_ask.h"

#include <string.h>

static const char *const flag_values[] = { "true", "false", "on", "off", "1",
	"0", NULL };
static const char *const modes[] = { "text", "regex", NULL };
static const char *const branches[] = { "changes", "runs", NULL };
static const char *const export_formats[] = { "csv", "json", NULL };

/* Of one name, those of certain routes come first. */
static const struct query_word words[] = {
	{ "limit", NULL, QUERY_COUNT, NULL, "At most so many" },
	{ "after", NULL, QUERY_TEXT, NULL,
	    "What comes behind this: `next` of the page before" },
	{ "before", NULL, QUERY_TEXT, NULL,
	    "What is older than this: `next` of the page before" },
	{ "cursor", NULL, QUERY_TEXT, NULL, "`next` of the page before" },
	{ "q", "/search", QUERY_TEXT, NULL, "What is looked for" },
	{ "q", NULL, QUERY_TEXT, NULL, "Those in which this text occurs" },
	{ "mode", NULL, QUERY_CHOICE, modes,
	    "Whether `q` is a text or a regular expression" },
	{ "case", NULL, QUERY_FLAG, NULL, "Tell upper and lower case apart" },
	{ "in", NULL, QUERY_CHOICE, search_texts_words,
	    "Texts of this sort only" },
	{ "since", "/log", QUERY_COUNT, NULL, "Lines above this number" },
	{ "since", NULL, QUERY_TEXT, NULL,
	    "From this day, or this time in UTC (RFC 3339), on" },
	{ "until", NULL, QUERY_TEXT, NULL,
	    "Up to this day, or this time in UTC (RFC 3339)" },
	{ "person", NULL, QUERY_TEXT, NULL, "Who did it" },
	{ "actor", NULL, QUERY_TEXT, NULL, "Who asked for it" },
	{ "device", NULL, QUERY_TEXT, NULL, "Name of a device" },
	{ "job", NULL, QUERY_TEXT, NULL, "Name of a job" },
	{ "trigger", "/audit", QUERY_TEXT, NULL,
	    "What started it, or where it was written from" },
	{ "trigger", NULL, QUERY_CHOICE, run_trigger_words, "What started it" },
	{ "state", NULL, QUERY_CHOICE, run_state_words, "State of the run" },
	{ "result", NULL, QUERY_TEXT, NULL, "How it ended" },
	{ "only", NULL, QUERY_CHOICE, branches,
	    "Changes of the inventory alone, or runs alone" },
	{ "kind", NULL, QUERY_CHOICE, device_file_words,
	    "Which of the device's files" },
	{ "show", NULL, QUERY_CHOICE, run_rows_words, "Which rows" },
	{ "place", NULL, QUERY_CHOICE, outbox_place_words, "Where it lies" },
	{ "verdict", NULL, QUERY_CHOICE, reach_words,
	    "Devices with this verdict" },
	{ "format", "/export", QUERY_CHOICE, export_formats,
	    "Format of the file" },
	{ "format", NULL, QUERY_CHOICE, transfer_format_words,
	    "Format of the file" },
	{ "dry_run", NULL, QUERY_FLAG, NULL, "Check and report, save nothing" },
	{ "area", NULL, QUERY_TEXT, NULL, "Area of rows that name none" },
	{ "status", NULL, QUERY_TEXT, NULL, "Status of rows that name none" },
	{ "create_missing", NULL, QUERY_FLAG, NULL,
	    "Make what rows refer to and nobody made: areas, roles, "
	    "platforms" },
	{ "move", NULL, QUERY_FLAG, NULL,
	    "Devices that are in another area than their row says move" },
	{ "template", NULL, QUERY_TEXT, NULL,
	    "The template that the body stands in for" },
	{ "provision_state", NULL, QUERY_TEXT, NULL,
	    "Provision state, in Ironic's words" },
	{ "resource_class", NULL, QUERY_TEXT, NULL, "Resource class" },
	{ "maintenance", NULL, QUERY_FLAG, NULL, "In maintenance, or not" },
	{ "associated", NULL, QUERY_FLAG, NULL,
	    "With an instance, or without" },
};

const struct query_word *query_word_find(const char *name, const char *pattern)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct query_word *w = &words[i];

		if (strcmp(w->name, name) == 0 &&
		    (!w->in || strstr(pattern, w->in)))
			return w;
	}
	return NULL;
}

bool query_is_on(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "on") == 0 ||
	       strcmp(value, "1") == 0;
}

static bool is_one_of(const char *value, const char *const *choices)
{
	for (; *choices; choices++) {
		if (strcmp(value, *choices) == 0)
			return true;
	}
	return false;
}

static const char *join(struct arena *a, const char *const *choices)
{
	const char *text = *choices;

	while (text && *++choices)
		text = arena_printf(a, "%s, %s", text, *choices);
	return text;
}

static enum err_code check_value(struct request *r,
    const struct request_pair *pair, enum query_type type,
    const char *const *choices, struct err *e)
{
	if (type == QUERY_FLAG)
		choices = flag_values;
	else if (type != QUERY_CHOICE)
		return ERR_OK;
	if (!*pair->value || is_one_of(pair->value, choices))
		return ERR_OK;
	return request_refuse(r, 400, e, "%s is one of %s; not \"%.40s\"",
	    pair->name, join(r->arena, choices), pair->value);
}

/* The filter of a list by a field of its records. */
static const struct field *field_of(const struct route *route, const char *name)
{
	const struct schema *schema;
	int field;

	if (route->kind == KIND_NONE || !route->query)
		return NULL;
	schema = &kind_get(route->kind)->schema;
	field = schema_find(schema, name);
	return field < 0 || schema->fields[field].hidden
		   ? NULL
		   : &schema->fields[field];
}

/* One of the two would be taken, and the other lost. */
static enum err_code check_once(struct request *r,
    const struct request_pair *pair, enum query_type type, struct err *e)
{
	const struct request_pair *p = r->query_pairs;

	if (type != QUERY_COUNT && type != QUERY_FLAG)
		return ERR_OK;
	while (p < pair && strcmp(p->name, pair->name) != 0)
		p++;
	return p == pair
		   ? ERR_OK
		   : request_refuse(r, 400, e, "%s is given twice", pair->name);
}

static enum err_code check_word(struct request *r,
    const struct request_pair *pair, const struct query_word *word,
    struct err *e)
{
	enum err_code rc = check_once(r, pair, word->type, e);

	return rc == ERR_OK ? check_value(r, pair, word->type, word->choices, e)
			    : rc;
}

static enum err_code check_pair(
    struct request *r, const struct request_pair *pair, struct err *e)
{
	const struct route *route = r->route;
	const struct query_word *word;
	const struct field *field;

	if (route->query && is_one_of(pair->name, route->query)) {
		word = query_word_find(pair->name, route->pattern);
		return word ? check_word(r, pair, word, e) : ERR_OK;
	}
	field = field_of(route, pair->name);
	if (field)
		return check_value(r, pair,
		    field->type == FIELD_CHOICE ? QUERY_CHOICE : QUERY_TEXT,
		    field->choices, e);
	if (!route->query)
		return request_refuse(r, 400, e,
		    "%.100s: this operation has no parameters in its query",
		    pair->name);
	return request_refuse(r, 400, e,
	    "%.100s is no parameter of this operation; it has %s%s", pair->name,
	    join(r->arena, route->query),
	    route->kind == KIND_NONE ? "" : " and the fields of its records");
}

enum err_code query_check(struct request *r, struct err *e)
{
	if (!r->route->operation_id)
		return ERR_OK;
	for (size_t i = 0; i < r->n_query; i++) {
		enum err_code rc = check_pair(r, &r->query_pairs[i], e);

		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}
