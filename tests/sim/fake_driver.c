#include "sim/fake_driver.h"

#include "infra/driver/registry.h"
#include "sim/fake_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum err_code refuse_key(
    const char *kind, struct driver_refusal *refusal, struct err *e)
{
	bool changed = strcmp(kind, "changed") == 0;
	struct driver_refusal local, *r = refusal ? refusal : &local;

	r->kind =
	    changed ? DRIVER_REFUSAL_KEY_CHANGED : DRIVER_REFUSAL_KEY_UNKNOWN;
	snprintf(r->key_type, sizeof(r->key_type), "ssh-ed25519");
	snprintf(r->key_blob, sizeof(r->key_blob), "RkFLRQ==");
	snprintf(r->fingerprint, sizeof(r->fingerprint), "SHA256:fake");
	return err_set(e, ERR_DENIED,
	    changed ? "the host key has changed; nothing was sent"
		    : "the host key is not known; nothing was sent");
}

static bool is_cut_off(const struct driver_session *s)
{
	char when[64], path[600];

	fake_control(s, "unreachable", when);
	snprintf(path, sizeof(path), "%s/touched", s->dir);
	return strcmp(when, "always") == 0 ||
	       (strcmp(when, "later") == 0 && access(path, F_OK) == 0);
}

static enum err_code check_door(struct driver_session *s,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	char value[64];
	enum err_code rc = fake_exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	if (is_cut_off(s)) {
		if (refusal)
			refusal->kind = DRIVER_REFUSAL_UNREACHABLE;
		return err_set(e, ERR_TIMEOUT, "the device cannot be reached");
	}
	fake_control(s, "key", value);
	if (value[0])
		return refuse_key(value, refusal, e);
	fake_control(s, "password", value);
	if (value[0] &&
	    (!s->target->password ||
		strcmp(secret_reveal(s->target->password), value) != 0)) {
		if (refusal)
			refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
		return err_set(e, ERR_DENIED,
		    "the device refused the password of %s",
		    s->target->username);
	}
	return ERR_OK;
}

static void fake_close(struct driver_session *s)
{
	if (!s)
		return;
	if (s->writer_fd >= 0)
		close(s->writer_fd);
	fake_note(s, "close");
	arena_free(s->arena);
	free(s);
}

static enum err_code fake_open(const struct driver_target *target,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	struct driver_session *s = calloc(1, sizeof(*s));
	const char *base = getenv("SWITCHYARD_FAKE");
	enum err_code rc;

	if (!s || !base)
		_exit(22);
	s->target = target;
	s->hooks = hooks;
	s->writer_fd = -1;
	s->arena = arena_new(FAKE_ARENA_MAX);
	snprintf(s->dir, sizeof(s->dir), "%s/%u", base, (unsigned)target->port);
	fake_note(s, "open");
	rc = check_door(s, deadline, refusal, e);
	if (rc != ERR_OK) {
		fake_close(s);
		return rc;
	}
	*ret = s;
	return ERR_OK;
}

static enum err_code fake_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e)
{
	(void)arena;
	*ret = (struct driver_facts){ s->target->name, "Fake", "F1", "1", "",
		-1, NULL, 0 };
	return fake_exchange(s, true, deadline, e);
}

static enum err_code fake_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	enum err_code rc = fake_exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	ret->text = fake_load(
	    s, source == DRIVER_STARTUP ? "startup" : "running", arena);
	ret->len = strlen(ret->text);
	fake_note(s, "read");
	if (fake_controlled(s, "corrupt"))
		return err_set(
		    e, ERR_CORRUPT, "the configuration came without its end");
	return ERR_OK;
}

static enum err_code fake_read_output(struct driver_session *s,
    const char *command, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	char *file = arena_printf(arena, "ask-%s", command);
	enum err_code rc = fake_exchange(s, true, deadline, e);

	if (rc != ERR_OK)
		return rc;
	fake_note(s, "ask %s", command);
	if (fake_controlled(s, "deaf"))
		return err_set(e, ERR_TIMEOUT, "the device does not answer");
	for (char *p = file; *p; p++)
		*p = *p == ' ' || *p == '/' ? '-' : *p;
	ret->text = fake_load(s, file, arena);
	ret->len = strlen(ret->text);
	if (ret->len == 0)
		return err_set(
		    e, ERR_NOT_FOUND, "%% Unknown command: %s", command);
	if (fake_controlled(s, "cut-answer"))
		return err_set(e, ERR_CORRUPT, "the answer broke off");
	return ERR_OK;
}

static enum err_code fake_get_pending(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_pending *ret,
    struct err *e)
{
	char who[64];

	(void)deadline;
	(void)e;
	fake_control(s, "pending", who);
	*ret = (struct driver_pending){ .any = who[0] != '\0',
		.reverts_ms = -1,
		.who = arena_strdup(arena, who) };
	return ERR_OK;
}

const struct driver fake_driver = {
	.name = "frr",
	.label = "A directory",
	.capabilities = DRIVER_CAN_MERGE | DRIVER_CAN_REPLACE |
			DRIVER_CAN_STARTUP | DRIVER_CAN_SAVE,
	.default_port = 22,
	.open = fake_open,
	.get_facts = fake_get_facts,
	.get_config = fake_get_config,
	.read_output = fake_read_output,
	.stage = fake_stage,
	.diff = fake_diff,
	.commit = fake_commit,
	.discard = fake_discard,
	.classify = fake_classify,
	.restore = fake_restore,
	.verify = fake_verify,
	.get_pending = fake_get_pending,
	.save = fake_save,
	.close = fake_close,
};

/* In place of the registry of infra/driver: src/main_worker.c is linked with
 * this file as it stands. */
const struct driver *driver_find(const char *name)
{
	return strcmp(name, fake_driver.name) == 0 ? &fake_driver : NULL;
}

const struct driver *driver_at(size_t i)
{
	return i == 0 ? &fake_driver : NULL;
}
