/*
 * Parsing and planning in tests of the configuration algebra: any error fails
 * the test.
 */
#ifndef TESTS_UNIT_DOMAIN_CONFIG_FIXTURE_H
#define TESTS_UNIT_DOMAIN_CONFIG_FIXTURE_H

#include "domain/config_tree.h"

#include "base/file.h"
#include "domain/config_dialect.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct config_dialect *const frr = &config_dialect_frr;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(256u << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct config_tree parse(const char *text)
{
	struct config_tree tree;
	struct err e = ERR_INIT;

	if (config_tree_parse(arena, frr, text, &tree, &e) != ERR_OK)
		fail_msg("%s in:\n%s", e.message, text);
	return tree;
}

typedef enum err_code plan_fn(struct arena *a,
    const struct config_tree *running, const struct config_tree *other,
    struct config_plan *ret, struct err *e);

static struct config_plan plan(
    plan_fn *fn, const char *running, const char *other)
{
	struct config_tree r = parse(running);
	struct config_tree o = parse(other);
	struct config_plan p;
	struct err e = ERR_INIT;

	if (fn(arena, &r, &o, &p, &e) != ERR_OK)
		fail_msg("%s", e.message);
	return p;
}

#endif
