/*
 * Host keys of devices: what is pinned, what waits, and approving.
 */
#include "web/api/api.h"

#include "app/hostkeys.h"
#include "base/crypto.h"
#include "base/json.h"

#include <string.h>

#define MAX_KEYS 16
#define MAX_KEY_BYTES 8192

static json_t *key_json(struct request *r, const char *pub)
{
	size_t type_len = strcspn(pub, " ");

	return json_pack("{s:s%, s:s, s:s}", "type", pub, type_len, "key",
	    pub[type_len] ? pub + type_len + 1 : "", "fingerprint",
	    hostkeys_fingerprint(r->arena, pub));
}

static json_t *pinned_json(struct request *r, const struct record *pinned)
{
	json_t *keys = json_array();
	size_t n = pinned ? record_count(pinned, HOSTKEY_KEYS) : 0;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    keys, key_json(r, record_item(pinned, HOSTKEY_KEYS, i)));
	return keys;
}

static json_t *pending_json(struct request *r, const char *device)
{
	struct hostkey_pending p;

	if (hostkeys_pending(r->app, r->snapshot, device, r->arena, &p, NULL) !=
	    ERR_OK)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "type", p.type, "key",
	    p.key, "fingerprint", p.fingerprint, "run", p.run, "replaces",
	    p.replaces);
}

static enum err_code give_hostkey(struct request *r, struct response *out,
    const char *device, const struct record *pinned, struct err *e)
{
	if (pinned)
		response_etag(r, out, record_version(pinned));
	return response_json(out, 200,
	    json_pack("{s:s, s:o, s:s, s:o}", "device", device, "keys",
		pinned_json(r, pinned), "approved_by",
		pinned ? record_text(pinned, HOSTKEY_APPROVED_BY) : "",
		"pending", pending_json(r, device)),
	    e);
}

static enum err_code get_hostkey(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *device;
	enum err_code rc;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc != ERR_OK)
		return rc;
	return give_hostkey(r, out, record_key(device),
	    snapshot_find(r->snapshot, KIND_HOSTKEY, record_key(device)), e);
}

/* "x509 MII…": a certificate is a SEQUENCE (RFC 5280, 4.1). */
static bool is_certificate(const char *text, size_t type_len, const uint8_t *p)
{
	return type_len == 4 && memcmp(text, "x509", 4) == 0 && p[0] == 0x30;
}

/* "ssh-ed25519 AAAA…": the key must say inside which type it is (RFC 4253
 * section 6.6: a string that comes first). */
static bool is_public_key(const char *text)
{
	struct buf raw = BUF_INIT(MAX_KEY_BYTES);
	size_t type_len = strcspn(text, " ");
	const uint8_t *p;
	bool ok = false;

	if (text[type_len] == ' ' &&
	    base64_decode_append(
		&raw, text + type_len + 1, strlen(text + type_len + 1)) &&
	    raw.len > 4 + type_len) {
		p = (const uint8_t *)raw.data;
		ok = is_certificate(text, type_len, p) ||
		     (((size_t)p[0] << 24 | (size_t)p[1] << 16 |
			  (size_t)p[2] << 8 | p[3]) == type_len &&
			 memcmp(raw.data + 4, text, type_len) == 0);
	}
	buf_release(&raw);
	return ok;
}

static enum err_code check_keys(
    struct request *r, const json_t *keys, struct err *e)
{
	size_t n = json_array_size(keys);

	if (n == 0 || n > MAX_KEYS)
		return err_set(e, ERR_INVALID,
		    "keys must be a list of 1 to %d public keys", MAX_KEYS);
	for (size_t i = 0; i < n; i++) {
		const char *key = json_string_value(json_array_get(keys, i));

		if (!key || !is_public_key(key))
			return err_set(e, ERR_INVALID,
			    "keys[%zu] is no public key; write \"type "
			    "base64\", as in an OpenSSH .pub file",
			    i);
	}
	(void)r;
	return ERR_OK;
}

static enum err_code pin_keys(
    struct request *r, const char *device, json_t *keys, struct err *e)
{
	const struct kind *kind = kind_get(KIND_HOSTKEY);
	const struct record *pinned =
	    snapshot_find(r->snapshot, KIND_HOSTKEY, device);
	struct inventory_result result = { 0 };
	struct blob_id seen;
	enum err_code rc = check_keys(r, keys, e);
	json_t *object;

	if (rc != ERR_OK)
		return rc;
	object = json_pack("{s:s, s:O, s:s}", "name", device, "keys", keys,
	    "approved_by", r->actor.name);
	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (pinned) {
		memcpy(seen.raw, record_version(pinned), sizeof(seen.raw));
		rc = inventory_update(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.key = device,
			.expect = &seen,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	} else {
		rc = inventory_create(r->app, &r->actor,
		    &(struct inventory_change){ .kind = kind,
			.object = object,
			.errors = request_errors(r) },
		    &result, e);
	}
	json_decref(object);
	inventory_result_release(&result);
	return rc;
}

/* {"keys": [...]} pins these; {"fingerprint": "SHA256:…"} pins the one that
 * waits, if it is that one. */
static enum err_code post_hostkey(
    struct request *r, struct response *out, struct err *e)
{
	const struct snapshot *now;
	const struct record *device;
	const char *fingerprint;
	json_t *body = NULL;
	enum err_code rc;

	rc = api_find_record(r, kind_get(KIND_DEVICE), &device, e);
	if (rc == ERR_OK)
		rc = request_json_object(r, false, &body, e);
	if (rc != ERR_OK)
		return rc;
	fingerprint = json_text(body, "fingerprint", NULL);
	if (fingerprint)
		rc = hostkeys_approve(
		    r->app, &r->actor, record_key(device), fingerprint, e);
	else
		rc = pin_keys(
		    r, record_key(device), json_object_get(body, "keys"), e);
	json_decref(body);
	if (rc == ERR_OK)
		rc = snapshots_current(r->app->snapshots, &now, e);
	if (rc != ERR_OK)
		return rc;
	rc = give_hostkey(r, out, record_key(device),
	    snapshot_find(now, KIND_HOSTKEY, record_key(device)), e);
	snapshot_unref(now);
	return rc;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	    .pattern = "/api/v1/devices/{name}/hostkey",
	    .surface = SURFACE_API,
	    .permission = MAY_VIEW,
	    .handler = get_hostkey,
	    .operation_id = "getHostkey",
	    .summary = "The pinned host keys and the one that waits",
	    .answer_schema = "Hostkey" },
	{ .method = METHOD_POST,
	    .pattern = "/api/v1/devices/{name}/hostkey",
	    .surface = SURFACE_API,
	    .permission = MAY_RUN,
	    .body_limit = BODY_JSON,
	    .handler = post_hostkey,
	    .operation_id = "approveHostkey",
	    .summary = "Pin host keys, or the one that waits",
	    .body_schema = "HostkeyApproval",
	    .answer_schema = "Hostkey",
	    .success = 200 },
};

const struct route_table api_hostkey_routes = { routes,
	sizeof(routes) / sizeof(routes[0]) };
