#include "app/servers.h"

#include "app/server_internal.h"
#include "app/server_list.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MS 20000

/* --- opening ------------------------------------------------------------- */

bool servers_configured(const struct snapshot *s)
{
	return snapshot_find(s, KIND_IRONIC, "ironic") != NULL;
}

enum err_code servers_new(
    const struct app *app, struct servers **ret, struct err *e)
{
	struct servers *sv = calloc(1, sizeof(*sv));
	enum err_code rc;

	if (!sv)
		return err_set(e, ERR_SYSTEM, "out of memory");
	sv->app = app;
	pthread_mutex_init(&sv->lock, NULL);
	pthread_cond_init(&sv->wake, NULL);
	rc = server_settle_start(sv, e);
	if (rc != ERR_OK) {
		servers_free(sv);
		return rc;
	}
	*ret = sv;
	return ERR_OK;
}

void servers_free(struct servers *sv)
{
	if (!sv)
		return;
	server_settle_stop(sv);
	server_disconnect(sv->current);
	server_list_unref(sv->list);
	pthread_cond_destroy(&sv->wake);
	pthread_mutex_destroy(&sv->lock);
	free(sv);
}

/* --- the connection ------------------------------------------------------ */

static const struct record *secret_of(
    const struct snapshot *s, const struct record *ironic)
{
	return snapshot_find(
	    s, KIND_SECRET, record_text(ironic, IRONIC_CREDENTIALS));
}

static bool is_current(const struct server_connection *c,
    const struct snapshot *s, const struct record *ironic)
{
	static const uint8_t none[20];
	const struct record *secret = secret_of(s, ironic);

	return c &&
	       memcmp(c->settings_version, record_version(ironic), 20) == 0 &&
	       memcmp(c->secret_version, secret ? record_version(secret) : none,
		   20) == 0;
}

static enum baremetal_auth auth_of(const struct record *ironic)
{
	static const char *const words[] = {
		[BAREMETAL_AUTH_NONE] = "none",
		[BAREMETAL_AUTH_BASIC] = "http_basic",
		[BAREMETAL_AUTH_PASSWORD] = "keystone_password",
		[BAREMETAL_AUTH_APPLICATION] =
		    "keystone_application_credential",
	};
	int found = BAREMETAL_AUTH_NONE;

	for (int i = 0; i < (int)(sizeof(words) / sizeof(words[0])); i++) {
		if (strcmp(record_text(ironic, IRONIC_AUTH), words[i]) == 0)
			found = i;
	}
	return (enum baremetal_auth)found;
}

/* The web program's own directory: no setting can make it read what is a
 * device's. */
static enum err_code read_credentials(const struct servers *sv,
    const struct record *secret, struct server_connection *c, struct err *e)
{
	struct secret_ref ref;
	struct secrets *secrets;
	char dir[4096];
	enum err_code rc;

	if (!secret)
		return err_set(
		    e, ERR_REMOTE, "Ironic's settings name no credentials");
	memcpy(c->secret_version, record_version(secret), 20);
	ref = (struct secret_ref){ record_text(secret, SECRET_PROVIDER),
		record_text(secret, SECRET_REFERENCE),
		record_text(secret, SECRET_USERNAME) };
	snprintf(dir, sizeof(dir), "%s/web", sv->app->dir);
	rc = secrets_open(dir, &secrets, e);
	if (rc != ERR_OK)
		return rc;
	rc = secrets_read(secrets, &ref, &c->credentials, e);
	secrets_close(secrets);
	return rc;
}

static enum err_code open_connection(const struct servers *sv,
    const struct snapshot *s, const struct record *ironic,
    struct server_connection **ret, struct err *e)
{
	struct server_connection *c = calloc(1, sizeof(*c));
	struct baremetal_settings settings = {
		.url = record_text(ironic, IRONIC_URL),
		.auth = auth_of(ironic),
		.auth_url = record_text(ironic, IRONIC_AUTH_URL),
		.user_domain = record_text(ironic, IRONIC_USER_DOMAIN),
		.project = record_text(ironic, IRONIC_PROJECT),
		.project_domain = record_text(ironic, IRONIC_PROJECT_DOMAIN),
		.region = record_text(ironic, IRONIC_REGION),
		.interface = record_text(ironic, IRONIC_INTERFACE),
		.glance_url = record_text(ironic, IRONIC_GLANCE_URL),
		.ca_file = record_text(ironic, IRONIC_CA_FILE),
		.timeout_ms =
		    (int)record_number(ironic, IRONIC_TIMEOUT, 10) * 1000,
	};
	enum err_code rc = ERR_OK;

	if (!c)
		return err_set(e, ERR_SYSTEM, "out of memory");
	atomic_init(&c->refs, 1);
	c->timeout_ms = settings.timeout_ms;
	memcpy(c->settings_version, record_version(ironic), 20);
	if (settings.auth != BAREMETAL_AUTH_NONE)
		rc = read_credentials(sv, secret_of(s, ironic), c, e);
	settings.username = c->credentials.username;
	settings.password = c->credentials.password;
	if (rc == ERR_OK)
		rc = baremetal_open(&settings, &c->baremetal, e);
	if (rc != ERR_OK) {
		server_disconnect(c);
		return rc;
	}
	*ret = c;
	return ERR_OK;
}

/* Credentials that are missing or open to others are the portal's fault, not
 * that of whoever asks. */
static enum err_code cannot_open(enum err_code rc, struct err *e)
{
	char why[500];

	if (rc == ERR_SYSTEM)
		return rc;
	snprintf(why, sizeof(why), "%.490s", e->message);
	rc = err_set(e, ERR_REMOTE, "Failed to communicate with Ironic");
	err_detail(e, "%s", why);
	return rc;
}

