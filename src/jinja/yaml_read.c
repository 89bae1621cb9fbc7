#include "jinja/yaml.h"

#include "jinja/lex_literal.h"
#include "jinja/text.h"

#define YAML_DEPTH_MAX 60

/* Lines without comments and blank ones; the parser goes over them by
 * indentation. */
struct yaml_line {
	size_t indent;
	const char *p, *end;	   /* behind the indentation */
	const char *raw, *raw_end; /* the whole line */
	bool blank;
};

struct yaml_in {
	struct run *run;
	struct yaml_line *lines;
	size_t n, at;
	unsigned depth;
};

static bool yaml_fail(const struct yaml_in *in, const char *what)
{
	return run_fail(
	    in->run, ERR_INVALID, "from_yaml: line %zu: %s", in->at + 1, what);
}

/* The end of a line's content: before a comment that is not in quotes. */
static const char *content_end(const char *p, const char *end)
{
	char quote = '\0';

	for (const char *q = p; q < end; q++) {
		if (quote) {
			if (*q == '\\' && quote == '"')
				q++;
			else if (*q == quote)
				quote = '\0';
		} else if ((*q == '"' || *q == '\'') &&
			   (q == p || strchr(" [{,:", q[-1]))) {
			quote = *q;
		} else if (*q == '#' && (q == p || q[-1] == ' ')) {
			end = q;
		}
	}
	while (end > p && (end[-1] == ' ' || end[-1] == '\r'))
		end--;
	return end;
}

static bool split_lines(struct yaml_in *in, struct jv text)
{
	const char *p = text.u.text, *end = p + text.len, *nl;
	size_t n = 1;

	for (uint32_t i = 0; i < text.len; i++)
		n += text.u.text[i] == '\n';
	in->lines = arena_alloc(in->run->arena, n * sizeof(*in->lines));
	if (!in->lines)
		return run_no_memory(in->run);
	for (; p < end; p = nl < end ? nl + 1 : end) {
		struct yaml_line *l = &in->lines[in->n++];

		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		l->raw = p;
		l->raw_end = nl;
		for (l->p = p; l->p < nl && *l->p == ' ';)
			l->p++;
		l->indent = (size_t)(l->p - p);
		l->end = content_end(l->p, nl);
		l->blank = l->p == l->end;
		if (!l->blank && *l->p == '\t')
			return yaml_fail(in, "tabs cannot indent");
	}
	return true;
}

static void skip_blank(struct yaml_in *in)
{
	while (in->at < in->n && in->lines[in->at].blank)
		in->at++;
}

static bool quoted(
    struct yaml_in *in, const char **p, const char *end, struct jv *ret)
{
	char quote = *(*p)++;
	size_t mark = text_begin(in->run);
	const char *from = *p;
	struct err e = ERR_INIT;
	size_t len;

	if (quote == '"') {
		while (*p < end && **p != '"')
			*p += **p == '\\' ? 2 : 1;
		if (*p >= end)
			return yaml_fail(in, "a quote is not closed");
		*ret = jv_string("", 0, false);
		if (lex_string_literal(in->run->arena, from,
			(size_t)(*p - from), &ret->u.text, &len, &e))
			return yaml_fail(in, e.message);
		ret->len = (uint32_t)len;
		(*p)++;
		return true;
	}
	for (;; (*p)++) {
		if (*p >= end)
			return yaml_fail(in, "a quote is not closed");
		if (**p == '\'' && (*p + 1 >= end || (*p)[1] != '\''))
			break;
		if (**p == '\'')
			(*p)++;
		if (!emit_char(in->run, **p))
			return false;
	}
	(*p)++;
	return text_take(in->run, mark, false, ret);
}

static void blanks(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\n' || **p == '\r'))
		(*p)++;
}

static bool flow_value(
    struct yaml_in *in, const char **p, const char *end, struct jv *ret);

static bool flow_scalar(
    struct yaml_in *in, const char **p, const char *end, struct jv *ret)
{
	const char *from = *p, *to;

	if (*p < end && (**p == '"' || **p == '\''))
		return quoted(in, p, end, ret);
	while (*p < end && !strchr(",[]{}", **p) &&
	       !(**p == ':' && (*p + 1 >= end || strchr(" ,]}", (*p)[1]))))
		(*p)++;
	for (to = *p; to > from && (to[-1] == ' ' || to[-1] == '\n');)
		to--;
	return yaml_scalar(
	    in->run, jv_string(from, (size_t)(to - from), false), ret);
}

static bool flow_entry(struct yaml_in *in, const char **p, const char *end,
    struct jv_dict *d, struct jv_list *l)
{
	struct jv key, value = jv_none();

