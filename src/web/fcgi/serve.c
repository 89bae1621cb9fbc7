/*
 * The FastCGI adapter: the only file that includes libfcgi.
 *
 * One FCGX_Request a thread; all threads wait in accept() on one socket.
 * libfcgi does not notice SIGTERM in other threads, so the main thread waits
 * for the signal, tells libfcgi, wakes the threads out of accept() (listener.h)
 * and joins them, each of which first finishes its request.
 */
#include "web/exchange.h"

#include "app/history_keeper.h"
#include "base/log.h"
#include "web/fcgi/listener.h"

#include <fcgiapp.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ACCEPT_PAUSE_NS (100L * 1000 * 1000)
#define WAKE_FIRST_MS 5 /* then twice as long each time */
#define WAKE_MAX_MS 640

struct server {
	struct web *web;
	struct listener listener;
	atomic_bool stopping;
	pthread_t *threads;
	unsigned n_threads; /* that run */
};

static size_t read_body(void *ctx, char *to, size_t len)
{
	int want = len > (1 << 20) ? 1 << 20 : (int)len;
	int got = FCGX_GetStr(to, want, ctx);

	return got > 0 ? (size_t)got : 0;
}

static bool has_body(const FCGX_Request *request)
{
	const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);

	return length && *length;
}

/*
 * Before it closes, libfcgi shuts its side down and waits for nginx to close
 * as well: if bytes of a request lay unread, the close would reset the
 * connection and nginx might lose the answer.  Of a request without a body
 * nothing but the mark of its end is left to read; with that read the
 * connection is closed at once, and no thread waits for nginx.
 */
static void finish_request(FCGX_Request *request)
{
	if (!has_body(request) && FCGX_GetChar(request->in) == EOF &&
	    FCGX_GetError(request->in) == 0)
		(void)FCGX_Detach(request);
	FCGX_Finish_r(request);
}

/* A client that has left shows as a failed write: there is nobody to tell. */
static void send_reply(FCGX_Stream *out, const struct exchange_reply *reply)
{
	if (FCGX_PutStr(reply->head, (int)reply->head_len, out) < 0)
		return;
	if (reply->body_len)
		(void)FCGX_PutStr(reply->body, (int)reply->body_len, out);
}

static void serve_requests(
    struct server *s, struct web_thread *t, FCGX_Request *request)
{
	while (!s->stopping) {
		struct exchange_reply reply;
		struct exchange_input in = { .read_body = read_body };
		int rc = FCGX_Accept_r(request);

		if (rc < 0) {
			if (s->stopping)
				return;
			/* out of descriptors, perhaps: others may end soon */
			log_warning("accept: %s", strerror(-rc));
			nanosleep(
			    &(struct timespec){ .tv_nsec = ACCEPT_PAUSE_NS },
			    NULL);
			continue;
		}
		in.variables = request->envp;
		in.ctx = request->in;
		web_thread_answer(t, &in, &reply);
		send_reply(request->out, &reply);
		finish_request(request);
	}
}

static void *thread_main(void *arg)
{
	struct server *s = arg;
	struct err e = ERR_INIT;
	struct web_thread *t;
	FCGX_Request request;

	if (web_thread_new(s->web, &t, &e) != ERR_OK) {
		log_err(&e, "a request thread");
		return NULL;
	}
	if (FCGX_InitRequest(
		&request, s->listener.fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0) {
		serve_requests(s, t, &request);
		FCGX_Free(&request, 1);
	}
	web_thread_free(t);
	return NULL;
}

static enum err_code start_threads(struct server *s, struct err *e)
{
	unsigned want = s->web->options.threads;

	s->threads = calloc(want, sizeof(*s->threads));
	if (!s->threads)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (; s->n_threads < want; s->n_threads++) {
		int rc = pthread_create(
		    &s->threads[s->n_threads], NULL, thread_main, s);

		if (rc != 0)
			return err_set(e, ERR_SYSTEM,
			    "cannot start thread %u of %u: %s",
			    s->n_threads + 1, want, strerror(rc));
	}
	return ERR_OK;
}

/* Another program on the same socket may have been given what was to wake a
 * thread of ours, so it is asked again until the thread has ended. */
static void join_thread(struct server *s, pthread_t thread)
{
	long pause_ms = WAKE_FIRST_MS;
	struct timespec until;

	for (;;) {
		listener_stop(&s->listener);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += pause_ms * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_clockjoin_np(
			thread, NULL, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
			return;
		if (pause_ms < WAKE_MAX_MS)
			pause_ms *= 2;
	}
}

static void stop_threads(struct server *s)
{
	s->stopping = true;
	FCGX_ShutdownPending();
	for (unsigned i = 0; i < s->n_threads; i++)
		join_thread(s, s->threads[i]);
	free(s->threads);
}

static void wait_for_signal(const sigset_t *signals)
{
	int got = 0;

	while (sigwait(signals, &got) != 0)
		;
	log_info("stopping: %s", strsignal(got));
}

enum err_code web_serve(struct web *web, struct err *e)
{
	struct server s = { .web = web };
	struct history_keeper *keeper = NULL;
	sigset_t signals;
	enum err_code rc;

	/* before the threads, which inherit it */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (FCGX_Init() != 0)
		return err_set(e, ERR_SYSTEM, "libfcgi cannot start");
	rc = listener_open(web->options.socket, &s.listener, e);
	if (rc != ERR_OK)
		return rc;
	rc = start_threads(&s, e);
	if (rc == ERR_OK)
		rc = history_keeper_start(web->app.store, &keeper, e);
	if (rc == ERR_OK)
		rc = search_index_start(web->search, e);
	if (rc == ERR_OK) {
		log_info("serving socket=%s threads=%u",
		    web->options.socket ? web->options.socket : "inherited",
		    s.n_threads);
		wait_for_signal(&signals);
	}
	stop_threads(&s);
	search_index_stop(web->search);
	history_keeper_stop(keeper);
	listener_close(&s.listener);
	return rc;
}
