#include "web/search_ask.h"

#include "base/clock.h"
#include "web/query_word.h"
#include "web/web.h"

#include <string.h>
#include <strings.h>

#define BUDGET_MS 1500
#define MAX_LINES 5
#define CONTEXT 2
#define LOOK_AFTER 64 /* records, to the clock */

/* What is searched of each kind, in the order in which it is told; -1 ends. */
static const struct {
	enum kind_id kind;
	int fields[6];
} places[] = {
	{ KIND_DEVICE, { DEVICE_NAME, DEVICE_PRIMARY_IP4, DEVICE_SERIAL,
			   DEVICE_TAGS, DEVICE_DESCRIPTION, -1 } },
	{ KIND_VLAN, { VLAN_VID, VLAN_NAME, VLAN_DESCRIPTION, -1 } },
	{ KIND_AREA, { AREA_NAME, AREA_DESCRIPTION, -1 } },
	{ KIND_ROLE, { ROLE_NAME, ROLE_DESCRIPTION, -1 } },
	{ KIND_PLATFORM, { PLATFORM_NAME, PLATFORM_DESCRIPTION, -1 } },
	{ KIND_IMAGE, { IMAGE_NAME, IMAGE_URL, -1 } },
};

/* --- records ------------------------------------------------------------- */

static const char *match_field(
    struct line_regex *pattern, const struct record *r, int field)
{
	const char *text = record_text(r, field);

	if (*text)
		return line_regex_matches(pattern, text, strlen(text)) ? text
								       : NULL;
	for (size_t i = 0; i < record_count(r, field); i++) {
		text = record_item(r, field, i);
		if (line_regex_matches(pattern, text, strlen(text)))
			return text;
	}
	return NULL;
}

static bool match_record(struct search_answer *to, const struct record *r,
    const int *fields, struct search_record *ret)
{
	for (; *fields >= 0; fields++) {
		const char *text = match_field(to->pattern, r, *fields);

		if (!text)
			continue;
		*ret = (struct search_record){ r,
			&record_kind(r)->schema.fields[*fields], text };
		return true;
	}
	return false;
}

/* All of the text is what was asked for; an address may have a port or a
 * length. */
static bool is_exact(const char *q, const char *text)
{
	size_t len = strlen(q);

	return strncasecmp(q, text, len) == 0 && strchr(":/", text[len]);
}

/* What is called just so comes first, also where there is no more room. */
static void add_record(struct search_answer *to, size_t *n_exact, bool exact,
    const struct search_record *hit)
{
	size_t at = exact ? (*n_exact)++ : to->n_records;

	if (to->n_records == SEARCH_RECORDS) {
		to->more_records = true;
		if (!exact || at >= SEARCH_RECORDS)
			return;
		to->n_records--;
	}
	memmove(to->records + at + 1, to->records + at,
	    (to->n_records - at) * sizeof(to->records[0]));
	to->records[at] = *hit;
	to->n_records++;
}

static void search_records(struct request *r, struct search_answer *to)
{
	const char *q = request_query(r, "q", "");
	bool late = false;
	size_t n_exact = 0;
	struct deadline deadline = deadline_in_ms(BUDGET_MS);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct record *const *all;
		size_t n;

		all = snapshot_all(r->snapshot, places[i].kind, &n);
		for (size_t j = 0; j < n && !late; j++) {
			struct search_record hit;

			if (j % LOOK_AFTER == 0)
				late = deadline_passed(deadline);
			if (match_record(to, all[j], places[i].fields, &hit))
				add_record(to, &n_exact, is_exact(q, hit.text),
				    &hit);
		}
	}
	to->more_records = to->more_records || late;
}

/* --- the question -------------------------------------------------------- */

static enum err_code compile(
    struct request *r, struct line_regex **ret, struct err *e)
{
	const char *q = request_query(r, "q", "");
	struct line_regex_options options = {
		.literal = strcmp(request_query(r, "mode", ""), "regex") != 0,
		.fold_case = !query_is_on(request_query(r, "case", "")),
	};

	if (strlen(q) < SEARCH_MIN)
		return err_set(e, ERR_INVALID,
		    "Ask for at least %d characters.", SEARCH_MIN);
	return line_regex_compile(r->arena, q, options, ret, e);
}

const char *const search_texts_words[PATH_CONFIGS + 1] = {
	[PATH_INTENDED] = "intended",
	[PATH_BACKUP] = "backup",
	[PATH_OUTPUTS] = "outputs",
	[PATH_CONFIGS] = NULL,
};

/* Texts of one sort, or of all. */
static bool is_asked(const char *in, const char *which)
{
	bool known = false;

	for (size_t i = 0; i < PATH_CONFIGS; i++)
		known = known || strcmp(in, search_texts_words[i]) == 0;
	return !known || strcmp(in, which) == 0;
}

enum err_code search_ask(struct request *r, size_t max_texts,
    struct search_answer *ret, struct err *e)
{
	const char *in = request_query(r, "in", "");
	struct search_answer answer = { .n_records = 0 };
	struct search_query q = {
		.in = { [PATH_INTENDED] = is_asked(in, "intended"),
		    [PATH_BACKUP] = is_asked(in, "backup"),
		    [PATH_OUTPUTS] = is_asked(in, "outputs") },
		.after = request_query(r, "after", ""),
		.max_texts = max_texts,
		.max_lines = MAX_LINES,
		.context = CONTEXT,
		.budget_ms = BUDGET_MS,
	};
	enum err_code rc = compile(r, &answer.pattern, e);

	if (rc != ERR_OK)
		return rc;
	if (!*q.after)
		search_records(r, &answer);
	q.pattern = answer.pattern;
	rc = search_texts(r->web->search, &q, r->arena, &answer.found, e);
	if (rc == ERR_OK)
		*ret = answer;
	return rc;
}
