#include "app/access.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct field *user_field(enum user_field f)
{
	return &kind_get(KIND_USER)->schema.fields[f];
}

static enum err_code check_password(
    const char *password, struct schema_errors *errors, struct err *e)
{
	size_t n = strlen(password);

	if (n >= ACCESS_PASSWORD_MIN && n <= ACCESS_PASSWORD_MAX)
		return ERR_OK;
	if (errors)
		schema_errors_add(errors, user_field(USER_PASSWORD),
		    "use %d to %d characters", ACCESS_PASSWORD_MIN,
		    ACCESS_PASSWORD_MAX);
	return err_set(e, ERR_INVALID, "a password has %d to %d characters",
	    ACCESS_PASSWORD_MIN, ACCESS_PASSWORD_MAX);
}

static enum err_code patch_user(const struct app *app,
    const struct actor *actor, const char *user, json_t *patch,
    const struct blob_id *expect, struct err *e)
{
	struct inventory_result result = { 0 };
	enum err_code rc;

	if (!patch)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = inventory_patch(app, actor,
	    &(struct inventory_change){ .kind = kind_get(KIND_USER),
		.key = user,
		.expect = expect,
		.object = patch },
	    &result, e);
	if (rc == ERR_OK)
		inventory_result_release(&result);
	return rc;
}

/* --- users --------------------------------------------------------------- */

enum err_code access_create_user(const struct app *app,
    const struct actor *actor, const struct access_user *user,
    struct schema_errors *errors, struct err *e)
{
	struct inventory_result result = { 0 };
	char hash[PASSWORD_HASH_SIZE], now[CLOCK_TEXT_SIZE];
	json_t *object;
	enum err_code rc;

	if ((rc = actor_require(actor, MAY_ADMIN, e)) != ERR_OK ||
	    (rc = check_password(user->password, errors, e)) != ERR_OK ||
	    (rc = password_hash(user->password, hash, e)) != ERR_OK)
		return rc;
	/* sessions of an earlier user of that name may still be unexpired */
	clock_format_utc(clock_wall_ms(), now);
	object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", user->name,
	    "role", user->role, "password", hash, "full_name", user->full_name,
	    "sessions_after", now);
	if (!object)
		return err_set(e, ERR_INVALID, "a field is not valid UTF-8");
	rc = inventory_create(app, actor,
	    &(struct inventory_change){ .kind = kind_get(KIND_USER),
		.object = object,
		.errors = errors },
	    &result, e);
	if (rc == ERR_OK)
		inventory_result_release(&result);
	json_decref(object);
	return rc;
}

enum err_code access_set_password(const struct app *app,
    const struct actor *actor, const char *user, const char *password,
    struct err *e)
{
	char hash[PASSWORD_HASH_SIZE], now[CLOCK_TEXT_SIZE];
	json_t *patch;
	enum err_code rc;

	if ((rc = actor_require(actor, MAY_ADMIN, e)) != ERR_OK ||
	    (rc = check_password(password, NULL, e)) != ERR_OK ||
	    (rc = password_hash(password, hash, e)) != ERR_OK)
		return rc;
	clock_format_utc(clock_wall_ms(), now);
	patch =
	    json_pack("{s:s, s:s}", "password", hash, "sessions_after", now);
	rc = patch_user(app, actor, user, patch, NULL, e);
	json_decref(patch);
	return rc;
}

enum err_code access_change_own_password(const struct app *app,
    const struct actor *actor, const char *current, const char *password,
    struct err *e)
{
	struct actor self = *actor;
	const struct snapshot *s;
	const struct record *user;
	enum err_code rc;
	bool right;

	if ((rc = snapshots_current(app->snapshots, &s, e)) != ERR_OK)
		return rc;
	user = snapshot_find(s, KIND_USER, actor->name);
	right =
	    user && password_matches(current, record_text(user, USER_PASSWORD));
	snapshot_unref(s);
	if (!user)
		return err_set(e, ERR_CONFLICT,
		    "%s signs in elsewhere and has no password here",
		    actor->name);
	if (!right)
		return err_set(e, ERR_INVALID,
		    "the current password is wrong; nothing was changed");
	/* One's own password needs no role but the proof just given. */
	self.role = ROLE_ADMIN;
	return access_set_password(app, &self, actor->name, password, e);
}

static bool other_admin_left(const struct snapshot *s, const char *user)
{
	size_t n;
	const struct record *const *all = snapshot_all(s, KIND_USER, &n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(record_key(all[i]), user) != 0 &&
		    strcmp(record_text(all[i], USER_ROLE), "admin") == 0 &&
		    !record_flag(all[i], USER_DISABLED))
			return true;
	}
	return false;
}

/* `stays`: the user is an active admin afterwards. */
static enum err_code keep_an_admin(
    const struct app *app, const char *user, bool stays, struct err *e)
{
	const struct snapshot *s;
	enum err_code rc;

	if (stays)
		return ERR_OK;
	if ((rc = snapshots_current(app->snapshots, &s, e)) != ERR_OK)
		return rc;
	if (!other_admin_left(s, user))
		rc = err_set(e, ERR_CONFLICT,
		    "%s is the last admin that may sign in; make someone else "
		    "an admin first",
		    user);
	snapshot_unref(s);
	return rc;
}

enum err_code access_update_user(const struct app *app,
    const struct actor *actor, const char *user, const char *role,
    bool disabled, struct err *e)
{
	char now[CLOCK_TEXT_SIZE];
	json_t *patch;
	enum err_code rc;

	rc = keep_an_admin(
	    app, user, strcmp(role, "admin") == 0 && !disabled, e);
	if (rc != ERR_OK)
		return rc;
	/* what a ban ended stays ended when it is lifted */
	clock_format_utc(clock_wall_ms(), now);
	patch = json_pack("{s:s, s:b, s:s*}", "role", role, "disabled",
	    disabled, "sessions_after", disabled ? now : NULL);
	rc = patch_user(app, actor, user, patch, NULL, e);
	json_decref(patch);
	return rc;
}

