/*
 * The files of the store that are no records and that people edit: templates
 * and context.  Their only writer.
 */
#ifndef APP_TEXT_FILES_H
#define APP_TEXT_FILES_H

#include "app/inventory.h"
#include "base/arena.h"

/* Bytes of a template or context file. */
#define TEXT_FILE_MAX ((size_t)256 * 1024)

/* Which file, and what must stand there for a write to be right. */
struct text_file {
	enum snapshot_listed which;
	const char *name;	      /* below templates/ or context/ */
	const struct blob_id *expect; /* NULL: whatever stands */
	bool must_be_new; /* nothing may stand; expect is not looked at */
};

/* Appends the file and gives its version.  ERR_NOT_FOUND. */
enum err_code text_file_read(const struct app *app, const struct snapshot *s,
    const struct text_file *file, struct buf *out, struct blob_id *ret_version,
    struct err *e) must_check;

/* Writes the file as one commit by the actor.
 *
 * A template has to compile and its name to end in ".j2"; a context file holds
 * one JSON object, is stored canonically, and is global.json or
 * area/, role/ or device/<name>.json.
 * ERR_INVALID (with the line), ERR_STALE, ERR_DENIED. */
enum err_code text_file_put(const struct app *app, const struct actor *actor,
    const struct text_file *file, const char *text,
    struct inventory_result *ret, struct err *e) must_check;

enum err_code text_file_delete(const struct app *app, const struct actor *actor,
    const struct text_file *file, struct inventory_result *ret,
    struct err *e) must_check;

/* --- what a change of a template would do --------------------------------- */

#define TEMPLATE_IMPACT_SHOWN 20

struct template_impact {
	size_t
	    devices; /* that are generated and use this template's platform */
	size_t looked_at;
	size_t changed;
	size_t failing; /* that render now and would not */
	size_t mended;	/* that fail now and would render */
	/* the first of those three, with a sentence or a unified difference */
	size_t n_shown;
	struct {
		const char *device;
		const char *diff;    /* "": none */
		const char *problem; /* "": none */
	} shown[TEMPLATE_IMPACT_SHOWN];
};

struct template_change {
	const struct app *app;
	const struct snapshot *snapshot;
	const char *name;
	const char *text; /* NULL: the template is deleted */
	int64_t budget_ms;
};

/* Renders the devices of the template's platform (all devices for a shared
 * part) as they are and with the change, for at most budget_ms.  Texts in the
 * arena, names the snapshot's. */
enum err_code template_impact(const struct template_change *change,
    struct arena *arena, struct template_impact *ret, struct err *e) must_check;

#endif
