/*
 * What snapshot.c builds and snapshot_query.c reads.
 */
#ifndef APP_SNAPSHOT_INTERNAL_H
#define APP_SNAPSHOT_INTERNAL_H

#include "app/snapshot.h"

#include <stdatomic.h>

/* A configuration file: its version by "device/area".  Shared like a record. */
struct config_file {
	atomic_uint refs;
	struct blob_id blob;
	char key[128];
};

struct snapshot {
	atomic_uint refs;
	struct commit_id commit;
	struct {
		const struct record **items; /* sorted by key */
		size_t n;
	} kinds[KIND_COUNT];
	struct {
		struct config_file **items; /* sorted by key */
		size_t n;
	} configs[2];
	struct snapshot_problem *problems; /* texts owned; sorted by path */
	size_t n_problems;
	const struct record *default_settings;
};

#endif
