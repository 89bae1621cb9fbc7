/*
 * The words that runs have in common, each once: jobs, states, triggers,
 * people, devices.  Filters then compare numbers, and orders count them.
 *
 * Words are never taken out: there are as many as there ever were names.  Not
 * for several threads at once.
 */
#ifndef APP_RUN_WORDS_H
#define APP_RUN_WORDS_H

#include "base/err.h"

#include <stdint.h>

/* All zero is an empty one.  Word 0 is "". */
struct run_words {
	char **texts;
	size_t n, cap;
	uint32_t *slots; /* open addressing: word, 0 free */
	size_t size;	 /* a power of two, or 0 */
	uint32_t *ranks; /* of the first n_ranked words */
	size_t n_ranked;
};

/* False when out of memory. */
bool run_words_add(
    struct run_words *w, const char *text, uint32_t *ret) must_check;
/* False: no run has it. */
bool run_words_find(const struct run_words *w, const char *text, uint32_t *ret);
/* How many there are, the empty one too. */
size_t run_words_count(const struct run_words *w);
/* Of a word below that count; lives as long as the words. */
const char *run_words_text(const struct run_words *w, uint32_t word);
/* By word, its place in the order of names (r2 before r10); that of "" is 0.
 * NULL when out of memory. */
const uint32_t *run_words_ranks(struct run_words *w);
void run_words_release(struct run_words *w);

#endif
