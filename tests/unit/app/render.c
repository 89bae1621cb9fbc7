/* What templates see of a store, where they are looked for, and who keeps an
 * intended configuration. */
#include "app/render.h"

#include "app/intended.h"
#include "unit/app/fixture.h"

#define MAIN "templates/frr/main.j2"

/* Areas lab > row1 > rack; r1 in rack, r2 and r3 in lab. */
static void fill(struct fixture *f)
{
	push_main(f, { "areas/lab.json", "{\"name\":\"lab\"}" },
	    { "areas/row1.json", "{\"name\":\"row1\",\"parent\":\"lab\"}" },
	    { "areas/rack.json", "{\"name\":\"rack\",\"parent\":\"row1\"}" },
	    { "roles/leaf.json", "{\"name\":\"leaf\"}" },
	    { "roles/spine.json", "{\"name\":\"spine\"}" },
	    { "platforms/frr.json", "{\"name\":\"frr\",\"driver\":\"frr\"}" });
	push_main(f,
	    { "vlans/lab/10.json",
		"{\"vid\":10,\"name\":\"USERS\",\"area\":\"lab\"}" },
	    { "vlans/rack/10.json",
		"{\"vid\":10,\"name\":\"NEAR\",\"area\":\"rack\"}" },
	    { "vlans/lab/20.json",
		"{\"vid\":20,\"name\":\"VOICE\",\"area\":\"lab\"}" },
	    { "devices/rack/r1.json",
		"{\"name\":\"r1\",\"area\":\"rack\",\"role\":\"leaf\","
		"\"platform\":\"frr\",\"primary_ip4\":\"192.0.2.1/24:2222\","
		"\"vlans\":[20,10],\"tags\":[\"edge\"],"
		"\"vars\":{\"asn\":65001,\"deep\":{\"l\":[1,\"two\"]}}}" },
	    { "devices/lab/r2.json",
		"{\"name\":\"r2\",\"area\":\"lab\",\"role\":\"spine\","
		"\"platform\":\"frr\",\"status\":\"active\"}" },
	    { "devices/lab/r3.json",
		"{\"name\":\"r3\",\"area\":\"lab\",\"role\":\"spine\"}" });
}

static struct renderer *renderer_of(struct fixture *f)
{
	const struct snapshot *s = now(f);
	struct renderer *r;

	assert_ok(renderer_new(f->app.store, s, &r, e));
	snapshot_unref(s);
	return r;
}

static const struct record *device_of(
    struct fixture *f, const struct snapshot **ret, const char *name)
{
	*ret = now(f);
	return snapshot_find(*ret, KIND_DEVICE, name);
}

/* Renders a device with this text as templates/frr/main.j2. */
static enum err_code render(struct fixture *f, const char *device,
    const char *text, char ret[1000], struct err *why)
{
	struct renderer *r = renderer_of(f);
	struct buf out = BUF_INIT(1000);
	const struct snapshot *s;
	const struct record *record = device_of(f, &s, device);
	enum err_code rc;

	assert_non_null(record);
	assert_ok(renderer_replace(r, "frr/main.j2", text, e));
	rc = renderer_render(r, record, &out, why);
	snprintf(ret, 1000, "%s", buf_text(&out));
	buf_release(&out);
	renderer_free(r);
	snapshot_unref(s);
	return rc;
}

static void gives(struct fixture *f, const char *text, const char *expected)
{
	char got[1000], line[1000];

	assert_ok(render(f, "r1", text, got, e));
	snprintf(line, sizeof(line), "%s\n", expected);
	assert_string_equal(got, line);
}

static void fails(struct fixture *f, const char *text, const char *why)
{
	struct err told = ERR_INIT;
	char got[1000];

	assert_int_not_equal(render(f, "r1", text, got, &told), ERR_OK);
	if (!strstr(told.message, why))
		fail_msg("\"%s\" is not in: %s", why, told.message);
}

static void test_the_device(void **state)
{
	struct fixture *f = *state;

	fill(f);
	gives(f,
	    "{{ device.name }} {{ device.primary_ip4 }} {{ device.address }}",
	    "r1 192.0.2.1/24:2222 192.0.2.1");
	gives(f,
	    "{{ device.area }} {{ device.area.parent }} "
	    "{{ device.area.parent.parent.name }} {{ device.role }}",
	    "rack row1 lab leaf");
	gives(f,
	    "{{ device.role == 'leaf' }} {{ device.platform.driver }} "
	    "{{ device.serial is none }} {{ 'edge' in device.tags }}",
	    "True frr True True");
	gives(f,
	    "{{ device.vars.asn }} {{ device.vars.deep.l[1] }} "
	    "{{ device.vlans }}",
	    "65001 two [20, 10]");
	/* the nearest VLAN of that number, in the record's order */
	gives(f, "{% for v in vlans %}{{ v.vid }}{{ v }} {% endfor %}.",
	    "20VOICE 10NEAR .");
	fails(f, "{{ device.nothing }}", "nothing");
	fails(f, "{{ device.credentials_value }}", "credentials_value");
}

