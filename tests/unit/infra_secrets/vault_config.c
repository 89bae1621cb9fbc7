#include "infra/secrets/vault_config.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/stat.h>

#define ADDRESS "\"address\":\"https://vault.example.net:8200\""
#define TOKEN "\"token_file\":\"secrets/token\""

static void parses(const char *text, struct vault_config *ret)
{
	struct err e = ERR_INIT;

	if (vault_config_parse(text, strlen(text), ret, &e) != ERR_OK)
		fail_msg("%s: %s", text, e.message);
}

static void test_defaults(void **state)
{
	struct vault_config c;

	(void)state;
	parses("{" ADDRESS "," TOKEN "}", &c);
	assert_string_equal(c.address, "https://vault.example.net:8200");
	assert_null(c.ca_file);
	assert_null(c.name_space);
	assert_string_equal(c.mount, "secret");
	assert_string_equal(c.prefix, "switchyard");
	assert_string_equal(c.approle_mount, "approle");
	assert_null(c.role_id);
	assert_string_equal(c.token_file, "secrets/token");
	assert_int_equal(c.kv_version, 2);
	assert_int_equal(c.timeout_ms, 10000);
	vault_config_release(&c);
	assert_null(c.doc);
}

static void check_path(
    const char *settings, const char *reference, const char *want)
{
	struct buf out = BUF_INIT(1000);
	struct vault_config c;
	char text[400];

	snprintf(text, sizeof(text), "{" ADDRESS "," TOKEN "%s}", settings);
	parses(text, &c);
	assert_int_equal(vault_config_path(&c, reference, &out, NULL), ERR_OK);
	assert_string_equal(buf_text(&out), want);
	buf_release(&out);
	vault_config_release(&c);
}

