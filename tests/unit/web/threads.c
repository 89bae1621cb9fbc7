/*
 * Many threads over one portal: reading pages and REST while others write.
 * Meant for ThreadSanitizer; without it, that every answer is whole.
 */
#include "unit/web/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#define READERS 3
#define WRITERS 2
#define WRITES 15

struct task {
	struct web_thread *thread;
	int number;
};

static atomic_int left_to_write = WRITERS;
static atomic_int wrong;

static size_t no_body(void *ctx, char *to, size_t len)
{
	(void)ctx;
	(void)to;
	(void)len;
	return 0;
}

static int read_once(struct web_thread *t, const char *uri, const char *token)
{
	char target[200], authorization[200];
	char method[] = "REQUEST_METHOD=GET", address[] = "REMOTE_ADDR=::1";
	char *variables[] = { method, target, authorization, address, NULL };
	struct exchange_input in = { variables, no_body, NULL };
	struct exchange_reply reply;

	snprintf(target, sizeof(target), "REQUEST_URI=%s", uri);
	snprintf(authorization, sizeof(authorization),
	    "HTTP_AUTHORIZATION=Bearer %s", token);
	web_thread_answer(t, &in, &reply);
	return reply.status;
}

static void *reader(void *arg)
{
	static const char *const uris[] = { "/api/v1/devices",
		"/api/v1/devices/r1", "/api/v1/runs", "/nowhere", "/login",
		"/api/v1/devices/r1/history" };
	static const int wanted[] = { 200, 200, 200, 404, 303, 200 };
	struct task *task = arg;

	for (int i = 0; left_to_write > 0 || i < 12; i++) {
		int status = read_once(
		    task->thread, uris[i % 6], portal.tokens[TOKEN_VIEWER]);

		if (status != wanted[i % 6])
			wrong++;
	}
	return NULL;
}

static int write_once(struct web_thread *t, int number, int turn)
{
	char text[100], length[40];
	struct fixture_body body = { text, 0 };
	char method[] = "REQUEST_METHOD=PATCH";
	char target[] = "REQUEST_URI=/api/v1/devices/r1";
	char type[] = "CONTENT_TYPE=application/json";
	char match[] = "HTTP_IF_MATCH=*", authorization[200];
	char *variables[] = { method, target, type, length, match,
		authorization, NULL };
	struct exchange_input in = { variables, fixture_read, &body };
	struct exchange_reply reply;

	snprintf(text, sizeof(text), "{\"serial\":\"w%d-%d\"}", number, turn);
	body.left = strlen(text);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", body.left);
	snprintf(authorization, sizeof(authorization),
	    "HTTP_AUTHORIZATION=Bearer %s", portal.tokens[TOKEN_ADMIN]);
	web_thread_answer(t, &in, &reply);
	return reply.status;
}

static void *writer(void *arg)
{
	struct task *task = arg;

	for (int turn = 0; turn < WRITES; turn++) {
		if (write_once(task->thread, task->number, turn) != 200)
			wrong++;
	}
	left_to_write--;
	return NULL;
}

static void test_readers_and_writers_share_a_portal(void **state)
{
	pthread_t threads[READERS + WRITERS];
	struct task tasks[READERS + WRITERS];
	struct exchange_reply reply;
	json_t *list;

	(void)state;
	for (int i = 0; i < READERS + WRITERS; i++) {
		tasks[i].number = i;
		assert_ok(web_thread_new(portal.web, &tasks[i].thread, e));
		assert_int_equal(pthread_create(&threads[i], NULL,
				     i < READERS ? reader : writer, &tasks[i]),
		    0);
	}
	for (int i = 0; i < READERS + WRITERS; i++) {
		pthread_join(threads[i], NULL);
		web_thread_free(tasks[i].thread);
	}
	assert_int_equal(wrong, 0);
	/* every acknowledged write is a commit, and the fill is one more */
	reply =
	    ask(&(struct ask){ .uri = "/api/v1/devices/r1/history?limit=500",
		.token = portal.tokens[TOKEN_VIEWER] });
	list = json_of(&reply);
	assert_int_equal(json_array_size(json_object_get(list, "items")),
	    WRITERS * WRITES + 1);
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers_and_writers_share_a_portal),
	};

	return cmocka_run_group_tests(tests, portal_open, portal_close);
}
