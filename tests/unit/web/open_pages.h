/*
 * The portal of fixture.h with the pages' own templates and static files.
 * SOURCE_DIR is where they are.
 */
#ifndef TESTS_UNIT_WEB_OPEN_PAGES_H
#define TESTS_UNIT_WEB_OPEN_PAGES_H

#include "unit/web/fixture.h"

#include "web/web.h"

static inline int open_pages(void **state)
{
	struct web_options options = { .threads = 4,
		.origins = { ORIGIN },
		.n_origins = 1,
		.templates = SOURCE_DIR "/templates",
		.static_dir = SOURCE_DIR "/static" };

	if (portal_open(state) != 0)
		return -1;
	web_thread_free(portal.thread);
	web_free(portal.web);
	options.dir = portal.dir;
	assert_ok(web_new(&options, &portal.web, e));
	assert_ok(web_thread_new(portal.web, &portal.thread, e));
	return 0;
}

#endif
