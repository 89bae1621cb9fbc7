#include "web/search_ask.h"

#include "base/clock.h"
#include "web/query_word.h"
#include "web/web.h"

#include <string.h>
#include <strings.h>

#define BUDGET_MS 1500
#define MAX_LINES 5
#define CONTEXT 2
#define BATCH 4096 /* bytes that are searched together */
#define SOME 16	   /* records, one by one, where some of them match */

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

	/* most differ in their first letter, in more than its case */
	if ((*q ^ *text) & ~0x20)
		return false;
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

/* The texts of some records, a line each, so that most are done with at once.
 */
struct batch {
	char text[BATCH];
	size_t len;
};

static bool add_text(struct batch *b, const char *text)
{
	size_t len = strlen(text);

	if (len >= sizeof(b->text) - b->len)
		return false;
	memcpy(b->text + b->len, text, len);
	b->text[b->len + len] = '\n';
	b->len += len + 1;
	return true;
}

static bool add_field(struct batch *b, const struct record *r, int field)
{
	const char *text = record_text(r, field);

	if (*text)
		return add_text(b, text);
	for (size_t i = 0; i < record_count(r, field); i++) {
		if (!add_text(b, record_item(r, field, i)))
			return false;
	}
	return true;
}

/* How many of the records there is room for. */
static size_t fill_batch(struct batch *b, const struct record *const *all,
    size_t n, const int *fields)
{
	b->len = 0;
	for (size_t i = 0; i < n; i++) {
		for (const int *field = fields; *field >= 0; field++) {
			if (!add_field(b, all[i], *field))
				return i;
		}
	}
	return n;
}

static bool stop_at_first(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return false;
}

struct seeker {
	struct search_answer *to;
	const char *q;
	const int *fields;
	size_t n_exact;
	struct deadline deadline;
	bool late;
};

/* Of a record that there is no more room for only this is asked. */
static bool may_be_exact(const struct seeker *s, const struct record *r)
{
	for (const int *field = s->fields; *field >= 0; field++) {
		const char *text = record_text(r, *field);
		size_t n = *text ? 0 : record_count(r, *field);

		if (is_exact(s->q, text))
			return true;
		for (size_t i = 0; i < n; i++) {
			if (is_exact(s->q, record_item(r, *field, i)))
				return true;
		}
	}
	return false;
}

static void tell_records(
    struct seeker *s, const struct record *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct search_record hit;

		if (s->to->more_records && !may_be_exact(s, all[i]))
			continue;
		if (match_record(s->to, all[i], s->fields, &hit))
			add_record(
			    s->to, &s->n_exact, is_exact(s->q, hit.text), &hit);
	}
}

/* How many of the first records do not match; 0: it is not known. */
static size_t count_others(
    struct seeker *s, const struct record *const *all, size_t n)
{
	struct batch b;
	size_t some = fill_batch(&b, all, n, s->fields);
	bool found = !line_regex_each(
	    s->to->pattern, b.text, b.text + b.len, stop_at_first, NULL);

	return found ? 0 : some;
}

static void search_kind(
    struct seeker *s, const struct record *const *all, size_t n)
{
	for (size_t i = 0; i < n && !s->late;) {
		size_t some =
		    s->to->more_records ? 0 : count_others(s, all + i, n - i);

		if (some == 0) {
			some = n - i < SOME ? n - i : SOME;
			tell_records(s, all + i, some);
		}
		i += some;
		s->late = i < n && deadline_passed(s->deadline);
	}
}

static void search_records(struct request *r, struct search_answer *to)
{
	struct seeker s = { .to = to,
		.q = request_query(r, "q", ""),
		.deadline = deadline_in_ms(BUDGET_MS) };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct record *const *all;
		size_t n;

		all = snapshot_all(r->snapshot, places[i].kind, &n);
		s.fields = places[i].fields;
		search_kind(&s, all, n);
	}
	to->more_records = to->more_records || s.late;
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
