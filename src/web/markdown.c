#include "web/markdown.h"

#include "base/escape.h"

#include <ctype.h>
#include <md4c.h>
#include <string.h>

#define MAX_HTML ((size_t)4 * 1024 * 1024)
#define MAX_HEADING ((size_t)4096)

struct writer {
	struct markdown *to;
	const char *base;
	bool in_heading;
	bool titled;	    /* the document's title was met */
	struct buf heading; /* its HTML; what is written goes there meanwhile */
	struct buf plain;   /* its text */
	int in_image;
};

static struct buf *out(struct writer *w)
{
	return w->in_heading ? &w->heading : &w->to->html;
}

/* --- headings ------------------------------------------------------------ */

/* "How it works" → "how-it-works", as other renderers have it. */
static void make_id(const char *text, char *id, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || c == '_' || c == '-')
			id[n++] = (char)tolower(c);
		else if (c == ' ')
			id[n++] = '-';
	}
	id[n] = '\0';
}

static void copy_text(char *to, size_t size, const struct buf *from)
{
	size_t n = from->len < size - 1 ? from->len : size - 1;

	/* not in the middle of a character */
	while (n < from->len && n > 0 && (from->data[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, buf_text(from), n);
	to[n] = '\0';
}

static void end_heading(struct writer *w, unsigned level)
{
	struct markdown *m = w->to;
	struct markdown_section section;

	w->in_heading = false;
	copy_text(section.title, sizeof(section.title), &w->plain);
	make_id(section.title, section.id, sizeof(section.id));
	if (level == 1 && !w->titled) {
		w->titled = true;
		memcpy(m->title, section.title, sizeof(m->title));
	} else {
		buf_printf(&m->html, "<h%u id=\"%s\">", level, section.id);
		buf_add(&m->html, w->heading.data, w->heading.len);
		buf_printf(&m->html, "</h%u>\n", level);
		if (level == 2 && m->n_sections < MARKDOWN_MAX_SECTIONS)
			m->sections[m->n_sections++] = section;
	}
	buf_clear(&w->heading);
	buf_clear(&w->plain);
}

/* --- blocks -------------------------------------------------------------- */

static const struct {
	const char *open, *close;
} blocks[] = {
	[MD_BLOCK_DOC] = { "", "" },
	[MD_BLOCK_QUOTE] = { "<blockquote>\n", "</blockquote>\n" },
	[MD_BLOCK_UL] = { "<ul>\n", "</ul>\n" },
	[MD_BLOCK_OL] = { "<ol>\n", "</ol>\n" },
	[MD_BLOCK_LI] = { "<li>", "</li>\n" },
	[MD_BLOCK_HR] = { "<hr>\n", "" },
	[MD_BLOCK_H] = { "", "" },
	[MD_BLOCK_CODE] = { "<pre tabindex=\"0\"><code>", "</code></pre>\n" },
	[MD_BLOCK_HTML] = { "", "" },
	[MD_BLOCK_P] = { "<p>", "</p>\n" },
	[MD_BLOCK_TABLE] = { "<div class=\"table-wrap\" role=\"group\" "
			     "aria-label=\"Table\" tabindex=\"0\"><table "
			     "class=\"rows\">\n",
	    "</table></div>\n" },
	[MD_BLOCK_THEAD] = { "<thead>\n", "</thead>\n" },
	[MD_BLOCK_TBODY] = { "<tbody>\n", "</tbody>\n" },
	[MD_BLOCK_TR] = { "<tr>", "</tr>\n" },
	[MD_BLOCK_TH] = { "<th scope=\"col\">", "</th>" },
	[MD_BLOCK_TD] = { "<td>", "</td>" },
};

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;

	(void)detail;
	if (type == MD_BLOCK_H)
		w->in_heading = true;
	buf_puts(out(w), blocks[type].open);
	return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;

	if (type == MD_BLOCK_H)
		end_heading(w, ((MD_BLOCK_H_DETAIL *)detail)->level);
	buf_puts(out(w), blocks[type].close);
	return 0;
}

/* --- links --------------------------------------------------------------- */

static bool starts_with(const char *p, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len >= n && memcmp(p, prefix, n) == 0;
}

/* "store.md#packs" → "/help/store#packs"; what leaves the documents, such as
 * "../src/x.c", is no link here: false. */
static bool put_target(struct writer *w, const char *p, size_t len)
{
	struct buf *b = out(w);
	const char *hash = memchr(p, '#', len);
	size_t path = hash ? (size_t)(hash - p) : len;
	size_t fragment = len - path;
	bool document = path > 3 && memcmp(p + path - 3, ".md", 3) == 0;

	if (starts_with(p, len, "http://") || starts_with(p, len, "https://") ||
	    path == 0) {
		buf_puts(b, "<a href=\"");
		escape_html(b, p, len);
	} else if (document) {
		while (starts_with(p, path, "../")) {
			p += 3;
			path -= 3;
		}
		if (starts_with(p, path, "docs/")) {
			p += 5;
			path -= 5;
		}
		buf_printf(b, "<a href=\"%s", w->base);
		escape_html(b, p, path - 3);
		if (hash)
			escape_html(b, hash, fragment);
	} else {
		return false;
	}
	buf_puts(b, "\">");
	return true;
}

static void enter_link(struct writer *w, const MD_SPAN_A_DETAIL *a)
{
	if (!put_target(w, a->href.text, a->href.size))
		buf_puts(out(w), "<a>");
}

/* --- spans --------------------------------------------------------------- */

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;

	if (type == MD_SPAN_A)
		enter_link(w, detail);
	else if (type == MD_SPAN_EM)
		buf_puts(out(w), "<em>");
	else if (type == MD_SPAN_STRONG)
		buf_puts(out(w), "<strong>");
	else if (type == MD_SPAN_CODE)
		buf_puts(out(w), "<code>");
	else if (type == MD_SPAN_IMG)
		w->in_image++;
	return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct writer *w = ctx;

	(void)detail;
	if (type == MD_SPAN_A)
		buf_puts(out(w), "</a>");
	else if (type == MD_SPAN_EM)
		buf_puts(out(w), "</em>");
	else if (type == MD_SPAN_STRONG)
		buf_puts(out(w), "</strong>");
	else if (type == MD_SPAN_CODE)
		buf_puts(out(w), "</code>");
	else if (type == MD_SPAN_IMG)
		w->in_image--;
	return 0;
}

