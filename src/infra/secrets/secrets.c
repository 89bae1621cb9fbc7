#include "app/port/secrets.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_VALUE ((size_t)64 * 1024)

void credentials_release(struct credentials *c)
{
	secret_free(c->password);
	secret_free(c->private_key);
	secret_free(c->enable);
	wipe(c, sizeof(*c));
}

/* Nobody may read a secret whom `others` names. */
static enum err_code check_mode(const char *path, mode_t others,
    struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT
		    ? err_set(e, ERR_NOT_FOUND,
			  "there is no secrets file %s; create it with mode "
			  "0600", path)
		    : err_set_errno(e, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & others) != 0)
		return err_set(e, ERR_DENIED,
		    "%s may be read by others: set its mode to 0600", path);
	return ERR_OK;
}

/* buf_release() does not wipe. */
static void release_wiped(struct buf *b)
{
	if (b->data)
		wipe(b->data, b->cap);
	buf_release(b);
}

static enum err_code read_file(const char *dir, const char *reference,
    mode_t others, struct buf *out, struct err *e)
{
	char path[4096];
	enum err_code rc;

	if (strchr(reference, '/') || reference[0] == '.' || !*reference)
		return err_set(e, ERR_INVALID,
		    "\"%.60s\" is not the name of a secrets file", reference);
	if (snprintf(path, sizeof(path), "%s/%s", dir, reference) >=
	    (int)sizeof(path))
		return err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
	rc = check_mode(path, others, e);
	/* reserved at once, so that no copy stays behind a realloc */
	if (rc == ERR_OK && !buf_reserve(out, MAX_VALUE))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	return rc == ERR_OK ? file_read(path, out, e) : rc;
}

static enum err_code read_own_file(const char *dir, const char *reference,
    struct buf *out, struct err *e)
{
	char secrets[4000];

	snprintf(secrets, sizeof(secrets), "%s/secrets", dir);
	return read_file(secrets, reference, S_IRWXG | S_IRWXO, out, e);
}

/* systemd.exec(5), LoadCredential=.  The service's user may read them by an
 * access list, whose mask stands where the group's rights do; the directory is
 * that user's alone. */
static enum err_code read_systemd(const char *reference, struct buf *out,
    struct err *e)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!dir || dir[0] != '/')
		return err_set(e, ERR_NOT_FOUND,
		    "systemd gave no credentials: name %.60s in LoadCredential= "
		    "of the service", reference);
	return read_file(dir, reference, S_IRWXO, out, e);
}

static enum err_code read_environment(const char *reference, struct buf *out,
    struct err *e)
{
	const char *value = getenv(reference);

	if (!value)
		return err_set(e, ERR_NOT_FOUND,
		    "the worker's environment has no variable %.60s",
		    reference);
	buf_puts(out, value);
	return buf_check(out, "the secret", e);
}

static enum err_code read_value(const char *dir, const char *provider,
    const char *reference, struct buf *out, struct err *e)
{
	if (strcmp(provider, "file") == 0)
		return read_own_file(dir, reference, out, e);
	if (strcmp(provider, "systemd") == 0)
		return read_systemd(reference, out, e);
	if (strcmp(provider, "environment") == 0)
		return read_environment(reference, out, e);
	return err_set(e, ERR_INVALID,
	    "there is no secrets provider \"%.60s\"", provider);
}

