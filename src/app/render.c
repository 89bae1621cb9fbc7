#include "app/render.h"

#include "app/intended.h"
#include "app/render_data.h"
#include "base/text.h"
#include "jinja/jinja.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)32 << 20) /* of one rendering */

/* A template's text in place of the store's. */
struct replacement {
	struct replacement *next;
	char *text; /* NULL: removed */
	char name[PATH_MAX_KEY];
};

/* Names are looked for in a platform's own directory first: one environment,
 * with a cache of its own, for each. */
struct platform_env {
	struct platform_env *next;
	struct renderer *renderer;
	struct jinja_env *env;
	char platform[64];
};

struct renderer {
	struct store *store;
	const struct snapshot *snapshot;
	struct render_links *links;
	struct replacement *replaced;
	struct platform_env *platforms;
	struct arena *arena; /* of the render that is under way */
};

static enum err_code out_of_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory for the rendering");
}

/* What Ansible and Nautobot's Golden Config take for configurations. */
static const struct jinja_options config_options = {
	.trim_blocks = true,
	.lstrip_blocks = false,
	.undefined = JINJA_STRICT,
	.limits = { .output_bytes = RENDER_MAX_TEXT },
};

/* --- templates ------------------------------------------------------------ */

static const struct replacement *find_replacement(
    const struct renderer *r, const char *name)
{
	const struct replacement *p = r->replaced;

	while (p && strcmp(p->name, name) != 0)
		p = p->next;
	return p;
}

static bool has_template(
    const struct renderer *r, const char *name, struct blob_id *ret)
{
	const struct replacement *p = find_replacement(r, name);

	if (!p)
		return snapshot_template(r->snapshot, name, ret);
	if (p->text)
		blob_id_of(p->text, strlen(p->text), ret);
	return p->text != NULL;
}

static enum err_code read_template(struct renderer *r, const char *name,
    const struct blob_id *blob, struct buf *out, struct err *e)
{
	const struct replacement *p = find_replacement(r, name);

	if (!p)
		return store_read_blob(r->store, blob, out, e);
	buf_puts(out, p->text);
	return buf_check(out, "the template", e);
}

/* The file that a name means to a platform. */
static bool resolve(const struct platform_env *p, const char *name,
    char full[PATH_MAX_KEY], struct blob_id *blob)
{
	if (snprintf(full, PATH_MAX_KEY, "%s/%s", p->platform, name) <
		PATH_MAX_KEY &&
	    has_template(p->renderer, full, blob))
		return true;
	return text_copy(full, PATH_MAX_KEY, name) &&
	       has_template(p->renderer, full, blob);
}

static enum err_code load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	struct platform_env *p = ctx;
	char full[PATH_MAX_KEY], version[STORE_OID_TEXT_SIZE];
	struct blob_id blob;

	if (!resolve(p, name, full, &blob))
		return err_set(e, ERR_NOT_FOUND,
		    "there is no template %.100s, neither below templates/%s/ "
		    "nor below templates/",
		    name, p->platform);
	blob_id_format(&blob, version);
	if (strcmp(identity, version) == 0) {
		*unchanged = true;
		return ERR_OK;
	}
	memcpy(identity, version, sizeof(version));
	return read_template(p->renderer, full, &blob, out, e);
}

static struct platform_env *platform_env(
    struct renderer *r, const char *platform)
{
	struct jinja_options options = config_options;
	struct platform_env *p = r->platforms;

	while (p && strcmp(p->platform, platform) != 0)
		p = p->next;
	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->renderer = r;
	text_copy(p->platform, sizeof(p->platform), platform);
	options.loader = load;
	options.loader_ctx = p;
	p->env = jinja_env_new(&options);
	if (!p->env) {
		free(p);
		return NULL;
	}
	p->next = r->platforms;
	r->platforms = p;
	return p;
}

/* --- making --------------------------------------------------------------- */

enum err_code renderer_new(struct store *store, const struct snapshot *s,
    struct renderer **ret, struct err *e)
{
	struct renderer *r = calloc(1, sizeof(*r));
	enum err_code rc;

	if (!r)
		return out_of_memory(e);
	r->store = store;
	r->snapshot = snapshot_ref(s);
	r->arena = arena_new(ARENA_MAX);
	rc = r->arena ? render_links_new(s, &r->links, e) : out_of_memory(e);
	if (rc != ERR_OK) {
		renderer_free(r);
		return rc;
	}
	*ret = r;
	return ERR_OK;
}

void renderer_free(struct renderer *r)
{
	if (!r)
		return;
	while (r->platforms) {
		struct platform_env *p = r->platforms;

		r->platforms = p->next;
		jinja_env_free(p->env);
		free(p);
	}
	while (r->replaced) {
		struct replacement *p = r->replaced;

		r->replaced = p->next;
		free(p->text);
		free(p);
	}
	render_links_free(r->links);
	arena_free(r->arena);
	snapshot_unref(r->snapshot);
	free(r);
}

