#include "infra/secrets/vault_config.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_TIMEOUT_S 10
#define MAX_TIMEOUT_S 60

/* --- the file ------------------------------------------------------------ */

enum err_code vault_config_load(
    const char *dir, struct buf *text, struct err *e)
{
	char path[4096];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/vault.json", dir) >=
	    (int)sizeof(path))
		return err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
	if (stat(path, &st) < 0)
		return errno == ENOENT
			   ? err_set(e, ERR_NOT_FOUND,
				 "there is no %s, which says where Vault is",
				 path)
			   : err_set_errno(e, "cannot look at %s", path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_DENIED,
		    "%s may be written by others: set its mode to 0600", path);
	return file_read_regular(path, text, e);
}

/* --- single values ------------------------------------------------------- */

/* Names between slashes, as policies write them: nothing to be escaped, and no
 * way up. */
static bool is_path(const char *text)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-.";

	for (;;) {
		size_t len = strspn(text, letters);

		if (len == 0 || strspn(text, ".") >= len)
			return false;
		text += len;
		if (*text == '\0')
			return true;
		if (*text++ != '/')
			return false;
	}
}

static bool is_path_or_empty(const char *text)
{
	return *text == '\0' || is_path(text);
}

static bool is_loopback(const char *host, size_t len)
{
	struct in_addr v4;
	char name[64];

	if (len >= sizeof(name))
		return false;
	memcpy(name, host, len);
	name[len] = '\0';
	if (inet_pton(AF_INET, name, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return strcmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0;
}

/* scheme://host[:port], and no more. */
static bool is_address(const char *text)
{
	bool https = text_starts_with(text, "https://");
	const char *host, *rest;
	size_t len;
	long port;

	if (!https && !text_starts_with(text, "http://"))
		return false;
	host = strstr(text, "://") + 3;
	len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (len > strlen(host) || strcspn(host, "/?#@\\% ") != strlen(host) ||
	    !text_has_no_control(host, strlen(host), false))
		return false;
	rest = host + len;
	if (len == 0 || (*rest && (*rest != ':' || !text_to_long(rest + 1, 1,
						       65535, &port))))
		return false;
	return https || is_loopback(host, len);
}

static bool is_line(const char *text)
{
	return *text && text_has_no_control(text, strlen(text), false);
}

/* --- the settings -------------------------------------------------------- */

enum key {
	KEY_ADDRESS,
	KEY_CA_FILE,
	KEY_NAMESPACE,
	KEY_MOUNT,
	KEY_PREFIX,
	KEY_APPROLE_MOUNT,
	KEY_ROLE_ID,
	KEY_SECRET_ID_FILE,
	KEY_TOKEN_FILE,
	KEYS
};

static const struct {
	const char *name;
	bool (*is_right)(const char *text);
	const char *what; /* it should be */
	const char *otherwise;
} texts[KEYS] = {
	[KEY_ADDRESS] = { "address", is_address,
	    "https://HOST[:PORT], or http:// to this machine itself", NULL },
	[KEY_CA_FILE] = { "ca_file", is_line, "a path", NULL },
	[KEY_NAMESPACE] = { "namespace", is_path, "names between slashes",
	    NULL },
	[KEY_MOUNT] = { "mount", is_path, "names between slashes", "secret" },
	[KEY_PREFIX] = { "prefix", is_path_or_empty, "names between slashes",
	    "switchyard" },
	[KEY_APPROLE_MOUNT] = { "approle_mount", is_path,
	    "names between slashes", "approle" },
	[KEY_ROLE_ID] = { "role_id", is_line, "one line", NULL },
	[KEY_SECRET_ID_FILE] = { "secret_id_file", is_line,
	    "a path, or systemd:NAME", NULL },
	[KEY_TOKEN_FILE] = { "token_file", is_line, "a path, or systemd:NAME",
	    NULL },
};

static const struct {
	const char *name;
	json_int_t min, max, otherwise;
} numbers[] = {
	{ "kv_version", 1, 2, 2 },
	{ "timeout_s", 1, MAX_TIMEOUT_S, DEFAULT_TIMEOUT_S },
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static bool is_known(const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(texts[i].name, name) == 0)
			return true;
	}
	for (size_t i = 0; i < N_NUMBERS; i++) {
		if (strcmp(numbers[i].name, name) == 0)
			return true;
	}
	return false;
}

static enum err_code check_names(json_t *doc, struct err *e)
{
	const char *name;
	json_t *v;

	json_object_foreach(doc, name, v)
	{
		if (!is_known(name))
			return err_set(e, ERR_INVALID,
			    "vault.json has a \"%.40s\", which means nothing",
			    name);
	}
	return ERR_OK;
}

static enum err_code read_texts(
    const json_t *doc, const char *to[KEYS], struct err *e)
{
	for (size_t i = 0; i < KEYS; i++) {
		const json_t *v = json_object_get(doc, texts[i].name);

		to[i] = v ? json_string_value(v) : texts[i].otherwise;
		if (v && (!to[i] || !texts[i].is_right(to[i])))
			return err_set(e, ERR_INVALID,
			    "\"%s\" in vault.json has to be %s", texts[i].name,
			    texts[i].what);
	}
	return ERR_OK;
}

static enum err_code read_numbers(
    const json_t *doc, int to[N_NUMBERS], struct err *e)
{
	for (size_t i = 0; i < N_NUMBERS; i++) {
		const json_t *v = json_object_get(doc, numbers[i].name);
		json_int_t n = v ? json_integer_value(v) : numbers[i].otherwise;

		if (n < numbers[i].min || n > numbers[i].max)
			return err_set(e, ERR_INVALID,
			    "\"%s\" in vault.json has to be a number from %d "
			    "to %d",
			    numbers[i].name, (int)numbers[i].min,
			    (int)numbers[i].max);
		to[i] = (int)n;
	}
	return ERR_OK;
}

static enum err_code check_whole(const char *const text[KEYS], struct err *e)
{
	bool role = text[KEY_ROLE_ID] && text[KEY_SECRET_ID_FILE];
	bool half = text[KEY_ROLE_ID] || text[KEY_SECRET_ID_FILE];

	if (!text[KEY_ADDRESS])
		return err_set(
		    e, ERR_INVALID, "vault.json names no \"address\" of Vault");
	if (role ? text[KEY_TOKEN_FILE] != NULL : half || !text[KEY_TOKEN_FILE])
		return err_set(e, ERR_INVALID,
		    "vault.json has to name \"role_id\" and "
		    "\"secret_id_file\", or else \"token_file\"");
	return ERR_OK;
}

static enum err_code read_doc(
    json_t *doc, struct vault_config *c, struct err *e)
{
	const char *text[KEYS] = { NULL };
	int number[N_NUMBERS] = { 0 };
	enum err_code rc = check_names(doc, e);

	if (rc == ERR_OK)
		rc = read_texts(doc, text, e);
	if (rc == ERR_OK)
		rc = read_numbers(doc, number, e);
	if (rc == ERR_OK)
		rc = check_whole(text, e);
	if (rc != ERR_OK)
		return rc;
	*c = (struct vault_config){ .doc = doc,
		.address = text[KEY_ADDRESS],
		.ca_file = text[KEY_CA_FILE],
		.name_space = text[KEY_NAMESPACE],
		.mount = text[KEY_MOUNT],
		.prefix = text[KEY_PREFIX],
		.approle_mount = text[KEY_APPROLE_MOUNT],
		.role_id = text[KEY_ROLE_ID],
		.secret_id_file = text[KEY_SECRET_ID_FILE],
		.token_file = text[KEY_TOKEN_FILE],
		.kv_version = number[0],
		.timeout_ms = number[1] * 1000 };
	return ERR_OK;
}

enum err_code vault_config_parse(
    const char *text, size_t len, struct vault_config *ret, struct err *e)
{
	json_t *doc;
	enum err_code rc = json_read(text, len, VAULT_CONFIG_MAX, &doc, e);

	if (rc != ERR_OK) {
		err_context(e, "vault.json");
		return rc;
	}
	rc = json_is_object(doc)
		 ? read_doc(doc, ret, e)
		 : err_set(e, ERR_INVALID, "vault.json is not a JSON object");
	if (rc != ERR_OK)
		json_decref(doc);
	return rc;
}

void vault_config_release(struct vault_config *c)
{
	json_decref(c->doc);
	*c = (struct vault_config){ .doc = NULL };
}

/* --- addresses ----------------------------------------------------------- */

enum err_code vault_config_path(const struct vault_config *c,
    const char *reference, struct buf *out, struct err *e)
{
	if (!is_path(reference) || strchr(reference, '/'))
		return err_set(e, ERR_INVALID,
		    "\"%.60s\" is not the name of a secret in Vault",
		    reference);
	buf_puts(out, c->mount);
	buf_puts(out, c->kv_version == 2 ? "/data/" : "/");
	if (*c->prefix) {
		buf_puts(out, c->prefix);
		buf_putc(out, '/');
	}
	buf_puts(out, reference);
	return buf_check(out, "the path in Vault", e);
}
