/*
 * What a configuration template sees: the data model of docs/templates-data.md.
 *
 *   device     the device's record; .area .role .platform are records, which
 *              print as their names; .context is its merged context
 *   vlans      the records of its VLANs
 *   context    context/global.json, the files of its areas from the outermost
 *              inwards, of its role and of the device itself, merged
 *   devices()  other devices, by name or by filter
 *   neighbors() devices that a link connects it with
 *
 * Everything is read-only and made when a template asks for it.
 * One thread at a time; values live in the arena they were made with and
 * borrow from the snapshot.
 */
#ifndef APP_RENDER_DATA_H
#define APP_RENDER_DATA_H

#include "app/snapshot.h"
#include "jinja/value.h"

/* Links between devices: read once from the context files of a snapshot. */
struct render_links;
enum err_code render_links_new(const struct snapshot *s,
    struct render_links **ret, struct err *e) must_check;
void render_links_free(struct render_links *links); /* NULL is fine */

/* What the values of one render refer to; outlives the render. */
struct render_scope {
	const struct snapshot *snapshot;
	const struct render_links *links;
	const struct record *device;
	size_t looked_at; /* records so far, by devices() and neighbors() */
};

/* The context of a template: a dict with the five names above. */
struct jv render_data(struct arena *a, struct render_scope *scope);

/* The merged context of a device. */
struct jv render_context(
    struct arena *a, const struct snapshot *s, const struct record *device);

/* --- for the files of this part ------------------------------------------- */

/* A record as a template sees it; undefined if `record` is NULL. */
struct jv render_record(struct arena *a, const struct render_scope *scope,
    const struct record *record);

/* devices(name) and devices(area=, role=, platform=, status=, tag=);
 * neighbors(…) takes the same filters.  ctx: a struct render_scope. */
enum err_code render_devices(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv keywords, struct jv *ret, struct err *e);
enum err_code render_neighbors(void *ctx, struct arena *a,
    const struct jv *args, size_t n_args, struct jv keywords, struct jv *ret,
    struct err *e);

#endif
