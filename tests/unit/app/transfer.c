/*
 * Imports: what each format becomes, that a wrong row keeps all of them out and
 * is told, that a dry run writes nothing, and that an export comes back.
 */
#include "app/transfer.h"

#include "unit/app/fixture.h"

static json_t *import_as(struct fixture *f, const struct actor *actor,
    struct transfer_options o, const char *text)
{
	json_t *report;

	if (!o.kind)
		o.kind = kind_get(KIND_DEVICE);
	if (!o.area)
		o.area = "";
	if (!o.status)
		o.status = "";
	assert_ok(transfer_import(
	    &f->app, actor, &o, text, strlen(text), &report, e));
	return report;
}

/* "created/updated/unchanged/wrong", and the first error behind it. */
static void expect(struct fixture *f, struct transfer_options o,
    const char *text, const char *wanted)
{
	json_t *report = import_as(f, &admin, o, text), *row, *error;
	char got[500];
	size_t i, k;

	snprintf(got, sizeof(got), "%d/%d/%d/%d",
	    (int)json_number(report, "created", -1),
	    (int)json_number(report, "updated", -1),
	    (int)json_number(report, "unchanged", -1),
	    (int)json_number(report, "wrong", -1));
	json_array_foreach(json_object_get(report, "rows"), i, row)
	    json_array_foreach(json_object_get(row, "errors"), k, error)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), " %d %s",
		    (int)json_number(row, "row", 0), json_string_value(error));
	if (strncmp(got, wanted, strlen(wanted)) != 0)
		fail_msg("%s: got %s, want %s", text, got, wanted);
	json_decref(report);
}

#define CSV                            \
	{                              \
		.format = TRANSFER_CSV \
	}
#define DRY                                             \
	{                                               \
		.format = TRANSFER_CSV, .dry_run = true \
	}

static void test_csv(void **state)
{
	struct fixture *f = *state;
	struct commit_id before = tip_of(f, STORE_MAIN), after;

	expect(f, (struct transfer_options)DRY,
	    "name,area,platform,tags\nr8,lab,frr,\"a, b\"\n", "1/0/0/0");
	after = tip_of(f, STORE_MAIN);
	assert_true(commit_id_equal(&before, &after));
	expect(f, (struct transfer_options)CSV,
	    "\xef\xbb\xbfname;area;tags;description\r\nr8;lab;\"a, b\";"
	    "\"two \"\"words\"\"\"\r\nr9;row1;;\r\n",
	    "2/0/0/0");
	assert_tip_says(f, STORE_MAIN, "Import devices: 2 created",
	    "\nAction: import\n", "\nActor: admin\n");
	assert_string_equal(field_of(f, KIND_DEVICE, "r8", DEVICE_DESCRIPTION),
	    "two \"words\"");
	/* an empty cell changes nothing; what is the same makes no commit */
	before = tip_of(f, STORE_MAIN);
	expect(f, (struct transfer_options)CSV, "name,area,description\nr8,,\n",
	    "0/0/1/0");
	after = tip_of(f, STORE_MAIN);
	assert_true(commit_id_equal(&before, &after));
	expect(f, (struct transfer_options)CSV,
	    "name,area,serial\nr8,,S1\nr9,row1,\n", "0/1/1/0");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r8", DEVICE_SERIAL), "S1");
}