static void test_context_is_merged_from_the_outside_in(void **state)
{
	struct fixture *f = *state;

	fill(f);
	push_main(f,
	    { "context/global.json",
		"{\"a\":1,\"o\":{\"x\":1,\"y\":{\"z\":1}},\"l\":[1,2],"
		"\"s\":\"global\"}" },
	    { "context/area/lab.json", "{\"a\":2,\"o\":{\"y\":{\"w\":2}}}" },
	    { "context/area/rack.json", "{\"l\":[3],\"only\":\"rack\"}" },
	    { "context/role/leaf.json",
		"{\"a\":3,\"s\":{\"now\":\"object\"}}" },
	    { "context/device/r1.json", "{\"o\":{\"x\":9},\"n\":null}" },
	    { "context/device/r2.json", "{\"a\":\"of r2\"}" });
	gives(f, "{{ context.a }} {{ context.o }} {{ context.l }}",
	    "3 {'x': 9, 'y': {'z': 1, 'w': 2}} [3]");
	gives(f, "{{ context.s.now }} {{ context.only }} {{ context.n }}",
	    "object rack None");
	gives(f, "{{ devices('r2').context.a }} {{ devices('r3').context.a }}",
	    "of r2 2");
	/* gone with its file */
	push_main(f, { "context/role/leaf.json", NULL });
	gives(f, "{{ context.a }} {{ context.s }}", "2 global");
}

static void test_other_devices(void **state)
{
	struct fixture *f = *state;

	fill(f);
	gives(f, "{{ devices()|map(attribute='name')|join(' ') }}", "r1 r2 r3");
	gives(f,
	    "{{ devices(role='spine')|join(' ') }} "
	    "{{ devices(area='row1')|join(' ') }} "
	    "{{ devices(area='lab', status='active')|join(' ') }} "
	    "{{ devices(tag='edge', role=device.role)|join(' ') }}",
	    "r2 r3 r1 r2 r1");
	fails(
	    f, "{{ devices('nobody').name }}", "there is no device \"nobody\"");
	fails(f, "{{ devices(colour='red') }}", "cannot choose by \"colour\"");
	fails(f, "{{ devices('r1', role='leaf') }}", "takes one name");
	/* neither time nor memory without end */
	fails(f,
	    "{% for i in range(99999) %}{% for j in range(99) %}"
	    "{% set x = devices(tag='no') %}{% endfor %}{% endfor %}",
	    "too much memory");
}

static void test_neighbors_see_a_link_from_both_sides(void **state)
{
	struct fixture *f = *state;
	static const char each[] =
	    "{% for n in neighbors() %}{{ n.interface }}>{{ n.device }}:"
	    "{{ n.peer_interface }} {% endfor %}.";
	char got[1000];

	fill(f);
	push_main(f,
	    { "context/device/r1.json",
		"{\"links\":[{\"device\":\"r2\",\"interface\":\"e1\","
		"\"peer_interface\":\"e9\",\"speed\":10},"
		"{\"device\":\"gone\",\"interface\":\"e5\"}]}" },
	    { "context/device/r2.json",
		"{\"links\":[{\"device\":\"r1\",\"interface\":\"e9\","
		"\"peer_interface\":\"e1\"},{\"device\":\"r1\","
		"\"interface\":\"e8\",\"peer_interface\":\"e2\"}]}" });
	gives(f, each, "e1>r2:e9 e2>r2:e8 .");
	assert_ok(render(f, "r2", each, got, e));
	assert_string_equal(got, "e8>r1:e2 e9>r1:e1 .\n");
	gives(f,
	    "{{ (neighbors()|first).link.speed }} "
	    "{{ neighbors(role='leaf')|length }}",
	    "10 0");
}

static void test_where_templates_are_looked_for(void **state)
{
	struct fixture *f = *state;

	fill(f);
	push_main(f, { "templates/frr/part.j2", "own\n" },
	    { "templates/shared/part.j2", "shared\n" },
	    { "templates/eos/part.j2", "other\n" },
	    { "settings.json", "{\"site_name\":\"S\"}" });
	gives(f,
	    "{% include 'part.j2' %} {% include 'shared/part.j2' %} "
	    "{% include 'eos/part.j2' %}",
	    "own shared other");
	fails(f, "{% include '../settings.json' %}", "there is no template");
	fails(f, "{% include '/etc/passwd' %}", "there is no template");
	fails(f, "a\n{% include 'part.j2' %}\n{{ x }}", "frr/main.j2:3:");
	/* what a configuration may not hold */
	fails(f, "{# nothing #}", "empty");
	fails(f, "{{ 'a\\x07b' }}", "control characters");
}

