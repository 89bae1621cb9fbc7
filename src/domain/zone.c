#include "domain/zone.h"

#include "domain/civil.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEADER 44
#define MAX_TYPES 256
#define DAY_S 86400

/* A day of the year on which clocks are changed: Mm.w.d, Jn or n of POSIX TZ
 * (IEEE Std 1003.1-2017, 8.3), and the time of that day, in seconds. */
struct zone_rule {
	char form; /* 'M', 'J', or '0': days from 0, leap days counted */
	int month, week, day;
	int64_t time;
};

struct zone {
	int64_t first; /* offset before the first transition */
	bool has_rule, has_dst;
	int64_t standard, dst;
	struct zone_rule begin, end; /* of daylight saving */
	size_t n;
	struct zone_transition {
		int64_t at, offset;
	} change[];
};

/* --- the rule behind the last transition --------------------------------- */

static bool skip_name(const char **p)
{
	const char *start = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>';
	}
	while (isalpha((unsigned char)**p))
		(*p)++;
	return *p - start >= 3;
}

static bool take_int(const char **p, int max, int *ret)
{
	int n = 0;

	*ret = 0;
	while (**p >= '0' && **p <= '9' && n++ < 3)
		*ret = *ret * 10 + (*(*p)++ - '0');
	return n > 0 && *ret <= max;
}

/* [+-]hh[:mm[:ss]]; RFC 8536 allows hours up to 167. */
static bool take_time(const char **p, int64_t *ret)
{
	int64_t sign = **p == '-' ? -1 : 1, total;
	int part;

	if (**p == '-' || **p == '+')
		(*p)++;
	if (!take_int(p, 167, &part))
		return false;
	total = (int64_t)part * 3600;
	for (int unit = 60; unit > 0 && **p == ':'; unit /= 60) {
		(*p)++;
		if (!take_int(p, 59, &part))
			return false;
		total += (int64_t)part * unit;
	}
	*ret = sign * total;
	return true;
}

static bool take_rule(const char **p, struct zone_rule *r)
{
	*r = (struct zone_rule){ .form = '0', .time = 7200 };
	if (*(*p)++ != ',')
		return false;
	if (**p == 'M') {
		(*p)++;
		r->form = 'M';
		if (!take_int(p, 12, &r->month) || *(*p)++ != '.' ||
		    !take_int(p, 5, &r->week) || *(*p)++ != '.' ||
		    !take_int(p, 6, &r->day) || r->month < 1 || r->week < 1)
			return false;
	} else {
		if (**p == 'J') {
			(*p)++;
			r->form = 'J';
		}
		if (!take_int(p, 365, &r->day))
			return false;
	}
	if (**p != '/')
		return true;
	(*p)++;
	return take_time(p, &r->time);
}

static bool parse_rule(const char *p, struct zone *z)
{
	if (!*p)
		return true;
	if (!skip_name(&p) || !take_time(&p, &z->standard))
		return false;
	z->standard = -z->standard; /* POSIX counts westwards */
	z->has_rule = true;
	if (!*p)
		return true;
	z->has_dst = true;
	if (!skip_name(&p))
		return false;
	z->dst = z->standard + 3600;
	if (*p != ',') {
		if (!take_time(&p, &z->dst))
			return false;
		z->dst = -z->dst;
	}
	return take_rule(&p, &z->begin) && take_rule(&p, &z->end) && !*p;
}

/* The local second of the year's change, by the clock before it. */
static int64_t rule_in_year(const struct zone_rule *r, int64_t year)
{
	int64_t first = civil_to_days(year, 1, 1), days;
	bool leap = civil_days_in_month(year, 2) == 29;

	if (r->form == 'M') {
		days = civil_to_days(year, r->month, 1);
		days += (r->day - civil_weekday(days) + 7) % 7;
		days += (int64_t)(r->week - 1) * 7;
		if (r->week == 5 &&
		    days >= civil_to_days(year, r->month, 1) +
				civil_days_in_month(year, r->month))
			days -= 7;
	} else if (r->form == 'J') {
		/* 1 to 365; 29 February is never counted */
		days = first + r->day - 1 + (leap && r->day >= 60);
	} else {
		days = first + r->day;
	}
	return days * DAY_S + r->time;
}

static int64_t offset_by_rule(const struct zone *z, int64_t utc)
{
	int64_t year, begin, end;

	if (!z->has_dst)
		return z->standard;
	year = civil_from_days(civil_floor_div(utc + z->standard, DAY_S)).year;
	begin = rule_in_year(&z->begin, year) - z->standard;
	end = rule_in_year(&z->end, year) - z->dst;
	if (begin < end)
		return utc >= begin && utc < end ? z->dst : z->standard;
	/* south of the equator it spans the new year */
	return utc >= end && utc < begin ? z->standard : z->dst;
}

