#include "infra/secrets/vault_answer.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* As OpenBao 2.5 answers; what is secret in it has "canary" in it. */
static const char kv2[] =
    "{\"request_id\":\"f72b6697\",\"lease_id\":\"\",\"renewable\":false,"
    "\"lease_duration\":0,\"data\":{\"data\":{\"enable\":\"canary-e\","
    "\"password\":\"canary\\u00e9\",\"username\":\"admin\"},\"metadata\":{"
    "\"created_time\":\"2026-11-21T13:24:30.027222782Z\","
    "\"custom_metadata\":null,\"deletion_time\":\"\",\"destroyed\":false,"
    "\"version\":1}},\"wrap_info\":null,\"warnings\":null,\"auth\":null}\n";
static const char kv1[] =
    "{\"request_id\":\"5026c70b\",\"lease_id\":\"\",\"renewable\":false,"
    "\"lease_duration\":2764800,\"data\":{\"password\":\"canary\","
    "\"username\":\"admin\"},\"wrap_info\":null,\"warnings\":null,"
    "\"auth\":null}\n";
static const char sign_in[] =
    "{\"request_id\":\"d5585a2e\",\"data\":null,\"warnings\":null,\"auth\":{"
    "\"client_token\":\"b.canary-_\",\"accessor\":\"\",\"policies\":["
    "\"default\"],\"lease_duration\":20,\"renewable\":false,"
    "\"token_type\":\"batch\",\"orphan\":true,\"num_uses\":0}}\n";

static enum err_code secret(
    const char *text, size_t len, int version, struct buf *out, struct err *e)
{
	return vault_answer_secret(text, len, version, out, e);
}

static void test_secrets(void **state)
{
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(secret(kv2, sizeof(kv2) - 1, 2, &out, NULL), ERR_OK);
	assert_string_equal(buf_text(&out),
	    "{\"enable\":\"canary-e\",\"password\":\"canary\xc3\xa9\","
	    "\"username\":\"admin\"}");
	buf_clear(&out);
	assert_int_equal(secret(kv1, sizeof(kv1) - 1, 1, &out, NULL), ERR_OK);
	assert_string_equal(
	    buf_text(&out), "{\"password\":\"canary\",\"username\":\"admin\"}");
	buf_release(&out);
}

/* A secret of version 1 is no secret of version 2; the reverse is one whose
 * members are objects. */
static void test_versions(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(secret(kv1, sizeof(kv1) - 1, 2, &out, &e), ERR_REMOTE);
	assert_non_null(strstr(e.message, "KV version 2"));
	assert_null(strstr(e.message, "canary"));
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void test_size(void **state)
{
	struct buf text = BUF_INIT(VAULT_ANSWER_MAX * 2);
	struct buf out = BUF_INIT(64 * 1024);
	struct err e = ERR_INIT;

	(void)state;
	buf_puts(&text, "{\"data\":{\"password\":\"");
	for (size_t i = 0; i < 64 * 1024; i++)
		buf_putc(&text, 'c');
	buf_puts(&text, "\"}}");
	assert_int_equal(
	    secret(buf_text(&text), text.len, 1, &out, &e), ERR_LIMIT);
	buf_release(&out);
	buf_release(&text);
}

static void test_tokens(void **state)
{
	struct vault_token t;

	(void)state;
	assert_int_equal(
	    vault_answer_token(sign_in, sizeof(sign_in) - 1, &t, NULL), ERR_OK);
	assert_string_equal(secret_reveal(t.text), "b.canary-_");
	assert_int_equal(t.lease_s, 20);
	secret_free(t.text);
}

static void test_leases(void **state)
{
	static const struct {
		const char *lease;
		int want;
	} all[] = { { "0", 0 }, { "-5", 0 }, { "\"9\"", 0 },
		{ "9223372036854775807", 7 * 24 * 3600 } };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vault_token t;
		char text[200];
		int n = snprintf(text, sizeof(text),
		    "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":"
		    "%s}}",
		    all[i].lease);

		assert_int_equal(
		    vault_answer_token(text, (size_t)n, &t, NULL), ERR_OK);
		assert_int_equal(t.lease_s, all[i].want);
		secret_free(t.text);
	}
}

static void test_wrong_tokens(void **state)
{
	static const char *const all[] = { "", "{}", "null", "[]", "7",
		"{\"auth\":null}", "{\"auth\":\"canary\"}", "{\"auth\":{}}",
		"{\"auth\":{\"client_token\":\"\"}}",
		"{\"auth\":{\"client_token\":7}}",
		"{\"auth\":{\"client_token\":\"canary\\nX-Other: y\"}}",
		"{\"auth\":{\"client_token\":\"canary\\u0000\"}}",
		"{\"auth\":{\"client_token\":\"canary\"}",
		"{\"auth\":{\"client_token\":\"a\",\"client_token\":\"b\"}}" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vault_token t = { .lease_s = 77 };
		struct err e = ERR_INIT;

		assert_int_equal(
		    vault_answer_token(all[i], strlen(all[i]), &t, &e),
		    ERR_REMOTE);
		assert_null(strstr(e.message, "canary"));
		assert_null(strstr(e.detail, "canary"));
		assert_int_equal(t.lease_s, 77);
	}
}

