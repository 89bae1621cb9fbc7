#include "app/hostkey_waiting.h"

#include "base/watch.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than a person looks through: from then on the disk is asked. */
#define NAMES_MAX 4096
#define NAME_SIZE 72 /* "<device>.json" */

struct hostkey_waiting {
	char *path;
	struct watch *watch;
	pthread_mutex_t lock; /* of all below */
	uint64_t generation;  /* of the watch, that `names` holds for */
	bool known;
	size_t n;
	char (*names)[NAME_SIZE]; /* of files, sorted */
};

enum err_code hostkey_waiting_new(
    const char *dir, struct hostkey_waiting **ret, struct err *e)
{
	struct hostkey_waiting *w = calloc(1, sizeof(*w));
	enum err_code rc;

	if (!w)
		return err_set(e, ERR_SYSTEM, "out of memory");
	pthread_mutex_init(&w->lock, NULL);
	w->names = malloc(NAMES_MAX * sizeof(*w->names));
	if (!w->names || asprintf(&w->path, "%s/pending-hostkeys", dir) < 0) {
		w->path = NULL;
		hostkey_waiting_free(w);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	rc = watch_new((const char *const[]){ w->path }, 1, &w->watch, e);
	if (rc != ERR_OK) {
		hostkey_waiting_free(w);
		return rc;
	}
	*ret = w;
	return ERR_OK;
}

void hostkey_waiting_free(struct hostkey_waiting *w)
{
	if (!w)
		return;
	watch_free(w->watch);
	pthread_mutex_destroy(&w->lock);
	free(w->names);
	free(w->path);
	free(w);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool read_names(struct hostkey_waiting *w)
{
	DIR *dir = opendir(w->path);
	const struct dirent *entry;
	size_t n = 0;

	if (!dir)
		return false;
	while (n < NAMES_MAX && (entry = readdir(dir))) {
		/* a longer one is no device's */
		if (strlen(entry->d_name) < NAME_SIZE)
			strcpy(w->names[n++], entry->d_name);
	}
	closedir(dir);
	qsort(w->names, n, sizeof(*w->names), by_name);
	w->n = n;
	return n < NAMES_MAX;
}

bool hostkey_waiting_may_have(struct hostkey_waiting *w, const char *device)
{
	uint64_t generation = watch_generation(w ? w->watch : NULL);
	char name[NAME_SIZE];
	bool found = true;
	int len;

	len = snprintf(name, sizeof(name), "%s.json", device);
	if (generation == 0 || len < 0 || (size_t)len >= sizeof(name))
		return true;
	pthread_mutex_lock(&w->lock);
	if (w->generation != generation) {
		w->known = read_names(w);
		w->generation = generation;
	}
	if (w->known)
		found = bsearch(name, w->names, w->n, sizeof(*w->names),
			    by_name) != NULL;
	pthread_mutex_unlock(&w->lock);
	return found;
}
