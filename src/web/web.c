#include "web/web.h"

#include "app/port/queue.h"
#include "app/device_need.h"
#include "app/reach_book.h"
#include "web/page.h"
#include "web/pages/page_cache.h"
#include "web/router.h"
#include "web/signed.h"
#include "web/throttle.h"

#include <stdlib.h>

/* A few for each of some thousand devices. */
#define PAGE_CACHE_ENTRIES 32768

/* yescrypt takes some 10 ms of a processor; half of the threads stay free for
 * those who are signed in. */
static unsigned sign_ins_at_once(const struct web_options *options)
{
	return options->threads > 2 ? options->threads / 2 : 1;
}

enum err_code web_open_services(struct web *web, const char *dir, struct err *e)
{
	enum err_code rc = app_open(dir, &web->app, e);

	if (rc == ERR_OK)
		app_watch(&web->app);
	if (rc == ERR_OK)
		rc = queue_prepare(dir, e);
	if (rc == ERR_OK)
		rc = run_index_new(&web->app, &web->runs, e);
	if (rc == ERR_OK)
		rc = run_book_new(&web->app, web->runs, &web->book, e);
	if (rc == ERR_OK)
		device_need_source_use(web->app.needs, web->runs);
	if (rc == ERR_OK)
		rc = servers_new(&web->app, &web->servers, e);
	if (rc == ERR_OK)
		rc = search_index_new(&web->app, &web->search, e);
	if (rc == ERR_OK)
		rc = reach_books_new(dir, &web->reach, e);
	return rc;
}

void web_close_services(struct web *web)
{
	reach_books_free(web->reach);
	search_index_free(web->search);
	servers_free(web->servers);
	run_book_free(web->book);
	if (web->runs)
		run_index_free(web->runs);
	if (web->app.store)
		app_close(&web->app);
}

static enum err_code open_parts(struct web *web, struct err *e)
{
	const struct web_options *o = &web->options;
	struct page_files_options files = { o->templates, o->static_dir,
		o->dev };
	char random[33];
	enum err_code rc;

	random_hex(random, (sizeof(random) - 1) / 2);
	rc = web_open_services(web, o->dir, e);
	if (rc == ERR_OK)
		rc = session_keys_open(o->dir, &web->keys, e);
	if (rc == ERR_OK)
		rc = page_files_open(&files, &web->files, e);
	if (rc == ERR_OK)
		rc = page_env_new(web->files, &web->pages, e);
	if (rc == ERR_OK)
		rc = router_new(&web->router, e);
	if (rc == ERR_OK)
		rc = password_hash(random, web->dummy_hash, e);
	if (rc != ERR_OK)
		return rc;
	web->throttle = throttle_new(sign_ins_at_once(o));
	web->page_cache = page_cache_new(PAGE_CACHE_ENTRIES);
	return web->throttle && web->page_cache
		   ? ERR_OK
		   : err_set(e, ERR_SYSTEM, "out of memory");
}

enum err_code web_new(
    const struct web_options *options, struct web **ret, struct err *e)
{
	struct web *web = calloc(1, sizeof(*web));
	enum err_code rc;

	if (!web)
		return err_set(e, ERR_SYSTEM, "out of memory");
	web->options = *options;
	rc = open_parts(web, e);
	if (rc != ERR_OK) {
		web_free(web);
		return rc;
	}
	*ret = web;
	return ERR_OK;
}

void web_free(struct web *web)
{
	if (!web)
		return;
	page_cache_free(web->page_cache);
	throttle_free(web->throttle);
	router_free(web->router);
	web_close_services(web);
	session_keys_free(web->keys);
	if (web->pages)
		jinja_env_free(web->pages);
	page_files_free(web->files);
	free(web);
}
