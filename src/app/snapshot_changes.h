/*
 * What changed between two commits of main, read and sorted: the raw material
 * of the next snapshot.
 */
#ifndef APP_SNAPSHOT_CHANGES_H
#define APP_SNAPSHOT_CHANGES_H

#include "app/snapshot_internal.h"

/* One changed file, sorted into the table that it belongs to. */
struct change {
	char *path;
	const struct kind *kind; /* NULL: no record's file */
	enum file_table table;	 /* then: of which table */
	char key[PATH_MAX_KEY];	 /* a record's, or as the table has it */
	bool has_new;
	struct blob_id blob;
	struct record *record; /* parsed; NULL: removed or bad */
	struct snapshot_file *file;
};

/* Sorted by place, then key, then path.  Everything in it is owned. */
struct changes {
	struct change *items;
	size_t n, cap;
	struct snapshot_problem *problems;
	size_t n_problems, cap_problems;
	struct store *store;
};

/* The files that differ, and beside them those that lost against another file
 * of the same name before and may hold now.  old NULL: all files.
 * c: zeroed but for `store`; released by the caller whatever the result. */
enum err_code changes_collect(struct changes *c, const struct snapshot *old,
    const struct commit_id *to, struct err *e) must_check;
void changes_release(struct changes *c);

enum err_code changes_add_problem(struct changes *c, const char *path,
    const char *message, struct err *e) must_check;

/* The place of a change among the tables: the kind's id, then those of other
 * files. */
#define CHANGE_PLACES (KIND_COUNT + FILE_TABLES)
int change_place(const struct change *one);

/* Is the file at this path among them? */
bool changes_have(const struct changes *c, const char *path);

#endif
