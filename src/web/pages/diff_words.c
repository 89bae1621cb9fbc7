#include "web/pages/diff_words.h"

#include "base/escape.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define MAX_WORDS 128

struct word {
	const char *text;
	size_t len;
	bool common;
};

struct words {
	struct word list[MAX_WORDS];
	size_t n;
	struct buf safe; /* the line, made safe to show */
};

static const char *to_arena(struct arena *a, struct buf *html)
{
	const char *text =
	    buf_ok(html) ? arena_memdup(a, buf_text(html), html->len) : "";

	buf_release(html);
	return text ? text : "";
}

/* U+FFFD takes three bytes for one, an escape at most six. */
const char *diff_line_html(struct arena *a, const char *text, size_t len)
{
	struct buf safe = BUF_INIT(3 * len + 1);
	struct buf html = BUF_INIT(18 * len + 1);

	escape_device_text(&safe, text, len);
	escape_html(&html, buf_text(&safe), safe.len);
	buf_release(&safe);
	return to_arena(a, &html);
}

/* An address, a prefix or an interface name is one word. */
static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) ||
	       (c && strchr("_.:/-", c));
}

/* False if there are too many to compare. */
static bool split(struct words *w)
{
	const char *p = buf_text(&w->safe);
	const char *end = p + w->safe.len;

	while (p < end) {
		const char *start = p;

		if (w->n == MAX_WORDS)
			return false;
		if (is_word_byte(*p)) {
			while (p < end && is_word_byte(*p))
				p++;
		} else if (*p == ' ' || *p == '\t') {
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
		} else {
			p++;
		}
		w->list[w->n++] =
		    (struct word){ start, (size_t)(p - start), false };
	}
	return true;
}

static bool word_equal(const struct word *a, const struct word *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Marks a longest common subsequence; bytes of it that are no blanks. */
static size_t mark_common(struct words *a, struct words *b)
{
	static_assert(MAX_WORDS < UINT8_MAX, "lengths fit into a byte");
	uint8_t best[MAX_WORDS + 1][MAX_WORDS + 1];
	size_t i, j, bytes = 0;

	memset(best[a->n], 0, sizeof(best[0]));
	for (i = a->n; i-- > 0;) {
		best[i][b->n] = 0;
		for (j = b->n; j-- > 0;) {
			uint8_t down = best[i + 1][j], right = best[i][j + 1];

			if (word_equal(&a->list[i], &b->list[j]))
				best[i][j] = (uint8_t)(best[i + 1][j + 1] + 1);
			else
				best[i][j] = down > right ? down : right;
		}
	}
	for (i = 0, j = 0; i < a->n && j < b->n;) {
		if (word_equal(&a->list[i], &b->list[j])) {
			a->list[i].common = b->list[j].common = true;
			bytes += a->list[i].text[0] == ' ' ? 0 : a->list[i].len;
			i++;
			j++;
		} else if (best[i + 1][j] >= best[i][j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	return bytes;
}

/* A blank between two marked words is marked too: one mark reads better. */
static bool is_marked(const struct words *w, size_t i)
{
	if (!w->list[i].common)
		return true;
	return w->list[i].text[0] == ' ' && i > 0 && i + 1 < w->n &&
	       !w->list[i - 1].common && !w->list[i + 1].common;
}

static const char *marked_html(struct arena *a, const struct words *w)
{
	struct buf html = BUF_INIT(6 * w->safe.len + 13 * w->n + 1);
	bool open = false;

	for (size_t i = 0; i < w->n; i++) {
		bool mark = is_marked(w, i);

		if (mark != open)
			buf_puts(&html, mark ? "<mark>" : "</mark>");
		open = mark;
		escape_html(&html, w->list[i].text, w->list[i].len);
	}
	if (open)
		buf_puts(&html, "</mark>");
	return to_arena(a, &html);
}

void diff_pair_html(struct arena *a, struct diff_pair *p)
{
	struct words old = { .safe = BUF_INIT(3 * p->old_len + 1) };
	struct words new = { .safe = BUF_INIT(3 * p->new_len + 1) };
	size_t common = 0, shorter;

	escape_device_text(&old.safe, p->old_text, p->old_len);
	escape_device_text(&new.safe, p->new_text, p->new_len);
	if (split(&old) && split(&new))
		common = mark_common(&old, &new);
	shorter = p->old_len < p->new_len ? p->old_len : p->new_len;
	if (common * 4 >= shorter && common > 0) {
		p->old_html = marked_html(a, &old);
		p->new_html = marked_html(a, &new);
	} else {
		p->old_html = diff_line_html(a, p->old_text, p->old_len);
		p->new_html = diff_line_html(a, p->new_text, p->new_len);
	}
	buf_release(&old.safe);
	buf_release(&new.safe);
}
