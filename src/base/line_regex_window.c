#include "base/line_regex_window.h"

#include <string.h>

#define BLOCK 64 /* places looked at together */
/* One line is read for each place that is found: below this many bytes between
 * two of them the automaton reads them all sooner. */
#define MIN_RARITY 30.0
#define FEW 0.1	      /* places left of a block: none, mostly */
#define CASE_BIT 0x20 /* of ASCII's letters */

/* --- which sets ---------------------------------------------------------- */

/* What matters is that letters and spaces are many and most signs are few. */
void rx_weights_init(struct rx_weights *w)
{
	static const struct {
		const char *bytes;
		uint16_t weight;
	} common[] = { { " ", 1500 }, { "aeinorst", 450 }, { "cdfhlmpu", 200 },
		{ "bgkvwxyz", 90 }, { "01", 350 }, { "23456789", 120 },
		{ ".", 200 }, { "-/_:", 90 }, { "\n", 500 }, { "jq", 20 } };

	for (unsigned c = 0; c < 256; c++)
		w->of[c] = c >= 'A' && c <= 'Z'	 ? 40
			   : c >= ' ' && c < 127 ? 15
						 : 1;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		for (const char *p = common[i].bytes; *p; p++)
			w->of[(unsigned char)*p] = common[i].weight;
	}
}

/* The part of all bytes that are in the set. */
static double set_weight(const struct rx_weights *w, const struct rx_set *set)
{
	unsigned sum = 0;

	for (unsigned c = 0; c < 256; c++)
		sum += rx_set_has(set, (unsigned char)c) ? w->of[c] : 0;
	return sum < 10000 ? (sum + 1) / 10001.0 : 1.0;
}

struct pick {
	size_t at;
	double weight;
};

/* The rarest sets of a sequence, the rarest first; how many. */
static size_t pick_probes(const struct rx_weights *w,
    const struct rx_set *const *sets, size_t n, struct pick pick[RX_MAX_PROBES])
{
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		double weight = set_weight(w, sets[i]);
		size_t to = picked;

		for (; to > 0 && pick[to - 1].weight > weight; to--) {
			if (to < RX_MAX_PROBES)
				pick[to] = pick[to - 1];
		}
		if (to < RX_MAX_PROBES)
			pick[to] = (struct pick){ i, weight };
		picked += picked < RX_MAX_PROBES;
	}
	return picked;
}

double rx_window_rarity(
    const struct rx_weights *w, const struct rx_set *const *sets, size_t n)
{
	struct pick pick[RX_MAX_PROBES];
	size_t picked = pick_probes(w, sets, n, pick);
	double rarity = 1.0;

	for (size_t i = 0; i < picked; i++)
		rarity /= pick[i].weight;
	return rarity;
}

/* --- ranges of a set ----------------------------------------------------- */

static unsigned range_end(const struct rx_range *range)
{
	return range->first + (unsigned)range->span + 1;
}

/* The two ranges with the fewest bytes between them become one: a probe may
 * take more bytes than the set, never fewer. */
static void join_nearest(struct rx_range *range, size_t n)
{
	size_t best = 0;
	unsigned least = 256;

	for (size_t i = 0; i + 1 < n; i++) {
		unsigned gap = range[i + 1].first - range_end(&range[i]);

		if (gap < least) {
			least = gap;
			best = i;
		}
	}
	range[best].span =
	    (uint8_t)(range_end(&range[best + 1]) - 1 - range[best].first);
	memmove(&range[best + 1], &range[best + 2],
	    (n - best - 2) * sizeof(*range));
}

/* Letters, each in both cases: then bytes are compared with CASE_BIT set, which
 * takes half the ranges, and some other bytes for each other. */
static bool has_both_cases(const struct rx_set *set)
{
	bool some = false;

	for (unsigned c = 'a'; c <= 'z'; c++) {
		bool small = rx_set_has(set, (unsigned char)c);

		if (small != rx_set_has(set, (unsigned char)(c ^ CASE_BIT)))
			return false;
		some = some || small;
	}
	return some;
}

static bool probe_takes(const struct rx_set *set, unsigned c, unsigned ignored)
{
	return (c & ignored) == ignored &&
	       (rx_set_has(set, (unsigned char)c) ||
		   rx_set_has(set, (unsigned char)(c ^ ignored)));
}

static void make_probe(
    struct rx_probe *probe, const struct rx_set *set, size_t offset)
{
	unsigned ignored = has_both_cases(set) ? CASE_BIT : 0;
	struct rx_range range[RX_MAX_RANGES + 1];
	size_t n = 0;

