/*
 * Any expression over any text: a pattern, a zero byte, the text.  The lines
 * that are found are those that match when each is asked for itself.  The first
 * byte has the options.
 */
#include "base/line_regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count_line(void *ctx, const char *line, size_t len)
{
	(void)line;
	(void)len;
	++*(size_t *)ctx;
	return true;
}

static void check_line(struct line_regex *re, struct line_regex *shapes,
    const char *line, size_t len)
{
	char shape[MAX_SIZE];
	size_t start, end;

	if (!line_regex_find(re, line, len, 0, &start, &end) || start > end ||
	    end > len)
		abort();
	line_regex_shape(shape, line, len);
	if (shapes && !line_regex_matches(shapes, shape, len))
		abort();
}

static void check_lines(struct line_regex *re, const char *text, size_t size)
{
	const char *end = text + size, *found = text, *stop;
	struct line_regex *shapes = NULL;
	size_t n = 0, told = 0, len;

	(void)!line_regex_for_shapes(re, &shapes, NULL);
	for (const char *line = text; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		if (!line_regex_matches(re, line, (size_t)(stop - line)))
			continue;
		check_line(re, shapes, line, (size_t)(stop - line));
		if (line_regex_next(re, found, end, &len) != line ||
		    len != (size_t)(stop - line))
			abort();
		found = stop < end ? stop + 1 : end;
		n++;
	}
	if (found < end && line_regex_next(re, found, end, &len))
		abort();
	if (!line_regex_each(re, text, end, count_line, &told) || told != n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_regex_options options = { .literal = size && data[0] & 1,
		.fold_case = size && data[0] & 2 };
	struct arena *arena;
	struct line_regex *re;
	struct err e = ERR_INIT;
	const uint8_t *zero;

	if (size < 2 || size > MAX_SIZE)
		return 0;
	zero = memchr(data + 1, '\0', size - 1);
	arena = arena_new((size_t)64 << 20);
	if (!zero || !arena) {
		arena_free(arena);
		return 0;
	}
	if (line_regex_compile(
		arena, (const char *)data + 1, options, &re, &e) == ERR_OK)
		check_lines(re, (const char *)zero + 1,
		    (size_t)(data + size - zero - 1));
	else if (e.message[0] == '\0')
		abort();
	arena_free(arena);
	return 0;
}
