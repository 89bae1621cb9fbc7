#include "infra/secrets/vault_answer.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* A week: a longer life is not counted on. */
#define MAX_LEASE_S (7 * 24 * 3600)

/* jansson frees without wiping.  Its depth is bounded by jansson's reader. */
static void wipe_json(json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(v))
		wipe((char *)(uintptr_t)json_string_value(v),
		    json_string_length(v));
	json_object_foreach(v, key, item) wipe_json(item);
	json_array_foreach(v, i, item) wipe_json(item);
}

static enum err_code senseless(const char *what, struct err *e)
{
	return err_set(e, ERR_REMOTE,
	    "what answers as Vault sends no %s: is \"address\" in vault.json "
	    "right?",
	    what);
}

static enum err_code read_answer(
    const char *text, size_t len, json_t **ret, struct err *e)
{
	if (json_read(text, len, VAULT_ANSWER_MAX, ret, NULL) == ERR_OK)
		return ERR_OK;
	return senseless("JSON", e);
}

/* --- a token ------------------------------------------------------------- */

static enum err_code take_token(
    const json_t *auth, struct vault_token *ret, struct err *e)
{
	const char *text = json_text(auth, "client_token", "");
	json_int_t lease = json_number(auth, "lease_duration", 0);
	size_t len = strlen(text);

	/* it becomes a header */
	if (len == 0 || len > 4096 || !text_has_no_control(text, len, false))
		return senseless("token", e);
	ret->text = secret_new(text, len);
	if (!ret->text)
		return err_set(e, ERR_SYSTEM, "out of memory");
	ret->lease_s = lease < 0	     ? 0
		       : lease > MAX_LEASE_S ? MAX_LEASE_S
					     : (int)lease;
	return ERR_OK;
}

enum err_code vault_answer_token(
    const char *text, size_t len, struct vault_token *ret, struct err *e)
{
	json_t *doc;
	enum err_code rc = read_answer(text, len, &doc, e);

	if (rc != ERR_OK)
		return rc;
	rc = take_token(json_object_get(doc, "auth"), ret, e);
	wipe_json(doc);
	json_decref(doc);
	return rc;
}

/* --- a secret ------------------------------------------------------------ */

enum err_code vault_answer_secret(const char *text, size_t len, int kv_version,
    struct buf *out, struct err *e)
{
	const json_t *data;
	json_t *doc;
	enum err_code rc = read_answer(text, len, &doc, e);

	if (rc != ERR_OK)
		return rc;
	data = json_object_get(doc, "data");
	if (kv_version == 2)
		data = json_object_get(data, "data");
	if (json_is_object(data))
		rc = json_write_line(data, out, e);
	else
		rc = senseless(kv_version == 2 ? "secret of KV version 2"
					       : "secret of KV version 1",
		    e);
	wipe_json(doc);
	json_decref(doc);
	return rc;
}

/* --- why not ------------------------------------------------------------- */

#define ANY (-1)

/* The first that fits.  Vault says 400 to a role or secret ID that it does not
 * know, 403 to a token that has ended, to a path that the policy does not have
 * and to a mount that is not there, and 404 to a namespace that is not. */
static const struct {
	int question; /* or ANY */
	int status, last;
	enum err_code code;
	const char *words;
} meanings[] = {
	{ VAULT_SIGN_IN, 400, 400, ERR_DENIED,
	    "Vault does not know the role or its secret ID: make a new secret "
	    "ID and put it where \"secret_id_file\" says" },
	{ VAULT_SIGN_IN, 403, 403, ERR_DENIED,
	    "Vault lets nobody sign in there: \"approle_mount\" in vault.json "
	    "is wrong, or the role may not come from this address" },
	{ VAULT_SIGN_IN, 404, 404, ERR_INVALID,
	    "Vault knows no such place: \"namespace\" in vault.json is wrong" },
	{ VAULT_READING, 400, 400, ERR_INVALID,
	    "Vault cannot make sense of the path: \"mount\", \"namespace\" or "
	    "\"kv_version\" in vault.json is wrong" },
	{ VAULT_READING, 403, 403, ERR_DENIED,
	    "Vault denies permission: the policy does not allow \"read\" "
	    "there, the token has ended, or \"mount\" or \"kv_version\" in "
	    "vault.json is wrong" },
	{ VAULT_READING, 404, 404, ERR_NOT_FOUND,
	    "Vault has no such secret, or its last version is deleted: put it "
	    "there, or mend the reference, or \"mount\", \"prefix\", "
	    "\"kv_version\" and \"namespace\" in vault.json" },
	{ ANY, 300, 399, ERR_INVALID,
	    "Vault sends elsewhere, as a standby does: name the active node or "
	    "what stands before all of them as \"address\" in vault.json" },
	{ ANY, 412, 412, ERR_REMOTE,
	    "Vault is not up to date yet: try again soon" },
	{ ANY, 429, 429, ERR_REMOTE,
	    "Vault is asked too often for its quota: raise that, or use fewer "
	    "slots" },
	{ ANY, 503, 503, ERR_REMOTE,
	    "Vault is sealed or being maintained: unseal it" },
	{ ANY, 500, 599, ERR_REMOTE, "Vault has failed: its log says why" },
	{ ANY, 0, 999, ERR_REMOTE, "Vault gives an answer that is none" },
};

enum err_code vault_answer_explain(
    enum vault_question question, int status, const char *path, struct err *e)
{
	size_t i = 0;

	while ((meanings[i].question != ANY &&
		   meanings[i].question != (int)question) ||
	       status < meanings[i].status || status > meanings[i].last)
		i++;
	return err_set(e, meanings[i].code, "%s (%.300s: %d)",
	    meanings[i].words, path, status);
}

bool vault_answer_may_pass(int status)
{
	return status == 412 || status == 429;
}
