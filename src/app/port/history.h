/*
 * Which commit changed which file: the history of paths, and the timeline of a
 * branch, answered from an index beside the repository and not by walking
 * commits.
 *
 * Implemented by infra/git, on a struct store.  The index is brought up to the
 * branch's tip by whoever asks (docs/history.md); asking costs as much as the
 * answer.  Any thread.  Answers are copied into the arena given and outlive the
 * store.
 *
 * A branch's history is that of its first parents.  Of branch `runs` only the
 * commits are indexed, not their files.
 */
#ifndef APP_PORT_HISTORY_H
#define APP_PORT_HISTORY_H

#include "app/port/store.h"
#include "base/arena.h"

/* A commit as lists show it; a text is "" if there is none. */
struct history_commit {
	struct commit_id id;
	int64_t time_ms;
	const char *author;
	const char *subject;
	const char *run; /* the trailers Run-Id, Job, … */
	const char *job;
	const char *trigger;
	const char *device;
	const char *result;
};

/* A file as a commit left it, and as it was before. */
struct history_version {
	size_t of;	      /* which of the paths that were asked for */
	const char *path;     /* its name in this commit */
	const char *old_path; /* another one if this commit moved it */
	bool has_old, has_new;
	struct blob_id old_blob, new_blob;
};

struct history_entry {
	struct history_commit commit;
	struct history_version *versions; /* by `of`; none without paths */
	size_t n_versions;
};

/* Exact values; NULL: any. */
struct history_filter {
	const char *author;
	const char *job;
	const char *trigger;
	const char *result;
	/* The trailer Device; a commit that touched one of the query's paths
	 * counts too, and one of a run over several devices (whose trailer says
	 * how many) if has_device tells so.  has_device may be NULL; it is
	 * called under the index's lock and asks no history itself. */
	const char *device;
	bool (*has_device)(void *ctx, const char *run, const char *device);
	void *ctx;
	int64_t since_ms; /* 0: any */
	int64_t until_ms; /* that instant is not in it any more; 0: any */
};

#define HISTORY_MAX_PATHS 64
#define HISTORY_MAX_LIMIT 10000

struct history_query {
	enum store_branch branch;
	/* Files, as they are called at the tip: each is followed under the
	 * names that it had before.  None: all commits. */
	const char *const *paths;
	size_t n_paths;
	const struct commit_id *from; /* begin with this one; NULL: the tip */
	size_t limit;
	const struct history_filter *filter; /* may be NULL */
};

struct history_page {
	struct history_entry *entries; /* newest first */
	size_t n;
	bool has_more;
	struct commit_id next; /* the `from` of the next page */
};

/* ERR_NOT_FOUND if `from` is no commit of the branch; ERR_LIMIT past the bounds
 * above or those of the arena; ERR_TIMEOUT while another process builds the
 * index. */
enum err_code store_history(struct store *s, const struct history_query *query,
    struct arena *arena, struct history_page *ret, struct err *e) must_check;

/* Of the files of this name in one directory each under `dir` of branch main
 * ("devices/", "r1.json": "devices/lab/r1.json") the one that was changed last,
 * whether it is there still or not.  Costs a look at every path that ever was.
 * ERR_NOT_FOUND if there never was one. */
enum err_code store_history_find(struct store *s, const char *dir,
    const char *name, struct arena *arena, const char **ret,
    struct err *e) must_check;

/* Brings the index of a branch up to its tip: what store_history() does first.
 * Called beforehand, no request has to wait while a large one is built. */
enum err_code store_history_update(
    struct store *s, enum store_branch branch, struct err *e) must_check;

#endif
