/*
 * The files that pages are made of: templates, read by the engine's loader,
 * and the static files, whose hashes make their URLs change when they do.
 *
 * Everything is read when the program starts; with `dev` a changed file is
 * noticed at its next use.  Immutable otherwise; any thread.
 */
#ifndef WEB_PAGE_FILES_H
#define WEB_PAGE_FILES_H

#include "jinja/jinja.h"

struct page_files;

#define PAGE_FILES_MAX 1024
#define PAGE_FILE_MAX_BYTES ((size_t)4 * 1024 * 1024)

struct page_files_options {
	const char *templates;
	const char *static_dir;
	bool dev;
};

/* Borrows the texts of options. */
enum err_code page_files_open(const struct page_files_options *options,
    struct page_files **ret, struct err *e) must_check;
void page_files_free(struct page_files *files); /* NULL is fine */

/* A jinja_loader; ctx is the struct page_files. */
enum err_code page_files_load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e);

#define PAGE_FILES_HASH_SIZE 13
/* Twelve hexadecimal digits of the SHA-256; false if there is no such static
 * file. */
bool page_files_asset(const struct page_files *files, const char *name,
    char hash[PAGE_FILES_HASH_SIZE]);

#endif
