#include "app/snapshot.h"

#include "unit/app/fixture.h"

static const char role_a[] = "{\"name\": \"a\"}";
static const char role_b[] = "{\"name\": \"b\"}";

/* Everything a snapshot says, as text, to compare two of them. */
static void describe(const struct snapshot *s, struct buf *out)
{
	size_t n;
	const struct snapshot_problem *problems = snapshot_problems(s, &n);

	for (size_t i = 0; i < n; i++)
		buf_printf(out, "problem %s\n", problems[i].path);
	for (int which = SNAPSHOT_TEMPLATES; which <= SNAPSHOT_CONTEXT;
	     which++) {
		n = snapshot_count_files(s, (enum snapshot_listed)which);
		for (size_t i = 0; i < n; i++) {
			char text[STORE_OID_TEXT_SIZE];
			struct blob_id blob;
			const char *name = snapshot_file_at(s,
			    (enum snapshot_listed)which, i, &blob);

			blob_id_format(&blob, text);
			buf_printf(out, "file %d %s %s\n", which, name, text);
		}
	}
	for (int k = 1; k < KIND_COUNT; k++) {
		const struct record *const *all =
		    snapshot_all(s, (enum kind_id)k, &n);

		for (size_t i = 0; i < n; i++) {
			struct blob_id blob;

			buf_printf(out, "%s %s %s", record_key(all[i]),
			    record_path(all[i]), record_json(all[i], NULL));
			for (int c = 0; k == KIND_DEVICE && c < 2; c++) {
				char text[STORE_OID_TEXT_SIZE] = "none";

				if (snapshot_config(s, (enum path_config)c,
				    record_key(all[i]), &blob))
					blob_id_format(&blob, text);
				buf_printf(out, "config %s\n", text);
			}
		}
	}
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Problems have no order that is promised. */
static char *sorted_lines(struct buf *text)
{
	char *lines[2000], *rest = NULL, *line;
	struct buf out = BUF_INIT(1 << 20);
	size_t n = 0;

	line = text->data ? strtok_r(text->data, "\n", &rest) : NULL;
	for (; line && n < 2000; line = strtok_r(NULL, "\n", &rest))
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), by_line);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s\n", lines[i]);
	buf_release(text);
	return buf_steal(&out, NULL);
}

/* The snapshot that was advanced step by step is what a program that starts
 * now would load: two programs never see two inventories. */
static void assert_as_fresh(struct fixture *f)
{
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	const struct snapshot *advanced = now(f), *fresh;
	struct snapshots *all;
	char *x, *y;

	assert_ok(snapshots_new(f->app.store, &all, e));
	assert_ok(snapshots_current(all, &fresh, e));
	describe(advanced, &a);
	describe(fresh, &b);
	x = sorted_lines(&a);
	y = sorted_lines(&b);
	assert_string_equal(x, y);
	free(x);
	free(y);
	snapshot_unref(advanced);
	snapshot_unref(fresh);
	snapshots_free(all);
}

static void test_empty_store(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s = now(f);
	size_t n;

	snapshot_all(s, KIND_DEVICE, &n);
	assert_int_equal(n, 0);
	assert_null(snapshot_find(s, KIND_DEVICE, "r1"));
	assert_int_equal(record_number(snapshot_settings(s), SETTINGS_SLOTS,
	    0), 16);
	snapshot_unref(s);
}

static void test_unchanged_records_are_shared(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *before, *after, *same;

	push_main(f, { "roles/a.json", role_a }, { "roles/b.json", role_b });
	before = now(f);
	same = now(f);
	assert_ptr_equal(before, same);
	push_main(f, { "roles/a.json",
	    "{\"name\": \"a\", \"description\": \"new\"}" });
	after = now(f);
	assert_ptr_not_equal(before, after);
	assert_ptr_equal(snapshot_find(before, KIND_ROLE, "b"),
	    snapshot_find(after, KIND_ROLE, "b"));
	assert_ptr_not_equal(snapshot_find(before, KIND_ROLE, "a"),
	    snapshot_find(after, KIND_ROLE, "a"));
	/* the old one still says what it said */
	assert_string_equal(record_text(snapshot_find(before, KIND_ROLE, "a"),
	    ROLE_DESCRIPTION), "");
	snapshot_unref(before);
	snapshot_unref(same);
	snapshot_unref(after);
	assert_as_fresh(f);
}

