/*
 * Recognises a command line against the syntaxes of a platform, the way
 * network operating systems do: keywords may be shortened as long as they are
 * unique, the first word that fits nothing is pointed at, a line that stops
 * too early is incomplete.
 *
 * A syntax is a line of
 *   keyword      lower case; a unique beginning of it will do
 *   WORD         anything without a space
 *   "WORD"       a text in quotes or a word (STRING)
 *   LINE         the rest of the line, at least one character
 *   <1-4094>     a number within bounds
 *   VLANS        numbers and ranges: 1,3-5
 *   IFNAME       an interface of this platform, shortened or with a space
 *                before its number; stored in full
 *   A.B.C.D      an IPv4 address
 *   A.B.C.D/M    an address with its prefix length
 *   A.B.C.D/N    a network: host bits are cleared
 *   X:X::X:X/M   an IPv6 address with its prefix length
 *   HH:MM:SS     a time
 *   [ … ]        which may be left out
 *   ( … | … )    one of these
 *
 * Usage: grammar_begin(), grammar_try() for every syntax that is possible
 * here, grammar_finish().
 *
 * The query borrows the line; the match owns copies.  One thread.
 */
#ifndef SIM_GRAMMAR_H
#define SIM_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAMMAR_LINE_MAX 2048 /* bytes of a line; more is invalid */
#define GRAMMAR_WORDS_MAX 48
#define GRAMMAR_CANDIDATES_MAX 48

/* Interfaces of a platform.  slot: what stands before the number ("1/"), or
 * "".  physical: exists by itself and cannot be removed. */
struct grammar_ifname {
	const char *name;
	const char *slot;
	unsigned first;
	unsigned last;
	bool physical;
};

enum grammar_result {
	GRAMMAR_OK,
	GRAMMAR_INVALID,
	GRAMMAR_INCOMPLETE,
	GRAMMAR_AMBIGUOUS,
};

struct grammar_match {
	enum grammar_result result;
	size_t rule;	     /* as given to grammar_try() */
	size_t error_column; /* where the word at fault begins in the line */
	char text[GRAMMAR_LINE_MAX]; /* in full: keywords, interface names */
	bool partial;		     /* stopped early, with query.prefix */
	size_t n_words;
	uint16_t word_at[GRAMMAR_WORDS_MAX]; /* where word i begins in text */
	uint16_t word_len[GRAMMAR_WORDS_MAX];
	bool word_is_keyword[GRAMMAR_WORDS_MAX];
};

struct grammar_word {
	const char *text; /* in full: into a syntax, the line or the scratch */
	uint16_t len;
	bool keyword;
	bool exact;
};

struct grammar_candidate {
	size_t rule;
	bool complete;
	bool partial;
	size_t n_words;
	struct grammar_word words[GRAMMAR_WORDS_MAX];
};

struct grammar_query {
	const char *line;
	const struct grammar_ifname *ifnames; /* ended by a NULL name */
	bool prefix; /* a line that stops early is fine: for `no …` */
	size_t n_words;
	const char *word_text[GRAMMAR_WORDS_MAX];
	size_t word_len[GRAMMAR_WORDS_MAX];
	size_t furthest; /* words of the line that fitted, at most */
	bool too_long;
	size_t n_candidates;
	struct grammar_candidate candidates[GRAMMAR_CANDIDATES_MAX];
	struct grammar_candidate trial;
	char scratch[4 * GRAMMAR_LINE_MAX];
	size_t scratch_len;
};

void grammar_begin(struct grammar_query *q, const char *line,
    const struct grammar_ifname *ifnames);
void grammar_try(struct grammar_query *q, size_t rule, const char *syntax);
void grammar_finish(struct grammar_query *q, struct grammar_match *ret);

/* Word i of the match, copied; "" if there is none. */
const char *grammar_word(
    const struct grammar_match *m, size_t i, char *to, size_t size);
/* The text of the match from word i to its end; "" if there is none. */
const char *grammar_rest(const struct grammar_match *m, size_t i);
/* True if keyword `word` stands in the match. */
bool grammar_has_keyword(const struct grammar_match *m, const char *word);

/* --- types (grammar_type.c) -------------------------------------------- */

/* What a typed word may look at and write. */
struct grammar_input {
	const char *const *text; /* words of the line from here on */
	const size_t *len;
	size_t n;
	const struct grammar_ifname *ifnames;
	const char *line_end;
	char *out; /* the full form, if it differs */
	size_t out_size;
};

/* Answers how many words of the input the type takes, 0 if it does not fit;
 * *ret_written is the length of the full form, 0 if it is as typed. */
size_t grammar_type_match(const char *type, size_t type_len,
    const struct grammar_input *in, size_t *ret_written);

#endif
