/*
 * What snapshot.c builds and snapshot_query.c reads.
 */
#ifndef APP_SNAPSHOT_INTERNAL_H
#define APP_SNAPSHOT_INTERNAL_H

#include "app/snapshot.h"

#include <stdatomic.h>

/* A configuration file: device name → version.  Shared like a record. */
struct config_file {
	atomic_uint refs;
	struct blob_id blob;
	char device[64];
	char area[64];
};

struct snapshot {
	atomic_uint refs;
	struct commit_id commit;
	struct {
		const struct record **items; /* sorted by key */
		size_t n;
	} kinds[KIND_COUNT];
	struct {
		struct config_file **items; /* sorted by device */
		size_t n;
	} configs[2];
	struct snapshot_problem *problems; /* texts owned; sorted by path */
	size_t n_problems;
	const struct record *default_settings;
};

#endif
