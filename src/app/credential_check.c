#include "app/credential_check.h"

#include "app/port/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a value has to hold depends on who asks for it. */
enum use {
	USE_SIGN_IN, /* to a device */
	USE_SNMP,
	USE_CHANNEL, /* of notifications: a key may be without a user */
	USE_IRONIC,  /* from the web program's own directory */
	USES
};

struct check {
	const struct snapshot *s;
	struct secrets *worker, *web;
	credential_tell tell;
	void *ctx;
};

/* --- who uses what ------------------------------------------------------- */

static enum use use_of(enum kind_id kind, size_t field)
{
	static const struct {
		enum kind_id kind;
		int field; /* -1: any */
		enum use use;
	} uses[] = {
		{ KIND_AREA, AREA_SNMP, USE_SNMP },
		{ KIND_PLATFORM, PLATFORM_SNMP, USE_SNMP },
		{ KIND_CHANNEL, -1, USE_CHANNEL },
		{ KIND_IRONIC, -1, USE_IRONIC },
	};

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (uses[i].kind == kind &&
		    (uses[i].field < 0 || uses[i].field == (int)field))
			return uses[i].use;
	}
	return USE_SIGN_IN;
}

static void note_uses(const struct check *c, const struct record *r,
    const struct record *const *secrets, size_t n, unsigned *used)
{
	const struct kind *kind = record_kind(r);

	for (size_t f = 0; f < kind->schema.n_fields; f++) {
		const struct record *named;

		if (kind->schema.fields[f].ref != KIND_SECRET)
			continue;
		named =
		    snapshot_find(c->s, KIND_SECRET, record_text(r, (int)f));
		for (size_t i = 0; named && i < n; i++) {
			if (secrets[i] == named)
				used[i] |= 1u << use_of(kind->id, f);
		}
	}
}

static void find_uses(const struct check *c,
    const struct record *const *secrets, size_t n, unsigned *used)
{
	static const enum kind_id kinds[] = { KIND_DEVICE, KIND_AREA,
		KIND_PLATFORM, KIND_SETTINGS, KIND_CHANNEL, KIND_IRONIC };

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t count;
		const struct record *const *all =
		    snapshot_all(c->s, kinds[k], &count);

		for (size_t i = 0; i < count; i++)
			note_uses(c, all[i], secrets, n, used);
	}
	/* nobody's yet */
	for (size_t i = 0; i < n; i++) {
		if (!used[i])
			used[i] = 1u << USE_SIGN_IN;
	}
}

/* --- one reading --------------------------------------------------------- */

struct part {
	const char *name;
	bool there;
};

static void list_parts(
    const struct part *parts, size_t n, char *to, size_t size)
{
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; i < n && len < size; i++) {
		if (parts[i].there)
			len += (size_t)snprintf(to + len, size - len, "%s%s",
			    len ? ", " : "", parts[i].name);
	}
}

static enum err_code read_snmp(struct secrets *secrets,
    const struct secret_ref *ref, char *text, size_t size, struct err *e)
{
	struct snmp_credentials c;
	enum err_code rc = secrets_read_snmp(secrets, ref, &c, e);

	if (rc != ERR_OK)
		return rc;
	list_parts((const struct part[]){ { "community", c.community != NULL },
		       { "user name", c.username[0] != '\0' },
		       { "auth_password", c.auth_password != NULL },
		       { "privacy_password", c.privacy_password != NULL } },
	    4, text, size);
	snmp_credentials_release(&c);
	return ERR_OK;
}

static enum err_code read_sign_in(struct secrets *secrets,
    const struct secret_ref *ref, char *text, size_t size, struct err *e)
{
	struct credentials c;
	enum err_code rc = secrets_read(secrets, ref, &c, e);

	if (rc != ERR_OK)
		return rc;
	list_parts((const struct part[]){ { "user name",
					      strcmp(c.username, "-") != 0 },
		       { "password", c.password != NULL },
		       { "private_key", c.private_key != NULL },
		       { "enable", c.enable != NULL } },
	    4, text, size);
	credentials_release(&c);
	return ERR_OK;
}

/* Given to a service alone. */
static bool is_unseen(const struct secret_ref *ref, enum err_code rc)
{
	return rc == ERR_NOT_FOUND &&
	       (strcmp(ref->provider, "systemd") == 0 ||
		   strcmp(ref->provider, "environment") == 0);
}

static void check_use(
    const struct check *c, const struct record *secret, enum use use)
{
	struct secrets *from = use == USE_IRONIC ? c->web : c->worker;
	struct secret_ref ref = { record_text(secret, SECRET_PROVIDER),
		record_text(secret, SECRET_REFERENCE),
		record_text(secret, SECRET_USERNAME) };
	struct err e = ERR_INIT;
	char path[300], text[200];
	enum err_code rc;

	if (use == USE_CHANNEL && !*ref.username)
		ref.username = "-"; /* as worker/notifier_send.c does */
	snprintf(path, sizeof(path), "%s/%s.json", record_kind(secret)->dir,
	    record_key(secret));
	rc = use == USE_SNMP ? read_snmp(from, &ref, text, sizeof(text), &e)
			     : read_sign_in(from, &ref, text, sizeof(text), &e);
	if (rc == ERR_OK)
		c->tell(c->ctx, path, CREDENTIAL_READABLE, text);
	else if (is_unseen(&ref, rc))
		c->tell(c->ctx, path, CREDENTIAL_UNSEEN,
		    "only its service can tell: it is given to nobody else");
	else
		c->tell(c->ctx, path, CREDENTIAL_WRONG, e.message);
}

static enum err_code check_all(const struct check *c, struct err *e)
{
	size_t n;
	const struct record *const *all = snapshot_all(c->s, KIND_SECRET, &n);
	unsigned *used = calloc(n + 1, sizeof(*used));

	if (!used)
		return err_set(e, ERR_SYSTEM, "out of memory");
	find_uses(c, all, n, used);
	for (size_t i = 0; i < n; i++) {
		for (int use = 0; use < USES; use++) {
			if (used[i] & 1u << use)
				check_use(c, all[i], (enum use)use);
		}
	}
	free(used);
	return ERR_OK;
}

enum err_code credential_check(const struct app *app, const struct snapshot *s,
    credential_tell tell, void *ctx, struct err *e)
{
	struct check c = { .s = s, .tell = tell, .ctx = ctx };
	char web[4096];
	enum err_code rc = secrets_open(app->dir, &c.worker, e);

	snprintf(web, sizeof(web), "%s/web", app->dir);
	if (rc == ERR_OK)
		rc = secrets_open(web, &c.web, e);
	if (rc == ERR_OK)
		rc = check_all(&c, e);
	secrets_close(c.web);
	secrets_close(c.worker);
	return rc;
}
