#include "app/text_files.h"

#include "app/render.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *dir;
	const char *suffix;
	const char *noun;
	const char *action; /* trailer */
} kinds[] = {
	[SNAPSHOT_TEMPLATES] = { "templates/", ".j2", "template", "template" },
	[SNAPSHOT_CONTEXT] = { "context/", ".json", "context", "context" },
};

/* --- names ---------------------------------------------------------------- */

/* "area/lab.json": one level below one of the three directories. */
static bool is_context_name(const char *name)
{
	static const char *const dirs[] = { "area/", "role/", "device/" };

	if (strcmp(name, "global.json") == 0)
		return true;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		const char *rest = name + strlen(dirs[i]);

		if (text_starts_with(name, dirs[i]) && !strchr(rest, '/') &&
		    strcmp(rest, ".json") != 0)
			return true;
	}
	return false;
}

static enum err_code make_path(
    const struct text_file *file, char path[PATH_MAX_PATH], struct err *e)
{
	enum snapshot_listed which = file->which;
	const char *name = file->name;

	if (strlen(name) >= PATH_MAX_KEY)
		return err_set(e, ERR_INVALID,
		    "the name is longer than %d bytes", PATH_MAX_KEY - 1);
	if (!text_ends_with(name, kinds[which].suffix))
		return err_set(e, ERR_INVALID,
		    "the name of a %s ends in \"%s\"", kinds[which].noun,
		    kinds[which].suffix);
	if (which == SNAPSHOT_TEMPLATES && !strchr(name, '/'))
		return err_set(e, ERR_INVALID,
		    "a template is kept below a platform's name, or below "
		    "\"shared\": frr/main.j2");
	if (which == SNAPSHOT_CONTEXT && !is_context_name(name))
		return err_set(e, ERR_INVALID,
		    "a context file is global.json, or area/<name>.json, "
		    "role/<name>.json or device/<name>.json");
	snprintf(path, PATH_MAX_PATH, "%s%s", kinds[which].dir, name);
	return store_path_check(path, e);
}

/* --- reading -------------------------------------------------------------- */

/* The version of a file, also of one whose content is wrong. */
static enum err_code version_of(const struct app *app, const struct snapshot *s,
    const char *path, struct buf *out, struct blob_id *ret, struct err *e)
{
	return store_read(app->store, snapshot_commit(s), path, out, ret, e);
}

enum err_code text_file_read(const struct app *app, const struct snapshot *s,
    const struct text_file *file, struct buf *out, struct blob_id *ret_version,
    struct err *e)
{
	char path[PATH_MAX_PATH];
	enum err_code rc = make_path(file, path, NULL);

	if (rc == ERR_OK)
		rc = version_of(app, s, path, out, ret_version, e);
	if (rc == ERR_INVALID || rc == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND, "there is no %s \"%.120s\"",
		    kinds[file->which].noun, file->name);
	return rc;
}

/* --- writing -------------------------------------------------------------- */

static enum err_code clean_template(
    const char *name, const char *text, struct buf *out, struct err *e)
{
	for (const char *p = text; *p; p++) {
		if (*p != '\r' || p[1] != '\n')
			buf_putc(out, *p);
	}
	if (out->len && out->data[out->len - 1] != '\n')
		buf_putc(out, '\n');
	if (!utf8_is_valid(buf_text(out), out->len) ||
	    !text_has_no_control(buf_text(out), out->len, true))
		return err_set(e, ERR_INVALID,
		    "a template is UTF-8 without control characters");
	if (buf_check(out, "the template", e) != ERR_OK)
		return ERR_LIMIT;
	return render_check_template(name, buf_text(out), e);
}

static enum err_code clean_context(
    const char *text, struct buf *out, struct err *e)
{
	json_t *json = NULL;
	enum err_code rc =
	    json_read(text, strlen(text), TEXT_FILE_MAX, &json, e);

	if (rc == ERR_OK && !json_is_object(json))
		rc = err_set(
		    e, ERR_INVALID, "a context file holds one JSON object");
	if (rc == ERR_OK)
		rc = json_write(json, out, e);
	json_decref(json);
	return rc;
}

/* text NULL: removes it. */
static enum err_code commit_file(const struct app *app,
    const struct actor *actor, const struct text_file *file,
    const struct buf *text, struct inventory_result *ret, struct err *e)
{
	char path[PATH_MAX_PATH], subject[PATH_MAX_PATH + 40];
	struct store_trailer trailers[] = {
		{ "Actor", actor->name },
		{ "Trigger", run_trigger_words[actor->via] },
		{ "Action", kinds[file->which].action },
	};
	struct store_message m = { .author = actor->name,
		.subject = subject,
		.trailers = trailers,
		.n_trailers = 3 };
	struct store_expect expect = file->must_be_new ? STORE_ABSENT
				     : file->expect
					 ? store_expect_blob(file->expect)
				     : text ? STORE_ANY
					    : STORE_PRESENT;
	struct store_txn *t;
	enum err_code rc = make_path(file, path, e);

	if (rc != ERR_OK ||
	    (rc = store_txn_begin(app->store, STORE_MAIN, &t, e)) != ERR_OK)
		return rc;
	snprintf(
	    subject, sizeof(subject), "%s %s", text ? "Set" : "Delete", path);
	rc = text ? store_txn_put(t, path, buf_text(text), text->len, expect, e)
		  : store_txn_remove(t, path, expect, e);
	if (rc != ERR_OK) {
		store_txn_abort(t);
		return rc;
	}
	return store_txn_commit(t, &m, &ret->commit, &ret->changed, e);
}

enum err_code text_file_put(const struct app *app, const struct actor *actor,
    const struct text_file *file, const char *text,
    struct inventory_result *ret, struct err *e)
{
	struct buf clean = BUF_INIT(TEXT_FILE_MAX);
	char path[PATH_MAX_PATH];
	enum err_code rc;

	if ((rc = actor_require(actor, MAY_EDIT, e)) == ERR_OK &&
	    (rc = make_path(file, path, e)) == ERR_OK)
		rc = file->which == SNAPSHOT_TEMPLATES
			 ? clean_template(file->name, text, &clean, e)
			 : clean_context(text, &clean, e);
	if (rc == ERR_OK)
		rc = commit_file(app, actor, file, &clean, ret, e);
	buf_release(&clean);
	return rc;
}

enum err_code text_file_delete(const struct app *app, const struct actor *actor,
    const struct text_file *file, struct inventory_result *ret, struct err *e)
{
	enum err_code rc = actor_require(actor, MAY_EDIT, e);

	return rc == ERR_OK ? commit_file(app, actor, file, NULL, ret, e) : rc;
}
