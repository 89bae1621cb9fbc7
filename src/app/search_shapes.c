#include "app/search_internal.h"

#include <stdlib.h>
#include <string.h>

/* Where the texts have little in common, what they have is not worth more. */
#define MAX_SHAPES_LEN ((size_t)48 << 20)
#define MAX_LINE 4096

struct search_shape_set {
	char *text; /* each ends in a newline */
	size_t len, cap;
	uint32_t *starts; /* by number */
	uint32_t *seen;	  /* by number: the last text that has it */
	size_t n, room;
	uint32_t *table; /* number + 1 by hash; 0: none */
	size_t slots;	 /* a power of two */
	uint32_t serial; /* of the text */
	char *shaped;	 /* the text */
	size_t shaped_cap;
	uint32_t *ids;
	size_t n_ids, ids_cap;
};

static size_t room_for(size_t want, size_t cap)
{
	size_t to = cap ? cap : 1024;

	while (to < want)
		to *= 2;
	return to;
}

/* Bytes.  False when out of memory. */
static bool reserve_bytes(char **at, size_t *cap, size_t want)
{
	size_t to = room_for(want, *cap);
	char *grown = to > *cap ? realloc(*at, to) : *at;

	if (!grown)
		return false;
	*at = grown;
	*cap = to;
	return true;
}

static bool reserve_numbers(uint32_t **at, size_t *cap, size_t want)
{
	size_t to = room_for(want, *cap);
	uint32_t *grown = to > *cap ? realloc(*at, to * sizeof(**at)) : *at;

	if (!grown)
		return false;
	*at = grown;
	*cap = to;
	return true;
}

struct search_shape_set *search_shape_set_new(void)
{
	struct search_shape_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->slots = 4096;
	set->table = calloc(set->slots, sizeof(*set->table));
	if (set->table)
		return set;
	free(set);
	return NULL;
}

void search_shape_set_free(struct search_shape_set *set)
{
	if (!set)
		return;
	free(set->text);
	free(set->starts);
	free(set->seen);
	free(set->table);
	free(set->shaped);
	free(set->ids);
	free(set);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t hash_line(const char *line, size_t len)
{
	uint64_t h = len, word;

	for (; len >= sizeof(word); line += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, line, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	memcpy(&word, line, len);
	return mix(h, word);
}

static size_t shape_len(const struct search_shape_set *set, uint32_t id)
{
	size_t end = id + 1 < set->n ? set->starts[id + 1] : set->len;

	return end - set->starts[id] - 1;
}

/* Twice as many slots. */
static bool rehash(struct search_shape_set *set)
{
	size_t slots = set->slots * 2;
	uint32_t *table = calloc(slots, sizeof(*table));

	if (!table)
		return false;
	for (uint32_t id = 0; id < set->n; id++) {
		size_t at =
		    hash_line(set->text + set->starts[id], shape_len(set, id)) &
		    (slots - 1);

		while (table[at])
			at = (at + 1) & (slots - 1);
		table[at] = id + 1;
	}
	free(set->table);
	set->table = table;
	set->slots = slots;
	return true;
}

static bool append_shape(
    struct search_shape_set *set, const char *line, size_t len)
{
	size_t room = set->room;

	if (set->len + len + 1 > MAX_SHAPES_LEN ||
	    !reserve_bytes(&set->text, &set->cap, set->len + len + 1) ||
	    !reserve_numbers(&set->starts, &room, set->n + 1) ||
	    !reserve_numbers(&set->seen, &set->room, set->n + 1))
		return false;
	memcpy(set->text + set->len, line, len);
	set->text[set->len + len] = '\n';
	set->starts[set->n] = (uint32_t)set->len;
	set->seen[set->n] = 0;
	set->len += len + 1;
	set->n++;
	return true;
}

/* The number of the shape, which is added if it is new. */
static bool find_shape(
    struct search_shape_set *set, const char *line, size_t len, uint32_t *ret)
{
	size_t at;

	if (set->n * 2 >= set->slots && !rehash(set))
		return false;
	at = hash_line(line, len) & (set->slots - 1);
	while (set->table[at]) {
		uint32_t id = set->table[at] - 1;

		if (shape_len(set, id) == len &&
		    memcmp(set->text + set->starts[id], line, len) == 0) {
			*ret = id;
			return true;
		}
		at = (at + 1) & (set->slots - 1);
	}
	if (!append_shape(set, line, len))
		return false;
	*ret = (uint32_t)(set->n - 1);
	set->table[at] = (uint32_t)set->n;
	return true;
}

static bool note_line(
    struct search_shape_set *set, const char *line, size_t len)
{
	uint32_t id = 0;

	if (len > MAX_LINE || !find_shape(set, line, len, &id))
		return false;
	if (set->seen[id] == set->serial)
		return true;
	set->seen[id] = set->serial;
	if (!reserve_numbers(&set->ids, &set->ids_cap, set->n_ids + 1))
		return false;
	set->ids[set->n_ids++] = id;
	return true;
}

bool search_shape_set_add(struct search_shape_set *set, const char *text,
    size_t len, const uint32_t **ret_ids, size_t *ret_n)
{
	const char *p, *end;

	if (!reserve_bytes(&set->shaped, &set->shaped_cap, len))
		return false;
	line_regex_shape(set->shaped, text, len);
	set->serial++;
	set->n_ids = 0;
	end = set->shaped + len;
	for (p = set->shaped; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		if (!note_line(set, p, (size_t)(stop - p)))
			return false;
		p = newline ? newline + 1 : end;
	}
	*ret_ids = set->ids;
	*ret_n = set->n_ids;
	return true;
}

const char *search_shape_set_text(
    const struct search_shape_set *set, size_t *ret_len)
{
	*ret_len = set->len;
	return set->text;
}

const uint32_t *search_shape_set_starts(
    const struct search_shape_set *set, size_t *ret_n)
{
	*ret_n = set->n;
	return set->starts;
}
