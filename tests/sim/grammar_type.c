#include "sim/grammar.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_WORD_SIZE 128

struct grammar_type {
	const char *name;
	size_t (*match)(const struct grammar_input *in, size_t *ret_written);
};

/* The first word, copied; false if it is longer than any typed value. */
static bool type_copy(const struct grammar_input *in, char word[TYPE_WORD_SIZE])
{
	if (in->len[0] >= TYPE_WORD_SIZE)
		return false;
	memcpy(word, in->text[0], in->len[0]);
	word[in->len[0]] = '\0';
	return true;
}

static bool type_number(const char *text, unsigned long *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strlen(text) > 18)
		return false;
	*ret = strtoul(text, &end, 10);
	return *end == '\0';
}

static size_t type_match_word(
    const struct grammar_input *in, size_t *ret_written)
{
	(void)in;
	(void)ret_written;
	return 1;
}

/* Trailing blanks go, as on the real devices. */
static size_t type_match_line(
    const struct grammar_input *in, size_t *ret_written)
{
	(void)ret_written;
	return in->n;
}

static size_t type_match_vlans(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];

	(void)ret_written;
	if (!type_copy(in, word) || !isdigit((unsigned char)word[0]) ||
	    word[strspn(word, "0123456789,-")] != '\0')
		return 0;
	return 1;
}

static size_t type_match_ipv4(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];
	struct in_addr a;

	(void)ret_written;
	return type_copy(in, word) && inet_pton(AF_INET, word, &a) == 1;
}

static bool type_split_prefix(
    const struct grammar_input *in, char word[TYPE_WORD_SIZE], unsigned long *m)
{
	char *slash;

	if (!type_copy(in, word))
		return false;
	slash = strchr(word, '/');
	if (!slash || !type_number(slash + 1, m))
		return false;
	*slash = '\0';
	return true;
}

static size_t type_match_prefix(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];
	struct in_addr a;
	unsigned long len;

	(void)ret_written;
	return type_split_prefix(in, word, &len) && len <= 32 &&
	       inet_pton(AF_INET, word, &a) == 1;
}

static size_t type_match_network(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];
	struct in_addr a;
	unsigned long len;

	if (!type_split_prefix(in, word, &len) || len > 32 ||
	    inet_pton(AF_INET, word, &a) != 1)
		return 0;
	a.s_addr &= len == 0 ? 0 : htonl(UINT32_MAX << (32 - len));
	inet_ntop(AF_INET, &a, word, sizeof(word));
	*ret_written =
	    (size_t)snprintf(in->out, in->out_size, "%s/%lu", word, len);
	return 1;
}

static size_t type_match_prefix6(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];
	struct in6_addr a;
	unsigned long len;

	(void)ret_written;
	return type_split_prefix(in, word, &len) && len <= 128 &&
	       inet_pton(AF_INET6, word, &a) == 1;
}

static size_t type_match_time(
    const struct grammar_input *in, size_t *ret_written)
{
	char word[TYPE_WORD_SIZE];
	unsigned h;
	unsigned m;
	unsigned s;
	char rest;

	(void)ret_written;
	return type_copy(in, word) &&
	       sscanf(word, "%2u:%2u:%2u%c", &h, &m, &s, &rest) == 3 &&
	       m < 60 && s < 60;
}

/* The name of an interface, split where its number begins. */
struct type_ifname {
	const char *name;
	size_t name_len;
	const char *number;
	size_t number_len;
	size_t words;
};

static bool type_split_ifname(
    const struct grammar_input *in, struct type_ifname *ret)
{
	size_t n = 0;

	while (n < in->len[0] && (isalpha((unsigned char)in->text[0][n]) ||
				     in->text[0][n] == '-'))
		n++;
	ret->name = in->text[0];
	ret->name_len = n;
	ret->number = in->text[0] + n;
	ret->number_len = in->len[0] - n;
	ret->words = 1;
	if (n == 0)
		return false;
	if (ret->number_len == 0 && in->n > 1) {
		ret->number = in->text[1];
		ret->number_len = in->len[1];
		ret->words = 2;
	}
	return ret->number_len > 0;
}

/* "1/7.20" after the slot "1/": 7 within the bounds, then a subinterface. */
static bool type_ifnumber_fits(
    const struct grammar_ifname *kind, const struct type_ifname *name)
{
	size_t slot = strlen(kind->slot);
	char word[32];
	unsigned long number;
	unsigned long sub;
	char *dot;

	if (name->number_len >= sizeof(word) || name->number_len <= slot ||
	    strncmp(name->number, kind->slot, slot) != 0)
		return false;
	memcpy(word, name->number + slot, name->number_len - slot);
	word[name->number_len - slot] = '\0';
	dot = strchr(word, '.');
	if (dot) {
		*dot = '\0';
		if (!type_number(dot + 1, &sub) || sub == 0)
			return false;
	}
	return type_number(word, &number) && number >= kind->first &&
	       number <= kind->last;
}

static size_t type_match_ifname(
    const struct grammar_input *in, size_t *ret_written)
{
	struct type_ifname name;

	if (!in->ifnames || !type_split_ifname(in, &name))
		return 0;
	for (const struct grammar_ifname *k = in->ifnames; k->name; k++) {
		if (name.name_len > strlen(k->name) ||
		    strncasecmp(k->name, name.name, name.name_len) != 0 ||
		    !type_ifnumber_fits(k, &name))
			continue;
		*ret_written = (size_t)snprintf(in->out, in->out_size, "%s%.*s",
		    k->name, (int)name.number_len, name.number);
		return name.words;
	}
	return 0;
}

static const struct grammar_type grammar_types[] = {
	{ "WORD", type_match_word },
	{ "STRING", type_match_word },
	{ "LINE", type_match_line },
	{ "VLANS", type_match_vlans },
	{ "IFNAME", type_match_ifname },
	{ "A.B.C.D", type_match_ipv4 },
	{ "A.B.C.D/M", type_match_prefix },
	{ "A.B.C.D/N", type_match_network },
	{ "X:X::X:X/M", type_match_prefix6 },
	{ "HH:MM:SS", type_match_time },
};

static size_t type_match_range(const char *type, const struct grammar_input *in)
{
	char word[TYPE_WORD_SIZE];
	unsigned long low;
	unsigned long high;
	unsigned long number;

	return type_copy(in, word) && type_number(word, &number) &&
	       sscanf(type, "<%lu-%lu>", &low, &high) == 2 && number >= low &&
	       number <= high;
}

size_t grammar_type_match(const char *type, size_t type_len,
    const struct grammar_input *in, size_t *ret_written)
{
	*ret_written = 0;
	if (*type == '<')
		return type_match_range(type, in);
	for (size_t i = 0; i < sizeof(grammar_types) / sizeof(*grammar_types);
	     i++)
		if (strlen(grammar_types[i].name) == type_len &&
		    strncmp(grammar_types[i].name, type, type_len) == 0)
			return grammar_types[i].match(in, ret_written);
	return 0;
}
