/* Users and tokens: passwords, the last admin, secrets that are seen once. */
#include "unit/app/fixture.h"

#include "app/access.h"
#include "app/inventory_bulk.h"
#include "app/row_filter.h"
#include "app/transfer.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"

#define GOOD "a long enough password"

static enum err_code create_user(struct fixture *f, const struct actor *actor,
    const char *name, const char *role, struct err *e)
{
	const struct access_user user = { name, role, GOOD, "" };

	return access_create_user(&f->app, actor, &user, NULL, e);
}

static enum err_code create_token(struct fixture *f, const char *spec,
    char token[ACCESS_TOKEN_SIZE], struct err *e)
{
	json_t *object = parse_json(spec);
	enum err_code rc =
	    access_create_token(&f->app, &admin, object, token, NULL, e);

	json_decref(object);
	return rc;
}

static void test_a_password_is_hashed(void **state)
{
	struct fixture *f = *state;
	char hash[PASSWORD_HASH_SIZE];

	assert_ok(create_user(f, &admin, "ann", "viewer", e));
	text_copy(
	    hash, sizeof(hash), field_of(f, KIND_USER, "ann", USER_PASSWORD));
	assert_null(strstr(hash, GOOD));
	assert_true(password_matches(GOOD, hash));
	assert_err(
	    create_user(f, &admin, "ann", "viewer", e), ERR_CONFLICT, "ann");
}

static void test_only_admins_make_users(void **state)
{
	struct fixture *f = *state;

	assert_err(create_user(f, &operator_, "ann", "viewer", e), ERR_DENIED,
	    "admin");
	assert_err(access_set_password(&f->app, &operator_, "admin", GOOD, e),
	    ERR_DENIED, "admin");
	assert_err(
	    access_update_user(&f->app, &operator_, "admin", "admin", false, e),
	    ERR_DENIED, "admin");
}

static void test_short_passwords_are_refused(void **state)
{
	const struct access_user user = { "ann", "viewer", "short", "" };
	struct schema_errors errors = { 0 };
	struct fixture *f = *state;

	assert_err(access_create_user(&f->app, &admin, &user, &errors, e),
	    ERR_INVALID, "10");
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.item[0].field->name, "password");
	assert_false(has_record(f, KIND_USER, "ann"));
}

static void test_a_new_password_ends_the_sessions(void **state)
{
	struct fixture *f = *state;

	assert_ok(create_user(f, &admin, "ann", "viewer", e));
	assert_ok(
	    access_set_password(&f->app, &admin, "ann", "another password", e));
	assert_true(password_matches(
	    "another password", field_of(f, KIND_USER, "ann", USER_PASSWORD)));
	assert_string_not_equal(
	    field_of(f, KIND_USER, "ann", USER_SESSIONS_AFTER), "");
}

static int64_t sessions_after(struct fixture *f, const char *user)
{
	int64_t at;

	assert_true(clock_parse_utc(
	    field_of(f, KIND_USER, user, USER_SESSIONS_AFTER), &at));
	return at;
}

/* A cookie outlives its user's record: it must open neither the next user of
 * that name nor the same one after a ban. */
static void test_old_sessions_stay_ended(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_wall_ms();

	assert_ok(create_user(f, &admin, "ann", "viewer", e));
	assert_true(sessions_after(f, "ann") >= before);
	assert_ok(create_user(f, &admin, "bob", "admin", e));
	before = clock_wall_ms();
	assert_ok(
	    access_update_user(&f->app, &admin, "ann", "viewer", true, e));
	assert_true(sessions_after(f, "ann") >= before);
	before = sessions_after(f, "ann");
	assert_ok(
	    access_update_user(&f->app, &admin, "ann", "operator", false, e));
	assert_true(sessions_after(f, "ann") == before);
}

static void test_ones_own_password_needs_the_current_one(void **state)
{
	static const struct actor vera = { "vera", ROLE_VIEWER, TRIGGER_FORM };
	struct fixture *f = *state;

	assert_ok(create_user(f, &admin, "vera", "viewer", e));
	assert_err(access_change_own_password(
		       &f->app, &vera, "wrong", "another password", e),
	    ERR_INVALID, "wrong");
	assert_ok(access_change_own_password(
	    &f->app, &vera, GOOD, "another password", e));
	assert_true(password_matches(
	    "another password", field_of(f, KIND_USER, "vera", USER_PASSWORD)));
	assert_string_equal(
	    field_of(f, KIND_USER, "vera", USER_ROLE), "viewer");
}

static void test_the_last_admin_stays(void **state)
{
	struct fixture *f = *state;

	assert_ok(create_user(f, &admin, "ann", "admin", e));
	assert_err(
	    access_update_user(&f->app, &admin, "ann", "viewer", false, e),
	    ERR_CONFLICT, "last admin");
	assert_err(access_update_user(&f->app, &admin, "ann", "admin", true, e),
	    ERR_CONFLICT, "last admin");
	assert_err(access_delete_user(&f->app, &admin, "ann", e), ERR_CONFLICT,
	    "last admin");
	assert_ok(create_user(f, &admin, "bob", "admin", e));
	assert_ok(
	    access_update_user(&f->app, &admin, "ann", "viewer", true, e));
	assert_ok(access_delete_user(&f->app, &admin, "ann", e));
}