	if (!run_step(in->run))
		return false;
	if (l)
		return flow_value(in, p, end, &value) &&
		       list_add(in->run, l, value);
	if (!flow_scalar(in, p, end, &key))
		return false;
	blanks(p, end);
	if (*p < end && **p == ':') {
		(*p)++;
		if (!flow_value(in, p, end, &value))
			return false;
	}
	return dict_add(in->run, d, key, value);
}

static bool flow_collection(
    struct yaml_in *in, const char **p, const char *end, struct jv *ret)
{
	bool is_list = *(*p)++ == '[';
	char close = is_list ? ']' : '}';
	struct jv_list *l = is_list ? list_make(in->run, 0) : NULL;
	struct jv_dict *d = is_list ? NULL : dict_new(in->run->arena, 0);

	if (!l && !d)
		return run_no_memory(in->run);
	for (;;) {
		blanks(p, end);
		if (*p >= end)
			return yaml_fail(in, "a bracket is not closed");
		if (**p == close)
			break;
		if (!flow_entry(in, p, end, d, l))
			return false;
		blanks(p, end);
		if (*p < end && **p == ',')
			(*p)++;
		else if (*p >= end || **p != close)
			return yaml_fail(in, "',' or a bracket is missing");
	}
	(*p)++;
	*ret = is_list ? list_value(l) : dict_value(d);
	return true;
}

static bool flow_value(
    struct yaml_in *in, const char **p, const char *end, struct jv *ret)
{
	bool ok;

	blanks(p, end);
	if (*p >= end || (**p != '[' && **p != '{'))
		return flow_scalar(in, p, end, ret);
	if (++in->depth > YAML_DEPTH_MAX)
		return yaml_fail(in, "nested too deep");
	ok = flow_collection(in, p, end, ret);
	in->depth--;
	return ok;
}

/* | and >: the lines that are indented more than their parent. */
static bool block_text(
    struct yaml_in *in, const char *marks, size_t parent, struct jv *ret)
{
	bool folded = *marks == '>', keep = marks[1] == '+';
	bool strip = marks[1] == '-';
	size_t mark = text_begin(in->run), indent = 0, newlines = 0;
	bool first = true;

	for (in->at++; in->at < in->n; in->at++) {
		const struct yaml_line *l = &in->lines[in->at];
		size_t len = (size_t)(l->raw_end - l->raw);

		if (l->indent >= len) {
			newlines++;
			continue;
		}
		if (l->indent <= parent && parent != SIZE_MAX)
			break;
		if (first)
			indent = l->indent;
		if (l->indent < indent)
			break;
		if (!first && folded && newlines == 1) {
			if (!emit_char(in->run, ' '))
				return false;
		} else if (!emit_fill(in->run, '\n',
			       folded && !first && newlines ? newlines - 1
							    : newlines)) {
			return false;
		}
		if (!emit(in->run, l->raw + indent, len - indent))
			return false;
		newlines = 1;
		first = false;
	}
	if (!strip && !emit_fill(in->run, '\n', keep ? newlines : !first))
		return false;
	return text_take(in->run, mark, false, ret);
}

static bool block_value(struct yaml_in *in, size_t min_indent, struct jv *ret);

/* A scalar or flow collection on the rest of a line, and on the following
 * ones that are indented more. */
static bool inline_value(
    struct yaml_in *in, const char *p, size_t parent, struct jv *ret)
{
	const struct yaml_line *l = &in->lines[in->at];
	const char *end = l->end;
	size_t mark = text_begin(in->run);
	struct jv text;

	if (p < end && (*p == '|' || *p == '>'))
		return block_text(in, p, parent, ret);
	if (p < end && strchr("&*!", *p))
		return yaml_fail(in, "anchors and tags are not supported");
	if (!emit(in->run, p, (size_t)(end - p)))
		return false;
	for (in->at++; in->at < in->n; in->at++) {
		l = &in->lines[in->at];
		if (l->blank || parent == SIZE_MAX || l->indent <= parent)
			break;
		if (!emit_char(in->run, ' ') ||
		    !emit(in->run, l->p, (size_t)(l->end - l->p)))
			return false;
	}
	if (!text_take(in->run, mark, false, &text))
		return false;
	p = text.u.text;
	end = p + text.len;
	if (text.len && strchr("[{\"'", *p)) {
		if (!flow_value(in, &p, end, ret))
			return false;
		blanks(&p, end);
		return p == end || yaml_fail(in, "text behind the value");
	}
	return yaml_scalar(in->run, text, ret);
}

