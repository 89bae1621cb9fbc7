/*
 * Promise P10: what must not be done twice is sent once, also where the kept
 * connection dies with the request in it and a library would send it again.
 */
#include "app/port/baremetal.h"

#include "unit/infra_http/peer.h"

#include <stdio.h>

#define NODE "{\"uuid\":\"u\",\"provision_state\":\"available\"}"

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		n++;
	return n;
}

static struct baremetal *open_at(int port, char url[64])
{
	struct baremetal_settings settings = { .url = url,
		.auth = BAREMETAL_AUTH_NONE,
		.auth_url = "",
		.username = "",
		.user_domain = "",
		.project = "",
		.project_domain = "",
		.region = "",
		.interface = "public",
		.glance_url = "",
		.ca_file = "",
		.timeout_ms = 400 };
	struct baremetal *b;

	snprintf(url, 64, "http://127.0.0.1:%d", port);
	assert_int_equal(baremetal_open(&settings, &b, NULL), ERR_OK);
	return b;
}

static void a_write_is_sent_once(void **state)
{
	char answer[200], url[64];
	const char *const first[] = { answer, "", NULL };
	const char *const second[] = { "", NULL };
	struct peer p = { .connections = { first, second },
		.n_connections = 2 };
	struct arena *arena = arena_new((size_t)1 << 20);
	struct baremetal_node node;
	struct err e = ERR_INIT;
	struct baremetal *b;

	(void)state;
	snprintf(answer, sizeof(answer),
	    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    strlen(NODE), NODE);
	peer_start(&p);
	b = open_at(p.port, url);
	assert_int_equal(
	    baremetal_node_get(b, deadline_in_ms(5000), "u", arena, &node, &e),
	    ERR_OK);
	assert_int_equal(baremetal_node_provision(
			     b, deadline_in_ms(5000), "u", "active", NULL, &e),
	    ERR_UNKNOWN_OUTCOME);
	baremetal_close(b);
	peer_finish(&p);
	assert_int_equal(count(buf_text(&p.seen), "GET "), 1);
	assert_int_equal(count(buf_text(&p.seen), "PUT "), 1);
	buf_release(&p.seen);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_is_sent_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
