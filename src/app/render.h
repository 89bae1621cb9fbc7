/*
 * Rendering configurations from the templates of a snapshot.
 *
 * A device is rendered by templates/<platform>/roles/<role>/main.j2 if there is
 * one, else by templates/<platform>/main.j2.  A name in include, import or
 * extends is looked for below templates/<platform>/ first and below templates/
 * then (shared parts); nothing outside templates/ can be reached.
 * docs/templates-data.md tells what a template sees.
 *
 * A renderer belongs to one thread and to one snapshot; it compiles a template
 * once, however many devices it renders.
 */
#ifndef APP_RENDER_H
#define APP_RENDER_H

#include "app/inventory.h"

/* Bytes of a rendered configuration. */
#define RENDER_MAX_TEXT ((size_t)16 * 1024 * 1024)

struct renderer;

/* Takes a reference to the snapshot. */
enum err_code renderer_new(struct store *store, const struct snapshot *s,
    struct renderer **ret, struct err *e) must_check;
void renderer_free(struct renderer *r); /* NULL is fine */

/* From now on templates/<name> reads as this text, whether or not it is in the
 * store; text NULL: as if it were removed.  Before the first rendering. */
enum err_code renderer_replace(struct renderer *r, const char *name,
    const char *text, struct err *e) must_check;

/* The template that a device is rendered by, as a name below templates/;
 * false: its platform has none. */
bool renderer_main(const struct renderer *r, const struct record *device,
    char name[PATH_MAX_KEY]);

/* Appends the configuration, which ends in a newline.  ERR_NOT_FOUND: no
 * template; anything else: the engine's error, with template, line, column,
 * expression and include chain, or what a configuration may not hold. */
enum err_code renderer_render(struct renderer *r, const struct record *device,
    struct buf *out, struct err *e) must_check;

/* The same by templates/<platform>/<name>.  ERR_NOT_FOUND: there is none. */
enum err_code renderer_render_as(struct renderer *r,
    const struct record *device, const char *name, struct buf *out,
    struct err *e) must_check;

/* Does this text compile?  ERR_INVALID with its line. */
enum err_code render_check_template(
    const char *name, const char *text, struct err *e) must_check;

/* Where the engine's error is: its message begins with it. */
struct render_position {
	char template[PATH_MAX_KEY];
	unsigned line, column;
};
/* False: the error is not one of a template's. */
bool render_position_of(const struct err *e, struct render_position *ret);

/* --- a whole store (render_check.c) --------------------------------------- */

/* Compiles every template; calls `fn` for each that does not. */
enum err_code render_check_templates(struct store *store,
    const struct snapshot *s, inventory_problem_fn fn, void *ctx, size_t *ret_n,
    struct err *e) must_check;
/* Calls `fn` for each context file that belongs to nobody: no problem, the
 * device may be gone or yet to come. */
void render_check_context(
    const struct snapshot *s, inventory_problem_fn fn, void *ctx);

#endif
