/* Reading credentials from a Vault that answers well and badly. */
#include "app/port/secrets.h"

#include "base/clock.h"
#include "base/file.h"
#include "sim/vault.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <malloc.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- nothing secret is given back to the heap ---------------------------- */

/*
 * Linked with --wrap: what our own code frees or moves goes through here.
 * Whether a library wipes what it frees is not ours to say, so that only where
 * fresh memory is filled (AddressSanitizer) old bytes cannot be mistaken.
 */
void __real_free(void *p);
void *__real_realloc(void *p, size_t size);
void __wrap_free(void *p);
void *__wrap_realloc(void *p, size_t size);

static _Thread_local bool is_watched; /* the simulator has its own threads */
static _Thread_local size_t left_behind, given_back;

static void look_at(void *p)
{
#ifdef __SANITIZE_ADDRESS__
	if (!is_watched || !p)
		return;
	given_back++;
	if (memmem(p, malloc_usable_size(p), "canary", 6))
		left_behind++;
#else
	(void)p;
#endif
}

void __wrap_free(void *p)
{
	look_at(p);
	__real_free(p);
}

void *__wrap_realloc(void *p, size_t size)
{
	look_at(p);
	return __real_realloc(p, size);
}

static char dir[64];
static struct vault_sim *sim;
static struct secrets *secrets;

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(
	    file_replace(path, text, strlen(text), mode, NULL), ERR_OK);
}

/* more: further settings, each with its comma. */
static void configure(const char *who, const char *more)
{
	char text[1000];

	snprintf(text, sizeof(text), "{\"address\":\"%s://127.0.0.1:%u\",%s%s}",
	    vault_sim_ca(sim) ? "https" : "http", vault_sim_port(sim), who,
	    more);
	write_file("vault.json", text, 0600);
}

#define APPROLE                               \
	"\"role_id\":\"" VAULT_SIM_ROLE "\"," \
	"\"secret_id_file\":\"secrets/vault\""
#define TOKEN "\"token_file\":\"secrets/token\""