static void test_a_role_may_have_its_own(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(100);
	const struct snapshot *s;
	const struct record *r1;
	struct renderer *r;

	fill(f);
	push_main(f, { MAIN, "platform\n" },
	    { "templates/frr/roles/leaf/main.j2", "role\n" });
	r = renderer_of(f);
	r1 = device_of(f, &s, "r1");
	assert_ok(renderer_render(r, r1, &out, e));
	assert_string_equal(buf_text(&out), "role\n");
	renderer_free(r);
	snapshot_unref(s);
	buf_release(&out);
	/* a device without a platform has none */
	r = renderer_of(f);
	r1 = device_of(f, &s, "r3");
	assert_int_equal(renderer_render(r, r1, &out, NULL), ERR_NOT_FOUND);
	renderer_free(r);
	snapshot_unref(s);
	buf_release(&out);
}

static bool by_hand(struct fixture *f, const char *name)
{
	const struct snapshot *s;
	const struct record *r = device_of(f, &s, name);
	bool hand = intended_by_hand(s, r);

	snapshot_unref(s);
	return hand;
}

static void test_who_keeps_it(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_false(by_hand(f, "r3"));
	push_main(f, { "intended/lab/r3.cfg", "x\n" });
	assert_true(by_hand(f, "r3"));
	push_main(
	    f, { "devices/lab/r3.json", "{\"name\":\"r3\",\"area\":\"lab\","
					"\"intended_from\":\"template\"}" });
	assert_false(by_hand(f, "r3"));
	push_main(
	    f, { "devices/lab/r2.json", "{\"name\":\"r2\",\"area\":\"lab\","
					"\"intended_from\":\"hand\"}" });
	assert_true(by_hand(f, "r2"));
}

static void test_where_an_error_is(void **state)
{
	struct fixture *f = *state;
	struct render_position at;
	struct err told = ERR_INIT;
	char got[1000];

	fill(f);
	push_main(f, { "templates/frr/part.j2", "\n  {{ nobody.x }}\n" });
	assert_int_not_equal(
	    render(f, "r1", "a\n{% include 'part.j2' %}", got, &told), ERR_OK);
	assert_true(render_position_of(&told, &at));
	assert_string_equal(at.template, "part.j2");
	assert_int_equal(at.line, 2);
	assert_true(at.column > 2);
	err_set(&told, ERR_INVALID, "12:30 is a time: 1:2, x:9:, y:3:4:z");
	assert_false(render_position_of(&told, &at));
	err_set(&told, ERR_INVALID, "a:b.j2:10:2: odd name");
	assert_true(render_position_of(&told, &at));
	assert_string_equal(at.template, "a:b.j2");
	assert_int_equal(at.line, 10);
}

static void note(void *ctx, const char *path, const char *message)
{
	struct buf *out = ctx;

	buf_printf(out, "%s: %.100s\n", path, message);
}

static void test_what_check_says(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(2000);
	const struct snapshot *s;
	size_t n = 99;

	fill(f);
	push_main(f, { "templates/frr/main.j2", "{{ fine }}\n" },
	    { "templates/frr/bad.j2", "\n{% if %}\n" },
	    { "templates/frr/notes.txt", "{% no template" },
	    { "templates/frr/ok.j2", "{{ 1 }}" });
	push_main(f, { "context/global.json", "{}" },
	    { "context/device/r1.json", "{}" },
	    { "context/device/gone.json", "{}" },
	    { "context/area/lab.json", "{}" }, { "context/town/x.json", "{}" });
	s = now(f);
	assert_ok(render_check_templates(f->app.store, s, note, &out, &n, e));
	assert_int_equal(n, 1);
	assert_non_null(
	    strstr(buf_text(&out), "templates/frr/bad.j2: frr/bad.j2:2:"));
	buf_clear(&out);
	render_check_context(s, note, &out);
	assert_string_equal(buf_text(&out),
	    "context/device/gone.json: there is no device \"gone\": nothing "
	    "uses it\n"
	    "context/town/x.json: it is neither global.json nor below area, "
	    "role or device: nothing uses it\n");
	snapshot_unref(s);
	buf_release(&out);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup_empty, teardown)
	const struct CMUnitTest tests[] = {
		T(test_the_device),
		T(test_context_is_merged_from_the_outside_in),
		T(test_other_devices),
		T(test_neighbors_see_a_link_from_both_sides),
		T(test_where_templates_are_looked_for),
		T(test_a_role_may_have_its_own),
		T(test_who_keeps_it),
		T(test_where_an_error_is),
		T(test_what_check_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