enum err_code renderer_replace(
    struct renderer *r, const char *name, const char *text, struct err *e)
{
	struct replacement *p = calloc(1, sizeof(*p));

	if (!p || !text_copy(p->name, sizeof(p->name), name)) {
		free(p);
		return p ? err_set(e, ERR_LIMIT, "the name is too long")
			 : out_of_memory(e);
	}
	p->text = text ? strdup(text) : NULL;
	if (text && !p->text) {
		free(p);
		return out_of_memory(e);
	}
	p->next = r->replaced;
	r->replaced = p;
	return ERR_OK;
}

/* --- rendering ------------------------------------------------------------ */

bool renderer_main(const struct renderer *r, const struct record *device,
    char name[PATH_MAX_KEY])
{
	const char *platform = record_text(device, DEVICE_PLATFORM);
	const char *role = record_text(device, DEVICE_ROLE);
	struct blob_id blob;

	if (!*platform)
		return false;
	snprintf(name, PATH_MAX_KEY, "%s/roles/%s/main.j2", platform, role);
	if (*role && has_template(r, name, &blob))
		return true;
	snprintf(name, PATH_MAX_KEY, "%s/main.j2", platform);
	return has_template(r, name, &blob);
}

static enum err_code render_one(struct renderer *r, struct platform_env *p,
    const char *name, const struct record *device, struct buf *out,
    struct err *e)
{
	struct render_scope scope = {
		.snapshot = r->snapshot, .links = r->links, .device = device
	};
	struct jinja_template *t;
	enum err_code rc = jinja_load(p->env, name, &t, e);

	if (rc != ERR_OK)
		return rc;
	rc = jinja_render(t, r->arena, render_data(r->arena, &scope), out, e);
	jinja_template_unref(t);
	return rc;
}

/* name: with the platform's directory. */
static enum err_code render_named(struct renderer *r,
    const struct record *device, const char *name, struct buf *out,
    struct err *e)
{
	struct buf text = BUF_INIT(RENDER_MAX_TEXT);
	struct platform_env *p;
	enum err_code rc;

	p = platform_env(r, record_text(device, DEVICE_PLATFORM));
	if (!p)
		return out_of_memory(e);
	arena_reset(r->arena);
	rc = render_one(r, p, name, device, &text, e);
	if (rc == ERR_OK)
		rc = intended_clean(buf_text(&text), text.len, out, e);
	buf_release(&text);
	return rc;
}

enum err_code renderer_render(struct renderer *r, const struct record *device,
    struct buf *out, struct err *e)
{
	const char *platform = record_text(device, DEVICE_PLATFORM);
	char name[PATH_MAX_KEY];

	if (!renderer_main(r, device, name))
		return err_set(e, ERR_NOT_FOUND,
		    "there is no templates/%s/main.j2",
		    *platform ? platform : "<platform>");
	return render_named(r, device, name, out, e);
}

enum err_code renderer_render_as(struct renderer *r,
    const struct record *device, const char *name, struct buf *out,
    struct err *e)
{
	const char *platform = record_text(device, DEVICE_PLATFORM);
	char path[PATH_MAX_KEY];
	struct blob_id blob;

	snprintf(path, sizeof(path), "%s/%s", platform, name);
	if (!*platform || !has_template(r, path, &blob))
		return err_set(
		    e, ERR_NOT_FOUND, "there is no templates/%s", path);
	return render_named(r, device, path, out, e);
}

/* "12:" of "12:7: …"; NULL: no number and colon. */
static const char *take_number(const char *p, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(p, &end, 10);

	if (*p < '0' || *p > '9' || *end != ':' || n > UINT_MAX)
		return NULL;
	*ret = (unsigned)n;
	return end + 1;
}

bool render_position_of(const struct err *e, struct render_position *ret)
{
	for (const char *colon = strchr(e->message, ':'); colon;
	     colon = strchr(colon + 1, ':')) {
		size_t len = (size_t)(colon - e->message);
		unsigned line, column;
		const char *p = take_number(colon + 1, &line);

		p = p ? take_number(p, &column) : NULL;
		if (!p || *p != ' ' || len >= sizeof(ret->template))
			continue;
		memcpy(ret->template, e->message, len);
		ret->template[len] = '\0';
		ret->line = line;
		ret->column = column;
		return true;
	}
	return false;
}

enum err_code render_check_template(
    const char *name, const char *text, struct err *e)
{
	struct jinja_env *env = jinja_env_new(&config_options);
	struct jinja_template *t;
	enum err_code rc;

	if (!env)
		return out_of_memory(e);
	rc = jinja_compile(env, name, text, strlen(text), &t, e);
	if (rc == ERR_OK)
		jinja_template_unref(t);
	jinja_env_free(env);
	return rc;
}
