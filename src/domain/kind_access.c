/* Who may sign in here, and how devices are signed in to. */
#include "domain/kind_internal.h"

#include "domain/policy.h"

static const struct field secret_fields[] = {
	[SECRET_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[SECRET_PROVIDER] = { .name = "provider", .label = "Provider",
	    .required = true, .type = FIELD_CHOICE,
	    .choices = (const char *const[]){ "file", "systemd",
		"environment", "vault", NULL },
	    .help = "Where the worker finds the value; the store holds only "
		    "this reference." },
	[SECRET_REFERENCE] = { .name = "reference", .label = "Reference",
	    .required = true, .type = FIELD_NAME, .max_len = 100,
	    .help = "file: a name in the worker's secrets directory; "
		    "systemd: a name in LoadCredential= of the service; "
		    "environment: a variable; vault: a secret below the "
		    "prefix that vault.json names." },
	[SECRET_USERNAME] = { .name = "username", .label = "User name",
	    .type = FIELD_TEXT, .max_len = 100,
	    .help = "Empty if the value itself names the user." },
	[SECRET_DESCRIPTION] = { .name = "description",
	    .label = "Description", .type = FIELD_TEXT },
};

const struct kind kind_secret = {
	KIND_SECRET, "secret", "secrets", "Credentials reference",
	"secrets", KEY_NAME, SCHEMA(secret_fields), true
};

static const struct field hostkey_fields[] = {
	[HOSTKEY_NAME] = { .name = "name", .label = "Device",
	    .required = true, .type = FIELD_NAME },
	[HOSTKEY_KEYS] = { .name = "keys", .label = "Keys",
	    .required = true, .type = FIELD_LABELS, .max_len = 16,
	    .max = 4096,
	    .help = "As in an OpenSSH .pub file, without the comment." },
	[HOSTKEY_APPROVED_BY] = { .name = "approved_by",
	    .label = "Approved by", .type = FIELD_TEXT },
};

const struct kind kind_hostkey = {
	KIND_HOSTKEY, "hostkey", "hostkeys", "Host key", "hostkeys",
	KEY_NAME, SCHEMA(hostkey_fields), false
};

static const struct field user_fields[] = {
	[USER_NAME] = { .name = "name", .label = "User name",
	    .required = true, .type = FIELD_NAME },
	[USER_ROLE] = { .name = "role", .label = "Role", .required = true,
	    .type = FIELD_CHOICE, .choices = access_role_words },
	[USER_PASSWORD] = { .name = "password", .label = "Password hash",
	    .hidden = true, .type = FIELD_TEXT, .max_len = 400 },
	[USER_DISABLED] = { .name = "disabled", .label = "Disabled",
	    .type = FIELD_BOOL, .fallback = "false" },
	[USER_SESSIONS_AFTER] = { .name = "sessions_after",
	    .label = "Sessions valid from", .hidden = true,
	    .type = FIELD_TEXT },
	[USER_FULL_NAME] = { .name = "full_name", .label = "Full name",
	    .type = FIELD_TEXT },
};

const struct kind kind_user = {
	KIND_USER, "user", "users", "User", "access/users", KEY_NAME,
	SCHEMA(user_fields), false
};

static const struct field token_fields[] = {
	[TOKEN_NAME] = { .name = "name", .label = "Name", .required = true,
	    .type = FIELD_NAME },
	[TOKEN_ROLE] = { .name = "role", .label = "Role", .required = true,
	    .type = FIELD_CHOICE, .choices = access_role_words },
	[TOKEN_HASH] = { .name = "hash", .label = "Hash", .required = true,
	    .hidden = true, .type = FIELD_TEXT },
	[TOKEN_CREATED_BY] = { .name = "created_by", .label = "Created by",
	    .type = FIELD_TEXT },
	[TOKEN_EXPIRES_AT] = { .name = "expires_at", .label = "Expires at",
	    .type = FIELD_TEXT, .max_len = 32,
	    .help = "As 2026-12-31T00:00:00Z; empty: never." },
};

const struct kind kind_token = {
	KIND_TOKEN, "token", "tokens", "API token", "access/tokens",
	KEY_NAME, SCHEMA(token_fields), false
};
