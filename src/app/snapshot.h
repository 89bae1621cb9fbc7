/*
 * An immutable view of branch main in memory.
 *
 * A snapshot belongs to one commit and never changes; it is reference counted
 * and shared by all threads.  The next one is made from it by the difference
 * of the two trees: unchanged records are shared.
 *
 * A file that does not hold a valid record is left out and listed in
 * snapshot_problems(): one bad push never takes the portal down.  Of several
 * files with one name the first path counts.  Whether a snapshot was loaded or
 * advanced step by step, it is the same.
 */
#ifndef APP_SNAPSHOT_H
#define APP_SNAPSHOT_H

#include "app/port/store.h"
#include "domain/path.h"
#include "domain/record.h"

struct snapshot;

/* --- the current one ----------------------------------------------------- */

/* Keeps the newest snapshot of a store.  Any thread. */
struct snapshots;

enum err_code snapshots_new(
    struct store *store, struct snapshots **ret, struct err *e) must_check;
void snapshots_free(struct snapshots *all);

/* The snapshot of the tip, made if the tip has moved.  A new reference.  If
 * the store cannot be read just now the last one is given and `e` is left
 * alone; an error only if there has never been one. */
enum err_code snapshots_current(struct snapshots *all,
    const struct snapshot **ret, struct err *e) must_check;

const struct snapshot *snapshot_ref(const struct snapshot *s);
void snapshot_unref(const struct snapshot *s);

/* --- what is in it (pointers live as long as the snapshot) --------------- */

const struct commit_id *snapshot_commit(const struct snapshot *s);

/* Binary search by key ("r1", "lab/10"); NULL if there is none. */
const struct record *snapshot_find(
    const struct snapshot *s, enum kind_id kind, const char *key);
/* Where the record stands in snapshot_all(). */
bool snapshot_place(
    const struct snapshot *s, enum kind_id kind, const char *key, size_t *ret);
/* All records of a kind, sorted by key. */
const struct record *const *snapshot_all(
    const struct snapshot *s, enum kind_id kind, size_t *ret_n);
/* The settings record; built-in defaults if the store has none.  Never NULL. */
const struct record *snapshot_settings(const struct snapshot *s);

/* The version of a device's intended file, backup or answers, the one in the
 * directory of its own area; false if it has none. */
bool snapshot_config(const struct snapshot *s, enum path_config which,
    const char *device, struct blob_id *ret);

/* The version of templates/<name>; false if there is none. */
bool snapshot_template(
    const struct snapshot *s, const char *name, struct blob_id *ret);
/* What context/<name> holds, a JSON object that nobody may change, a new
 * reference; NULL if it is absent or wrong (then it is among the problems).
 * False: out of memory. */
bool snapshot_context(
    const struct snapshot *s, const char *name, json_t **ret) must_check;
/* The member "links" of a device's context, borrowed; NULL if it has none. */
const json_t *snapshot_links(const struct snapshot *s, const char *device);

/* The files of both directories, sorted by name. */
enum snapshot_listed { SNAPSHOT_TEMPLATES, SNAPSHOT_CONTEXT };
size_t snapshot_count_files(
    const struct snapshot *s, enum snapshot_listed which);
const char *snapshot_file_at(const struct snapshot *s,
    enum snapshot_listed which, size_t i, struct blob_id *ret);

struct snapshot_problem {
	const char *path;
	const char *message;
};
const struct snapshot_problem *snapshot_problems(
    const struct snapshot *s, size_t *ret_n);

/* How many devices have this text in this field (a reference or a choice). */
size_t snapshot_count_devices(
    const struct snapshot *s, int field, const char *value);
/* The same for every record of a kind at once: adds to counts, which are in the
 * order of snapshot_all(). */
void snapshot_tally_devices(
    const struct snapshot *s, int field, enum kind_id kind, size_t *counts);

/* A record that refers to (kind, key), other than itself; NULL if none does.
 * *ret_field is the field that does. */
const struct record *snapshot_referrer(const struct snapshot *s,
    enum kind_id kind, const char *key, const struct field **ret_field);

/* True if `area` is `outer` or lies inside it. */
#define SNAPSHOT_MAX_AREA_DEPTH 32
bool snapshot_area_within(
    const struct snapshot *s, const char *area, const char *outer);

/* The credentials reference that holds for a device: its own, its area's or
 * an outer area's, its platform's, the settings'; NULL if none names one. */
const struct record *snapshot_credentials(
    const struct snapshot *s, const struct record *device);
/* The same for SNMP: its platform's, its area's or an outer area's. */
const struct record *snapshot_snmp_credentials(
    const struct snapshot *s, const struct record *device);

#endif
