#include "app/blame_internal.h"

#include <assert.h>
#include <string.h>

#define PIECE 31	/* lines */
#define MAX_LINES 10000 /* a longer text is traced each time */

struct piece {
	uint16_t origin[PIECE];
	uint16_t cut;
};

static_assert(sizeof(struct blame_key) == BLAME_MEMORY_KEY, "padded");
static_assert(sizeof(struct piece) == BLAME_MEMORY_VALUE, "padded");
static_assert(BLAME_MAX_VERSIONS < UINT16_MAX, "an origin is a version");

struct blame_key blame_key_of(
    const struct history_page *page, const struct blame *blame)
{
	struct blame_key key = { .what = "blame",
		.text = blame->version.blob,
		.n_versions = (uint32_t)page->n,
		.n_lines = (uint32_t)blame->n_lines };

	if (page->n > 0) {
		key.newest = page->entries[0].commit.id;
		key.oldest = page->entries[page->n - 1].commit.id;
	}
	return key;
}

static size_t lines_of(const struct blame_key *key, size_t first)
{
	size_t left = key->n_lines - first;

	return left < PIECE ? left : PIECE;
}

bool blame_recall(const struct blame_memory *m, struct blame_key *key,
    uint32_t *origin, bool *ret_cut)
{
	struct piece piece;

	if (!m || key->n_lines == 0 || key->n_lines > MAX_LINES)
		return false;
	for (size_t first = 0; first < key->n_lines; first += PIECE) {
		key->piece = (uint32_t)(first / PIECE);
		if (!m->get(m->ctx, key, sizeof(*key), &piece, sizeof(piece)))
			return false;
		for (size_t i = 0; i < lines_of(key, first); i++)
			origin[first + i] = piece.origin[i];
	}
	*ret_cut = piece.cut;
	return true;
}

void blame_remember(const struct blame_memory *m, struct blame_key *key,
    const uint32_t *origin, bool cut)
{
	if (!m || key->n_lines > MAX_LINES)
		return;
	for (size_t first = 0; first < key->n_lines; first += PIECE) {
		struct piece piece = { .cut = cut };

		key->piece = (uint32_t)(first / PIECE);
		for (size_t i = 0; i < lines_of(key, first); i++)
			piece.origin[i] = (uint16_t)origin[first + i];
		m->put(m->ctx, key, sizeof(*key), &piece, sizeof(piece));
	}
}