/* One wrong row, and nothing is written. */
static void test_wrong_rows(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "name,area\nr8,lab\nr9,nowhere\n",
		    "1/0/0/1 3 area: area \"nowhere\" does not exist" },
		{ "name,area\nr8,lab\nr8,lab\n", "1/0/0/1 3 an earlier row" },
		{ "name,area\n../x,lab\n", "0/0/0/1 2 " },
		{ "name,area,status\nr8,lab,dancing\n", "0/0/0/1 2 status" },
		{ "name,area\nr8,lab,extra\n", "0/0/0/1 2 it has 3 cells" },
		{ "name,area\n,lab\n", "0/0/0/1 2 " },
		{ "name,area\nr1,lab\n", "0/0/0/1 2 it is in another area" },
		{ "name\nr8\n", "0/0/0/1 2 " },
		/* everything that is wrong with a row, at once */
		{ "name,area,role,platform,status,vlans\n"
		  "r8,nowhere,none,alien,dancing,x\n",
		    "0/0/0/1 2 vlans: \"x\" is not a number from 1 to 4094 "
		    "2 status: must be one of: inventory, planned, staged, "
		    "active, failed, decommissioning "
		    "2 platform: platform \"alien\" does not exist "
		    "2 role: role \"none\" does not exist "
		    "2 area: area \"nowhere\" does not exist" },
		{ "name,role\nbad name,none\n", "0/0/0/1 2 name: use 1 to" },
	};
	struct fixture *f = *state;
	struct commit_id before = tip_of(f, STORE_MAIN), after;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(f, (struct transfer_options)CSV, rows[i].text,
		    rows[i].wanted);
	after = tip_of(f, STORE_MAIN);
	assert_true(commit_id_equal(&before, &after));
}

/* Only when told to; the dry run says where, and the history goes on. */
static void test_moves(void **state)
{
	static const char text[] = "name,area,serial\nr1,lab,S1\nr8,lab,\n";
	struct transfer_options o = {
		.format = TRANSFER_CSV, .move = true, .dry_run = true
	};
	struct fixture *f = *state;
	struct commit_id before, after;
	json_t *report, *row;

	put_intended(f, "r1", "hostname r1\n");
	before = tip_of(f, STORE_MAIN);
	expect(f, (struct transfer_options)CSV, text, "1/0/0/1");
	report = import_as(f, &admin, o, text);
	row = json_array_get(json_object_get(report, "rows"), 0);
	assert_string_equal(json_text(row, "action", ""), "move");
	assert_string_equal(json_text(row, "from", ""), "row1");
	assert_string_equal(json_text(row, "to", ""), "lab");
	assert_int_equal(json_number(report, "moved", 0), 1);
	json_decref(report);
	after = tip_of(f, STORE_MAIN);
	assert_true(commit_id_equal(&before, &after));
	o.dry_run = false;
	report = import_as(f, &admin, o, text);
	assert_true(json_flag(report, "saved", false));
	json_decref(report);
	assert_tip_says(f, STORE_MAIN, "Import device r1 to lab",
	    "\nAction: import\n", "\nRenamed-From: devices/row1/r1.json\n");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "r1", DEVICE_SERIAL), "S1");
	assert_true(has_record(f, KIND_DEVICE, "r8"));
	assert_stored(f, "intended/lab/r1.cfg", "hostname r1\n");
	/* it is there: nothing is left to do */
	expect(f, o, text, "0/0/2/0");
}

static void refuse(struct fixture *f, const struct actor *actor,
    struct transfer_options o, const char *text, enum err_code code,
    const char *words)
{
	json_t *report;

	o.area = o.status = "";
	if (!o.kind)
		o.kind = kind_get(KIND_DEVICE);
	assert_err(
	    transfer_import(&f->app, actor, &o, text, strlen(text), &report, e),
	    code, words);
}

