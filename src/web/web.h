/*
 * The web program's own state: made once, shared by all threads.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "app/app.h"
#include "app/run_book.h"
#include "app/runs.h"
#include "app/search.h"
#include "app/servers.h"
#include "base/crypto.h"
#include "jinja/jinja.h"
#include "web/metrics.h"

#define WEB_MAX_ORIGINS 8

struct web_options {
	const char *dir;	/* --dir */
	const char *templates;	/* directory of the page templates */
	const char *docs;	/* documents that /help shows; NULL: none */
	const char *static_dir; /* for asset hashes in URLs */
	const char *socket;	/* Unix socket path, or NULL: fd 0 */
	const char *origins[WEB_MAX_ORIGINS]; /* public origins, for CSRF */
	size_t n_origins;
	unsigned threads;
	bool dev; /* look for changed templates and assets at each use */
};

struct web {
	struct web_options options;
	struct app app;
	struct run_index *runs;
	struct run_book *book;	     /* documents of runs over many devices */
	struct servers *servers;     /* bare metal */
	struct search_index *search; /* texts of configurations */
	struct reach_books *reach;   /* app/reach_book.h; may be NULL */
	struct jinja_env *pages;
	struct router *router;
	struct page_files *files;  /* page_files.h: templates, assets */
	struct session_keys *keys; /* signed.h */
	struct throttle *throttle; /* sign-in guessing */
	/* of a random text: what an unknown user's password is compared
	 * with, so that it takes as long as a known one's */
	char dummy_hash[PASSWORD_HASH_SIZE];
	struct web_metrics metrics;
	struct page_cache *page_cache; /* pages/page_cache.h; may be NULL */
};

enum err_code web_new(const struct web_options *options, struct web **ret,
    struct err *e) must_check;
void web_free(struct web *web);

/* What the operations of REST work on, without pages, sessions and a router:
 * for those who call them in process.  web: zeroed; closed by the caller
 * whatever the result. */
enum err_code web_open_services(
    struct web *web, const char *dir, struct err *e) must_check;
void web_close_services(struct web *web);

/* web/fcgi: serves until SIGTERM or SIGINT; requests in progress are finished.
 */
enum err_code web_serve(struct web *web, struct err *e) must_check;

#endif