static void assert_problem(struct fixture *f, const char *path,
    const char *words)
{
	const struct snapshot *s = now(f);
	const struct snapshot_problem *p;
	bool found = false;
	size_t n;

	p = snapshot_problems(s, &n);
	for (size_t i = 0; i < n; i++)
		found = found || (strcmp(p[i].path, path) == 0 &&
		    strstr(p[i].message, words));
	if (!found)
		fail_msg("%zu problems, none of %s: %s", n, path, words);
	snapshot_unref(s);
}

static size_t count_problems(struct fixture *f)
{
	const struct snapshot *s = now(f);
	size_t n;

	snapshot_problems(s, &n);
	snapshot_unref(s);
	return n;
}

static void test_broken_records_are_listed(void **state)
{
	struct fixture *f = *state;
	char *big = calloc(1, 300 * 1024);

	memset(big, ' ', 300 * 1024 - 1);
	push_main(f, { "roles/a.json", role_a }, { "roles/b.json", "{" },
	    { "roles/c.json", role_a }, { "roles/d.json", "{\"name\":7}" },
	    { "roles/e.json", big }, { "README.md", "not a record" });
	free(big);
	assert_true(has_record(f, KIND_ROLE, "a"));
	assert_problem(f, "roles/b.json", "line 1");
	assert_problem(f, "roles/c.json", "belong to the file roles/a.json");
	assert_problem(f, "roles/d.json", "name: must be text");
	assert_problem(f, "roles/e.json", "262144");
	assert_int_equal(count_problems(f), 4);
	assert_as_fresh(f);
	/* others change: the problems stay; the file is mended: gone */
	push_main(f, { "areas/x.json", "{\"name\": \"x\"}" });
	assert_int_equal(count_problems(f), 4);
	push_main(f, { "roles/b.json", role_b }, { "roles/c.json", NULL });
	assert_int_equal(count_problems(f), 2);
	assert_true(has_record(f, KIND_ROLE, "b"));
	/* a good record turns bad: it is left out */
	push_main(f, { "roles/a.json", "[]" });
	assert_false(has_record(f, KIND_ROLE, "a"));
	assert_as_fresh(f);
}

#define R1(area) "{\"name\":\"r1\",\"area\":\"" area "\"}"

static void test_one_name_in_two_areas(void **state)
{
	struct fixture *f = *state;

	push_main(f, { "devices/b/r1.json", R1("b") });
	assert_as_fresh(f);
	/* the same one holds in every program, whoever came first */
	push_main(f, { "devices/a/r1.json", R1("a") });
	assert_problem(f, "devices/b/r1.json", "devices/a/r1.json");
	assert_int_equal(count_problems(f), 1);
	assert_as_fresh(f);
	push_main(f, { "devices/c/r1.json", R1("c") });
	assert_int_equal(count_problems(f), 2);
	assert_as_fresh(f);
	/* when it goes the next one takes its place */
	push_main(f, { "devices/a/r1.json", NULL });
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_AREA), "b");
	assert_int_equal(count_problems(f), 1);
	assert_as_fresh(f);
	push_main(f, { "devices/b/r1.json", "{broken" });
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_AREA), "c");
	assert_as_fresh(f);
	push_main(f, { "devices/b/r1.json", NULL },
	    { "devices/c/r1.json", NULL });
	assert_false(has_record(f, KIND_DEVICE, "r1"));
	assert_int_equal(count_problems(f), 0);
	assert_as_fresh(f);
}

static void test_moves(void **state)
{
	struct fixture *f = *state;

	push_main(f, { "devices/a/r1.json", R1("a") });
	push_main(f, { "devices/a/r1.json", NULL },
	    { "devices/b/r1.json", R1("b") });
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_AREA), "b");
	assert_int_equal(count_problems(f), 0);
	push_main(f, { "devices/b/r1.json", NULL },
	    { "devices/a/r1.json", R1("a") });
	assert_string_equal(field_of(f, KIND_DEVICE, "r1", DEVICE_AREA), "a");
	assert_as_fresh(f);
}

