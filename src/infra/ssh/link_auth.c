#include "infra/ssh/link_internal.h"

#include <string.h>

/* Questions and rounds of keyboard-interactive that are answered. */
#define MAX_ROUNDS 4

/* One way to sign in; answers a libssh SSH_AUTH_ code. */
struct method {
	unsigned flag;
	const char *name;
	bool (*usable)(const struct driver_target *target);
	int (*attempt)(
	    struct ssh_link *link, struct deadline deadline, struct err *e);
};

static bool has_key(const struct driver_target *target)
{
	return target->private_key != NULL;
}

static bool has_password(const struct driver_target *target)
{
	return target->password != NULL;
}

/* Repeats what would block; SSH_AUTH_AGAIN means that `e` is set. */
#define AUTH_LOOP(rc, link, deadline, e, call)                                \
	while (((rc) = (call)) == SSH_AUTH_AGAIN)                             \
		if (ssh_link_wait(link, deadline, "signing in", e) != ERR_OK) \
	break

static int attempt_key(
    struct ssh_link *link, struct deadline deadline, struct err *e)
{
	ssh_key key = NULL;
	int rc;

	if (ssh_pki_import_privkey_base64(
		secret_reveal(link->target->private_key), NULL, NULL, NULL,
		&key) != SSH_OK) {
		ssh_link_log(link, LOG_WARNING,
		    "the private key cannot be read (is it encrypted?)");
		return SSH_AUTH_DENIED;
	}
	AUTH_LOOP(rc, link, deadline, e,
	    ssh_userauth_publickey(link->session, NULL, key));
	ssh_key_free(key);
	return rc;
}

static int attempt_password(
    struct ssh_link *link, struct deadline deadline, struct err *e)
{
	int rc;

	AUTH_LOOP(rc, link, deadline, e,
	    ssh_userauth_password(
		link->session, NULL, secret_reveal(link->target->password)));
	return rc;
}

/* Answers hidden questions with the password and shown ones with nothing. */
static bool answer_questions(struct ssh_link *link)
{
	int n = ssh_userauth_kbdint_getnprompts(link->session);

	if (n > MAX_ROUNDS)
		return false;
	for (int i = 0; i < n; i++) {
		char shown = 1;
		const char *answer = "";

		ssh_userauth_kbdint_getprompt(
		    link->session, (unsigned)i, &shown);
		if (!shown)
			answer = secret_reveal(link->target->password);
		if (ssh_userauth_kbdint_setanswer(
			link->session, (unsigned)i, answer) != 0)
			return false;
	}
	return true;
}

static int attempt_keyboard(
    struct ssh_link *link, struct deadline deadline, struct err *e)
{
	int rc;

	for (int round = 0; round < MAX_ROUNDS; round++) {
		AUTH_LOOP(rc, link, deadline, e,
		    ssh_userauth_kbdint(link->session, NULL, NULL));
		if (rc != SSH_AUTH_INFO)
			return rc;
		if (!answer_questions(link))
			break;
	}
	return SSH_AUTH_DENIED;
}

static const struct method methods[] = {
	{ SSH_AUTH_METHOD_PUBLICKEY, "public key", has_key, attempt_key },
	{ SSH_AUTH_METHOD_PASSWORD, "password", has_password,
	    attempt_password },
	{ SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive", has_password,
	    attempt_keyboard },
};

#define N_METHODS (sizeof methods / sizeof methods[0])

static enum err_code lost(struct ssh_link *link, struct err *e)
{
	err_set(e, ERR_REMOTE,
	    "%s ended the connection while signing in: it may allow too few "
	    "sessions at a time. Nothing was changed.",
	    link->peer);
	err_detail(e, "libssh: %s", ssh_get_error(link->session));
	return ERR_REMOTE;
}

static enum err_code denied(struct ssh_link *link, bool tried,
    struct driver_refusal *refusal, struct err *e)
{
	refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
	if (!tried)
		return err_set(e, ERR_DENIED,
		    "%s does not take the kind of credentials there are for "
		    "user \"%.100s\". Nothing was changed.",
		    link->peer, link->target->username);
	return err_set(e, ERR_DENIED,
	    "%s refused the user \"%.100s\" or the password (or key). Nothing "
	    "was changed.",
	    link->peer, link->target->username);
}

/* One round over the methods that the server still takes. */
static int attempt_all(
    struct ssh_link *link, struct deadline deadline, bool *tried, struct err *e)
{
	unsigned taken = (unsigned)ssh_userauth_list(link->session, NULL);

	for (size_t i = 0; i < N_METHODS; i++) {
		const struct method *m = &methods[i];
		int rc;

		if (!(taken & m->flag) || !m->usable(link->target))
			continue;
		*tried = true;
		rc = m->attempt(link, deadline, e);
		if (rc != SSH_AUTH_DENIED) {
			if (rc == SSH_AUTH_SUCCESS)
				ssh_link_log(link, LOG_DEBUG, "signed in by %s",
				    m->name);
			return rc;
		}
	}
	return SSH_AUTH_DENIED;
}

enum err_code ssh_sign_in(struct ssh_link *link, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e)
{
	struct err waiting = ERR_INIT;
	bool tried = false;
	int rc;

	/* Tells which methods there are; some devices need no more. */
	AUTH_LOOP(rc, link, deadline, &waiting,
	    ssh_userauth_none(link->session, NULL));
	if (rc == SSH_AUTH_DENIED || rc == SSH_AUTH_PARTIAL)
		rc = attempt_all(link, deadline, &tried, &waiting);
	/* A second factor: the rest of the list, once. */
	if (rc == SSH_AUTH_PARTIAL)
		rc = attempt_all(link, deadline, &tried, &waiting);
	if (rc == SSH_AUTH_SUCCESS)
		return ERR_OK;
	if (waiting.code != ERR_OK) {
		if (e != NULL)
			*e = waiting;
		return waiting.code;
	}
	if (rc == SSH_AUTH_ERROR)
		return lost(link, e);
	return denied(link, tried, refusal, e);
}
