/*
 * NX-API of the simulated NX-OS: both formats, their errors and chunks.
 */
#include "sim/device.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct device_login login = { "admin", "admin", NULL };

struct fixture {
	struct device device;
	struct buf answer;
	unsigned status;
	json_t *reply;
};

static void begin(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	buf_init(&f->answer, 1 << 20);
	device_init(&f->device, platform_find("nxos"), &login, "d1", 0, NULL);
	device_lock(&f->device);
}

static void end(struct fixture *f)
{
	json_decref(f->reply);
	buf_release(&f->answer);
	device_unlock(&f->device);
	device_release(&f->device);
}

static void ask(struct fixture *f, const char *type, const char *body)
{
	const struct http_post post = { "admin", type, body, strlen(body) };

	buf_clear(&f->answer);
	json_decref(f->reply);
	f->status =
	    f->device.platform->http_post(&f->device, &post, &f->answer);
	f->reply = json_loadb(f->answer.data, f->answer.len, 0, NULL);
	assert_true(f->reply != NULL || f->status == 404);
}

static void rpc(struct fixture *f, const char *body)
{
	ask(f, "application/json-rpc", body);
}

#define RPC(method, command, id)                                      \
	"{\"jsonrpc\":\"2.0\",\"method\":\"" method "\",\"params\":{" \
	"\"cmd\":\"" command "\",\"version\":1},\"id\":" id "}"

static void assert_rpc_error(
    const struct fixture *f, const json_t *answer, unsigned status, int code)
{
	const json_t *error = json_object_get(answer, "error");

	assert_int_equal(f->status, status);
	assert_int_equal(
	    json_integer_value(json_object_get(error, "code")), code);
}

static void rpc_answers_in_a_session(void **state)
{
	struct fixture f;
	const char *text;

	(void)state;
	begin(&f);
	rpc(&f, "[" RPC("cli", "configure terminal", "1") "," RPC("cli",
		    "hostname x",
		    "2") "," RPC("cli_ascii", "show hostname", "3") "]");
	assert_int_equal(f.status, 200);
	assert_int_equal(json_array_size(f.reply), 3);
	assert_true(json_is_null(
	    json_object_get(json_array_get(f.reply, 0), "result")));
	assert_int_equal(json_unpack(json_array_get(f.reply, 2), "{s:{s:s}}",
			     "result", "msg", &text),
	    0);
	assert_string_equal(text, "x \n");
	/* a list of one is answered without a list */
	rpc(&f, "[" RPC("cli", "show hostname", "1") "]");
	assert_int_equal(json_unpack(f.reply, "{s:{s:{s:s}}}", "result", "body",
			     "hostname", &text),
	    0);
	assert_string_equal(text, "x");
	end(&f);
}

static void rpc_errors(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	rpc(&f, "{");
	assert_rpc_error(&f, f.reply, 400, -32700);
	rpc(&f, "{\"method\":\"cli\",\"id\":1}");
	assert_rpc_error(&f, f.reply, 400, -32600);
	rpc(&f, RPC("cli_bash", "ls", "1"));
	assert_rpc_error(&f, f.reply, 400, -32601);
	/* the first error ends the batch */
	rpc(&f, "[" RPC("cli", "terminal length 0", "1") "," RPC("cli", "bogus",
		    "2") "," RPC("cli", "show hostname", "3") "]");
	assert_int_equal(json_array_size(f.reply), 2);
	assert_rpc_error(&f, json_array_get(f.reply, 1), 500, -32602);
	f.device.hostile.api_busy = 1;
	rpc(&f, RPC("cli", "show hostname", "1"));
	assert_rpc_error(&f, f.reply, 500, -32603);
	rpc(&f, RPC("cli", "show hostname", "1"));
	assert_int_equal(f.status, 200);
	assert_true(platform_find("nxos")->edit(
	    &f.device, "no feature nxapi\n", &f.answer));
	rpc(&f, RPC("cli", "show hostname", "1"));
	assert_int_equal(f.status, 404);
	end(&f);
}

/* Questions cannot be answered over NX-API. */
static void questions_fail(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	rpc(&f, RPC("cli", "checkpoint file bootflash:a", "1"));
	assert_int_equal(f.status, 200);
	rpc(&f, RPC("cli", "checkpoint file bootflash:a", "1"));
	assert_rpc_error(&f, f.reply, 500, -32602);
	rpc(&f, "[" RPC("cli", "terminal dont-ask", "1") "," RPC(
		    "cli", "checkpoint file bootflash:a", "2") "]");
	assert_int_equal(f.status, 200);
	end(&f);
}