static bool has_config(struct fixture *f, const char *text)
{
	const struct snapshot *s = now(f);
	struct blob_id found, wanted;
	bool same;

	blob_id_of(text, strlen(text), &wanted);
	same = snapshot_config(s, PATH_INTENDED, "r1", &found) &&
	    blob_id_equal(&found, &wanted);
	snapshot_unref(s);
	return same;
}

/* A device's configuration is the file in its own area; one that lies
 * elsewhere under the same name is nobody's. */
static void test_configurations(void **state)
{
	struct fixture *f = *state;

	push_main(f, { "devices/b/r1.json", R1("b") },
	    { "intended/b/r1.cfg", "right\n" });
	assert_true(has_config(f, "right\n"));
	push_main(f, { "intended/a/r1.cfg", "stray a\n" },
	    { "intended/c/r1.cfg", "stray c\n" });
	assert_true(has_config(f, "right\n"));
	assert_as_fresh(f);
	push_main(f, { "intended/a/r1.cfg", NULL },
	    { "intended/c/r1.cfg", NULL });
	assert_true(has_config(f, "right\n"));
	push_main(f, { "intended/b/r1.cfg", "newer\n" });
	assert_true(has_config(f, "newer\n"));
	push_main(f, { "intended/b/r1.cfg", NULL });
	assert_false(has_config(f, "newer\n"));
	push_main(f, { "intended/r1.cfg", "x" }, { "intended/b/c/r1.cfg", "x" }, { "intended/b/r1.txt", "x" });
	assert_false(has_config(f, "x"));
	assert_as_fresh(f);
}

static bool has_context(const struct snapshot *s, const char *name)
{
	json_t *context;
	bool has;

	assert_true(snapshot_context(s, name, &context));
	has = context != NULL;
	json_decref(context);
	return has;
}

static void test_templates_and_context(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	json_t *context;
	struct blob_id blob, expected;
	size_t n;

	push_main(f, { "templates/frr/main.j2", "hostname\n" },
	    { "context/global.json", "{\"ntp\": 1}" },
	    { "context/area/a.json", "[1]" });
	s = now(f);
	blob_id_of("hostname\n", 9, &expected);
	assert_true(snapshot_template(s, "frr/main.j2", &blob));
	assert_true(blob_id_equal(&blob, &expected));
	assert_false(snapshot_template(s, "frr/main", &blob));
	assert_true(snapshot_context(s, "global.json", &context));
	assert_int_equal(
	    json_integer_value(json_object_get(context, "ntp")), 1);
	json_decref(context);
	assert_false(has_context(s, "area/a.json"));
	assert_string_equal(
	    snapshot_problems(s, &n)->path, "context/area/a.json");
	assert_int_equal(n, 1);
	snapshot_unref(s);
	assert_as_fresh(f);
	/* mended, and spoilt again */
	push_main(f, { "context/area/a.json", "{}" },
	    { "templates/frr/main.j2", NULL });
	s = now(f);
	assert_true(has_context(s, "area/a.json"));
	assert_true(has_context(s, "global.json"));
	assert_false(snapshot_template(s, "frr/main.j2", &blob));
	(void)snapshot_problems(s, &n);
	assert_int_equal(n, 0);
	snapshot_unref(s);
	push_main(f, { "context/area/a.json", "{\"a\": 1, \"a\": 2}" });
	s = now(f);
	assert_false(has_context(s, "area/a.json"));
	snapshot_unref(s);
	assert_as_fresh(f);
}

static void test_context_of_devices(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	json_t *context;

	push_main(f, { "context/device/r1.json",
			 "{\"mtu\": 9000, \"links\": [{\"device\": \"r2\"}]}" },
	    { "context/device/r2.json", "{\"mtu\": 1500}" },
	    { "context/device/r3.json", "{" });
	s = now(f);
	assert_true(snapshot_context(s, "device/r1.json", &context));
	assert_int_equal(json_number(context, "mtu", 0), 9000);
	assert_int_equal(
	    json_array_size(json_object_get(context, "links")), 1);
	json_decref(context);
	assert_int_equal(json_array_size(snapshot_links(s, "r1")), 1);
	assert_true(has_context(s, "device/r2.json"));
	assert_null(snapshot_links(s, "r2"));
	assert_false(has_context(s, "device/r3.json"));
	assert_null(snapshot_links(s, "r3"));
	assert_false(has_context(s, "device/r4.json"));
	snapshot_unref(s);
	assert_as_fresh(f);
}

