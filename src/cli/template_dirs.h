/*
 * Templates in directories, for use without a store.
 *
 * A name is looked up in each directory in turn.  The kernel resolves it
 * beneath the directory (openat2(2), RESOLVE_BENEATH): "..", absolute paths
 * and symbolic links that lead out are refused.
 */
#ifndef CLI_TEMPLATE_DIRS_H
#define CLI_TEMPLATE_DIRS_H

#include "jinja/jinja.h"

#define TEMPLATE_DIRS_MAX 16

struct template_dirs {
	const char *paths[TEMPLATE_DIRS_MAX]; /* borrowed */
	int fds[TEMPLATE_DIRS_MAX];
	int n, n_open;
	char own[4096]; /* the directory of the template */
};

/* false: too many */
bool template_dirs_add(struct template_dirs *d, const char *path);

/* Opens them all, the template's own directory first; *ret_name is the
 * template's name in it. */
enum err_code template_dirs_open(struct template_dirs *d, const char *template,
    const char **ret_name, struct err *e) must_check;
void template_dirs_close(struct template_dirs *d);

/* A jinja_loader; ctx is the struct template_dirs. */
enum err_code template_dirs_load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e);

#endif