static bool take_current(struct servers *sv, const struct snapshot *s,
    const struct record *ironic, struct server_connection **ret)
{
	bool found;

	pthread_mutex_lock(&sv->lock);
	found = is_current(sv->current, s, ironic);
	if (found) {
		atomic_fetch_add(&sv->current->refs, 1);
		*ret = sv->current;
	}
	pthread_mutex_unlock(&sv->lock);
	return found;
}

static enum err_code connect_to(struct servers *sv, const struct snapshot *s,
    struct server_connection **ret, struct err *e)
{
	const struct record *ironic = snapshot_find(s, KIND_IRONIC, "ironic");
	struct server_connection *fresh = NULL;
	enum err_code rc;

	if (!ironic)
		return err_set(e, ERR_REMOTE,
		    "no Ironic is configured: an "
		    "administrator names one in the settings");
	if (take_current(sv, s, ironic, ret))
		return ERR_OK;
	/* without the lock: where the credentials lie may be slow, too */
	rc = open_connection(sv, s, ironic, &fresh, e);
	if (rc != ERR_OK)
		return cannot_open(rc, e);
	pthread_mutex_lock(&sv->lock);
	server_disconnect(sv->current);
	sv->current = fresh;
	atomic_fetch_add(&fresh->refs, 1);
	pthread_mutex_unlock(&sv->lock);
	*ret = fresh;
	return ERR_OK;
}

enum err_code server_connect(
    struct servers *sv, struct server_connection **ret, struct err *e)
{
	const struct snapshot *s;
	enum err_code rc = snapshots_current(sv->app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	rc = connect_to(sv, s, ret, e);
	snapshot_unref(s);
	return rc;
}

void server_disconnect(struct server_connection *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) > 1)
		return;
	baremetal_close(c->baremetal);
	credentials_release(&c->credentials);
	free(c);
}

void server_forget_connection(struct servers *sv, struct server_connection *c)
{
	pthread_mutex_lock(&sv->lock);
	if (sv->current == c) {
		server_disconnect(c);
		sv->current = NULL;
	}
	pthread_mutex_unlock(&sv->lock);
}

/* --- reading ------------------------------------------------------------- */

enum err_code server_explain(const char *id, enum err_code rc, struct err *e)
{
	char why[400];

	snprintf(why, sizeof(why), "%s: %.200s %.150s", err_code_word(rc),
	    e->message, e->detail);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(e, rc, "Server %.255s not found", id);
	else if (rc == ERR_SYSTEM || rc == ERR_NO_SPACE)
		return rc;
	else
		rc =
		    err_set(e, ERR_REMOTE, "Failed to communicate with Ironic");
	err_detail(e, "%s", why);
	return rc;
}

/* What every reading call does around its question. */
struct reading {
	struct server_connection *c;
	struct deadline deadline;
};

static enum err_code begin_reading(
    struct servers *sv, struct reading *r, struct err *e)
{
	r->deadline = deadline_in_ms(READ_MS);
	return server_connect(sv, &r->c, e);
}

static enum err_code end_reading(struct servers *sv, struct reading *r,
    const char *id, enum err_code rc, struct err *e)
{
	if (rc == ERR_DENIED)
		server_forget_connection(sv, r->c);
	server_disconnect(r->c);
	return rc == ERR_OK ? rc : server_explain(id, rc, e);
}

enum err_code servers_get(struct servers *sv, const char *id,
    struct arena *arena, struct baremetal_node *ret, struct err *e)
{
	struct reading r;
	enum err_code rc = begin_reading(sv, &r, e);

	if (rc != ERR_OK)
		return rc;
	rc = baremetal_node_get(r.c->baremetal, r.deadline, id, arena, ret, e);
	return end_reading(sv, &r, id, rc, e);
}

enum err_code servers_list(struct servers *sv,
    const struct baremetal_filter *filter, struct arena *arena,
    struct baremetal_nodes *ret, struct err *e)
{
	struct reading r;
	enum err_code rc = begin_reading(sv, &r, e);

	if (rc != ERR_OK)
		return rc;
	rc = baremetal_node_list(
	    r.c->baremetal, r.deadline, filter, arena, ret, e);
	return end_reading(sv, &r, filter->after ? filter->after : "", rc, e);
}

enum err_code servers_validate(struct servers *sv, const char *id,
    struct arena *arena, struct baremetal_checks *ret, struct err *e)
{
	struct reading r;
	enum err_code rc = begin_reading(sv, &r, e);

	if (rc != ERR_OK)
		return rc;
	rc = baremetal_node_validate(
	    r.c->baremetal, r.deadline, id, arena, ret, e);
	return end_reading(sv, &r, id, rc, e);
}

/* --- status -------------------------------------------------------------- */

void servers_progress(
    const struct baremetal_node *node, struct server_progress *ret)
{
	const struct server_state *state =
	    server_state_get(node->provision_state);
	bool bad = state->tone == SERVER_TONE_BAD;

	*ret = (struct server_progress){
		.status = state->status,
		.percent = server_progress(
		    node->provision_state, node->step_index, node->n_steps),
		.message =
		    bad && *node->last_error ? node->last_error : state->words,
		.started_at = *node->requested_at ? node->requested_at
						  : node->state_since,
		.completed_at = "",
	};
	if (strcmp(node->provision_state, "available") == 0 &&
	    *node->instance_uuid) {
		ret->status = SERVER_ACCEPTED;
		ret->percent = 0;
		ret->message = "The server is claimed; the deployment has not "
			       "begun yet.";
	}
	if (ret->status == SERVER_COMPLETED || ret->status == SERVER_FAILED)
		ret->completed_at = node->state_since;
}
