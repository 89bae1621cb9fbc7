#include "web/api/api.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

json_t *api_record_json(const struct record *record)
{
	const struct schema *schema = &record_kind(record)->schema;
	json_t *object = record_to_json(record);

	for (size_t i = 0; object && i < schema->n_fields; i++) {
		if (schema->fields[i].hidden)
			json_object_del(object, schema->fields[i].name);
	}
	return object;
}

json_t *api_list_json(json_t *items, const char *next)
{
	if (next)
		return json_pack("{s:o, s:s}", "items", items, "next", next);
	return json_pack("{s:o, s:n}", "items", items, "next");
}

enum err_code api_append(json_t *list, json_t *item, struct err *e)
{
	/* takes over the reference also when it fails */
	if (json_array_append_new(list, item) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	return ERR_OK;
}

const char *api_record_key(struct request *r, const struct kind *kind)
{
	if (kind->key_rule == KEY_AREA_VID)
		return arena_printf(
		    r->arena, "%s/%s", r->capture[0], r->capture[1]);
	return r->capture[0];
}

enum err_code api_find_record(struct request *r, const struct kind *kind,
    const struct record **ret, struct err *e)
{
	const char *key = api_record_key(r, kind);
	const struct record *record;

	record = key ? snapshot_find(r->snapshot, kind->id, key) : NULL;
	if (!record)
		return err_set(e, ERR_NOT_FOUND, "there is no %s \"%.150s\"",
		    kind->name, key ? key : "");
	*ret = record;
	return ERR_OK;
}

enum err_code api_optional_if_match(struct request *r, struct blob_id *id,
    const struct blob_id **ret_expect, bool *ret_present, struct err *e)
{
	static const struct blob_id anything = { { 0 } };
	bool present = false;
	enum err_code rc;

	rc = request_if_match(r, &present, id, e);
	if (rc != ERR_OK) {
		r->problem.status = 400;
		return rc;
	}
	*ret_present = present;
	*ret_expect = present && !blob_id_equal(id, &anything) ? id : NULL;
	return ERR_OK;
}

enum err_code api_need_if_match(struct request *r, struct blob_id *id,
    const struct blob_id **ret_expect, struct err *e)
{
	bool present = false;
	enum err_code rc;

	rc = api_optional_if_match(r, id, ret_expect, &present, e);
	if (rc == ERR_OK && !present)
		return request_refuse(r, 428, e,
		    "send If-Match with the ETag that GET gave, so that "
		    "nobody else's change is lost");
	return rc;
}

/* What the path holds at this moment, not at the start of the request. */
static json_t *current_version(
    struct request *r, const struct kind *kind, const char *key)
{
	char version[STORE_OID_TEXT_SIZE];
	const struct snapshot *now;
	const struct record *record;
	struct blob_id id;
	json_t *current = NULL;

	if (snapshots_current(r->app->snapshots, &now, NULL) != ERR_OK)
		return NULL;
	record = snapshot_find(now, kind->id, key);
	if (record) {
		memcpy(id.raw, record_version(record), sizeof(id.raw));
		blob_id_format(&id, version);
		current = json_pack("{s:s, s:o}", "version", version, "object",
		    api_record_json(record));
	}
	snapshot_unref(now);
	return current;
}

enum err_code api_explain_stale(struct request *r, enum err_code rc,
    const struct kind *kind, const char *key, const json_t *submitted)
{
	if (rc != ERR_STALE)
		return rc;
	r->problem.current = current_version(r, kind, key);
	r->problem.submitted = submitted ? json_deep_copy(submitted) : NULL;
	return rc;
}

/* --- commits ------------------------------------------------------------- */

/* One "Key: value" line; false if it is none. */
static bool add_trailer(json_t *object, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t key_len = colon ? (size_t)(colon - line) : 0;
	char key[64];

	if (!colon || key_len == 0 || key_len >= sizeof(key) ||
	    memchr(line, ' ', key_len) || len < key_len + 2)
		return false;
	memcpy(key, line, key_len);
	key[key_len] = '\0';
	return json_set_text(object, key, colon + 2, len - key_len - 2);
}

static json_t *trailers_of(const char *message)
{
	json_t *trailers = json_object();
	const char *block = NULL, *p = message;

	while ((p = strstr(p, "\n\n"))) {
		p += 2;
		if (*p)
			block = p;
	}
	while (trailers && block && *block) {
		size_t len = strcspn(block, "\n");

		add_trailer(trailers, block, len);
		block += len + (block[len] == '\n');
	}
	return trailers;
}

/* Commits that were pushed may be in any encoding. */
json_t *api_commit_json(const struct store_commit *commit)
{
	char id[STORE_OID_TEXT_SIZE], time[CLOCK_TEXT_SIZE];
	json_t *o;

	commit_id_format(&commit->id, id);
	clock_format_utc(commit->time_ms, time);
	o = json_pack("{s:s, s:s, s:o}", "commit", id, "time", time, "trailers",
	    trailers_of(commit->message));
	if (!json_set_text(
		o, "author", commit->author, strlen(commit->author)) ||
	    !json_set_text(
		o, "subject", commit->subject, strlen(commit->subject))) {
		json_decref(o);
		return NULL;
	}
	return o;
}

enum err_code api_find_job(
    struct request *r, const struct job **ret, struct err *e)
{
	const struct job *job = job_find(r->capture[0]);

	if (!job)
		return err_set(e, ERR_NOT_FOUND, "there is no job \"%.100s\"",
		    r->capture[0]);
	*ret = job;
	return ERR_OK;
}

enum err_code api_give_started(
    struct request *r, struct response *out, json_t *doc, struct err *e)
{
	response_header(out, "Location",
	    arena_printf(
		r->arena, "/api/v1/runs/%s", json_text(doc, "id", "")));
	return response_json(out, 202, doc, e);
}
