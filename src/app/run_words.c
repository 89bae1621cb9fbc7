#include "app/run_words.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

static size_t hash_text(const char *text)
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return (size_t)(h ^ (h >> 32));
}

size_t run_words_count(const struct run_words *w)
{
	return w->n + 1;
}

const char *run_words_text(const struct run_words *w, uint32_t word)
{
	return word ? w->texts[word - 1] : "";
}

/* Where the word is, or belongs; there is room. */
static uint32_t *slot_of(const struct run_words *w, const char *text)
{
	size_t i = hash_text(text) & (w->size - 1);

	while (w->slots[i] && strcmp(run_words_text(w, w->slots[i]), text) != 0)
		i = (i + 1) & (w->size - 1);
	return &w->slots[i];
}

static bool grow(struct run_words *w)
{
	size_t size = w->size ? w->size * 2 : FIRST_SIZE;
	char **texts = realloc(w->texts, size / 2 * sizeof(*texts));
	uint32_t *slots = calloc(size, sizeof(*slots));

	if (texts)
		w->texts = texts;
	if (!texts || !slots) {
		free(slots);
		return false;
	}
	w->cap = size / 2;
	free(w->slots);
	w->slots = slots;
	w->size = size;
	for (size_t i = 0; i < w->n; i++)
		*slot_of(w, w->texts[i]) = (uint32_t)i + 1;
	return true;
}

bool run_words_add(struct run_words *w, const char *text, uint32_t *ret)
{
	uint32_t *slot;

	if (run_words_find(w, text, ret))
		return true;
	if (w->n == w->cap && !grow(w))
		return false;
	w->texts[w->n] = strdup(text);
	if (!w->texts[w->n])
		return false;
	slot = slot_of(w, text);
	*slot = (uint32_t)++w->n;
	*ret = *slot;
	return true;
}

bool run_words_find(const struct run_words *w, const char *text, uint32_t *ret)
{
	uint32_t word = *text && w->size ? *slot_of(w, text) : 0;

	if (*text && !word)
		return false;
	*ret = word;
	return true;
}

static int by_text(const void *a, const void *b, void *ctx)
{
	const struct run_words *w = ctx;
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strverscmp(run_words_text(w, x), run_words_text(w, y));
}

const uint32_t *run_words_ranks(struct run_words *w)
{
	size_t n = run_words_count(w);
	uint32_t *order, *ranks;

	if (w->n_ranked == n)
		return w->ranks;
	order = malloc(n * sizeof(*order));
	ranks = malloc(n * sizeof(*ranks));
	if (!order || !ranks) {
		free(order);
		free(ranks);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order + 1, n - 1, sizeof(*order), by_text, w);
	for (size_t i = 0; i < n; i++)
		ranks[order[i]] = (uint32_t)i;
	free(order);
	free(w->ranks);
	w->ranks = ranks;
	w->n_ranked = n;
	return ranks;
}

void run_words_release(struct run_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->texts[i]);
	free(w->texts);
	free(w->slots);
	free(w->ranks);
	*w = (struct run_words){ 0 };
}
