/*
 * What the files of the HTTP client share.
 */
#ifndef INFRA_HTTP_HTTP_INTERNAL_H
#define INFRA_HTTP_HTTP_INTERNAL_H

#include "infra/http/http.h"

#include <curl/curl.h>
#include <pthread.h>

#define HTTP_MAX_KEEP 64

/* A handle keeps its own connections: libcurl's sharing of connections between
 * threads is not safe in this version.  The one used last is taken first, so
 * that few connections serve a light load. */
struct http_client {
	char *ca_file;
	char *pin;
	long connect_ms;
	pthread_mutex_t lock;
	CURL *kept[HTTP_MAX_KEEP];
	size_t n_kept, keep;
};

void http_set_limits(CURL *h, const struct http_client *c);
/* libcurl takes 0 for no limit at all. */
long http_time_limit(struct deadline deadline);
/* Says what libcurl's code means to the caller; its code. */
enum err_code http_explain(CURLcode rc, const char *url,
    const struct http_answer *answer, const char *text, struct err *e);

#endif
