/*
 * Keystone v3 (docs.openstack.org/api-ref/identity/v3): a token for a password
 * or an application credential, and the catalogue that comes with it.
 */
#include "infra/ironic/ironic_internal.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Type in the catalogue, and the version in a URL that is ours to add. */
static const struct {
	const char *type;
	const char *suffix;
} services[IRONIC_SERVICES] = {
	[IRONIC_BAREMETAL] = { "baremetal", "/v1" },
	[IRONIC_IMAGE] = { "image", "/v2" },
};

static bool has_keystone(const struct baremetal *b)
{
	return b->settings.auth == BAREMETAL_AUTH_PASSWORD ||
	       b->settings.auth == BAREMETAL_AUTH_APPLICATION;
}

static const char *fixed_endpoint(
    const struct baremetal *b, enum ironic_service service)
{
	return service == IRONIC_BAREMETAL ? b->settings.url
					   : b->settings.glance_url;
}

/* Without slash and version at the end. */
static bool set_endpoint(
    char to[IRONIC_MAX_URL], const char *url, enum ironic_service service)
{
	const char *suffix = services[service].suffix;
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	if (len > strlen(suffix) &&
	    strncmp(url + len - strlen(suffix), suffix, strlen(suffix)) == 0)
		len -= strlen(suffix);
	while (len && url[len - 1] == '/')
		len--;
	if (len >= IRONIC_MAX_URL)
		return false;
	memcpy(to, url, len);
	to[len] = '\0';
	return true;
}

/* --- asking -------------------------------------------------------------- */

static json_t *password_request(const struct baremetal_settings *s)
{
	return json_pack("{s:{s:{s:[s], s:{s:{s:s, s:s, s:{s:s}}}}, "
			 "s:{s:{s:s, s:{s:s}}}}}",
	    "auth", "identity", "methods", "password", "password", "user",
	    "name", s->username, "password",
	    s->password ? secret_reveal(s->password) : "", "domain", "name",
	    s->user_domain, "scope", "project", "name", s->project, "domain",
	    "name", s->project_domain);
}

static json_t *application_request(const struct baremetal_settings *s)
{
	return json_pack("{s:{s:{s:[s], s:{s:s, s:s}}}}", "auth", "identity",
	    "methods", "application_credential", "application_credential", "id",
	    s->username, "secret",
	    s->password ? secret_reveal(s->password) : "");
}

/* jansson frees texts without wiping; ours to do for the password. */
static void wipe_request(json_t *request)
{
	json_t *identity =
	    json_object_get(json_object_get(request, "auth"), "identity");
	json_t *user =
	    json_object_get(json_object_get(identity, "password"), "user");
	const char *texts[] = { json_text(user, "password", NULL),
		json_text(json_object_get(identity, "application_credential"),
		    "secret", NULL) };

	for (size_t i = 0; i < 2; i++) {
		if (texts[i])
			wipe((char *)(uintptr_t)texts[i], strlen(texts[i]));
	}
	json_decref(request);
}

static enum err_code send_request(struct baremetal *b, struct deadline deadline,
    struct http_answer *ret, struct err *e)
{
	struct buf body = BUF_INIT(64 * 1024);
	char url[IRONIC_MAX_URL + 32];
	struct http_request r = { .method = "POST",
		.url = url,
		.deadline = deadline_sooner(
		    deadline, deadline_in_ms(b->settings.timeout_ms)),
		.max_body = IRONIC_MAX_ANSWER };
	json_t *request = b->settings.auth == BAREMETAL_AUTH_PASSWORD
			      ? password_request(&b->settings)
			      : application_request(&b->settings);
	enum err_code rc = ERR_OK;

	snprintf(url, sizeof(url), "%s/auth/tokens", b->settings.auth_url);
	/* reserved at once, so that no copy stays behind a realloc */
	if (!request || !buf_reserve(&body, 32 * 1024))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = json_write_line(request, &body, e);
	r.body = buf_text(&body);
	r.body_len = body.len;
	if (rc == ERR_OK &&
	    (!http_request_add(&r, "Content-Type", "application/json") ||
		!http_request_add(&r, "Accept", "application/json")))
		rc = err_set(e, ERR_SYSTEM, "too many headers");
	if (rc == ERR_OK)
		rc = http_send(b->http, &r, ret, e);
	if (body.data)
		wipe(body.data, body.cap);
	buf_release(&body);
	wipe_request(request);
	return rc;
}

/* --- the catalogue ------------------------------------------------------- */