enum err_code access_delete_user(const struct app *app,
    const struct actor *actor, const char *user, struct err *e)
{
	struct inventory_result result = { 0 };
	enum err_code rc;

	if ((rc = keep_an_admin(app, user, false, e)) != ERR_OK)
		return rc;
	rc = inventory_delete(app, actor,
	    &(struct inventory_change){
		.kind = kind_get(KIND_USER), .key = user },
	    &result, e);
	if (rc == ERR_OK)
		inventory_result_release(&result);
	return rc;
}

/* --- tokens -------------------------------------------------------------- */

static void hash_secret(const char *secret, char hash[ACCESS_HASH_SIZE])
{
	uint8_t digest[SHA256_SIZE];

	sha256_of(secret, ACCESS_SECRET_LEN, digest);
	hex_encode(hash, digest, sizeof(digest));
}

static enum err_code check_token_spec(
    const json_t *spec, struct schema_errors *errors, struct err *e)
{
	const struct kind *kind = kind_get(KIND_TOKEN);
	const char *expires = json_text(spec, "expires_at", "");
	struct schema_errors own = { 0 };
	int64_t at;

	if (*expires && !clock_parse_utc(expires, &at))
		schema_errors_add(&own, &kind->schema.fields[TOKEN_EXPIRES_AT],
		    "must look like 2026-12-31T00:00:00Z");
	if (!schema_is_name(json_text(spec, "name", ""), 63))
		schema_errors_add(&own, &kind->schema.fields[TOKEN_NAME],
		    "use 1 to 63 letters, digits, dots, hyphens or "
		    "underscores");
	if (errors && own.n)
		*errors = own;
	return schema_errors_check(&own, e);
}

static enum err_code token_object(const json_t *spec, const struct actor *actor,
    const char *hash, json_t **ret, struct err *e)
{
	json_t *object = json_copy((json_t *)(uintptr_t)spec);

	if (!object ||
	    json_object_set_new(object, "hash", json_string(hash)) != 0 ||
	    json_object_set_new(
		object, "created_by", json_string(actor->name)) != 0) {
		json_decref(object);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = object;
	return ERR_OK;
}

enum err_code access_create_token(const struct app *app,
    const struct actor *actor, const json_t *spec,
    char token[ACCESS_TOKEN_SIZE], struct schema_errors *errors, struct err *e)
{
	struct inventory_result result = { 0 };
	struct buf secret = BUF_INIT(ACCESS_SECRET_LEN + 1);
	uint8_t random[32];
	char hash[ACCESS_HASH_SIZE];
	json_t *object = NULL;
	enum err_code rc;

	if ((rc = actor_require(actor, MAY_ADMIN, e)) != ERR_OK ||
	    (rc = check_token_spec(spec, errors, e)) != ERR_OK)
		return rc;
	random_bytes(random, sizeof(random));
	base64url_append(&secret, random, sizeof(random));
	wipe(random, sizeof(random));
	if ((rc = buf_check(&secret, "the token", e)) != ERR_OK)
		goto out;
	hash_secret(secret.data, hash);
	if ((rc = token_object(spec, actor, hash, &object, e)) != ERR_OK ||
	    (rc = inventory_create(app, actor,
		 &(struct inventory_change){ .kind = kind_get(KIND_TOKEN),
		     .object = object,
		     .errors = errors },
		 &result, e)) != ERR_OK)
		goto out;
	snprintf(token, ACCESS_TOKEN_SIZE, "sy_%s_%s",
	    record_text(result.record, TOKEN_NAME), secret.data);
	inventory_result_release(&result);
out:
	if (secret.data)
		wipe(secret.data, secret.len);
	buf_release(&secret);
	json_decref(object);
	return rc;
}

enum err_code access_revoke_token(const struct app *app,
    const struct actor *actor, const char *name, struct err *e)
{
	struct inventory_result result = { 0 };
	enum err_code rc;

	rc = inventory_delete(app, actor,
	    &(struct inventory_change){
		.kind = kind_get(KIND_TOKEN), .key = name },
	    &result, e);
	if (rc == ERR_OK)
		inventory_result_release(&result);
	return rc;
}

bool access_token_parse(
    const char *token, char name[64], char hash[ACCESS_HASH_SIZE])
{
	size_t n = strlen(token);
	size_t name_len;

	if (n < 3 + 1 + 1 + ACCESS_SECRET_LEN || n >= ACCESS_TOKEN_SIZE ||
	    !text_starts_with(token, "sy_"))
		return false;
	name_len = n - 3 - 1 - ACCESS_SECRET_LEN;
	if (name_len > 63 || token[3 + name_len] != '_')
		return false;
	memcpy(name, token + 3, name_len);
	name[name_len] = '\0';
	if (!schema_is_name(name, 63))
		return false;
	hash_secret(token + 3 + name_len + 1, hash);
	return true;
}

bool access_token_matches(const struct record *token,
    const char hash[ACCESS_HASH_SIZE], int64_t now_ms)
{
	const char *stored = record_text(token, TOKEN_HASH);
	const char *expires = record_text(token, TOKEN_EXPIRES_AT);
	int64_t at;

	if (strlen(stored) != ACCESS_HASH_SIZE - 1 ||
	    !equal_in_constant_time(stored, hash, ACCESS_HASH_SIZE - 1))
		return false;
	return !*expires || (clock_parse_utc(expires, &at) && now_ms < at);
}
