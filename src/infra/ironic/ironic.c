#include "app/port/baremetal.h"

#include "base/crypto.h"
#include "infra/ironic/ironic_internal.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIMEOUT_MS 10000
#define N_TEXTS 10

/* The texts of the settings, for copying and freeing. */
static void list_texts(
    struct baremetal_settings *s, const char **texts[N_TEXTS])
{
	texts[0] = &s->url;
	texts[1] = &s->auth_url;
	texts[2] = &s->username;
	texts[3] = &s->user_domain;
	texts[4] = &s->project;
	texts[5] = &s->project_domain;
	texts[6] = &s->region;
	texts[7] = &s->interface;
	texts[8] = &s->glance_url;
	texts[9] = &s->ca_file;
}

static void strip_slashes(const char *text)
{
	char *s = (char *)(uintptr_t)text; /* our own copy */
	size_t len = strlen(s);

	while (len && s[len - 1] == '/')
		s[--len] = '\0';
}

static enum err_code copy_settings(struct baremetal *b,
    const struct baremetal_settings *settings, struct err *e)
{
	const char **texts[N_TEXTS];
	bool ok = true;

	b->settings = *settings;
	list_texts(&b->settings, texts);
	for (size_t i = 0; i < N_TEXTS; i++) {
		*texts[i] = strdup(*texts[i] ? *texts[i] : "");
		ok = ok && *texts[i];
	}
	if (!ok)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < N_TEXTS; i++) {
		if (strlen(*texts[i]) >= IRONIC_MAX_URL)
			return err_set(e, ERR_INVALID,
			    "a text in Ironic's settings is too long");
	}
	strip_slashes(b->settings.auth_url);
	if (b->settings.timeout_ms <= 0)
		b->settings.timeout_ms = DEFAULT_TIMEOUT_MS;
	return ERR_OK;
}

enum err_code baremetal_open(const struct baremetal_settings *settings,
    struct baremetal **ret, struct err *e)
{
	struct baremetal *b = calloc(1, sizeof(*b));
	struct http_options options = { 0 };
	enum err_code rc;

	if (!b)
		return err_set(e, ERR_SYSTEM, "out of memory");
	pthread_mutex_init(&b->lock, NULL);
	atomic_init(&b->version, IRONIC_NEWEST);
	rc = copy_settings(b, settings, e);
	if (rc == ERR_OK) {
		options.ca_file =
		    *b->settings.ca_file ? b->settings.ca_file : NULL;
		rc = http_client_new(&options, &b->http, e);
	}
	if (rc != ERR_OK) {
		baremetal_close(b);
		return rc;
	}
	*ret = b;
	return ERR_OK;
}

void baremetal_close(struct baremetal *b)
{
	const char **texts[N_TEXTS];

	if (!b)
		return;
	http_client_free(b->http);
	list_texts(&b->settings, texts);
	for (size_t i = 0; i < N_TEXTS; i++)
		free((char *)(uintptr_t)*texts[i]);
	pthread_mutex_destroy(&b->lock);
	wipe(b, sizeof(*b));
	free(b);
}
