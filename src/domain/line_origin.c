#include "domain/line_origin.h"

#include <assert.h>

enum err_code line_origin_begin(
    struct line_origin *o, struct arena *arena, size_t n, struct err *e)
{
	struct line_origin new = {
		.arena = arena, .n = n, .n_open = n, .n_at = n
	};

	new.origin = arena_alloc(arena, (n + 1) * sizeof(*new.origin));
	new.at = arena_alloc(arena, (n + 1) * sizeof(*new.at));
	if (!new.origin || !new.at)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		new.origin[i] = LINE_ORIGIN_UNKNOWN;
		new.at[i] = (uint32_t)i + 1;
	}
	*o = new;
	return ERR_OK;
}

/* Lines [start, start + len) of the version at hand are its own. */
static void settle(struct line_origin *o, size_t start, size_t len)
{
	for (size_t i = start; i < start + len; i++) {
		if (!o->at[i])
			continue;
		o->origin[o->at[i] - 1] = o->version;
		o->n_open--;
	}
}

enum err_code line_origin_step(
    struct line_origin *o, const struct text_diff *older, struct err *e)
{
	size_t a = 0, b = 0;
	uint32_t *at = arena_zalloc(o->arena, (older->n_a + 1) * sizeof(*at));

	assert(older->n_b == o->n_at);
	if (!at)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i <= older->n_changes; i++) {
		bool last = i == older->n_changes;
		const struct text_change *c = &older->changes[i];
		size_t same_end = last ? older->n_a : c->a_start;

		while (a < same_end)
			at[a++] = o->at[b++];
		if (last)
			break;
		settle(o, c->b_start, c->b_len);
		a += c->a_len;
		b += c->b_len;
	}
	o->at = at;
	o->n_at = older->n_a;
	o->version++;
	return ERR_OK;
}

void line_origin_finish(struct line_origin *o)
{
	settle(o, 0, o->n_at);
}
