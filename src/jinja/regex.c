#include "jinja/regex.h"

#include "jinja/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>

#define PATTERN_MAX 4096
#define HEAP_KIB 20000

struct regex {
	struct regex *next;
	struct jv pattern;
	unsigned flags;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	uint32_t groups;
};

struct regex_cache {
	struct regex *first;
	pcre2_general_context *general;
};

static void *arena_malloc(PCRE2_SIZE size, void *arena)
{
	return arena_alloc(arena, size);
}

static void arena_no_free(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

static struct regex_cache *cache_of(struct run *r)
{
	struct regex_cache *c = r->regexes;

	if (c)
		return c;
	c = arena_zalloc(r->arena, sizeof(*c));
	if (c)
		c->general = pcre2_general_context_create(
		    arena_malloc, arena_no_free, r->arena);
	if (!c || !c->general) {
		run_no_memory(r);
		return NULL;
	}
	r->regexes = c;
	return c;
}

/* Python's \Z is PCRE2's \z. */
static bool translate(struct run *r, struct jv pattern, struct jv *ret)
{
	char *copy = arena_memdup(r->arena, pattern.u.text, pattern.len);

	if (!copy)
		return run_no_memory(r);
	for (size_t i = 0; i + 1 < pattern.len; i++) {
		if (copy[i] != '\\')
			continue;
		if (copy[i + 1] == 'Z')
			copy[i + 1] = 'z';
		i++;
	}
	*ret = jv_string(copy, pattern.len, false);
	return true;
}

static bool compile(struct run *r, struct regex_cache *c, struct regex *x)
{
	pcre2_compile_context *cc = pcre2_compile_context_create(c->general);
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
	unsigned char message[160];
	struct jv pattern;
	PCRE2_SIZE at;
	int error;

	if (x->flags & REGEX_IGNORECASE)
		options |= PCRE2_CASELESS;
	if (x->flags & REGEX_MULTILINE)
		options |= PCRE2_MULTILINE;
	if (x->flags & REGEX_ANCHORED)
		options |= PCRE2_ANCHORED;
	if (!cc)
		return run_no_memory(r);
	if (!translate(r, x->pattern, &pattern))
		return false;
	pcre2_set_max_pattern_length(cc, PATTERN_MAX);
	x->code = pcre2_compile(
	    (PCRE2_SPTR)pattern.u.text, pattern.len, options, &error, &at, cc);
	if (!x->code) {
		pcre2_get_error_message(error, message, sizeof(message));
		return run_fail(r, ERR_INVALID, "regular expression: %s at %zu",
		    (char *)message, at);
	}
	x->match = pcre2_match_data_create_from_pattern(x->code, c->general);
	x->context = pcre2_match_context_create(c->general);
	if (!x->match || !x->context)
		return run_no_memory(r);
	pcre2_set_match_limit(x->context, r->limits->regex_matches);
	pcre2_set_heap_limit(x->context, HEAP_KIB);
	pcre2_pattern_info(x->code, PCRE2_INFO_CAPTURECOUNT, &x->groups);
	return true;
}

struct regex *regex_get(struct run *r, struct jv pattern, unsigned flags)
{
	struct regex_cache *c = cache_of(r);
	struct regex *x;

	if (!c)
		return NULL;
	for (x = c->first; x; x = x->next)
		if (x->flags == flags && jv_same_text(x->pattern, pattern))
			return x;
	x = arena_zalloc(r->arena, sizeof(*x));
	if (!x) {
		run_no_memory(r);
		return NULL;
	}
	x->pattern = pattern;
	x->flags = flags;
	if (!run_charge(r, 100 + pattern.len) || !compile(r, c, x))
		return NULL;
	x->next = c->first;
	c->first = x;
	return x;
}

bool regex_match(struct run *r, struct regex *x, struct jv text, size_t from,
    bool *ret_found)
{
	int rc;

	if (!run_charge(r, 10 + text.len / 64))
		return false;
	rc = pcre2_match(x->code, (PCRE2_SPTR)text.u.text, text.len, from, 0,
	    x->match, x->context);
	*ret_found = rc > 0;
	if (rc > 0 || rc == PCRE2_ERROR_NOMATCH)
		return true;
	if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
	    rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_NOMEMORY)
		return run_fail(r, ERR_LIMIT,
		    "the regular expression takes too many steps");
	return run_fail(r, ERR_INVALID,
	    "the regular expression fails on this text (error %d)", rc);
}

unsigned regex_groups(const struct regex *x)
{
	return x->groups;
}

bool regex_group(
    const struct regex *x, unsigned group, size_t *ret_from, size_t *ret_to)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(x->match);

	if (group > x->groups || v[2 * group] == PCRE2_UNSET)
		return false;
	*ret_from = v[2 * group];
	*ret_to = v[2 * group + 1];
	return *ret_from <= *ret_to;
}

int regex_group_number(const struct regex *x, const char *name, size_t len)
{
	char text[64];
	int n;

	if (len >= sizeof(text))
		return -1;
	memcpy(text, name, len);
	text[len] = '\0';
	n = pcre2_substring_number_from_name(x->code, (PCRE2_SPTR)text);
	return n > 0 ? n : -1;
}
