/* Templates and context files as they are in a store: what "switchyard check"
 * says of them beside whether they can be read. */
#include "app/render.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAX_TEMPLATE ((size_t)1 << 20)

static enum err_code check_template(struct store *store, const char *name,
    const struct blob_id *blob, struct err *why, struct err *e)
{
	struct buf text = BUF_INIT(MAX_TEMPLATE);
	enum err_code rc = store_read_blob(store, blob, &text, e);

	if (rc == ERR_LIMIT)
		err_set(why, rc, "it is larger than %zu bytes", MAX_TEMPLATE);
	else if (rc == ERR_OK && strlen(buf_text(&text)) != text.len)
		err_set(why, ERR_INVALID, "it holds a NUL");
	else if (rc == ERR_OK)
		(void)!render_check_template(name, buf_text(&text), why);
	buf_release(&text);
	return rc == ERR_LIMIT ? ERR_OK : rc;
}

enum err_code render_check_templates(struct store *store,
    const struct snapshot *s, inventory_problem_fn fn, void *ctx, size_t *ret_n,
    struct err *e)
{
	size_t n = snapshot_count_files(s, SNAPSHOT_TEMPLATES), found = 0;

	for (size_t i = 0; i < n; i++) {
		char path[PATH_MAX_KEY + 16];
		struct err why = ERR_INIT;
		struct blob_id blob;
		const char *name =
		    snapshot_file_at(s, SNAPSHOT_TEMPLATES, i, &blob);
		enum err_code rc;

		if (!text_ends_with(name, ".j2"))
			continue;
		rc = check_template(store, name, &blob, &why, e);
		if (rc != ERR_OK)
			return rc;
		if (why.code == ERR_OK)
			continue;
		snprintf(path, sizeof(path), "templates/%s", name);
		fn(ctx, path, why.message);
		found++;
	}
	*ret_n = found;
	return ERR_OK;
}

static const struct {
	const char *dir;
	enum kind_id kind;
} context_dirs[] = {
	{ "area/", KIND_AREA },
	{ "role/", KIND_ROLE },
	{ "device/", KIND_DEVICE },
};

/* Whom a context file is for; false: for nobody that there is, and `why` says
 * so. */
static bool is_for_somebody(
    const struct snapshot *s, const char *name, char why[200])
{
	char key[PATH_MAX_KEY];

	if (strcmp(name, "global.json") == 0)
		return true;
	for (size_t i = 0; i < sizeof(context_dirs) / sizeof(context_dirs[0]);
	     i++) {
		const char *rest = name + strlen(context_dirs[i].dir);

		if (!text_starts_with(name, context_dirs[i].dir))
			continue;
		snprintf(key, sizeof(key), "%.*s",
		    (int)(strlen(rest) - strlen(".json")), rest);
		snprintf(why, 200, "there is no %s \"%.100s\": nothing uses it",
		    kind_get(context_dirs[i].kind)->name, key);
		return snapshot_find(s, context_dirs[i].kind, key) != NULL;
	}
	snprintf(why, 200,
	    "it is neither global.json nor below area, role or device: "
	    "nothing uses it");
	return false;
}

void render_check_context(
    const struct snapshot *s, inventory_problem_fn fn, void *ctx)
{
	size_t n = snapshot_count_files(s, SNAPSHOT_CONTEXT);

	for (size_t i = 0; i < n; i++) {
		char path[PATH_MAX_KEY + 16], why[200];
		struct blob_id blob;
		const char *name =
		    snapshot_file_at(s, SNAPSHOT_CONTEXT, i, &blob);

		if (is_for_somebody(s, name, why))
			continue;
		snprintf(path, sizeof(path), "context/%s", name);
		fn(ctx, path, why);
	}
}
