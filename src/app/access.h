/*
 * Users and API tokens: the use cases over their records.  Pages, REST and the
 * command line share them.
 *
 * A token reads sy_<name>_<secret>, where the secret is ACCESS_SECRET_LEN
 * base64url characters (256 random bits); the store holds the SHA-256 of the
 * secret in hexadecimal, so that nobody who reads the store can use it.  The
 * secret always has the same length, so that a name may hold "_".
 *
 * ERR_DENIED unless the actor is an admin, or it is said otherwise.
 */
#ifndef APP_ACCESS_H
#define APP_ACCESS_H

#include "app/inventory.h"

#define ACCESS_SECRET_LEN 43
#define ACCESS_TOKEN_SIZE 160 /* "sy_" name "_" secret, with the NUL */
#define ACCESS_HASH_SIZE 65
#define ACCESS_PASSWORD_MIN 10
#define ACCESS_PASSWORD_MAX 1024

struct access_user {
	const char *name;
	const char *role;
	const char *password;
	const char *full_name; /* may be "" */
};

/* errors as in inventory_create(); a password that is too short is in it too
 * (under the field "password"). */
enum err_code access_create_user(const struct app *app,
    const struct actor *actor, const struct access_user *user,
    struct schema_errors *errors, struct err *e) must_check;

/* Also ends all sessions of that user. */
enum err_code access_set_password(const struct app *app,
    const struct actor *actor, const char *user, const char *password,
    struct err *e) must_check;

/* The actor's own; any role.  ERR_INVALID if `current` is wrong. */
enum err_code access_change_own_password(const struct app *app,
    const struct actor *actor, const char *current, const char *password,
    struct err *e) must_check;

/* ERR_CONFLICT if no admin that may sign in would be left. */
enum err_code access_update_user(const struct app *app,
    const struct actor *actor, const char *user, const char *role,
    bool disabled, struct err *e) must_check;
enum err_code access_delete_user(const struct app *app,
    const struct actor *actor, const char *user, struct err *e) must_check;

/* expires_at: "2026-12-31T00:00:00Z", or "" for never.  The only time that the
 * token is known: it is written to `token` and kept nowhere. */
enum err_code access_create_token(const struct app *app,
    const struct actor *actor, const json_t *spec,
    char token[ACCESS_TOKEN_SIZE], struct schema_errors *errors,
    struct err *e) must_check;
enum err_code access_revoke_token(const struct app *app,
    const struct actor *actor, const char *name, struct err *e) must_check;

/* Splits "sy_<name>_<secret>" and hashes the secret.  False if it is not of
 * that form. */
bool access_token_parse(
    const char *token, char name[64], char hash[ACCESS_HASH_SIZE]);
/* Is this the token's secret, and has it not expired?  Constant time. */
bool access_token_matches(const struct record *token,
    const char hash[ACCESS_HASH_SIZE], int64_t now_ms);

#endif