static void test_paths(void **state)
{
	static const char *const wrong[] = { "", ".", "..", "a/b", "a b",
		"a%2fb", "a?b", "\xc3\xa9" };
	struct buf out = BUF_INIT(1000);
	struct vault_config c;

	(void)state;
	check_path("", "lab", "secret/data/switchyard/lab");
	check_path(",\"prefix\":\"\"", "lab", "secret/data/lab");
	check_path(",\"mount\":\"net/kv\",\"prefix\":\"a/b\",\"kv_version\":1",
	    "r-1.x", "net/kv/a/b/r-1.x");
	parses("{" ADDRESS "," TOKEN "}", &c);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    vault_config_path(&c, wrong[i], &out, NULL), ERR_INVALID);
	assert_int_equal(out.len, 0);
	vault_config_release(&c);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *address;
		bool right;
	} all[] = {
		{ "https://vault.example.net", true },
		{ "https://10.0.0.1:8200", true },
		{ "https://[2001:db8::1]:8200", true },
		{ "http://127.0.0.1:8200", true },
		{ "http://127.9.9.9", true },
		{ "http://localhost:8200", true },
		{ "http://[::1]:8200", true },
		{ "http://vault.example.net", false },
		{ "http://10.0.0.1:8200", false },
		{ "http://127.0.0.1.example.net", false },
		{ "http://localhost.example.net", false },
		{ "http://127.0.0.1@vault.example.net", false },
		{ "https://user:secret@vault", false },
		{ "https://vault/v1", false },
		{ "https://vault/", false },
		{ "https://vault?x", false },
		{ "https://vault:0", false },
		{ "https://vault:65536", false },
		{ "https://vault:82x", false },
		{ "https://", false },
		{ "https://:8200", false },
		{ "https://[::1", false },
		{ "https://[::1]x", false },
		{ "https://va ult", false },
		{ "https://vault\\n", false },
		{ "ftp://vault", false },
		{ "vault", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vault_config c = { .doc = NULL };
		struct err e = ERR_INIT;
		char text[300];
		int n = snprintf(text, sizeof(text),
		    "{\"address\":\"%s\"," TOKEN "}", all[i].address);
		bool right =
		    vault_config_parse(text, (size_t)n, &c, &e) == ERR_OK;

		if (right != all[i].right)
			fail_msg("%s: %s", all[i].address, e.message);
		if (right)
			vault_config_release(&c);
		else
			assert_non_null(strstr(e.message, "\"address\""));
	}
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text, *words;
	} all[] = {
		{ "", "vault.json" },
		{ "[]", "not a JSON object" },
		{ "{", "line 1" },
		{ "{" TOKEN "}", "names no \"address\"" },
		{ "{" ADDRESS "}", "token_file" },
		{ "{" ADDRESS ",\"role_id\":\"r\"}", "secret_id_file" },
		{ "{" ADDRESS ",\"secret_id_file\":\"s\"}", "role_id" },
		{ "{" ADDRESS "," TOKEN ",\"role_id\":\"r\","
		  "\"secret_id_file\":\"s\"}",
		    "or else" },
		{ "{" ADDRESS "," TOKEN ",\"role_id\":\"r\"}", "or else" },
		{ "{" ADDRESS "," TOKEN ",\"tokn\":\"x\"}", "\"tokn\"" },
		{ "{" ADDRESS "," TOKEN ",\"token\":\"canary\"}",
		    "means nothing" },
		{ "{" ADDRESS "," TOKEN ",\"mount\":\"\"}", "\"mount\"" },
		{ "{" ADDRESS "," TOKEN ",\"mount\":\"/a\"}", "\"mount\"" },
		{ "{" ADDRESS "," TOKEN ",\"mount\":\"a//b\"}", "\"mount\"" },
		{ "{" ADDRESS "," TOKEN ",\"mount\":\"a/\"}", "\"mount\"" },
		{ "{" ADDRESS "," TOKEN ",\"mount\":\"a/../b\"}", "\"mount\"" },
		{ "{" ADDRESS "," TOKEN ",\"prefix\":\"a?b\"}", "\"prefix\"" },
		{ "{" ADDRESS "," TOKEN ",\"prefix\":7}", "\"prefix\"" },
		{ "{" ADDRESS "," TOKEN ",\"namespace\":\"a\\nb\"}",
		    "\"namespace\"" },
		{ "{" ADDRESS "," TOKEN ",\"kv_version\":3}", "from 1 to 2" },
		{ "{" ADDRESS "," TOKEN ",\"kv_version\":\"2\"}",
		    "from 1 to 2" },
		{ "{" ADDRESS "," TOKEN ",\"timeout_s\":0}", "from 1 to 60" },
		{ "{" ADDRESS "," TOKEN ",\"timeout_s\":61}", "from 1 to 60" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vault_config c = { .kv_version = 77 };
		struct err e = ERR_INIT;

		assert_int_equal(vault_config_parse(
				     all[i].text, strlen(all[i].text), &c, &e),
		    ERR_INVALID);
		if (!strstr(e.message, all[i].words))
			fail_msg("%s: %s", all[i].text, e.message);
		assert_null(strstr(e.message, "canary"));
		assert_int_equal(c.kv_version, 77);
	}
}

static void test_file(void **state)
{
	char dir[] = "/tmp/switchyard-vault-XXXXXX", path[100];
	struct buf text = BUF_INIT(VAULT_CONFIG_MAX);
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(vault_config_load(dir, &text, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.message, "vault.json"));
	snprintf(path, sizeof(path), "%s/vault.json", dir);
	assert_int_equal(file_replace(path, "{}", 2, 0644, NULL), ERR_OK);
	assert_int_equal(vault_config_load(dir, &text, &e), ERR_OK);
	assert_string_equal(buf_text(&text), "{}");
	/* whoever writes it decides who is shown the secret ID */
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(vault_config_load(dir, &text, &e), ERR_DENIED);
	assert_int_equal(chmod(path, 0602), 0);
	assert_int_equal(vault_config_load(dir, &text, &e), ERR_DENIED);
	buf_release(&text);
	assert_int_equal(dir_remove(dir, NULL), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