static int put_text(
    MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE len, void *ctx)
{
	struct writer *w = ctx;

	if (w->in_image)
		return 0; /* pictures are not served */
	if (type == MD_TEXT_BR)
		buf_puts(out(w), "<br>\n");
	else if (type == MD_TEXT_SOFTBR)
		buf_puts(out(w), "\n");
	else if (type ==
		 MD_TEXT_ENTITY) /* &amp; and its like: checked by md4c */
		buf_add(out(w), text, len);
	else
		escape_html(out(w), text, len);
	if (w->in_heading && type != MD_TEXT_BR)
		buf_add(&w->plain, text, len);
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

enum err_code markdown_render(const char *text, size_t len, const char *base,
    struct markdown *ret, struct err *e)
{
	const MD_PARSER parser = { .flags = MD_FLAG_TABLES | MD_FLAG_NOHTML |
					    MD_FLAG_PERMISSIVEURLAUTOLINKS,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = put_text };
	struct writer w = { .to = ret,
		.base = base,
		.heading = BUF_INIT(MAX_HEADING),
		.plain = BUF_INIT(MAX_HEADING) };
	enum err_code rc;
	int failed;

	memset(ret, 0, sizeof(*ret));
	buf_init(&ret->html, MAX_HTML);
	failed = md_parse(text, (MD_SIZE)len, &parser, &w);
	rc = buf_check(&ret->html, "the document", e);
	if (rc == ERR_OK &&
	    (failed || !buf_ok(&w.heading) || !buf_ok(&w.plain)))
		rc = err_set(e, ERR_SYSTEM, "the document cannot be shown");
	buf_release(&w.heading);
	buf_release(&w.plain);
	if (rc != ERR_OK)
		markdown_release(ret);
	return rc;
}

void markdown_release(struct markdown *m)
{
	buf_release(&m->html);
}
