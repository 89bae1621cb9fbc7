/*
 * A walk over every route of every table: what must be true of all of them.
 */
#include "unit/web/fixture.h"

#include "app/inventory_internal.h"

#define MAX_ROUTES 500

static const struct route *all[MAX_ROUTES];
static size_t n_all;

static int collect(void **state)
{
	const struct route_table *const *tables;
	size_t n;

	tables = router_tables(&n);
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			assert_true(n_all < MAX_ROUTES);
			all[n_all++] = &tables[t]->routes[i];
		}
	}
	return portal_open(state);
}

static bool is_safe(const struct route *route)
{
	return route->method == METHOD_GET;
}

/* Default deny: what needs no sign-in is listed here, and nowhere else. */
static void test_only_these_are_open(void **state)
{
	static const char *const open_routes[] = { "/login", "/healthz" };

	(void)state;
	assert_true(n_all > 50);
	for (size_t i = 0; i < n_all; i++) {
		bool listed = false;

		for (size_t k = 0; k < 2; k++)
			listed |= strcmp(all[i]->pattern, open_routes[k]) == 0;
		if ((all[i]->permission == MAY_NOTHING) != listed)
			fail_msg("%s is %s", all[i]->pattern,
			    listed ? "not open" : "open");
		assert_int_equal(all[i]->surface == SURFACE_OPEN, listed);
	}
}

static void test_changes_need_more_than_looking(void **state)
{
	/* a person's own sessions and password; tools ask for themselves */
	static const char *const own[] = { "/logout", "/logout/everywhere",
		"/settings/password", "/login", "/mcp" };

	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		bool is_own = false;

		for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
			is_own |= strcmp(all[i]->pattern, own[k]) == 0;
		if (!is_safe(all[i]) && !is_own &&
		    all[i]->permission <= MAY_VIEW)
			fail_msg(
			    "%s may be changed by viewers", all[i]->pattern);
	}
}

static void test_bodies_are_bounded_and_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		const struct route *route = all[i];
		bool has_body = route->method == METHOD_POST ||
				route->method == METHOD_PUT ||
				route->method == METHOD_PATCH;

		assert_true(route->body_limit <= BODY_CONFIG);
		if (has_body != (route->body_limit > 0))
			fail_msg("%s: body limit %zu", route->pattern,
			    route->body_limit);
	}
}

static void test_patterns_are_sane_and_distinct(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		const char *p = all[i]->pattern;
		/* where clients of old look for it */
		bool api = text_starts_with(p, "/api/") ||
			   strcmp(p, "/metrics") == 0 ||
			   strcmp(p, "/provision") == 0 ||
			   text_starts_with(p, "/provision/");
		bool mcp = strcmp(p, "/mcp") == 0;

		assert_non_null(all[i]->handler);
		assert_true(p[0] == '/');
		assert_true(strlen(p) == 1 || p[strlen(p) - 1] != '/');
		if (all[i]->surface != SURFACE_OPEN)
			assert_int_equal(api, all[i]->surface == SURFACE_API);
		assert_int_equal(mcp, all[i]->surface == SURFACE_MCP);
		for (size_t k = 0; k < i; k++) {
			if (all[k]->method == all[i]->method &&
			    strcmp(all[k]->pattern, p) == 0)
				fail_msg("%s is there twice", p);
		}
	}
}

static void test_operations_are_described_and_distinct(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		if (all[i]->surface != SURFACE_API)
			continue;
		if (!all[i]->operation_id || !all[i]->summary)
			fail_msg("%s is not described", all[i]->pattern);
		for (size_t k = 0; k < i; k++) {
			if (all[k]->operation_id &&
			    strcmp(all[k]->operation_id,
				all[i]->operation_id) == 0)
				fail_msg(
				    "%s is there twice", all[i]->operation_id);
		}
	}
}

