/*
 * Several writers of the inventory at once: one wins, nothing is left that the
 * rules do not allow.
 */
#include "app/inventory.h"

#include "unit/app/fixture.h"

#include <pthread.h>

struct racer {
	struct fixture *f;
	enum kind_id kind;
	char json[128];
	char key[32]; /* "": create; else patch, or delete if json is "" */
	pthread_barrier_t *start;
	enum err_code rc;
	char message[200];
};

static void *race_one(void *arg)
{
	struct racer *r = arg;
	struct err e = ERR_INIT;

	pthread_barrier_wait(r->start);
	if (!*r->key)
		r->rc = try_create(r->f, &admin, r->kind, r->json, &e);
	else if (*r->json)
		r->rc = try_patch(r->f, r->kind, r->key, r->json, &e);
	else
		r->rc = try_delete(r->f, r->kind, r->key, &e);
	snprintf(r->message, sizeof(r->message), "%.190s", e.message);
	return NULL;
}

static void race(struct racer *racers, int n)
{
	pthread_t threads[8];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, (unsigned)n);
	for (int i = 0; i < n; i++) {
		racers[i].start = &start;
		pthread_create(&threads[i], NULL, race_one, &racers[i]);
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

static void note_problem(void *ctx, const char *path, const char *message)
{
	(void)ctx;
	fail_msg("%s: %s", path, message);
}

static void assert_sound(struct fixture *f)
{
	const struct snapshot *s = now(f);
	size_t n;

	inventory_check(s, note_problem, NULL, &n);
	assert_int_equal(n, 0);
	snapshot_unref(s);
}

static void test_one_creator_wins(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 10; round++) {
		struct racer racers[4];
		int won = 0;

		for (int i = 0; i < 4; i++) {
			racers[i] =
			    (struct racer){ .f = f, .kind = KIND_DEVICE };
			snprintf(racers[i].json, sizeof(racers[i].json),
			    "{\"name\":\"n%d\",\"area\":\"%s\"}", round,
			    i % 2 ? "lab" : "row1");
		}
		race(racers, 4);
		for (int i = 0; i < 4; i++) {
			won += racers[i].rc == ERR_OK;
			assert_true(racers[i].rc == ERR_OK ||
				    racers[i].rc == ERR_CONFLICT);
		}
		assert_int_equal(won, 1);
	}
	assert_sound(f);
}

/* Whoever comes first: the reference is refused, or the delete is. */
static void race_delete(struct fixture *f, enum kind_id kind, const char *key,
    const char *json, enum kind_id by, const char *by_key, const char *by_patch,
    const char *undo)
{
	for (int round = 0; round < 8; round++) {
		struct racer racers[2] = { { .f = f, .kind = kind },
			{ .f = f, .kind = by } };

		if (!has_record(f, kind, key))
			create(f, kind, json);
		strcpy(racers[0].key, key);
		strcpy(racers[1].key, by_key);
		strcpy(racers[1].json, by_patch);
		race(racers, 2);
		if ((racers[0].rc == ERR_OK) == (racers[1].rc == ERR_OK))
			fail_msg("both or none: %s; %s", racers[0].message,
			    racers[1].message);
		assert_sound(f);
		if (racers[1].rc == ERR_OK)
			patch(f, by, by_key, undo);
	}
}

static void test_delete_races_with_a_reference(void **state)
{
	struct fixture *f = *state;

	race_delete(f, KIND_ROLE, "x", "{\"name\":\"x\"}", KIND_DEVICE, "r1",
	    "{\"role\":\"x\"}", "{\"role\":null}");
	create(f, KIND_HOOK, "{\"name\":\"h\"}");
	race_delete(f, KIND_AREA, "x", "{\"name\":\"x\"}", KIND_HOOK, "h",
	    "{\"areas\":[\"x\"]}", "{\"areas\":[]}");
	race_delete(f, KIND_VLAN, "row1/7",
	    "{\"vid\":7,\"name\":\"x\",\"area\":\"row1\"}", KIND_DEVICE, "r1",
	    "{\"vlans\":[10,7]}", "{\"vlans\":[10]}");
}

static void test_two_areas_into_each_other(void **state)
{
	struct fixture *f = *state;

	create(f, KIND_AREA, "{\"name\":\"x\"}");
	create(f, KIND_AREA, "{\"name\":\"y\"}");
	for (int round = 0; round < 8; round++) {
		struct racer racers[2] = {
			{ .f = f,
			    .kind = KIND_AREA,
			    .key = "x",
			    .json = "{\"parent\":\"y\"}" },
			{ .f = f,
			    .kind = KIND_AREA,
			    .key = "y",
			    .json = "{\"parent\":\"x\"}" },
		};

		race(racers, 2);
		assert_int_equal(
		    (racers[0].rc == ERR_OK) + (racers[1].rc == ERR_OK), 1);
		assert_sound(f);
		patch(f, KIND_AREA, racers[0].rc == ERR_OK ? "x" : "y",
		    "{\"parent\":null}");
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_creator_wins),
		T(test_delete_races_with_a_reference),
		T(test_two_areas_into_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