static enum err_code set_password(struct credentials *c, const char *text,
    size_t len, struct err *e)
{
	if (len == 0)
		return err_set(e, ERR_INVALID, "the secret is empty");
	c->password = secret_new(text, len);
	return c->password ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* A name that was cut would be another user's. */
static enum err_code set_username(struct credentials *c, const char *name,
    struct err *e)
{
	if (text_copy(c->username, sizeof(c->username), name))
		return ERR_OK;
	return err_set(e, ERR_INVALID,
	    "the user name of the credentials is longer than %zu bytes",
	    sizeof(c->username) - 1);
}

/* The object's own copy is wiped: jansson frees without. */
static enum err_code take_secret(const json_t *v, const char *key,
    struct secret **to, struct err *e)
{
	const char *text = json_text(v, key, NULL);

	if (!text || !*text)
		return ERR_OK;
	*to = secret_new(text, strlen(text));
	wipe((char *)(uintptr_t)text, strlen(text));
	return *to ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code parse_object(const json_t *v, struct credentials *c,
    struct err *e)
{
	enum err_code rc = take_secret(v, "password", &c->password, e);
	enum err_code key = take_secret(v, "private_key", &c->private_key, e);
	enum err_code enable = take_secret(v, "enable", &c->enable, e);

	if (rc != ERR_OK || key != ERR_OK || enable != ERR_OK)
		return ERR_SYSTEM;
	if (!c->password && !c->private_key)
		return err_set(e, ERR_INVALID,
		    "the secret has neither \"password\" nor "
		    "\"private_key\"");
	return c->username[0] ? ERR_OK
	    : set_username(c, json_text(v, "username", ""), e);
}

/* An object, or the password alone on the first line. */
static enum err_code parse_value(const char *text, size_t len,
    struct credentials *c, struct err *e)
{
	json_t *v = NULL;
	enum err_code rc;

	if (text[0] != '{')
		return set_password(c, text, strcspn(text, "\r\n"), e);
	if (json_read(text, len, MAX_VALUE, &v, NULL) != ERR_OK)
		return err_set(e, ERR_INVALID,
		    "the secret begins with \"{\" but is not JSON");
	rc = parse_object(v, c, e);
	json_decref(v);
	return rc;
}

enum err_code secrets_read(const char *dir, const char *provider,
    const char *reference, const char *username, struct credentials *ret,
    struct err *e)
{
	struct buf value = BUF_INIT(MAX_VALUE);
	struct credentials c = { 0 };
	enum err_code rc;

	rc = set_username(&c, username, e);
	if (rc != ERR_OK)
		return rc;
	rc = read_value(dir, provider, reference, &value, e);
	if (rc == ERR_OK)
		rc = parse_value(buf_text(&value), value.len, &c, e);
	if (rc == ERR_OK && !c.username[0])
		rc = err_set(e, ERR_INVALID,
		    "the credentials name no user: set one in their record");
	release_wiped(&value);
	if (rc != ERR_OK) {
		credentials_release(&c);
		return rc;
	}
	*ret = c;
	return ERR_OK;
}

/* --- SNMP ------------------------------------------------------------------- */

void snmp_credentials_release(struct snmp_credentials *c)
{
	secret_free(c->community);
	secret_free(c->auth_password);
	secret_free(c->privacy_password);
	wipe(c, sizeof(*c));
}

static enum err_code parse_snmp_object(const json_t *v,
    struct snmp_credentials *c, struct err *e)
{
	enum err_code rc = take_secret(v, "community", &c->community, e);

	if (rc == ERR_OK)
		rc = take_secret(v, "auth_password", &c->auth_password, e);
	if (rc == ERR_OK)
		rc = take_secret(
		    v, "privacy_password", &c->privacy_password, e);
	if (rc != ERR_OK)
		return rc;
	if (!*c->username)
		text_copy(c->username, sizeof(c->username),
		    json_text(v, "username", ""));
	text_copy(c->auth_protocol, sizeof(c->auth_protocol),
	    json_text(v, "auth_protocol", "SHA"));
	text_copy(c->privacy_protocol, sizeof(c->privacy_protocol),
	    json_text(v, "privacy_protocol", "AES"));
	if (!c->community && !*c->username)
		return err_set(e, ERR_INVALID,
		    "the SNMP credentials name neither a community nor a user");
	return ERR_OK;
}

static enum err_code parse_snmp(const char *text, size_t len,
    struct snmp_credentials *c, struct err *e)
{
	json_t *v = NULL;
	enum err_code rc;

	if (text[0] != '{') {
		len = strcspn(text, "\r\n");
		if (len == 0)
			return err_set(e, ERR_INVALID, "the secret is empty");
		c->community = secret_new(text, len);
		return c->community ? ERR_OK
				    : err_set(e, ERR_SYSTEM, "out of memory");
	}
	if (json_read(text, len, MAX_VALUE, &v, NULL) != ERR_OK)
		return err_set(e, ERR_INVALID,
		    "the secret begins with \"{\" but is not JSON");
	rc = parse_snmp_object(v, c, e);
	json_decref(v);
	return rc;
}

enum err_code secrets_read_snmp(const char *dir, const char *provider,
    const char *reference, const char *username, struct snmp_credentials *ret,
    struct err *e)
{
	struct buf value = BUF_INIT(MAX_VALUE);
	struct snmp_credentials c = { 0 };
	enum err_code rc;

	text_copy(c.username, sizeof(c.username), username);
	rc = read_value(dir, provider, reference, &value, e);
	if (rc == ERR_OK)
		rc = parse_snmp(buf_text(&value), value.len, &c, e);
	release_wiped(&value);
	if (rc != ERR_OK) {
		snmp_credentials_release(&c);
		return rc;
	}
	*ret = c;
	return ERR_OK;
}