static const char *find_endpoint(const json_t *catalogue, const char *type,
    const struct baremetal_settings *s)
{
	json_t *service, *endpoint;
	size_t i, j;

	json_array_foreach(catalogue, i, service)
	{
		if (strcmp(json_text(service, "type", ""), type) != 0)
			continue;
		json_array_foreach(
		    json_object_get(service, "endpoints"), j, endpoint)
		{
			const char *region = json_text(endpoint, "region", "");

			if (strcmp(json_text(endpoint, "interface", ""),
				s->interface) == 0 &&
			    (!*s->region || strcmp(region, s->region) == 0))
				return json_text(endpoint, "url", "");
		}
	}
	return "";
}

static enum err_code take_catalogue(
    struct baremetal *b, const json_t *token, struct err *e)
{
	const json_t *catalogue = json_object_get(token, "catalog");

	for (int i = 0; i < IRONIC_SERVICES; i++) {
		const char *url = fixed_endpoint(b, (enum ironic_service)i);

		if (!*url)
			url = find_endpoint(
			    catalogue, services[i].type, &b->settings);
		if (!set_endpoint(b->endpoint[i], url, (enum ironic_service)i))
			return err_set(e, ERR_REMOTE,
			    "Keystone's catalogue has an address that is too "
			    "long");
	}
	return ERR_OK;
}

static enum err_code take_token(
    struct baremetal *b, const struct http_answer *answer, struct err *e)
{
	const char *token = http_answer_header(answer, "X-Subject-Token");
	char said[IRONIC_MAX_MESSAGE];
	json_t *body = NULL;
	enum err_code rc;

	if (answer->status != 201) {
		ironic_fault_text(
		    buf_text(&answer->body), answer->body.len, said);
		return err_set(e,
		    answer->status == 401 || answer->status == 403 ? ERR_DENIED
								   : ERR_REMOTE,
		    "Keystone gives no token (status %d): %s", answer->status,
		    said);
	}
	if (!token || !*token || strlen(token) >= IRONIC_MAX_TOKEN)
		return err_set(
		    e, ERR_REMOTE, "Keystone's answer holds no token");
	rc = json_read(buf_text(&answer->body), answer->body.len,
	    IRONIC_MAX_ANSWER, &body, e);
	if (rc != ERR_OK)
		return err_set(e, ERR_REMOTE, "Keystone's answer is not JSON");
	rc = take_catalogue(b, json_object_get(body, "token"), e);
	json_decref(body);
	if (rc == ERR_OK) {
		text_copy(b->token, sizeof(b->token), token);
		b->token_number++;
	}
	return rc;
}

/* Under the lock: others wait for this token instead of asking for more. */
static enum err_code fetch_token(
    struct baremetal *b, struct deadline deadline, struct err *e)
{
	struct http_answer answer = { 0 };
	enum err_code rc = send_request(b, deadline, &answer, e);

	if (rc == ERR_OK)
		rc = take_token(b, &answer, e);
	else
		err_context(e, "Keystone");
	if (answer.head.data)
		wipe(answer.head.data, answer.head.cap);
	http_answer_release(&answer);
	return rc;
}

/* --- the calls ----------------------------------------------------------- */

enum err_code ironic_get_access(struct baremetal *b,
    enum ironic_service service, struct deadline deadline,
    struct ironic_access *ret, struct err *e)
{
	enum err_code rc = ERR_OK;

	ret->token[0] = '\0';
	ret->token_number = 0;
	if (!has_keystone(b)) {
		set_endpoint(
		    ret->endpoint, fixed_endpoint(b, service), service);
	} else {
		pthread_mutex_lock(&b->lock);
		if (!b->token[0])
			rc = fetch_token(b, deadline, e);
		if (rc == ERR_OK) {
			memcpy(ret->token, b->token, sizeof(ret->token));
			ret->token_number = b->token_number;
			memcpy(ret->endpoint, b->endpoint[service],
			    sizeof(ret->endpoint));
		}
		pthread_mutex_unlock(&b->lock);
	}
	if (rc == ERR_OK && !ret->endpoint[0])
		rc = err_set(e,
		    service == IRONIC_IMAGE ? ERR_NOT_FOUND : ERR_REMOTE,
		    "neither the settings nor the catalogue name a service of "
		    "type %s",
		    services[service].type);
	return rc;
}

void ironic_access_release(struct ironic_access *access)
{
	wipe(access->token, sizeof(access->token));
}

bool ironic_renew_access(struct baremetal *b, unsigned token_number)
{
	if (!has_keystone(b))
		return false;
	pthread_mutex_lock(&b->lock);
	if (b->token_number == token_number)
		wipe(b->token, sizeof(b->token));
	pthread_mutex_unlock(&b->lock);
	return true;
}
