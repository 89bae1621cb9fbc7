#include "app/port/secrets.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "infra/secrets/source.h"
#include "infra/secrets/vault.h"

#include <stdlib.h>
#include <string.h>

struct secrets {
	char *dir;
	struct vault *vault;
};

enum err_code secrets_open(const char *dir, struct secrets **ret, struct err *e)
{
	struct secrets *s = calloc(1, sizeof(*s));

	if (s) {
		s->dir = strdup(dir);
		s->vault = vault_new(dir);
	}
	if (!s || !s->dir || !s->vault) {
		secrets_close(s);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = s;
	return ERR_OK;
}

void secrets_close(struct secrets *s)
{
	if (!s)
		return;
	vault_free(s->vault);
	free(s->dir);
	free(s);
}

/* --- providers ----------------------------------------------------------- */

static enum err_code from_file(
    struct secrets *s, const char *reference, struct buf *out, struct err *e)
{
	return source_read_own(s->dir, reference, out, e);
}

static enum err_code from_systemd(
    struct secrets *s, const char *reference, struct buf *out, struct err *e)
{
	(void)s;
	return source_read_systemd(reference, out, e);
}

static enum err_code from_environment(
    struct secrets *s, const char *reference, struct buf *out, struct err *e)
{
	(void)s;
	return source_read_environment(reference, out, e);
}

static enum err_code from_vault(
    struct secrets *s, const char *reference, struct buf *out, struct err *e)
{
	return vault_read(s->vault, reference, out, e);
}

static const struct {
	const char *name;
	enum err_code (*read)(struct secrets *s, const char *reference,
	    struct buf *out, struct err *e);
} providers[] = {
	{ "file", from_file },
	{ "systemd", from_systemd },
	{ "environment", from_environment },
	{ "vault", from_vault },
};

static enum err_code read_value(struct secrets *s, const struct secret_ref *ref,
    struct buf *out, struct err *e)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		if (strcmp(providers[i].name, ref->provider) == 0)
			return providers[i].read(s, ref->reference, out, e);
	}
	return err_set(e, ERR_INVALID, "there is no secrets provider \"%.60s\"",
	    ref->provider);
}

/* --- what a value says --------------------------------------------------- */

/* A name that was cut would be another user's. */
static enum err_code set_username(char to[128], const char *name, struct err *e)
{
	if (text_copy(to, 128, name))
		return ERR_OK;
	return err_set(e, ERR_INVALID,
	    "the user name of the credentials is longer than 127 bytes");
}