/* "/devices/{name}/edit" → "/devices/x/edit" */
static void fill(const char *pattern, char uri[300])
{
	char *to = uri;

	for (const char *p = pattern; *p; p++) {
		if (*p == '{') {
			p = strchr(p, '}');
			*to++ = 'x';
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

static const char *const words[] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

/* What is inventory is served: each operation of each kind, with the
 * permission that the service itself asks for. */
static void test_every_library_kind_has_its_operations(void **state)
{
	(void)state;
	for (int id = KIND_NONE + 1; id < KIND_COUNT; id++) {
		const struct kind *kind = kind_get((enum kind_id)id);
		unsigned found = 0;

		if (!kind->library)
			continue;
		for (size_t i = 0; i < n_all; i++) {
			if (all[i]->kind != kind->id)
				continue;
			found |= 1u << all[i]->method;
			if (!is_safe(all[i]))
				assert_int_equal(all[i]->permission,
				    inventory_permission(kind));
		}
		if (found != (1u << (METHOD_DELETE + 1)) - 1)
			fail_msg("%s is not served whole", kind->plural);
	}
}

static void test_strangers_get_nowhere(void **state)
{
	char uri[300];

	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		struct exchange_reply reply;

		if (all[i]->permission == MAY_NOTHING)
			continue;
		fill(all[i]->pattern, uri);
		reply = ask(&(struct ask){
		    .method = words[all[i]->method], .uri = uri });
		if (reply.status !=
		    (all[i]->surface == SURFACE_PAGE ? 303 : 401))
			fail_msg("%s %s: %d", words[all[i]->method], uri,
			    reply.status);
	}
}

/* With the best role that is still too low. */
static void test_low_roles_get_nowhere(void **state)
{
	char uri[300];

	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		enum access_role role = permission_role(all[i]->permission);
		struct exchange_reply reply;

		if (role <= ROLE_VIEWER)
			continue;
		fill(all[i]->pattern, uri);
		reply = ask(&(struct ask){ .method = words[all[i]->method],
		    .uri = uri,
		    .token = portal.tokens[role == ROLE_OPERATOR
					       ? TOKEN_VIEWER
					       : TOKEN_OPERATOR] });
		if (reply.status != 403)
			fail_msg("%s %s: %d", words[all[i]->method], uri,
			    reply.status);
	}
}

static void test_cookie_forms_need_their_token(void **state)
{
	char uri[300];

	(void)state;
	for (size_t i = 0; i < n_all; i++) {
		struct exchange_reply reply;

		if (is_safe(all[i]) || all[i]->surface != SURFACE_PAGE)
			continue;
		fill(all[i]->pattern, uri);
		reply = ask(&(struct ask){ .method = words[all[i]->method],
		    .uri = uri,
		    .type = "application/x-www-form-urlencoded",
		    .body = "a=b",
		    .more = { "REMOTE_USER=ann", "PORTAL_AUTH=mtls" } });
		if (reply.status != 403)
			fail_msg("%s %s: %d", words[all[i]->method], uri,
			    reply.status);
	}
}

static void test_literal_segments_win(void **state)
{
	struct request r = { .method = METHOD_GET, .path = "/devices/new" };
	const struct route *route;
	const char *allow;
	int status;

	(void)state;
	r.arena = arena_new(1 << 20);
	route = router_find(portal.web->router, &r, &status, &allow);
	assert_non_null(route);
	assert_string_equal(route->pattern, "/devices/new");
	r.path = "/devices/r1";
	route = router_find(portal.web->router, &r, &status, &allow);
	assert_string_equal(route->pattern, "/devices/{name}");
	assert_string_equal(r.capture[0], "r1");
	r.path = "/devices/";
	assert_null(router_find(portal.web->router, &r, &status, &allow));
	assert_int_equal(status, 404);
	arena_free(r.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_these_are_open),
		cmocka_unit_test(test_changes_need_more_than_looking),
		cmocka_unit_test(test_bodies_are_bounded_and_expected),
		cmocka_unit_test(test_patterns_are_sane_and_distinct),
		cmocka_unit_test(test_operations_are_described_and_distinct),
		cmocka_unit_test(test_every_library_kind_has_its_operations),
		cmocka_unit_test(test_strangers_get_nowhere),
		cmocka_unit_test(test_low_roles_get_nowhere),
		cmocka_unit_test(test_cookie_forms_need_their_token),
		cmocka_unit_test(test_literal_segments_win),
	};

	return cmocka_run_group_tests(tests, collect, portal_close);
}