static void test_a_token_opens_with_its_secret_only(void **state)
{
	char token[ACCESS_TOKEN_SIZE], name[64], hash[ACCESS_HASH_SIZE];
	struct fixture *f = *state;
	const struct snapshot *s;
	const struct record *record;

	assert_ok(create_token(
	    f, "{\"name\": \"c_i\", \"role\": \"operator\"}", token, e));
	assert_true(access_token_parse(token, name, hash));
	assert_string_equal(name, "c_i");
	s = now(f);
	record = snapshot_find(s, KIND_TOKEN, "c_i");
	assert_non_null(record);
	assert_true(access_token_matches(record, hash, clock_wall_ms()));
	assert_null(strstr(record_json(record, &(size_t){ 0 }), token));
	assert_null(strstr(record_json(record, &(size_t){ 0 }),
	    token + strlen(token) - ACCESS_SECRET_LEN));
	hash[0] = hash[0] == '0' ? '1' : '0';
	assert_false(access_token_matches(record, hash, clock_wall_ms()));
	snapshot_unref(s);
	assert_ok(access_revoke_token(&f->app, &admin, "c_i", e));
	assert_false(has_record(f, KIND_TOKEN, "c_i"));
}

static void test_a_token_expires(void **state)
{
	static const char spec[] = "{\"name\": \"t\", \"role\": \"viewer\", "
				   "\"expires_at\": \"2026-12-31T00:00:00Z\"}";
	char token[ACCESS_TOKEN_SIZE], name[64], hash[ACCESS_HASH_SIZE];
	struct fixture *f = *state;
	const struct snapshot *s;
	const struct record *record;
	int64_t end;

	assert_ok(create_token(f, spec, token, e));
	assert_true(access_token_parse(token, name, hash));
	assert_true(clock_parse_utc("2026-12-31T00:00:00Z", &end));
	s = now(f);
	record = snapshot_find(s, KIND_TOKEN, "t");
	assert_true(access_token_matches(record, hash, end - 1));
	assert_false(access_token_matches(record, hash, end));
	snapshot_unref(s);
	assert_err(create_token(f,
		       "{\"name\": \"u\", \"role\": \"viewer\", "
		       "\"expires_at\": \"soon\"}",
		       token, e),
	    ERR_INVALID, "2026-12-31");
}

static void assert_export_without(
    struct fixture *f, enum kind_id kind, int field, const char *key)
{
	const struct snapshot *s = now(f);
	const char *hash = record_text(snapshot_find(s, kind, key), field);

	assert_true(strlen(hash) >= 40);
	for (int csv = 0; csv < 2; csv++) {
		struct buf text = BUF_INIT(1 << 20);

		assert_ok(transfer_export(s, kind_get(kind), csv, &text, e));
		assert_non_null(strstr(buf_text(&text), key));
		assert_null(strstr(buf_text(&text), hash));
		buf_release(&text);
	}
	snapshot_unref(s);
}

/* Whatever lists, filters or changes records by their fields leaves those out
 * that nobody is to see. */
static void test_hashes_go_out_no_way(void **state)
{
	struct fixture *f = *state;
	char token[ACCESS_TOKEN_SIZE];
	size_t hidden = 0;

	assert_ok(create_user(f, &admin, "ann", "viewer", e));
	assert_ok(
	    create_token(f, "{\"name\":\"ci\",\"role\":\"viewer\"}", token, e));
	assert_export_without(f, KIND_USER, USER_PASSWORD, "ann");
	assert_export_without(f, KIND_TOKEN, TOKEN_HASH, "ci");
	for (int id = 1; id < KIND_COUNT; id++) {
		const struct kind *kind = kind_get((enum kind_id)id);

		for (size_t i = 0; i < kind->schema.n_fields; i++) {
			const struct field *field = &kind->schema.fields[i];

			if (!field->hidden)
				continue;
			assert_false(row_filter_takes(field));
			assert_false(inventory_bulk_takes(kind, field));
			hidden++;
		}
	}
	assert_true(hidden >= 3);
}

/* By a push anything may come to stand there. */
static void test_a_date_that_cannot_be_read_lets_nobody_in(void **state)
{
	static const char json[] =
	    "{\"name\":\"t\",\"role\":\"viewer\",\"expires_at\":\"soon\","
	    "\"hash\":\"00000000000000000000000000000000"
	    "00000000000000000000000000000000\"}";
	char hash[ACCESS_HASH_SIZE];
	struct record *record = NULL;

	(void)state;
	memset(hash, '0', sizeof(hash) - 1);
	hash[sizeof(hash) - 1] = '\0';
	assert_ok(record_parse(
	    kind_get(KIND_TOKEN), json, strlen(json), NULL, &record, e));
	assert_false(access_token_matches(record, hash, 0));
	record_unref(record);
}

static void test_what_is_no_token_is_refused(void **state)
{
	static const char *const texts[] = { "", "sy_", "sy_a_short",
		"xx_a_0123456789012345678901234567890123456789012",
		"sy__0123456789012345678901234567890123456789012",
		"sy_a/b_0123456789012345678901234567890123456789012",
		"sy_a-0123456789012345678901234567890123456789012" };
	char name[64], hash[ACCESS_HASH_SIZE], longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(access_token_parse(texts[i], name, hash));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "sy_", 3);
	assert_false(access_token_parse(longest, name, hash));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_password_is_hashed),
		TEST(test_only_admins_make_users),
		TEST(test_short_passwords_are_refused),
		TEST(test_a_new_password_ends_the_sessions),
		TEST(test_old_sessions_stay_ended),
		TEST(test_ones_own_password_needs_the_current_one),
		TEST(test_the_last_admin_stays),
		TEST(test_a_token_opens_with_its_secret_only),
		TEST(test_a_token_expires),
		TEST(test_hashes_go_out_no_way),
		TEST(test_a_date_that_cannot_be_read_lets_nobody_in),
		TEST(test_what_is_no_token_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