/* "key:" at p: the colon, or NULL. */
static const char *key_end(const char *p, const char *end)
{
	char quote = *p == '"' || *p == '\'' ? *p : '\0';

	if (quote) {
		for (p++; p < end && *p != quote; p++)
			p += *p == '\\' && quote == '"';
		p++;
	}
	for (; p < end; p++)
		if (*p == ':' && (p + 1 == end || p[1] == ' '))
			return p;
	return NULL;
}

static const char *behind_blanks(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

static bool is_item(const struct yaml_line *l)
{
	return *l->p == '-' && (l->p + 1 == l->end || l->p[1] == ' ');
}

/* What stands behind "key:" or "-": on the line, or below it. */
static bool nested_value(struct yaml_in *in, const char *p, size_t parent,
    bool of_key, struct jv *ret)
{
	const struct yaml_line *l = &in->lines[in->at];

	if (p < l->end)
		return inline_value(in, p, parent, ret);
	in->at++;
	skip_blank(in);
	*ret = jv_none();
	if (in->at >= in->n)
		return true;
	l = &in->lines[in->at];
	/* a list may stand at the indentation of its key */
	if (l->indent > parent || (of_key && l->indent == parent && is_item(l)))
		return block_value(in, l->indent, ret);
	return true;
}

static bool block_dict(struct yaml_in *in, size_t indent, struct jv *ret)
{
	struct jv_dict *d = dict_new(in->run->arena, 0);
	struct jv key, value;

	if (!d)
		return run_no_memory(in->run);
	for (;; skip_blank(in)) {
		const struct yaml_line *l = &in->lines[in->at];
		const char *colon, *p;

		if (in->at >= in->n || l->indent != indent)
			break;
		colon = key_end(l->p, l->end);
		p = l->p;
		if (!colon || !run_step(in->run))
			return yaml_fail(in, "expected 'key: value'");
		if (*p == '"' || *p == '\'') {
			if (!quoted(in, &p, l->end, &key))
				return false;
		} else if (!yaml_scalar(in->run,
			       text_strip(
				   jv_string(p, (size_t)(colon - p), false),
				   jv_none(), STRIP_RIGHT),
			       &key)) {
			return false;
		}
		if (!nested_value(in, behind_blanks(colon + 1, l->end), indent,
			true, &value) ||
		    !dict_add(in->run, d, key, value))
			return false;
	}
	*ret = dict_value(d);
	return true;
}

static bool block_list(struct yaml_in *in, size_t indent, struct jv *ret)
{
	struct jv_list *out = list_make(in->run, 0);
	struct jv value;

	for (; out; skip_blank(in)) {
		struct yaml_line *l = &in->lines[in->at];
		const char *p;

		if (in->at >= in->n || l->indent != indent || !is_item(l))
			break;
		if (!run_step(in->run))
			return false;
		p = behind_blanks(l->p + 1, l->end);
		if (p < l->end &&
		    (key_end(p, l->end) || (*p == '-' && p[1] == ' ')) &&
		    !strchr("[{\"'", *p)) {
			/* the item is a collection that begins here */
			l->indent += (size_t)(p - l->p);
			l->p = p;
			if (!block_value(in, l->indent, &value))
				return false;
		} else if (!nested_value(in, p, indent, false, &value)) {
			return false;
		}
		if (!list_add(in->run, out, value))
			return false;
	}
	*ret = list_value(out);
	return out != NULL;
}

static bool block_value(struct yaml_in *in, size_t indent, struct jv *ret)
{
	const struct yaml_line *l = &in->lines[in->at];
	bool ok;

	if (++in->depth > YAML_DEPTH_MAX)
		return yaml_fail(in, "nested too deep");
	if (is_item(l))
		ok = block_list(in, indent, ret);
	else if (key_end(l->p, l->end) && !strchr("[{", *l->p))
		ok = block_dict(in, indent, ret);
	else
		ok = inline_value(in, l->p, SIZE_MAX, ret);
	in->depth--;
	return ok;
}

bool yaml_read(struct run *r, struct jv text, struct jv *ret)
{
	struct yaml_in in = { .run = r };

	if (!split_lines(&in, text))
		return false;
	skip_blank(&in);
	if (in.at < in.n && in.lines[in.at].end - in.lines[in.at].p == 3 &&
	    memcmp(in.lines[in.at].p, "---", 3) == 0) {
		in.at++;
		skip_blank(&in);
	}
	*ret = jv_none();
	if (in.at >= in.n)
		return true;
	if (!block_value(&in, in.lines[in.at].indent, ret))
		return false;
	skip_blank(&in);
	return in.at >= in.n || yaml_fail(&in, "wrong indentation");
}