static void test_refused_texts(void **state)
{
	struct fixture *f = *state;
	struct transfer_options json = { .format = TRANSFER_JSON };
	struct transfer_options roles = { .format = TRANSFER_NETBOX,
		.kind = kind_get(KIND_ROLE) };

	refuse(f, &admin, (struct transfer_options)CSV, "a,b\n1,2\n",
	    ERR_INVALID, "names no field");
	refuse(f, &admin, (struct transfer_options)CSV,
	    "name,area,serial,area\nr8,lab,,row1\n", ERR_INVALID,
	    "names the column \"area\" twice");
	refuse(f, &admin, (struct transfer_options)CSV, "name,area\n\"x\n",
	    ERR_INVALID, "quoted");
	refuse(f, &admin, (struct transfer_options)CSV, "name\n\xff\n",
	    ERR_INVALID, "line 2 holds a byte that is no UTF-8");
	refuse(f, &admin, json, "{\"name\":1}", ERR_INVALID, "list");
	refuse(f, &admin, json, "[", ERR_INVALID, "");
	refuse(f, &admin, roles, "name\nx\n", ERR_INVALID, "devices");
	refuse(f, &viewer, (struct transfer_options)CSV, "name,area\nx,lab\n",
	    ERR_DENIED, "role");
	refuse(f, &operator_,
	    (struct transfer_options){ .kind = kind_get(KIND_SECRET) },
	    "name\nx\n", ERR_DENIED, "admin");
}

static void test_json(void **state)
{
	struct fixture *f = *state;
	struct transfer_options json = { .format = TRANSFER_JSON };

	expect(f, json,
	    "[{\"name\":\"r8\",\"area\":\"lab\",\"tags\":[\"a\"]},"
	    "{\"name\":\"r1\",\"serial\":\"9\",\"area\":\"row1\"}]",
	    "1/1/0/0");
	expect(f, json, "{\"items\":[{\"name\":\"r8\",\"tags\":null}]}",
	    "0/1/0/0");
	expect(f, json, "[7, {\"name\":\"r8\",\"color\":\"red\"}]",
	    "0/0/0/2 1 this is no object");
}

/* What a schedule names, and when it comes, as where it is made by hand. */
static void test_schedules_are_checked(void **state)
{
#define SCHEDULE(more) "[{\"name\":\"s\",\"job\":\"backup\"," more "}]"
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ SCHEDULE("\"cron\":\"@daily\",\"parameters\":"
			   "{\"area\":\"lab\"}"),
		    "1/0/0/0" },
		{ SCHEDULE("\"cron\":\"@daily\",\"parameters\":"
			   "{\"area\":\"none\"}"),
		    "0/0/0/1 1 parameters: area: area \"none\" does not" },
		{ SCHEDULE("\"at\":\"2020-01-01T00:00Z\",\"parameters\":"
			   "{\"all\":true}"),
		    "0/0/0/1 1 at: 2020-01-01T00:00Z has passed" },
		{ SCHEDULE("\"cron\":\"0 0 31 2 *\",\"parameters\":"
			   "{\"all\":true}"),
		    "0/0/0/1 1 cron: \"0 0 31 2 *\" never comes" },
	};
	struct transfer_options o = { .format = TRANSFER_JSON,
		.kind = kind_get(KIND_SCHEDULE),
		.dry_run = true };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(*state, o, rows[i].text, rows[i].wanted);
#undef SCHEDULE
}

/* The last line may end with the text; one that is cut is no router's. */
static void test_router_db_ends_with_its_text(void **state)
{
	struct transfer_options o = { .kind = kind_get(KIND_DEVICE),
		.format = TRANSFER_OXIDIZED };
	json_t *rows = json_array(), *ignored = json_array();
	size_t len = 612;
	char *text = malloc(len);

	(void)state;
	memset(text, 'x', len);
	memcpy(text + 600, ":ios\nr2:eos!", 12);
	assert_ok(transfer_read(&o, text, len - 1, rows, ignored, e));
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(
	    json_string_value(json_array_get(
		json_object_get(json_array_get(rows, 0), "errors"), 0)),
	    "it is too long");
	assert_string_equal(
	    json_text(json_object_get(json_array_get(rows, 1), "object"),
		"platform", ""),
	    "eos");
	free(text);
	json_decref(rows);
	json_decref(ignored);
}