static void test_queries(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s = now(f);
	const struct record *r1 = snapshot_find(s, KIND_DEVICE, "r1");
	const struct field *field;
	size_t counts[8] = { 0 }, at;

	assert_true(snapshot_area_within(s, "row1", "lab"));
	assert_true(snapshot_area_within(s, "lab", "lab"));
	assert_false(snapshot_area_within(s, "lab", "row1"));
	assert_false(snapshot_area_within(s, "nowhere", "lab"));
	assert_int_equal(snapshot_count_devices(s, DEVICE_STATUS, "active"),
	    1);
	snapshot_tally_devices(s, DEVICE_AREA, KIND_AREA, counts);
	assert_true(snapshot_place(s, KIND_AREA, "row1", &at));
	assert_int_equal(counts[at], 1);
	assert_true(snapshot_place(s, KIND_AREA, "lab", &at));
	assert_int_equal(counts[at], 0);
	assert_false(snapshot_place(s, KIND_AREA, "nowhere", &at));
	assert_string_equal(record_key(snapshot_credentials(s, r1)), "key");
	assert_string_equal(record_key(snapshot_referrer(s, KIND_ROLE,
	    "router", &field)), "r1");
	assert_string_equal(field->name, "role");
	assert_string_equal(record_key(snapshot_referrer(s, KIND_VLAN,
	    "lab/10", &field)), "r1");
	assert_string_equal(field->name, "vlans");
	assert_null(snapshot_referrer(s, KIND_DEVICE, "r1", &field));
	snapshot_unref(s);
	/* the device's own reference goes first, and a wrong one is not
	 * replaced by another silently */
	push_main(f, { "devices/row1/r1.json",
	    "{\"name\":\"r1\",\"area\":\"row1\",\"credentials\":\"gone\"}" });
	s = now(f);
	assert_null(snapshot_credentials(s,
	    snapshot_find(s, KIND_DEVICE, "r1")));
	snapshot_unref(s);
}

/* Random pushes; after each the advanced snapshot equals a fresh one. */
static void test_random_pushes(void **state)
{
	struct fixture *f = *state;
	static const char *const areas[] = { "a", "b", "c" };
	unsigned seed = 7;
	bool there[3][4] = { { false } };

	for (int round = 0; round < 60; round++) {
		struct raw_file files[4];
		char paths[4][40], texts[4][60];
		bool used[3][4] = { { false } };
		size_t n = 0;

		for (int i = 0; i < 4; i++) {
			int a = rand_r(&seed) % 3, d = rand_r(&seed) % 4;
			int what = rand_r(&seed) % 3;

			if (used[a][d] || (what == 0 && !there[a][d]))
				continue;
			used[a][d] = true;
			snprintf(paths[n], sizeof(paths[n]),
			    "devices/%s/d%d.json", areas[a], d);
			snprintf(texts[n], sizeof(texts[n]),
			    "{\"name\":\"d%d\",\"area\":\"%s\"}", d,
			    what == 1 ? "wrong" : areas[a]);
			files[n].path = paths[n];
			files[n].text = what == 0 ? NULL : texts[n];
			there[a][d] = what != 0;
			n++;
		}
		if (n)
			push(f, STORE_MAIN, files, n);
		assert_as_fresh(f);
	}
}

int main(void)
{
#define T(s, t) cmocka_unit_test_setup_teardown(t, s, teardown)
	const struct CMUnitTest tests[] = {
		T(setup_empty, test_empty_store),
		T(setup_empty, test_unchanged_records_are_shared),
		T(setup_empty, test_broken_records_are_listed),
		T(setup_empty, test_one_name_in_two_areas),
		T(setup_empty, test_moves),
		T(setup_empty, test_configurations),
		T(setup_empty, test_templates_and_context),
		T(setup_empty, test_context_of_devices),
		T(setup, test_queries),
		T(setup_empty, test_random_pushes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
