/*
 * What REST says of itself: the OpenAPI document, the index, the words of its
 * queries and the refusal of others.
 */
#include "unit/web/fixture.h"

#include "web/query_word.h"

static struct exchange_reply get(const char *uri)
{
	return ask(&(struct ask){
	    .method = "GET", .uri = uri, .token = portal.tokens[TOKEN_ADMIN] });
}

static json_t *get_json(const char *uri)
{
	struct exchange_reply reply = get(uri);

	assert_status(reply, 200);
	return json_of(&reply);
}

/* --- OpenAPI ------------------------------------------------------------- */

static void check_references(const json_t *value, const json_t *schemas)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item) check_references(item, schemas);
	if (!json_is_object(value))
		return;
	for (void *it = json_object_iter((json_t *)(uintptr_t)value); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)value, it)) {
		key = json_object_iter_key(it);
		item = json_object_iter_value(it);
		if (strcmp(key, "$ref") == 0 && json_is_string(item) &&
		    !json_object_get(
			schemas, strrchr(json_string_value(item), '/') + 1))
			fail_msg("%s leads nowhere", json_string_value(item));
		check_references(item, schemas);
	}
}

static void test_the_openapi_document_is_whole(void **state)
{
	json_t *o = get_json("/api/openapi.json");
	json_t *schemas =
	    json_object_get(json_object_get(o, "components"), "schemas");
	json_t *item;
	const char *name;

	(void)state;
	assert_string_equal(json_text(o, "openapi", ""), "3.1.0");
	json_object_foreach(schemas, name, item)
	{
		if (!json_is_object(item))
			fail_msg("schema %s is broken", name);
	}
	assert_non_null(json_object_get(schemas, "device"));
	assert_non_null(
	    json_object_get(json_object_get(json_object_get(o, "paths"),
				"/api/v1/devices/{name}"),
		"patch"));
	check_references(o, schemas);
	json_decref(o);
}

static void test_every_query_parameter_says_what_it_means(void **state)
{
	const struct route_table *const *tables;
	size_t n;

	(void)state;
	tables = router_tables(&n);
	for (size_t t = 0; t < n; t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct route *route = &tables[t]->routes[i];
			const char *const *q = route->query;

			for (; route->operation_id && q && *q; q++) {
				if (!query_word_find(*q, route->pattern))
					fail_msg("%s of %s is not in the table",
					    *q, route->pattern);
			}
		}
	}
}

static void test_wrong_queries_are_refused(void **state)
{
	static const struct {
		const char *url, *says;
	} wrong[] = {
		{ "/api/v1/devices?stauts=active",
		    "stauts is no parameter of this operation; it has q, "
		    "limit, after and the fields of its records" },
		{ "/api/v1/devices?status=actve",
		    "status is one of inventory, planned, staged, active, "
		    "failed, decommissioning; not \"actve\"" },
		{ "/api/v1/users?password_hash=x",
		    "password_hash: this operation has no " },
		{ "/api/v1/runs?jobb=backup", "jobb is no parameter" },
		{ "/api/v1/runs?state=gone", "state is one of queued, " },
		{ "/api/v1/search?q=abc&mode=regexp",
		    "mode is one of text, regex; not \"regexp\"" },
		{ "/api/v1/jobs?x=1", "x: this operation has no parameters" },
		{ "/api/v1/search?q=abc&case=on&case=off",
		    "case is given twice" },
		{ "/api/v1/runs?limit=1&state=failed&limit=2",
		    "limit is given twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct exchange_reply reply = get(wrong[i].url);
		json_t *problem = json_of(&reply);
		const char *detail = json_text(problem, "detail", "");

		assert_status(reply, 400);
		if (!strstr(detail, wrong[i].says))
			fail_msg("%s: %s", wrong[i].url, detail);
		json_decref(problem);
	}
	json_decref(get_json("/api/v1/devices?status=&q=&limit=5"));
}

static void test_the_index_names_every_path(void **state)
{
	json_t *index = get_json("/api/v1"), *o = get_json("/api/openapi.json");
	json_t *paths = json_object_get(index, "paths");
	json_t *item;
	const char *path;

	(void)state;
	json_object_foreach(json_object_get(o, "paths"), path, item)
	    assert_int_equal(json_object_size(item),
		json_object_size(json_object_get(paths, path)));
	assert_string_equal(
	    json_text(index, "openapi", ""), "/api/openapi.json");
	json_decref(index);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_openapi_document_is_whole),
		cmocka_unit_test(test_every_query_parameter_says_what_it_means),
		cmocka_unit_test(test_wrong_queries_are_refused),
		cmocka_unit_test(test_the_index_names_every_path),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