	for (unsigned c = 0; c < 256; c++) {
		if (!probe_takes(set, c, ignored))
			continue;
		if (n > 0 && range_end(&range[n - 1]) == c) {
			range[n - 1].span++;
			continue;
		}
		if (n > RX_MAX_RANGES)
			join_nearest(range, n--);
		range[n++] = (struct rx_range){ (uint8_t)c, 0 };
	}
	if (n > RX_MAX_RANGES)
		join_nearest(range, n--);
	memcpy(probe->range, range, n * sizeof(*range));
	probe->n_ranges = (uint8_t)n;
	probe->offset = (uint8_t)offset;
	probe->ignored = (uint8_t)ignored;
}

static bool has_avx2(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

void rx_window_make(struct rx_window *w, const struct rx_weights *weights,
    const struct rx_set *const *sets, size_t n)
{
	struct pick pick[RX_MAX_PROBES];
	size_t picked = pick_probes(weights, sets, n, pick);
	double places = BLOCK; /* of a block that have the probes so far */

	*w = (struct rx_window){ .n_probes = 0 };
	if (rx_window_rarity(weights, sets, n) < MIN_RARITY)
		return;
	for (size_t i = 0; i < picked; i++) {
		make_probe(&w->probe[i], sets[pick[i].at], pick[i].at);
		if (pick[i].at > w->reach)
			w->reach = pick[i].at;
		if (places >= FEW)
			w->n_blind++;
		places *= pick[i].weight;
	}
	w->n_probes = picked;
	w->avx2 = has_avx2();
}

/* --- looking ------------------------------------------------------------- */

/* GCC's and Clang's vectors: of whatever width the processor has. */
typedef uint8_t bytes __attribute__((vector_size(32)));
typedef uint64_t words __attribute__((vector_size(32)));
typedef uint8_t text __attribute__((vector_size(32), aligned(1), may_alias));

/* 0xff at each place that is held to be one. */
struct hits {
	bytes low, high;
};

/* Part of the functions below, which are compiled for several processors. */
#define INLINE static inline __attribute__((always_inline))

INLINE bool any(const struct hits *hits)
{
	words all = (words)(hits->low | hits->high);

	return (all[0] | all[1] | all[2] | all[3]) != 0;
}

INLINE void look_for_probe(
    const struct rx_probe *probe, const char *p, struct hits *hits)
{
	bytes low = *(const text *)(p + probe->offset);
	bytes high = *(const text *)(p + probe->offset + sizeof(bytes));
	uint8_t ignored = probe->ignored;
	bytes in_low = { 0 }, in_high = { 0 };

	low |= ignored;
	high |= ignored;
	for (size_t i = 0; i < probe->n_ranges; i++) {
		uint8_t first = probe->range[i].first;
		uint8_t span = probe->range[i].span;

		in_low |= (bytes)(low - first <= span);
		in_high |= (bytes)(high - first <= span);
	}
	hits->low &= in_low;
	hits->high &= in_high;
}

/* The first of the places at p that has the probes; BLOCK: none has. */
INLINE size_t look_at_block(const struct rx_window *w, const char *p)
{
	struct hits hits;
	uint8_t each[BLOCK];

	hits.low = hits.high = ~(bytes){ 0 };
	for (size_t i = 0; i < w->n_blind; i++)
		look_for_probe(&w->probe[i], p, &hits);
	for (size_t i = w->n_blind; i < w->n_probes && any(&hits); i++)
		look_for_probe(&w->probe[i], p, &hits);
	if (!any(&hits))
		return BLOCK;
	memcpy(each, &hits.low, sizeof(bytes));
	memcpy(each + sizeof(bytes), &hits.high, sizeof(bytes));
	return (size_t)((uint8_t *)memchr(each, 0xff, BLOCK) - each);
}

/* The first block that has a place, and which; or what is left, too short to be
 * a block, and BLOCK. */
INLINE const char *look_through(
    const struct rx_window *w, const char *p, const char *end, size_t *ret_at)
{
	*ret_at = BLOCK;
	for (; (size_t)(end - p) >= BLOCK + w->reach; p += BLOCK) {
		*ret_at = look_at_block(w, p);
		if (*ret_at < BLOCK)
			break;
	}
	return p;
}

static const char *look_anywhere(
    const struct rx_window *w, const char *p, const char *end, size_t *ret_at)
{
	return look_through(w, p, end, ret_at);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static const char *look_with_avx2(
    const struct rx_window *w, const char *p, const char *end, size_t *ret_at)
{
	return look_through(w, p, end, ret_at);
}
#else
#define look_with_avx2 look_anywhere
#endif

const char *rx_window_find(
    const struct rx_window *w, const char *p, const char *end)
{
	char rest[BLOCK + RX_MAX_HELD] = { 0 };
	size_t at, len;

	p = w->avx2 ? look_with_avx2(w, p, end, &at)
		    : look_anywhere(w, p, end, &at);
	if (at < BLOCK)
		return p + at;
	len = (size_t)(end - p);
	if (len <= w->reach)
		return NULL;
	memcpy(rest, p, len);
	at = look_at_block(w, rest);
	/* the zeros behind the text may have looked like it */
	return at + w->reach < len ? p + at : NULL;
}