/* --- TZif ---------------------------------------------------------------- */

static int64_t read_signed(const uint8_t *p, int bytes)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct block {
	const uint8_t *data;
	size_t n_times, n_types, size;
};

/* The block behind a header at p, with times of so many bytes. */
static bool read_header(
    const uint8_t *p, size_t left, size_t bytes, struct block *b)
{
	size_t count[6]; /* isutc, isstd, leap, time, type, char */

	if (left < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (int i = 0; i < 6; i++) {
		count[i] =
		    (size_t)(read_signed(p + 20 + 4 * i, 4) & UINT32_MAX);
		if (count[i] > ZONE_MAX_FILE)
			return false;
	}
	b->data = p + HEADER;
	b->n_times = count[3];
	b->n_types = count[4];
	b->size = count[3] * (bytes + 1) + count[4] * 6 + count[5] +
		  count[2] * (bytes + 4) + count[1] + count[0];
	return b->size <= left - HEADER && b->n_types > 0 &&
	       b->n_types <= MAX_TYPES;
}

static bool read_transitions(const struct block *b, struct zone *z)
{
	const uint8_t *index = b->data + b->n_times * 8;
	const uint8_t *types = index + b->n_times;

	z->first = read_signed(types, 4);
	for (size_t i = 0; i < b->n_times; i++) {
		if (index[i] >= b->n_types)
			return false;
		z->change[i].at = read_signed(b->data + 8 * i, 8);
		z->change[i].offset =
		    read_signed(types + (size_t)6 * index[i], 4);
		if (i > 0 && z->change[i].at <= z->change[i - 1].at)
			return false;
	}
	z->n = b->n_times;
	return true;
}

/* "\n<rule>\n" at the end of the file. */
static bool read_footer(const uint8_t *p, size_t left, struct zone *z)
{
	const uint8_t *end;
	char rule[128];
	size_t n;

	if (left < 2 || *p != '\n')
		return false;
	end = memchr(p + 1, '\n', left - 1);
	n = end ? (size_t)(end - p) - 1 : sizeof(rule);
	if (n >= sizeof(rule))
		return false;
	memcpy(rule, p + 1, n);
	rule[n] = '\0';
	return parse_rule(rule, z);
}

enum err_code zone_parse(
    const void *data, size_t len, struct zone **ret, struct err *e)
{
	const uint8_t *p = data, *rest;
	struct block old, b;
	struct zone *z;

	if (len > ZONE_MAX_FILE || !read_header(p, len, 4, &old) ||
	    !read_header(old.data + old.size, len - HEADER - old.size, 8, &b))
		return err_set(e, ERR_INVALID, "not a time zone's file");
	z = calloc(1, sizeof(*z) + b.n_times * sizeof(z->change[0]));
	if (!z)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rest = b.data + b.size;
	if (!read_transitions(&b, z) ||
	    !read_footer(rest, len - (size_t)(rest - p), z)) {
		free(z);
		return err_set(e, ERR_INVALID, "not a time zone's file");
	}
	*ret = z;
	return ERR_OK;
}

void zone_free(struct zone *z)
{
	free(z);
}

/* --- instants ------------------------------------------------------------ */

int64_t zone_offset(const struct zone *z, int64_t utc)
{
	size_t low = 0, high;

	if (!z)
		return 0;
	/* how many transitions there were up to then */
	high = z->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (z->change[mid].at <= utc)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->n && z->has_rule)
		return offset_by_rule(z, utc);
	return low ? z->change[low - 1].offset : z->first;
}

int64_t zone_change(const struct zone *z, int64_t from, int64_t to)
{
	int64_t before = zone_offset(z, from);

	while (to - from > 1) {
		int64_t mid = from + (to - from) / 2;

		if (zone_offset(z, mid) == before)
			from = mid;
		else
			to = mid;
	}
	return to;
}

int64_t zone_to_utc(const struct zone *z, int64_t civil)
{
	/* no place is a day and more from UTC */
	int64_t before = zone_offset(z, civil - DAY_S);
	int64_t after = zone_offset(z, civil + DAY_S);
	int64_t high = before > after ? before : after;
	int64_t low = before > after ? after : before;

	if (zone_offset(z, civil - high) == high)
		return civil - high;
	if (zone_offset(z, civil - low) == low)
		return civil - low;
	return zone_change(z, civil - high, civil - low);
}

bool zone_is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 60 || !isalpha((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) &&
		    !strchr("_+-/", name[i]))
			return false;
	}
	return !strstr(name, "//") && name[len - 1] != '/';
}
