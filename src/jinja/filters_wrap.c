/*
 * wordwrap: text in lines of at most a width, as Python's textwrap cuts them.
 *
 * A paragraph is cut into chunks that may not be broken (white space; words;
 * the parts of words with hyphens), which then fill the lines.
 */
#include "jinja/filters.h"

#include "jinja/case_map.h"
#include "jinja/text.h"
#include "jinja/utf8.h"

struct wrap {
	struct run *run;
	size_t width;
	bool break_words, break_hyphens;
	struct jv separator;
	const char *p, *end;
	bool first_line;
	size_t used;			  /* characters in this line */
	const char *line;		  /* its text, NULL: empty */
	const char *line_end, *line_trim; /* without white space at the end */
};

/* textwrap knows only ASCII's white space */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(const char *p, const char *end)
{
	size_t n;
	uint32_t code;

	if (p >= end)
		return false;
	code = utf8_decode(p, (size_t)(end - p), &n);
	return (code < 0x80 ? (code | 0x20) >= 'a' && (code | 0x20) <= 'z'
			    : case_is_alpha(code)) ||
	       code == '_';
}

static bool is_word_char(const char *p, const char *end)
{
	return is_letter(p, end) || (p < end && ((*p >= '0' && *p <= '9') ||
						    strchr("!\"'&.,?", *p)));
}

/* Two letters before p, as textwrap's pattern asks: -? [^\d\W] -? [^\d\W] */
static bool letters_before(const char *from, const char *p)
{
	unsigned n = 0;

	while (p > from && n < 2) {
		const char *q = p - 1;

		while (q > from && ((unsigned char)*q & 0xc0) == 0x80)
			q--;
		if (is_letter(q, p))
			n++;
		else if (*q != '-' || n == 0)
			return false;
		p = q;
	}
	return n == 2;
}

static bool letters_after(const char *p, const char *end)
{
	if (!is_letter(p, end))
		return false;
	p += utf8_step(p, (size_t)(end - p));
	if (p < end && *p == '-')
		p++;
	return is_letter(p, end);
}

static bool is_dash(const char *p, const char *end)
{
	return end - p >= 3 && memcmp(p, "\xe2\x80\x94", 3) == 0;
}

/* "--" or more, or an em dash: a chunk of its own between words. */
static size_t dash_length(const char *p, const char *end)
{
	const char *q = p;

	if (is_dash(p, end))
		return 3;
	while (q < end && *q == '-')
		q++;
	return q - p >= 2 ? (size_t)(q - p) : 0;
}

static const char *word_end(const struct wrap *w, const char *p)
{
	const char *from = p;

	if (w->break_hyphens && dash_length(p, w->end) &&
	    is_letter(p + dash_length(p, w->end), w->end))
		return p + dash_length(p, w->end);
	while (p < w->end && !is_blank(*p)) {
		size_t dash = w->break_hyphens ? dash_length(p, w->end) : 0;

		if (dash && p > from && is_word_char(p - 1, p) &&
		    is_letter(p + dash, w->end))
			return p;
		if (w->break_hyphens && is_dash(p, w->end) && p > from)
			return p + 3;
		if (w->break_hyphens && *p == '-' && !dash &&
		    letters_before(from, p) && letters_after(p + 1, w->end))
			return p + 1;
		p += dash ? dash : utf8_step(p, (size_t)(w->end - p));
	}
	return p;
}

static const char *chunk_end(const struct wrap *w, const char *p)
{
	if (!is_blank(*p))
		return word_end(w, p);
	while (p < w->end && is_blank(*p))
		p++;
	return p;
}

static bool flush_line(struct wrap *w)
{
	struct run *r = w->run;
	const char *line = w->line;

	w->line = NULL;
	w->used = 0;
	if (!line || w->line_trim == line)
		return true;
	if (!w->first_line && !emit_text(r, w->separator))
		return false;
	w->first_line = false;
	return emit(r, line, (size_t)(w->line_trim - line));
}

static void put_chunk(struct wrap *w, const char *from, const char *to)
{
	if (!w->line)
		w->line = w->line_trim = from;
	w->line_end = to;
	if (!is_blank(*from))
		w->line_trim = to;
	w->used += utf8_count(from, (size_t)(to - from));
}

/* A word longer than a line fills what is left of this one. */
static const char *put_part(struct wrap *w, const char *from, const char *to)
{
	size_t room = w->width > w->used ? w->width - w->used : 1;
	const char *cut = from + utf8_offset(from, (size_t)(to - from), room);
	const char *hyphen = memrchr(from, '-', (size_t)(cut - from));

	if (w->break_hyphens && hyphen && hyphen > from &&
	    strspn(from, "-") < (size_t)(hyphen - from))
		cut = hyphen + 1;
	put_chunk(w, from, cut);
	return cut;
}

static bool wrap_paragraph(struct wrap *w)
{
	bool any = false;

	w->line = NULL;
	w->used = 0;
	while (w->p < w->end) {
		const char *to = chunk_end(w, w->p);
		size_t n = utf8_count(w->p, (size_t)(to - w->p));

		if (!run_step(w->run))
			return false;
		/* white space begins no line but the first */
		if (is_blank(*w->p) && !w->line && any) {
			w->p = to;
			continue;
		}
		if (w->used + n <= w->width) {
			put_chunk(w, w->p, to);
			w->p = to;
			any = true;
			continue;
		}
		if (n > w->width && w->break_words && !is_blank(*w->p))
			w->p = put_part(w, w->p, to);
		else if (n > w->width && !w->line) {
			put_chunk(w, w->p, to);
			w->p = to;
		}
		any = true;
		if (!flush_line(w))
			return false;
	}
	return flush_line(w);
}

static bool wrap_lines(struct wrap *w, struct jv s)
{
	size_t line, sep;

	for (size_t at = 0; at < s.len; at += line + sep) {
		text_line(s.u.text + at, s.len - at, &line, &sep);
		if (at && !emit_text(w->run, w->separator))
			return false;
		w->p = s.u.text + at;
		w->end = w->p + line;
		w->first_line = true;
		if (!wrap_paragraph(w))
			return false;
	}
	return true;
}

static bool filter_wordwrap(struct run *r, const struct call *c, struct jv *ret)
{
	struct wrap w = { .run = r, .separator = jv_text("\n") };
	size_t mark = text_begin(r);
	int64_t width;
	struct jv s;

	if (!arg_text(r, c, 0, "", &s) || !arg_int(r, c, 1, 79, &width) ||
	    !arg_bool(r, c, 2, true, &w.break_words) ||
	    !arg_bool(r, c, 4, true, &w.break_hyphens))
		return false;
	if (arg_given(c, 3) && c->args[3].kind != JV_NONE &&
	    !arg_text(r, c, 3, "\n", &w.separator))
		return false;
	if (width <= 0)
		return run_fail(
		    r, ERR_INVALID, "wordwrap: the width must be positive");
	w.width = (size_t)width;
	return wrap_lines(&w, s) && text_take(r, mark, false, ret);
}

static const struct native table[] = {
	{ "wordwrap", filter_wordwrap,
	    "s width break_long_words wrapstring break_on_hyphens", 1, 5, 0,
	    NULL, NULL },
};
const struct native_table wrap_filters = NATIVE_TABLE(table);
