/*
 * The template environment of the pages: the loader, and the functions and
 * filters that templates may use (docs/pages.md).
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "web/page_files.h"

/* Borrows `files`.  The result is freed by jinja_env_free(). */
enum err_code page_env_new(
    struct page_files *files, struct jinja_env **ret, struct err *e) must_check;

#endif