static void test_oxidized(void **state)
{
	struct fixture *f = *state;
	struct transfer_options o = { .format = TRANSFER_OXIDIZED,
		.create_missing = true,
		.area = "lab",
		.status = "inventory" };

	create(f, KIND_PLATFORM, "{\"name\":\"ios\",\"driver\":\"frr\"}");
	expect(f, o,
	    "# routers\n192.0.2.7:iosxe\nsw1:192.0.2.8:frr:Berlin West:"
	    "user:password\n\nsw2:frr\n",
	    "3/0/0/0");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "192.0.2.7", DEVICE_PRIMARY_IP4),
	    "192.0.2.7");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "192.0.2.7", DEVICE_PLATFORM), "ios");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "sw1", DEVICE_AREA), "berlin-west");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "sw2", DEVICE_STATUS), "inventory");
	expect(f, o, "sw3\nsw4:vms\n", "0/0/0/2 1 it is not of the form");
}

static void test_netbox(void **state)
{
	struct fixture *f = *state;
	struct transfer_options o = { .format = TRANSFER_NETBOX,
		.create_missing = true };
	struct transfer_options dry = o;
	static const char netbox[] =
	    "Name,Status,Tenant,Site,Rack,Role,Manufacturer,Type,IP Address,"
	    "Platform\n"
	    "sw1,Active,,DC 1,R1,Access Switch,X,Y,192.0.2.1/24,FRRouting\n"
	    "sw2,Offline,,DC 1,R1,Access Switch,X,Y,,\n";
	static const char nautobot[] =
	    "name,status__name,location__name,role__name,platform__name,"
	    "primary_ip4__host,serial,tags\n"
	    "n1,Planned,Site A,Core,frr,192.0.2.9,S9,\"x,y\"\n";

	dry.dry_run = true;
	expect(f, dry, netbox, "2/0/0/0");
	assert_false(has_record(f, KIND_AREA, "dc-1"));
	expect(f, o, netbox, "2/0/0/0");
	assert_true(has_record(f, KIND_AREA, "dc-1"));
	assert_true(has_record(f, KIND_ROLE, "access-switch"));
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "sw1", DEVICE_PLATFORM), "frr");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "sw2", DEVICE_STATUS), "inventory");
	expect(f, o, nautobot, "1/0/0/0");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "n1", DEVICE_PRIMARY_IP4), "192.0.2.9");
	/* all of NetBox's devices have a status: who names another means it */
	o.status = "planned";
	expect(f, o, "name,status,site\nq1,Active,DC 1\n", "1/0/0/0");
	assert_string_equal(
	    field_of(f, KIND_DEVICE, "q1", DEVICE_STATUS), "planned");
	expect(f, o, "name,status,site\nq1,Active,DC 1\n", "0/1/0/0");
	o.status = "";
	/* without leave nothing is made up */
	o.create_missing = false;
	expect(f, o, "name,site,role\nz,Elsewhere,core\n", "0/0/0/1 2 area");
}

/* What is exported and imported again changes nothing. */
static void test_there_and_back(void **state)
{
	struct fixture *f = *state;

	patch(f, KIND_DEVICE, "r1",
	    "{\"tags\":[\"a\",\"b\"],\"description\":"
	    "\"=1+1, \\\"x\\\"\",\"vars\":{\"k\":[1,2]}}");
	for (int csv = 0; csv < 2; csv++) {
		struct buf text = BUF_INIT(1 << 20);
		const struct snapshot *s = now(f);
		struct transfer_options o = { .format = csv ? TRANSFER_CSV
							    : TRANSFER_JSON };

		assert_ok(
		    transfer_export(s, kind_get(KIND_DEVICE), csv, &text, e));
		snapshot_unref(s);
		expect(f, o, buf_text(&text), "0/0/1/0");
		buf_release(&text);
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_csv),
		T(test_wrong_rows),
		T(test_moves),
		T(test_refused_texts),
		T(test_json),
		T(test_schedules_are_checked),
		T(test_oxidized),
		T(test_router_db_ends_with_its_text),
		T(test_netbox),
		T(test_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
