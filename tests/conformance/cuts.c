/*
 * The connection is cut after every request and before every response of a
 * run: the device ends with its old configuration or with the new one, and
 * the run says which.
 */
#include "conformance/bench.h"

#include <stdio.h>
#include <string.h>

/* A run has some forty requests on any platform. */
#define CUTS_MAX 90

struct change {
	const char *text;
	unsigned flags;
};

static struct change merge_of(struct bench *b)
{
	return (struct change){ b->backend->merge, 0 };
}

static struct change replacement_of(struct bench *b)
{
	return (struct change){ bench_replacement(b), BENCH_REPLACE };
}

static void check_end(struct bench *b, const char *old, const char *cut)
{
	const char *now = bench_running(b);
	bool is_old = bench_same(b, old, now);

	switch (b->out.state) {
	case RUN_SUCCEEDED:
		bench_check(b, !is_old, "%s: succeeded, but old", cut);
		break;
	case RUN_FAILED:
	case RUN_ROLLED_BACK:
		bench_check(b, is_old, "%s: undone, but not old", cut);
		break;
	default:
		bench_check(b, false, "%s: it is never known", cut);
	}
	if (b->backend->real)
		return; /* its time cannot be moved */
	bench_ask(b, "advance 10800");
	bench_check(b, bench_same(b, now, bench_running(b)),
	    "%s: it changes after the end of the run", cut);
}

/* True if the run was cut. */
static bool cut_once(struct bench *b, const char *mode, unsigned at,
    struct change (*make)(struct bench *b), const char *also)
{
	char setting[64];
	struct change c;
	const char *old;
	unsigned left;

	bench_next(b);
	old = bench_running(b);
	c = make(b);
	if (also != NULL)
		bench_mode(b, also);
	snprintf(setting, sizeof setting, "%s=%u", mode, at);
	bench_mode(b, setting);
	bench_provision(b, c.text, c.flags);
	left = bench_count(b, "commands");
	bench_mode(b, "off");
	bench_settle(b);
	check_end(b, old, setting);
	return left >= at;
}

/* How many requests a run makes that is not cut.  A real server is cut from
 * the last one before the effect on: it takes its time, and what comes before
 * is the handshake of SSH and reading. */
static unsigned first_cut(
    struct bench *b, struct change (*make)(struct bench *b))
{
	struct change c;

	if (!b->backend->real)
		return 1;
	bench_next(b);
	c = make(b);
	bench_mode(b, "off");
	bench_provision(b, c.text, c.flags);
	return b->effect_at > 0 ? b->effect_at : 1;
}

/* At every request in one mode; how many. */
static unsigned cut_at_each(struct bench *b, const char *mode, unsigned first,
    struct change (*make)(struct bench *b))
{
	unsigned at = first;

	while (at < first + CUTS_MAX && cut_once(b, mode, at, make, NULL))
		at++;
	bench_check(b, at > first + 10 && at < first + CUTS_MAX,
	    "%s at %u places", mode, at - first);
	return at - first;
}

static void cut_everywhere(
    struct bench *b, struct change (*make)(struct bench *b))
{
	unsigned first = first_cut(b, make);
	unsigned n = cut_at_each(b, "cut-after", first, make);

	/* A real server has done what it was asked before its answer is cut,
	 * so that the two make no difference there. */
	if (!b->backend->real)
		n += cut_at_each(b, "cut-before", first, make);
	printf("     cut at %u places\n", n);
}

static void merge_cut_everywhere(struct bench *b)
{
	cut_everywhere(b, merge_of);
}

/* Setting a server back takes a second.  Up to here a replacement is asked
 * for as a merge is. */
#define SERVER_FROM 11
#define SERVER_TO 20

static void cut_around_commit(
    struct bench *b, struct change (*make)(struct bench *b), const char *also)
{
	for (unsigned at = SERVER_FROM; at <= SERVER_TO; at++) {
		cut_once(b, "cut-after", at, make, also);
		cut_once(b, "cut-before", at, make, also);
	}
}

static void replacement_cut_everywhere(struct bench *b)
{
	if (b->backend->netconf)
		cut_around_commit(b, replacement_of, NULL);
	else
		cut_everywhere(b, replacement_of);
}

/* Over an API the device may answer, and yet say nothing of what it did. */
static void merge_failed_everywhere(struct bench *b)
{
	for (const char *const *f = b->backend->failures; f && *f; f++)
		printf("     %s at %u places\n", *f,
		    cut_at_each(b, *f, 1, merge_of));
}

/* The timer does not outlive its session: RFC 6241, 8.4.1. */
static void cut_without_persist(struct bench *b)
{
	if (b->backend->netconf)
		cut_around_commit(b, merge_of, "only-10");
}

const struct bench_case bench_cuts[] = {
	{ "a merge, cut everywhere", merge_cut_everywhere },
	{ "a replacement, cut everywhere", replacement_cut_everywhere },
	{ "a merge, with answers that tell nothing", merge_failed_everywhere },
	{ "without persist, cut around the commit", cut_without_persist },
	{ NULL, NULL },
};
