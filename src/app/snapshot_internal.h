/*
 * What snapshot.c builds and snapshot_query.c reads.
 */
#ifndef APP_SNAPSHOT_INTERNAL_H
#define APP_SNAPSHOT_INTERNAL_H

#include "app/record_lines.h"
#include "app/snapshot.h"

#include <stdatomic.h>

/* The tables of files that hold no records. */
enum file_table {
	FILES_INTENDED, /* those of enum path_config, by "device/area" */
	FILES_BACKUP,
	FILES_OUTPUTS,
	FILES_TEMPLATES, /* by the path below templates/ */
	FILES_CONTEXT,	 /* by the path below context/ */
	FILE_TABLES,
};

/* A file and its version.  Shared like a record. */
struct snapshot_file {
	atomic_uint refs;
	struct blob_id blob;
	/* FILES_CONTEXT: what it holds, an object that is never changed.  Of a
	 * device, of which there are many, it is text, a tenth as large, and
	 * parsed for the render that asks; its links are asked of all. */
	json_t *json;
	char *text;
	json_t *links;
	char key[];
};
struct snapshot_file *snapshot_file_new(
    const char *key, const struct blob_id *blob);
void snapshot_file_unref(struct snapshot_file *f); /* NULL is fine */

struct snapshot {
	atomic_uint refs;
	struct commit_id commit;
	struct {
		const struct record **items; /* sorted by key */
		size_t n;
	} kinds[KIND_COUNT];
	struct {
		struct snapshot_file **items; /* sorted by key */
		size_t n;
	} files[FILE_TABLES];
	struct snapshot_problem *problems; /* texts owned; sorted by path */
	size_t n_problems;
	const struct record *default_settings;
	_Atomic(struct record_lines *) lines; /* see record_lines.h */
};

#endif