static int setup_with(bool tls)
{
	char path[128];

	strcpy(dir, "/tmp/switchyard-vault-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/secrets", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	sim = vault_sim_new(0, tls);
	assert_non_null(sim);
	write_file("secrets/vault", VAULT_SIM_SECRET_ID "\n", 0600);
	write_file("secrets/token", VAULT_SIM_TOKEN "\n", 0600);
	configure(APPROLE, "");
	vault_sim_put(sim, "switchyard/lab",
	    "{\"username\":\"bob\",\"password\":\"pw-canary\","
	    "\"enable\":\"en-canary\"}");
	return secrets_open(dir, &secrets, NULL) == ERR_OK ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(false);
}

static int setup_tls(void **state)
{
	(void)state;
	return setup_with(true);
}

static int teardown(void **state)
{
	(void)state;
	secrets_close(secrets);
	vault_sim_free(sim);
	sim = NULL;
	return dir_remove(dir, NULL) == ERR_OK ? 0 : -1;
}

static enum err_code ask(
    const char *reference, struct credentials *ret, struct err *e)
{
	const struct secret_ref ref = { "vault", reference, "" };
	enum err_code rc;

	is_watched = true;
	rc = secrets_read(secrets, &ref, ret, e);
	is_watched = false;
	assert_int_equal(left_behind, 0);
	return rc;
}

static void reads(const char *reference, const char *password)
{
	struct credentials c;
	struct err e = ERR_INIT;

	if (ask(reference, &c, &e) != ERR_OK)
		fail_msg("%s", e.message);
	assert_string_equal(c.username, "bob");
	assert_string_equal(secret_reveal(c.password), password);
	credentials_release(&c);
}

/* And says no secret, of ours or of the answer. */
static void refuses(
    const char *reference, enum err_code code, const char *words)
{
	struct credentials c;
	struct err e = ERR_INIT;
	enum err_code rc;

	memset(&c, 0x5a, sizeof(c));
	rc = ask(reference, &c, &e);
	if (rc != code || !strstr(e.message, words))
		fail_msg("%d, \"%s\" is not %d, \"%s\"", (int)rc, e.message,
		    (int)code, words);
	assert_null(strstr(e.message, "canary"));
	assert_null(strstr(e.detail, "canary"));
	assert_int_equal(c.username[0], 0x5a); /* untouched */
}

static void counts(unsigned sign_ins, unsigned readings)
{
	struct vault_sim_counts n = vault_sim_counts(sim);

	assert_int_equal(n.sign_ins, sign_ins);
	assert_int_equal(n.readings, readings);
}

/* --- what goes well ------------------------------------------------------ */

static void test_approle(void **state)
{
	struct credentials c;

	(void)state;
	assert_int_equal(ask("lab", &c, NULL), ERR_OK);
#ifdef __SANITIZE_ADDRESS__
	assert_true(given_back > 0);
#endif
	assert_string_equal(c.username, "bob");
	assert_string_equal(secret_reveal(c.password), "pw-canary");
	assert_string_equal(secret_reveal(c.enable), "en-canary");
	assert_null(c.private_key);
	credentials_release(&c);
	vault_sim_put(sim, "switchyard/lab",
	    "{\"username\":\"bob\",\"password\":\"new-canary\"}");
	reads("lab", "new-canary"); /* the value is not kept */
	counts(1, 2);		    /* the token is */
}

static void test_kv1_and_namespace(void **state)
{
	(void)state;
	configure(APPROLE, ",\"mount\":\"kv1\",\"kv_version\":1,"
			   "\"namespace\":\"" VAULT_SIM_NAMESPACE "\"");
	reads("lab", "pw-canary");
	configure(APPROLE, ",\"namespace\":\"elsewhere\"");
	refuses("lab", ERR_INVALID, "namespace");
}

static void test_token_file(void **state)
{
	(void)state;
	reads("lab", "pw-canary"); /* by AppRole: its life is not the file's */
	configure(TOKEN, "");
	reads("lab", "pw-canary");
	counts(1, 2);
	/* whoever keeps the file may write another at any time */
	write_file("secrets/token", "hvs.old-canary\n", 0640);
	refuses("lab", ERR_DENIED, "denies permission");
	write_file("secrets/token", VAULT_SIM_TOKEN, 0640);
	reads("lab", "pw-canary");
	write_file("secrets/token", VAULT_SIM_TOKEN, 0644);
	refuses("lab", ERR_DENIED, "read by others");
	write_file("secrets/token", "\n", 0600);
	refuses("lab", ERR_INVALID, "is empty");
	write_file("secrets/token",
	    "hvs.\x01"
	    "canary\n",
	    0600);
	refuses("lab", ERR_INVALID, "characters");
}

static void test_systemd(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/secrets", dir);
	setenv("CREDENTIALS_DIRECTORY", path, 1);
	configure("\"role_id\":\"" VAULT_SIM_ROLE "\","
		  "\"secret_id_file\":\"systemd:vault\"",
	    "");
	reads("lab", "pw-canary");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_snmp(void **state)
{
	const struct secret_ref ref = { "vault", "snmp", "" };
	struct snmp_credentials c;

	(void)state;
	vault_sim_put(sim, "switchyard/snmp",
	    "{\"username\":\"poll\",\"auth_password\":\"a-canary\","
	    "\"privacy_password\":\"p-canary\"}");
	assert_int_equal(secrets_read_snmp(secrets, &ref, &c, NULL), ERR_OK);
	assert_string_equal(c.username, "poll");
	assert_string_equal(secret_reveal(c.auth_password), "a-canary");
	assert_string_equal(secret_reveal(c.privacy_password), "p-canary");
	snmp_credentials_release(&c);
}

/* --- tokens that end ----------------------------------------------------- */

static void test_revoked_token(void **state)
{
	(void)state;
	reads("lab", "pw-canary");
	vault_sim_revoke(sim);
	reads("lab", "pw-canary");
	counts(2, 2);
}

static void test_lease(void **state)
{
	const struct timespec t = { .tv_nsec = 950 * 1000 * 1000 };

	(void)state;
	vault_sim_set_lease(sim, 1);
	reads("lab", "pw-canary");
	nanosleep(&t, NULL); /* nine tenths of it are over */
	reads("lab", "pw-canary");
	counts(2, 2);
	assert_int_equal(vault_sim_counts(sim).refused, 0);
	/* without an end */
	vault_sim_set_lease(sim, 0);
	nanosleep(&t, NULL);
	reads("lab", "pw-canary");
	reads("lab", "pw-canary");
	counts(3, 4);
}

/* A path that is denied is asked for with a new token once, not for ever. */
static void test_denied(void **state)
{
	(void)state;
	reads("lab", "pw-canary");
	vault_sim_set_mode(sim, "denied");
	refuses("lab", ERR_DENIED, "secret/data/switchyard/lab");
	counts(2, 1);
	assert_int_equal(vault_sim_counts(sim).refused, 2);
	/* and with one that has just been given not at all */
	configure(APPROLE, ",\"timeout_s\":9");
	refuses("lab", ERR_DENIED, "denies permission");
	counts(3, 1);
	assert_int_equal(vault_sim_counts(sim).refused, 3);
}

static void test_role_is_gone(void **state)
{
	(void)state;
	vault_sim_forget_role(sim);
	refuses("lab", ERR_DENIED, "secret ID");
	write_file("secrets/vault", VAULT_SIM_SECRET_ID "\n", 0644);
	refuses("lab", ERR_DENIED, "read by others");
}

/* --- what goes wrong ----------------------------------------------------- */

static void test_missing(void **state)
{
	(void)state;
	refuses("none", ERR_NOT_FOUND, "secret/data/switchyard/none");
	vault_sim_put(sim, "switchyard/gone", NULL);
	refuses("gone", ERR_NOT_FOUND, "deleted");
	refuses("../lab", ERR_INVALID, "not the name");
	vault_sim_put(sim, "switchyard/odd", "{\"pass\":\"canary\"}");
	refuses("odd", ERR_INVALID, "neither \"password\"");
	configure(APPROLE, ",\"mount\":\"other\"");
	refuses("lab", ERR_DENIED, "\"mount\"");
}

static void test_modes(void **state)
{
	static const struct {
		const char *mode;
		enum err_code code;
		const char *words;
	} all[] = {
		{ "sealed", ERR_REMOTE, "sealed" },
		{ "standby", ERR_INVALID, "standby" },
		{ "failing", ERR_REMOTE, "its log" },
		{ "huge", ERR_REMOTE, "sends more than is taken" },
		{ "garbage", ERR_REMOTE, "no JSON" },
		{ "cut", ERR_REMOTE, "no JSON" },
		{ "other", ERR_REMOTE, "address" },
		{ "hangup", ERR_REMOTE, "does it run" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		/* while signing in, and while reading */
		for (int signed_in = 0; signed_in < 2; signed_in++) {
			configure(signed_in ? TOKEN : APPROLE, "");
			assert_true(vault_sim_set_mode(sim, all[i].mode));
			refuses("lab", all[i].code, all[i].words);
		}
	}
	vault_sim_set_mode(sim, "ok");
	reads("lab", "pw-canary");
}

static void test_busy(void **state)
{
	(void)state;
	vault_sim_set_mode(sim, "busy"); /* to two requests */
	reads("lab", "pw-canary");
	assert_int_equal(vault_sim_counts(sim).refused, 2);
}

static void test_slow(void **state)
{
	int64_t start = clock_mono_ms();

	(void)state;
	configure(APPROLE, ",\"timeout_s\":1");
	vault_sim_set_mode(sim, "slow");
	refuses("lab", ERR_TIMEOUT, "in time");
	assert_in_range(clock_mono_ms() - start, 900, 4000);
	/* another one is not waited for as long, and a change ends that */
	start = clock_mono_ms();
	for (int i = 0; i < 50; i++)
		refuses("other", ERR_TIMEOUT, "in time");
	assert_in_range(clock_mono_ms() - start, 0, 900);
	vault_sim_set_mode(sim, "ok");
	configure(APPROLE, "");
	reads("lab", "pw-canary");
}

static void test_unreachable(void **state)
{
	(void)state;
	reads("lab", "pw-canary");
	vault_sim_free(sim);
	sim = NULL;
	refuses("lab", ERR_REMOTE, "does it run");
}

static void test_settings_change(void **state)
{
	(void)state;
	reads("lab", "pw-canary");
	write_file("vault.json", "{", 0600);
	refuses("lab", ERR_INVALID, "vault.json");
	configure(APPROLE, ",\"ca_file\":\"/nowhere.pem\"");
	reads("lab", "pw-canary"); /* which http has no use for */
	counts(2, 2);		   /* no token of other settings */
}

static void test_tls(void **state)
{
	char more[200];

	(void)state;
	refuses("lab", ERR_DENIED, "\"ca_file\"");
	counts(0, 0);
	write_file("ca.pem", vault_sim_ca(sim), 0600);
	snprintf(more, sizeof(more), ",\"ca_file\":\"%s/ca.pem\"", dir);
	configure(APPROLE, more);
	reads("lab", "pw-canary");
	configure(APPROLE, ",\"ca_file\":\"/nowhere.pem\"");
	refuses("lab", ERR_INVALID, "cannot be read");
	/* below the portal's directory, whatever directory we run in */
	configure(APPROLE, ",\"ca_file\":\"ca.pem\"");
	reads("lab", "pw-canary");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_approle),
		T(test_kv1_and_namespace),
		T(test_token_file),
		T(test_systemd),
		T(test_snmp),
		T(test_revoked_token),
		T(test_lease),
		T(test_denied),
		T(test_role_is_gone),
		T(test_missing),
		T(test_modes),
		T(test_busy),
		T(test_slow),
		T(test_unreachable),
		T(test_settings_change),
		cmocka_unit_test_setup_teardown(test_tls, setup_tls, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