static void test_words(void **state)
{
	static const struct {
		enum vault_question question;
		int status;
		enum err_code code;
		const char *words;
	} all[] = {
		{ VAULT_SIGN_IN, 400, ERR_DENIED, "secret ID" },
		{ VAULT_SIGN_IN, 403, ERR_DENIED, "approle_mount" },
		{ VAULT_SIGN_IN, 404, ERR_INVALID, "namespace" },
		{ VAULT_READING, 403, ERR_DENIED, "denies permission" },
		{ VAULT_READING, 404, ERR_NOT_FOUND, "no such secret" },
		{ VAULT_READING, 503, ERR_REMOTE, "sealed" },
		{ VAULT_SIGN_IN, 503, ERR_REMOTE, "sealed" },
		{ VAULT_READING, 307, ERR_INVALID, "standby" },
		{ VAULT_READING, 429, ERR_REMOTE, "quota" },
		{ VAULT_READING, 500, ERR_REMOTE, "its log" },
		{ VAULT_READING, 204, ERR_REMOTE, "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(vault_answer_explain(all[i].question,
				     all[i].status, "secret/data/x", &e),
		    all[i].code);
		if (!strstr(e.message, all[i].words))
			fail_msg("%d: %s", all[i].status, e.message);
		assert_non_null(strstr(e.message, "secret/data/x"));
	}
	for (int status = 0; status < 1000; status++)
		assert_int_not_equal(
		    vault_answer_explain(VAULT_READING, status, "x", NULL),
		    ERR_OK);
}

/* --- whatever comes ------------------------------------------------------ */

static uint64_t seed = 88172645463325252u;

static size_t below(size_t n) /* xorshift64 */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % n);
}

/* Changes bytes, cuts, repeats and mixes of two answers. */
static size_t mutate(char *text, size_t len, size_t max)
{
	static const char spice[] = "{}[]\",:\\0-9eu\x00\xff\x7f\n";
	static const char *const parts[] = { kv2, kv1, sign_in };

	for (size_t n = 1 + below(6); n > 0 && len > 0; n--) {
		size_t at = below(len), run = 1 + below(12);

		switch (below(4)) {
		case 0:
			text[at] = spice[below(sizeof(spice) - 1)];
			break;
		case 1:
			len = at;
			break;
		case 2:
			if (at + run > len || len + run > max)
				break;
			memmove(text + at + run, text + at, len - at);
			len += run;
			break;
		case 3: {
			const char *other = parts[below(3)];
			size_t from = below(strlen(other));

			run = strnlen(other + from, 1 + below(80));
			if (at + run <= max) {
				memcpy(text + at, other + from, run);
				len = at + run > len ? at + run : len;
			}
			break;
		}
		}
	}
	return len;
}

/* Nothing but OK or a plain refusal; what is refused leaves nothing behind, and
 * a message never repeats the answer. */
static void check_any(const char *text, size_t len)
{
	/* exactly as long, so that a sanitizer sees what is read beyond */
	char *exact = malloc(len ? len : 1);
	struct buf out = BUF_INIT(4096);
	struct vault_token t = { .text = NULL };
	struct err e = ERR_INIT;
	enum err_code rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	for (int version = 1; version <= 2; version++) {
		rc = secret(exact, len, version, &out, &e);
		assert_true(rc == ERR_OK || rc == ERR_REMOTE);
		if (rc == ERR_OK)
			assert_int_equal(buf_text(&out)[0], '{');
		else
			assert_int_equal(out.len, 0);
		buf_clear(&out);
		assert_null(strstr(e.message, "canary"));
	}
	rc = vault_answer_token(exact, len, &t, &e);
	assert_true(rc == ERR_OK || rc == ERR_REMOTE);
	assert_true((rc == ERR_OK) == (t.text != NULL));
	assert_null(strstr(e.message, "canary"));
	secret_free(t.text);
	buf_release(&out);
	free(exact);
}

static void test_mutations(void **state)
{
	static const char *const from[] = { kv2, kv1, sign_in };
	char text[2048];

	(void)state;
	for (int i = 0; i < 6000; i++) {
		const char *start = from[below(3)];
		size_t len = strlen(start);

		memcpy(text, start, len);
		check_any(text, mutate(text, len, sizeof(text)));
	}
}

static void test_depth(void **state)
{
	char *deep = malloc(VAULT_ANSWER_MAX + 1);
	struct buf out = BUF_INIT(4096);

	(void)state;
	assert_non_null(deep);
	memset(deep, '[', VAULT_ANSWER_MAX + 1);
	check_any(deep, VAULT_ANSWER_MAX);
	/* and what is too long is not looked at */
	memset(deep, ' ', VAULT_ANSWER_MAX + 1);
	memcpy(deep, "{}", 2);
	assert_int_equal(
	    secret(deep, VAULT_ANSWER_MAX + 1, 1, &out, NULL), ERR_REMOTE);
	free(deep);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_leases),
		cmocka_unit_test(test_wrong_tokens),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
