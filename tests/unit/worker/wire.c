#include "worker/wire.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static int pair[2];

static int setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int teardown(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static json_t *receive(struct buf *in)
{
	json_t *message = NULL;
	bool open = true;

	while (open && !message) {
		assert_int_equal(wire_take(in, &message, NULL), ERR_OK);
		if (!message)
			assert_int_equal(wire_fill(pair[1], in, &open, NULL),
			    ERR_OK);
	}
	return message;
}

static void test_messages_in_order(void **state)
{
	struct buf in = BUF_INIT(WIRE_MAX_MESSAGE + 65540);

	(void)state;
	for (int i = 0; i < 3; i++) {
		json_t *m = json_pack("{s:i}", "n", i);

		assert_int_equal(wire_send(pair[0], m, NULL), ERR_OK);
		json_decref(m);
	}
	for (int i = 0; i < 3; i++) {
		json_t *m = receive(&in);

		assert_int_equal(json_number(m, "n", -1), i);
		json_decref(m);
	}
	buf_release(&in);
}

static void *send_big(void *arg)
{
	assert_int_equal(wire_send(pair[0], arg, NULL), ERR_OK);
	return NULL;
}

static void test_a_large_message(void **state)
{
	struct buf in = BUF_INIT(WIRE_MAX_MESSAGE + 65540);
	size_t len = (size_t)5 << 20;
	char *text = malloc(len + 1);
	json_t *m, *got;
	pthread_t thread;

	(void)state;
	memset(text, 'x', len);
	text[len] = '\0';
	m = json_pack("{s:s}", "text", text);
	pthread_create(&thread, NULL, send_big, m);
	got = receive(&in);
	pthread_join(thread, NULL);
	assert_true(json_equal(m, got));
	json_decref(m);
	json_decref(got);
	free(text);
	buf_release(&in);
}

static void test_nonsense(void **state)
{
	struct buf in = BUF_INIT(WIRE_MAX_MESSAGE + 65540);
	json_t *m = NULL;

	(void)state;
	buf_add(&in, "\xff\xff\xff\xff{}", 6);
	assert_int_equal(wire_take(&in, &m, NULL), ERR_CORRUPT);
	assert_null(m);
	buf_clear(&in);
	buf_add(&in, "\0\0\0\2{x", 6);
	assert_int_not_equal(wire_take(&in, &m, NULL), ERR_OK);
	assert_null(m);
	buf_clear(&in);
	buf_add(&in, "\0\0\0\5{}", 6); /* not all of it is there yet */
	assert_int_equal(wire_take(&in, &m, NULL), ERR_OK);
	assert_null(m);
	buf_release(&in);
}

static void test_the_other_side_is_gone(void **state)
{
	struct buf in = BUF_INIT(WIRE_MAX_MESSAGE + 65540);
	json_t *m = json_object();
	bool open = true;

	(void)state;
	close(pair[0]);
	pair[0] = -1;
	assert_int_equal(wire_fill(pair[1], &in, &open, NULL), ERR_OK);
	assert_false(open);
	assert_int_not_equal(wire_send(pair[1], m, NULL), ERR_OK);
	json_decref(m);
	buf_release(&in);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_messages_in_order),
		T(test_a_large_message),
		T(test_nonsense),
		T(test_the_other_side_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
