#include "app/port/secrets.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static int setup(void **state)
{
	char path[128];

	(void)state;
	strcpy(dir, "/tmp/switchyard-secrets-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/secrets", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(dir, NULL) == ERR_OK ? 0 : -1;
}

static void write_secret(const char *name, const char *text, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/secrets/%s", dir, name);
	assert_int_equal(file_replace(path, text, strlen(text), mode, NULL),
	    ERR_OK);
}

static enum err_code ask(const char *provider, const char *reference,
    const char *username, struct credentials *ret, struct err *e)
{
	const struct secret_ref ref = { provider, reference, username };
	struct secrets *s;
	enum err_code rc = secrets_open(dir, &s, e);

	if (rc != ERR_OK)
		return rc;
	rc = secrets_read(s, &ref, ret, e);
	secrets_close(s);
	return rc;
}

static void reads(const char *provider, const char *ref, const char *user,
    const char *want_user, const char *want_password)
{
	struct credentials c = { 0 };
	struct err e = ERR_INIT;

	if (ask(provider, ref, user, &c, &e) != ERR_OK)
		fail_msg("%s", e.message);
	assert_string_equal(c.username, want_user);
	assert_non_null(c.password);
	assert_int_equal(secret_length(c.password), strlen(want_password));
	assert_string_equal(secret_reveal(c.password), want_password);
	credentials_release(&c);
	assert_null(c.password);
}

/* And never says the value. */
static void refuses(const char *provider, const char *ref, const char *user,
    enum err_code code, const char *words)
{
	struct credentials c;
	struct err e = ERR_INIT;

	memset(&c, 0x5a, sizeof(c));
	assert_int_equal(ask(provider, ref, user, &c, &e), code);
	if (!strstr(e.message, words))
		fail_msg("\"%s\" does not say \"%s\"", e.message, words);
	assert_null(strstr(e.message, "canary"));
	assert_null(strstr(e.detail, "canary"));
	assert_int_equal(c.username[0], 0x5a); /* untouched */
}

static void test_files(void **state)
{
	(void)state;
	write_secret("plain", "canary\n", 0600);
	write_secret("crlf", "canary\r\nmore", 0400);
	write_secret("json",
	    "{\"username\": \"bob\", \"password\": \"can{ary\"}", 0600);
	reads("file", "plain", "admin", "admin", "canary");
	reads("file", "crlf", "admin", "admin", "canary");
	reads("file", "json", "", "bob", "can{ary");
	reads("file", "json", "admin", "admin", "can{ary");
}

static void test_keys_and_enable(void **state)
{
	struct credentials c;
	struct err e = ERR_INIT;

	(void)state;
	write_secret("all",
	    "{\"username\": \"bob\", \"private_key\": \"k\\nl\", "
	    "\"enable\": \"up\"}", 0600);
	assert_int_equal(ask("file", "all", "", &c, &e), ERR_OK);
	assert_null(c.password);
	assert_string_equal(secret_reveal(c.private_key), "k\nl");
	assert_string_equal(secret_reveal(c.enable), "up");
	credentials_release(&c);
	assert_null(c.private_key);
	assert_null(c.enable);
}

static void test_modes(void **state)
{
	static const mode_t loose[] = { 0640, 0604, 0660, 0601, 0620 };
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
		write_secret("s", "canary", loose[i]);
		refuses("file", "s", "admin", ERR_DENIED, "0600");
	}
	snprintf(path, sizeof(path), "%s/secrets/folder", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	refuses("file", "folder", "admin", ERR_DENIED, "0600");
}

static void test_references(void **state)
{
	(void)state;
	write_secret("s", "canary", 0600);
	refuses("file", "missing", "admin", ERR_NOT_FOUND, "no secrets file");
	refuses("file", "../secrets/s", "admin", ERR_INVALID, "not the name");
	refuses("file", "/etc/passwd", "admin", ERR_INVALID, "not the name");
	refuses("file", ".s", "admin", ERR_INVALID, "not the name");
	refuses("file", "", "admin", ERR_INVALID, "not the name");
	refuses("keyring", "s", "admin", ERR_INVALID, "no secrets provider");
	refuses("vault", "s", "admin", ERR_NOT_FOUND, "vault.json");
}

static void test_bad_values(void **state)
{
	char long_user[400];
	struct buf json = BUF_INIT(1000);

	(void)state;
	write_secret("empty", "", 0600);
	refuses("file", "empty", "admin", ERR_INVALID, "is empty");
	write_secret("newline", "\n", 0600);
	refuses("file", "newline", "admin", ERR_INVALID, "is empty");
	write_secret("cut", "{\"password\": \"canary", 0600);
	refuses("file", "cut", "admin", ERR_INVALID, "not JSON");
	write_secret("none", "{\"username\": \"canary\"}", 0600);
	refuses("file", "none", "", ERR_INVALID, "neither");
	write_secret("number", "{\"password\": 7}", 0600);
	refuses("file", "number", "x", ERR_INVALID, "neither");
	write_secret("nouser", "canary", 0600);
	refuses("file", "nouser", "", ERR_INVALID, "no user");
	/* another user's name is never tried */
	memset(long_user, 'u', sizeof(long_user));
	long_user[sizeof(long_user) - 1] = '\0';
	buf_printf(&json, "{\"username\": \"%s\", \"password\": \"canary\"}",
	    long_user);
	write_secret("long", buf_text(&json), 0600);
	refuses("file", "long", "", ERR_INVALID, "user name");
	refuses("file", "nouser", long_user, ERR_INVALID, "user name");
	buf_release(&json);
}

static void test_sizes(void **state)
{
	size_t max = (size_t)64 * 1024;
	char *text = calloc(1, max + 10);

	(void)state;
	memset(text, 'p', max);
	write_secret("largest", text, 0600);
	reads("file", "largest", "a", "a", text);
	memset(text, 'p', max + 1);
	write_secret("larger", text, 0600);
	refuses("file", "larger", "a", ERR_LIMIT, "larger");
	free(text);
}

static void test_environment(void **state)
{
	(void)state;
	setenv("SWITCHYARD_TEST_SECRET", "canary", 1);
	reads("environment", "SWITCHYARD_TEST_SECRET", "admin", "admin",
	    "canary");
	setenv("SWITCHYARD_TEST_SECRET",
	    "{\"username\":\"eve\",\"password\":\"p\"}", 1);
	reads("environment", "SWITCHYARD_TEST_SECRET", "", "eve", "p");
	unsetenv("SWITCHYARD_TEST_SECRET");
	refuses("environment", "SWITCHYARD_TEST_SECRET", "admin",
	    ERR_NOT_FOUND, "no variable");
}

static void test_systemd(void **state)
{
	char path[300];

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	refuses("systemd", "lab", "admin", ERR_NOT_FOUND, "LoadCredential=");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	refuses("systemd", "lab", "admin", ERR_NOT_FOUND, "no secrets file");
	refuses("systemd", "../lab", "admin", ERR_INVALID, "not the name");
	snprintf(path, sizeof(path), "%s/lab", dir);
	/* the mask of an access list stands where the group's rights do */
	assert_int_equal(file_replace(path, "canary", 6, 0440, NULL), ERR_OK);
	reads("systemd", "lab", "admin", "admin", "canary");
	assert_int_equal(chmod(path, 0444), 0);
	refuses("systemd", "lab", "admin", ERR_DENIED, "read by others");
	unlink(path);
	unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_files),
		T(test_keys_and_enable), T(test_modes),
		T(test_references),
		T(test_bad_values),
		T(test_sizes),
		T(test_environment),
		T(test_systemd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
