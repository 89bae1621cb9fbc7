#include "base/line_regex.h"

#include "base/line_regex_internal.h"
#include "base/line_regex_window.h"

#include <string.h>

/* --- compiling ----------------------------------------------------------- */

enum err_code line_regex_compile(struct arena *a, const char *pattern,
    struct line_regex_options options, struct line_regex **ret, struct err *e)
{
	struct line_regex *re = arena_zalloc(a, sizeof(*re));
	const struct rx_node *tree = NULL;
	enum err_code rc;

	if (strlen(pattern) > LINE_REGEX_MAX_PATTERN)
		return err_set(e, ERR_LIMIT,
		    "an expression has at most %d characters",
		    LINE_REGEX_MAX_PATTERN);
	if (!re)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = rx_parse(a, pattern, options, &tree, e);
	if (rc != ERR_OK)
		return rc;
	re->arena = a;
	re->pattern = arena_strdup(a, pattern);
	re->options = options;
	rc = rx_make_program(re, tree, e);
	if (rc == ERR_OK)
		rc = rx_find_held(re, tree, e);
	if (rc != ERR_OK)
		return rc;
	rc = rx_make_states(re, e);
	if (rc != ERR_OK)
		return rc;
	*ret = re;
	return ERR_OK;
}

/* --- searching ----------------------------------------------------------- */

/* A miss costs as much as this many bytes without the window. */
#define MISS_COST 256

bool rx_uses_window(const struct line_regex *re)
{
	return re->window.n_probes > 0 &&
	       re->n_misses * MISS_COST <= re->n_read;
}

/* Only lines that have the window are looked at as a whole. */
const char *rx_next_by_window(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	const char *begin = p;

	while ((p = rx_window_find(&re->window, p, end)) != NULL) {
		const char *line = memrchr(begin, '\n', (size_t)(p - begin));
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		line = line ? line + 1 : begin;
		stop = stop ? stop : end;
		if (line_regex_matches(re, line, (size_t)(stop - line))) {
			*ret_len = (size_t)(stop - line);
			return line;
		}
		re->n_misses++;
		if (stop == end)
			break;
		begin = p = stop + 1;
	}
	return NULL;
}

/* Reads on from the start until a match has been; where, or NULL: at the end
 * none had.  ret_row: the row of the last state. */
static const char *read_states(
    struct line_regex *re, const char *p, const char *end, uint32_t *ret_row)
{
	uint32_t row = rx_start_state(re) * re->width;
	uint32_t special = RX_DEAD * re->width;

	for (; p < end; p++) {
		uint32_t next = re->next[row + re->class_of[(unsigned char)*p]];

		if (next <= special) {
			uint16_t to = rx_next_state(
			    re, (uint16_t)(row / re->width), (unsigned char)*p);

			if (to == RX_MATCH)
				return p;
			next = to * re->width;
		}
		row = next;
	}
	*ret_row = row;
	return NULL;
}

static bool matches_at_end(struct line_regex *re, uint32_t row)
{
	return rx_next_state(re, (uint16_t)(row / re->width), RX_END) ==
	       RX_MATCH;
}

static const char *next_by_states(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	uint32_t row = 0;
	const char *at = read_states(re, p, end, &row), *line, *stop;

	/* an empty rest is no line */
	if (!at && (p == end || end[-1] == '\n' || !matches_at_end(re, row)))
		return NULL;
	at = at ? at : end;
	line = memrchr(p, '\n', (size_t)(at - p));
	line = line ? line + 1 : p;
	stop = memchr(at, '\n', (size_t)(end - at));
	*ret_len = (size_t)((stop ? stop : end) - line);
	return line;
}

const char *line_regex_next(
    struct line_regex *re, const char *p, const char *end, size_t *ret_len)
{
	re->n_read += (size_t)(end - p);
	return rx_uses_window(re) ? rx_next_by_window(re, p, end, ret_len)
				  : next_by_states(re, p, end, ret_len);
}

/* The end of the longest match that begins at `from`; -1: none does.  Without
 * the automaton: its states know only that a match has been there. */
static long match_at(
    struct line_regex *re, const char *line, size_t len, size_t from)
{
	const uint16_t zero = 0;
	struct rx_front front = { &zero, 1, RX_BEFORE_LINE };
	long found = -1;

	if (from > 0)
		front.before = rx_before_of((unsigned char)line[from - 1]);
	for (size_t i = from; front.n > 0; i++) {
		unsigned c = i < len ? (unsigned char)line[i] : RX_END;
		size_t n;

		if (rx_close_front(re, &front, c, &n))
			found = (long)i;
		if (c == RX_END)
			break;
		front.n = rx_take_byte(re, n, c);
		front.set = re->kernel;
		front.before = rx_before_of(c);
	}
	return found;
}

bool line_regex_matches(struct line_regex *re, const char *line, size_t len)
{
	uint32_t row = 0;

	return read_states(re, line, line + len, &row) != NULL ||
	       matches_at_end(re, row);
}

bool line_regex_find(struct line_regex *re, const char *line, size_t len,
    size_t from, size_t *ret_start, size_t *ret_end)
{
	for (size_t i = from; i <= len; i++) {
		long end = match_at(re, line, len, i);

		if (end < 0)
			continue;
		*ret_start = i;
		*ret_end = (size_t)end;
		return true;
	}
	return false;
}

enum err_code line_regex_for_shapes(
    const struct line_regex *re, struct line_regex **ret, struct err *e)
{
	struct line_regex_options options = re->options;

	options.shapes = true;
	return line_regex_compile(re->arena, re->pattern, options, ret, e);
}

/* Eight bytes: those that are digits become 0. */
static uint64_t shape_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t off = word ^ ones * '0'; /* a digit: 0 to 9 */
	uint64_t other =
	    (((off & ones * 0x7f) + ones * (0x80 - 10)) | off) & ones * 0x80;
	uint64_t digits = (ones * 0x80 ^ other) >> 7;

	return (word & ~(digits * 0xff)) | digits * '0';
}

void line_regex_shape(char *to, const char *line, size_t len)
{
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, line, sizeof(word));
		word = shape_word(word);
		memcpy(to, &word, sizeof(word));
		to += sizeof(word);
		line += sizeof(word);
	}
	for (size_t i = 0; i < len; i++)
		to[i] =
		    (char)(line[i] >= '0' && line[i] <= '9' ? '0' : line[i]);
}