/* --- {"ins_api": …} ------------------------------------------------------ */

static const char *ins(struct fixture *f, const char *type, const char *chunk,
    const char *sid, const char *input)
{
	json_t *request = json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}}",
	    "ins_api", "version", "1.0", "type", type, "chunk", chunk, "sid",
	    sid, "input", input, "output_format", "json");
	char *body = json_dumps(request, 0);
	const char *code = "";

	ask(f, "application/json", body);
	assert_int_equal(f->status, 200);
	free(body);
	json_decref(request);
	(void)json_unpack(f->reply, "{s:{s:{s:{s:s}}}}", "ins_api", "outputs",
	    "output", "code", &code);
	return code;
}

static void ins_codes(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_string_equal(
	    ins(&f, "cli_show", "0", "", "show hostname"), "200");
	assert_string_equal(
	    ins(&f, "cli_show", "0", "", "show nothing"), "400");
	assert_string_equal(ins(&f, "cli_show", "0", "", "show clock"), "501");
	assert_string_equal(ins(&f, "bash", "0", "", "ls"), "501");
	assert_string_equal(ins(&f, "cli_what", "0", "", "ls"), "501");
	assert_string_equal(ins(&f, "cli_show", "0", "", " ;"), "400");
	assert_string_equal(ins(&f, "cli_conf", "0", "", "show clock"), "405");
	assert_string_equal(ins(&f, "cli_conf", "1", "", "hostname y"), "501");
	assert_string_equal(
	    ins(&f, "cli_show_ascii", "0", "",
		"show clock ;show clock ;show clock ;show clock ;show clock ;"
		"show clock ;show clock ;show clock ;show clock ;show clock ;"
		"show clock"),
	    "413");
	ask(&f, "application/json", "{}");
	assert_non_null(strstr(buf_text(&f.answer), "message is invalid"));
	end(&f);
}

/* Lines stop at the first that is refused, and a description keeps its
 * semicolon. */
static void ins_configures(void **state)
{
	struct buf config = BUF_INIT(1 << 20);
	struct fixture f;

	(void)state;
	begin(&f);
	ins(&f, "cli_conf", "0", "",
	    "interface Ethernet1/3 ;description a;b ;bogus ;hostname never");
	platform_find("nxos")->get_config(
	    &f.device, DEVICE_RUNNING, NULL, &config);
	assert_non_null(strstr(buf_text(&config), "  description a;b\n"));
	assert_null(strstr(buf_text(&config), "never"));
	buf_release(&config);
	end(&f);
}

static void ins_chunks(void **state)
{
	struct buf all = BUF_INIT(1 << 20);
	const char *sid = "", *part, *code;
	char next[32] = "";
	struct fixture f;
	unsigned n = 0;

	(void)state;
	begin(&f);
	for (int i = 0; i < 600; i++) {
		char line[64];

		snprintf(line, sizeof(line), "ip route 10.%d.%d.0/24 Null0\n",
		    i / 100, i % 100);
		assert_true(
		    platform_find("nxos")->edit(&f.device, line, &f.answer));
	}
	do {
		code =
		    ins(&f, "cli_show_ascii", "1", next, "show running-config");
		assert_string_equal(code, "200");
		assert_int_equal(
		    json_unpack(f.reply, "{s:{s:s, s:{s:{s:s}}}}", "ins_api",
			"sid", &sid, "outputs", "output", "body", &part),
		    0);
		buf_puts(&all, part);
		assert_true(text_copy(next, sizeof(next), sid));
		n++;
	} while (strcmp(next, "eoc") != 0 && n < 10);
	assert_in_range(n, 2, 9);
	assert_non_null(strstr(buf_text(&all), "ip route 10.5.99.0/24"));
	assert_non_null(strstr(buf_text(&all), "line vty\n"));
	assert_string_equal(
	    ins(&f, "cli_show_ascii", "1", "sid-77", "show running-config"),
	    "417");
	buf_release(&all);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rpc_answers_in_a_session),
		cmocka_unit_test(rpc_errors),
		cmocka_unit_test(questions_fail),
		cmocka_unit_test(ins_codes),
		cmocka_unit_test(ins_configures),
		cmocka_unit_test(ins_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
