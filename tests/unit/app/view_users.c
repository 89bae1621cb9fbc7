/*
 * Saved views that schedules, hooks and buttons choose devices by: who may
 * change them, that they are not deleted, and that a new name is carried along.
 */
#include "app/view_users.h"

#include "unit/app/fixture.h"

#define VIEW(name)                                                      \
	"{\"name\":\"" name "\",\"label\":\"L\",\"table\":\"devices\"," \
	"\"query\":\"status=active\"}"

static enum err_code try_patch_as(struct fixture *f, const struct actor *actor,
    const char *key, const char *json, struct err *e)
{
	struct inventory_result result = { 0 };
	json_t *object = parse_json(json);
	enum err_code rc = inventory_patch(&f->app, actor,
	    &(struct inventory_change){
		.kind = kind_get(KIND_VIEW), .key = key, .object = object },
	    &result, e);

	json_decref(object);
	inventory_result_release(&result);
	return rc;
}

static void make_users(struct fixture *f)
{
	create(f, KIND_VIEW, VIEW("core"));
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"nightly\",\"job\":\"backup\",\"cron\":\"@daily\","
	    "\"parameters\":{\"view\":\"core\"}}");
	create(f, KIND_HOOK, "{\"name\":\"follow\",\"view\":\"core\"}");
	create(f, KIND_BUTTON,
	    "{\"name\":\"all-core\",\"label\":\"Core\",\"job\":\"backup\","
	    "\"parameters\":{\"view\":\"core\"}}");
}

static void test_operators_change_what_nobody_uses(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_VIEW, VIEW("mine"));
	assert_ok(try_patch_as(
	    f, &operator_, "mine", "{\"query\":\"status=failed\"}", e));
}

static void test_what_is_used_is_its_users(void **state)
{
	struct fixture *f = *state;

	make_users(f);
	assert_err(try_patch_as(f, &operator_, "core",
		       "{\"query\":\"status=failed\"}", e),
	    ERR_INVALID, "schedule nightly, hook follow and button all-core");
	assert_err(
	    try_patch_as(f, &operator_, "core", "{\"table\":\"areas\"}", e),
	    ERR_INVALID, "only an admin");
	assert_ok(
	    try_patch_as(f, &operator_, "core", "{\"label\":\"The core\"}", e));
	assert_ok(try_patch_as(
	    f, &admin, "core", "{\"query\":\"status=failed\"}", e));
}

static void test_what_is_used_stays(void **state)
{
	struct fixture *f = *state;

	make_users(f);
	assert_err(try_delete(f, KIND_VIEW, "core", e), ERR_CONFLICT,
	    "schedule nightly, hook follow and button all-core");
	assert_true(has_record(f, KIND_VIEW, "core"));
}

static void test_a_new_name_is_carried_along(void **state)
{
	struct fixture *f = *state;
	char text[VIEW_USERS_TEXT];
	const struct snapshot *s;

	make_users(f);
	assert_ok(
	    try_patch_as(f, &operator_, "core", "{\"name\":\"backbone\"}", e));
	s = now(f);
	view_users_text(s, "core", text);
	assert_string_equal(text, "");
	view_users_text(s, "backbone", text);
	assert_string_equal(
	    text, "schedule nightly, hook follow and button all-core");
	snapshot_unref(s);
}

static void test_areas_and_devices_follow_too(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_AREA, "{\"name\":\"north\"}");
	create(f, KIND_SCHEDULE,
	    "{\"name\":\"n\",\"job\":\"backup\",\"cron\":\"@daily\","
	    "\"parameters\":{\"area\":\"north\",\"devices\":[\"r1\"]}}");
	assert_err(try_delete(f, KIND_AREA, "north", e), ERR_CONFLICT,
	    "schedule n refers to it (parameters)");
	patch(f, KIND_AREA, "north", "{\"name\":\"south\"}");
	patch(f, KIND_DEVICE, "r1", "{\"name\":\"r2\"}");
	assert_string_equal(
	    field_of(f, KIND_SCHEDULE, "n", SCHEDULE_PARAMETERS),
	    "{\"area\":\"south\",\"devices\":[\"r2\"]}");
}

static void test_many_users_are_counted(void **state)
{
	struct fixture *f = *state;
	char json[300], text[VIEW_USERS_TEXT];
	const struct snapshot *s;

	make_users(f);
	for (int i = 0; i < 3; i++) {
		snprintf(json, sizeof(json),
		    "{\"name\":\"s%d\",\"job\":\"compare\",\"cron\":\"@daily\","
		    "\"parameters\":{\"view\":\"core\"}}",
		    i);
		create(f, KIND_SCHEDULE, json);
	}
	s = now(f);
	view_users_text(s, "core", text);
	assert_string_equal(
	    text, "schedule nightly, schedule s0, schedule s1 and 3 more");
	snapshot_unref(s);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_operators_change_what_nobody_uses),
		T(test_what_is_used_is_its_users),
		T(test_what_is_used_stays),
		T(test_a_new_name_is_carried_along),
		T(test_areas_and_devices_follow_too),
		T(test_many_users_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