/* The first line. */
static enum err_code take_line(
    const char *text, struct secret **to, struct err *e)
{
	size_t len = strcspn(text, "\r\n");

	if (len == 0)
		return err_set(e, ERR_INVALID, "the secret is empty");
	*to = secret_new(text, len);
	return *to ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

/* The object's own copy is wiped: jansson frees without. */
static enum err_code take_member(
    const json_t *v, const char *key, struct secret **to, struct err *e)
{
	const char *text = json_text(v, key, NULL);

	if (!text || !*text)
		return ERR_OK;
	*to = secret_new(text, strlen(text));
	wipe((char *)(uintptr_t)text, strlen(text));
	return *to ? ERR_OK : err_set(e, ERR_SYSTEM, "out of memory");
}

static enum err_code parse_object(
    const json_t *v, struct credentials *c, struct err *e)
{
	enum err_code rc = take_member(v, "password", &c->password, e);
	enum err_code key = take_member(v, "private_key", &c->private_key, e);
	enum err_code enable = take_member(v, "enable", &c->enable, e);

	if (rc != ERR_OK || key != ERR_OK || enable != ERR_OK)
		return ERR_SYSTEM;
	if (!c->password && !c->private_key)
		return err_set(e, ERR_INVALID,
		    "the secret has neither \"password\" nor "
		    "\"private_key\"");
	return c->username[0]
		   ? ERR_OK
		   : set_username(c->username, json_text(v, "username", ""), e);
}

static enum err_code parse_snmp_object(
    const json_t *v, struct snmp_credentials *c, struct err *e)
{
	enum err_code rc = take_member(v, "community", &c->community, e);

	if (rc == ERR_OK)
		rc = take_member(v, "auth_password", &c->auth_password, e);
	if (rc == ERR_OK)
		rc =
		    take_member(v, "privacy_password", &c->privacy_password, e);
	if (rc == ERR_OK && !*c->username)
		rc = set_username(c->username, json_text(v, "username", ""), e);
	if (rc != ERR_OK)
		return rc;
	text_copy(c->auth_protocol, sizeof(c->auth_protocol),
	    json_text(v, "auth_protocol", "SHA"));
	text_copy(c->privacy_protocol, sizeof(c->privacy_protocol),
	    json_text(v, "privacy_protocol", "AES"));
	if (!c->community && !*c->username)
		return err_set(e, ERR_INVALID,
		    "the SNMP credentials name neither a community nor a "
		    "user");
	return ERR_OK;
}

static enum err_code read_object(
    const struct buf *value, json_t **ret, struct err *e)
{
	if (json_read(buf_text(value), value->len, SOURCE_MAX, ret, NULL) ==
	    ERR_OK)
		return ERR_OK;
	return err_set(
	    e, ERR_INVALID, "the secret begins with \"{\" but is not JSON");
}

static enum err_code parse_login(
    const struct buf *value, struct credentials *c, struct err *e)
{
	enum err_code rc;
	json_t *v;

	if (buf_text(value)[0] != '{')
		return take_line(buf_text(value), &c->password, e);
	rc = read_object(value, &v, e);
	if (rc != ERR_OK)
		return rc;
	rc = parse_object(v, c, e);
	json_decref(v);
	return rc;
}

static enum err_code parse_snmp(
    const struct buf *value, struct snmp_credentials *c, struct err *e)
{
	enum err_code rc;
	json_t *v;

	if (buf_text(value)[0] != '{')
		return take_line(buf_text(value), &c->community, e);
	rc = read_object(value, &v, e);
	if (rc != ERR_OK)
		return rc;
	rc = parse_snmp_object(v, c, e);
	json_decref(v);
	return rc;
}

/* --- reading ------------------------------------------------------------- */

void credentials_release(struct credentials *c)
{
	secret_free(c->password);
	secret_free(c->private_key);
	secret_free(c->enable);
	wipe(c, sizeof(*c));
}

enum err_code secrets_read(struct secrets *s, const struct secret_ref *ref,
    struct credentials *ret, struct err *e)
{
	struct buf value = BUF_INIT(SOURCE_MAX);
	struct credentials c = { .username = "" };
	enum err_code rc = set_username(c.username, ref->username, e);

	if (rc != ERR_OK)
		return rc;
	rc = read_value(s, ref, &value, e);
	if (rc == ERR_OK)
		rc = parse_login(&value, &c, e);
	if (rc == ERR_OK && !c.username[0])
		rc = err_set(e, ERR_INVALID,
		    "the credentials name no user: set one in their record");
	source_wipe_buf(&value);
	if (rc != ERR_OK) {
		credentials_release(&c);
		return rc;
	}
	*ret = c;
	return ERR_OK;
}

void snmp_credentials_release(struct snmp_credentials *c)
{
	secret_free(c->community);
	secret_free(c->auth_password);
	secret_free(c->privacy_password);
	wipe(c, sizeof(*c));
}

enum err_code secrets_read_snmp(struct secrets *s, const struct secret_ref *ref,
    struct snmp_credentials *ret, struct err *e)
{
	struct buf value = BUF_INIT(SOURCE_MAX);
	struct snmp_credentials c = { .username = "" };
	enum err_code rc = set_username(c.username, ref->username, e);

	if (rc != ERR_OK)
		return rc;
	rc = read_value(s, ref, &value, e);
	if (rc == ERR_OK)
		rc = parse_snmp(&value, &c, e);
	source_wipe_buf(&value);
	if (rc != ERR_OK) {
		snmp_credentials_release(&c);
		return rc;
	}
	*ret = c;
	return ERR_OK;
}
