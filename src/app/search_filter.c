#include "app/search_internal.h"
#include "base/clock.h"

#include <string.h>

/* Between two looks at the clock. */
#define SLICE ((size_t)4 * 1024)

/* Those whose texts have some three bytes of this class. */
static void add_devices(
    const struct search_image *image, const char three[3], uint8_t *to)
{
	size_t bytes = image->header->stride;
	const uint8_t *have = image->classes + search_class(three) * bytes;

	for (size_t j = 0; j < bytes; j++)
		to[j] |= have[j];
}

uint8_t *search_candidates(const struct search_image *image,
    const struct line_regex *pattern, struct arena *a)
{
	size_t bytes = image->header->stride;
	uint8_t *all = arena_alloc(a, bytes + 1);
	const struct line_regex_three *threes;
	size_t n = line_regex_threes(pattern, &threes);
	uint8_t *any = arena_alloc(a, bytes + 1);

	if (!all || !any)
		return NULL;
	memset(all, 0xff, bytes);
	for (size_t i = 0; i < n; i++) {
		memset(any, 0, bytes);
		for (size_t k = 0; k < threes[i].n; k++)
			add_devices(image, threes[i].any[k], any);
		for (size_t j = 0; j < bytes; j++)
			all[j] &= any[j];
	}
	return all;
}

struct marking {
	const struct search_image *image;
	uint8_t *bits;
};

/* The last shape that begins at or before a place. */
static size_t shape_at(const struct search_image *image, uint32_t at)
{
	size_t low = 0, high = image->header->starts.n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (image->starts[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool mark(void *ctx, const char *line, size_t len)
{
	struct marking *m = ctx;
	size_t id = shape_at(m->image, (uint32_t)(line - m->image->shapes));

	(void)len;
	m->bits[id / 8] |= (uint8_t)(1u << (id % 8));
	return true;
}

uint8_t *search_shapes(const struct search_image *image,
    const struct line_regex *pattern, int64_t until_ms, struct arena *a)
{
	const char *p = image->shapes, *end = p + image->header->shapes.n;
	struct marking m = { .image = image };
	struct line_regex *re = NULL;

	if (line_regex_for_shapes(pattern, &re, NULL) != ERR_OK)
		return NULL;
	m.bits = arena_zalloc(a, image->header->starts.n / 8 + 1);
	if (!m.bits)
		return NULL;
	while (p < end) {
		const char *stop = end;

		if ((size_t)(end - p) > SLICE)
			stop = (const char *)memchr(
				   p + SLICE, '\n', (size_t)(end - p) - SLICE) +
			       1;
		(void)line_regex_each(re, p, stop, mark, &m);
		p = stop;
		if (clock_mono_ms() > until_ms)
			return NULL;
	}
	return m.bits;
}
