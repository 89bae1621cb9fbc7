/*
 * Drives a driver from the command line, for the system tests.
 *
 *   driver_probe [options] ADDRESS:PORT USER COMMAND
 *
 *   --driver NAME         "frr" unless told
 *   --password-file FILE  --key FILE  --pin FILE.pub  --deadline MS
 *   --transport NAME      --ca FILE.pem (of the device's authority)
 *   --snapshot FILE       where before_effect writes the snapshot
 *   --predicted FILE      … and the prediction
 *   --refuse              before_effect answers an error
 *   --verbose             the log goes to standard error
 *   --at-line N CMD       runs CMD when the N-th line is sent
 *   --enable-file FILE    the enable password
 *   --jump ADDRESS:PORT USER PIN.pub  through this host, same password
 *   --confirm S           commits with a timer of S seconds and confirms
 *   --leave               does not confirm, nor save
 *
 *   get | facts | plan merge|replace FILE | apply merge|replace FILE
 *   | restore SNAPSHOT | classify SNAPSHOT PREDICTED | save | pending
 *   | confirm | startup
 *
 * Output: one "key: value" a line; texts follow as they are.  Exit code 0 if
 * the slot answered ERR_OK.
 */
#include "driver_probe.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

static void on_log(void *ctx, enum log_level level, const char *text)
{
	struct probe *p = ctx;

	if (p->verbose)
		fprintf(stderr, "log %d: %s\n", (int)level, text);
	if (text[0] == '>' && strcmp(text, "> configure terminal") != 0 &&
	    p->command != NULL && ++p->lines == p->at_line &&
	    system(p->command) != 0)
		fprintf(stderr, "the command failed\n");
}

static void write_text(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	if (path != NULL && text != NULL &&
	    file_replace(path, text, strlen(text), 0600, &e) != ERR_OK)
		probe_fail(&e);
}

static enum err_code on_effect(
    void *ctx, const struct driver_plan *plan, struct err *e)
{
	struct probe *p = ctx;

	printf("before-effect: %zu\n", plan->n_commands);
	write_text(p->snapshot_file, plan->snapshot);
	write_text(p->predicted_file, plan->predicted);
	if (p->refuse)
		return err_set(e, ERR_NO_SPACE, "the journal is full");
	return ERR_OK;
}

static void print_refusal(const struct driver_refusal *r)
{
	static const char *const words[] = {
		[DRIVER_REFUSAL_NONE] = "none",
		[DRIVER_REFUSAL_UNREACHABLE] = "unreachable",
		[DRIVER_REFUSAL_PROTOCOL] = "protocol",
		[DRIVER_REFUSAL_KEY_UNKNOWN] = "key-unknown",
		[DRIVER_REFUSAL_KEY_CHANGED] = "key-changed",
		[DRIVER_REFUSAL_CREDENTIALS] = "credentials",
		[DRIVER_REFUSAL_NOT_PLATFORM] = "not-platform",
	};

	printf("refusal: %s\n", words[r->kind]);
	if (r->key_type[0] != '\0')
		printf("key: %s %s\nfingerprint: %s\n", r->key_type,
		    r->key_blob, r->fingerprint);
}

static struct driver_session *open_session(struct probe *p)
{
	struct driver_hooks *hooks = arena_zalloc(p->arena, sizeof *hooks);
	struct driver_session *s = NULL;
	struct driver_refusal refusal = { 0 };
	struct err e = ERR_INIT;

	*hooks = (struct driver_hooks){
		.ctx = p, .log = on_log, .before_effect = on_effect
	};
	if (p->driver->open(&p->target, hooks, p->deadline, &s, &refusal, &e) ==
	    ERR_OK)
		return s;
	print_refusal(&refusal);
	probe_fail(&e);
	return NULL;
}

static enum err_code print_config(
    struct probe *p, struct driver_session *s, enum driver_source source)
{
	struct driver_config config = { 0 };
	struct err e = ERR_INIT;

	if (p->driver->get_config(
		s, source, p->deadline, p->arena, &config, &e) != ERR_OK)
		return probe_fail(&e);
	fwrite(config.text, 1, config.len, stdout);
	return ERR_OK;
}

static enum err_code do_get(
    struct probe *p, struct driver_session *s, char **args)
{
	(void)args;
	return print_config(p, s, DRIVER_RUNNING);
}

static enum err_code do_startup(
    struct probe *p, struct driver_session *s, char **args)
{
	(void)args;
	return print_config(p, s, DRIVER_STARTUP);
}

static enum err_code do_facts(
    struct probe *p, struct driver_session *s, char **args)
{
	struct driver_facts f;
	struct err e = ERR_INIT;

	(void)args;
	if (p->driver->get_facts(s, p->deadline, p->arena, &f, &e) != ERR_OK)
		return probe_fail(&e);
	printf("hostname: %s\nversion: %s\n", f.hostname, f.os_version);
	printf("model: %s\nserial: %s\nuptime: %lld\n", f.model, f.serial,
	    (long long)f.uptime_s);
	for (size_t i = 0; i < f.n_interfaces; i++)
		printf("interface: %s %s %s %s\n", f.interfaces[i].name,
		    f.interfaces[i].enabled ? "enabled" : "disabled",
		    f.interfaces[i].up ? "up" : "down",
		    f.interfaces[i].description);
	return ERR_OK;
}

static enum err_code stage(struct probe *p, struct driver_session *s,
    char **args, struct driver_candidate *candidate, struct driver_plan *plan)
{
	struct err e = ERR_INIT;

	*candidate = (struct driver_candidate){
		.load = strcmp(args[0], "merge") == 0 ? DRIVER_MERGE
						      : DRIVER_REPLACE,
		.text = probe_read_text(p, args[1]),
	};
	if (p->driver->stage(s, candidate, p->deadline, &e) != ERR_OK ||
	    p->driver->diff(s, p->deadline, p->arena, plan, &e) != ERR_OK)
		return probe_fail(&e);
	printf("empty: %s\nadded: %zu\nremoved: %zu\n",
	    plan->empty ? "yes" : "no", plan->added, plan->removed);
	return ERR_OK;
}

static enum err_code do_plan(
    struct probe *p, struct driver_session *s, char **args)
{
	struct driver_candidate candidate;
	struct driver_plan plan;
	enum err_code code = stage(p, s, args, &candidate, &plan);

	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < plan.n_commands; i++)
		printf("command: %s\n", plan.commands[i]);
	for (size_t i = 0; i < plan.n_reverse; i++)
		printf("reverse: %s\n", plan.reverse[i]);
	printf("%s", plan.diff);
	return ERR_OK;
}

static void print_report(const struct driver_report *r)
{
	static const char *const words[] = {
		[DRIVER_UNTOUCHED] = "untouched",
		[DRIVER_APPLIED] = "applied",
		[DRIVER_ROLLED_BACK] = "rolled-back",
		[DRIVER_UNKNOWN] = "unknown",
	};

	printf("outcome: %s\nsent: %zu\n", words[r->outcome], r->sent);
	if (r->failed_line != NULL)
		printf("failed-line: %s\n", r->failed_line);
	if (r->device_said != NULL)
		printf("said: %s\n", r->device_said);
}

/* A new session, as the port asks for. */
static enum err_code verify_and_save(
    struct probe *p, const struct driver_candidate *candidate)
{
	struct driver_session *s = open_session(p);
	struct driver_config config;
	struct driver_verdict verdict;
	struct err e = ERR_INIT;
	enum err_code code;

	if (s == NULL)
		return ERR_UNKNOWN_OUTCOME;
	code = p->driver->get_config(
	    s, DRIVER_RUNNING, p->deadline, p->arena, &config, &e);
	if (code == ERR_OK)
		code = p->driver->verify(
		    candidate, config.text, p->arena, &verdict, &e);
	if (code == ERR_OK) {
		printf("verified: %s\n%s", verdict.matches ? "yes" : "no",
		    verdict.text);
		if (verdict.matches && p->confirm_s > 0 && !p->leave)
			code = p->driver->confirm(s, p->deadline, &e);
		if (code == ERR_OK && verdict.matches && !p->leave)
			code = p->driver->save(s, p->deadline, &e);
	}
	p->driver->close(s);
	return code == ERR_OK ? ERR_OK : probe_fail(&e);
}

static enum err_code do_apply(
    struct probe *p, struct driver_session *s, char **args)
{
	struct driver_candidate candidate;
	struct driver_plan plan;
	struct driver_commit how = { .deadline = p->deadline,
		.confirm_s = p->confirm_s,
		.restore_ms = 20000 };
	struct driver_report report;
	struct err e = ERR_INIT;
	enum err_code code = stage(p, s, args, &candidate, &plan);

	if (code != ERR_OK)
		return code;
	code = p->driver->commit(s, &how, p->arena, &report, &e);
	print_report(&report);
	if (code != ERR_OK)
		return probe_fail(&e);
	return verify_and_save(p, &candidate);
}

static enum err_code do_restore(
    struct probe *p, struct driver_session *s, char **args)
{
	struct driver_report report;
	struct err e = ERR_INIT;
	enum err_code code = p->driver->restore(
	    s, probe_read_text(p, args[0]), p->deadline, p->arena, &report, &e);

	print_report(&report);
	return code == ERR_OK ? ERR_OK : probe_fail(&e);
}

static enum err_code do_classify(
    struct probe *p, struct driver_session *s, char **args)
{
	static const char *const words[] = {
		[DRIVER_FOUND_OLD] = "old",
		[DRIVER_FOUND_NEW] = "new",
		[DRIVER_FOUND_PARTIAL] = "partial",
		[DRIVER_FOUND_PENDING] = "pending",
	};
	enum driver_found found;
	struct err e = ERR_INIT;

	if (p->driver->classify(s, probe_read_text(p, args[0]),
		probe_read_text(p, args[1]), p->deadline, &found, &e) != ERR_OK)
		return probe_fail(&e);
	printf("found: %s\n", words[found]);
	return ERR_OK;
}

static enum err_code do_save(
    struct probe *p, struct driver_session *s, char **args)
{
	struct err e = ERR_INIT;

	(void)args;
	return p->driver->save(s, p->deadline, &e) == ERR_OK ? ERR_OK
							     : probe_fail(&e);
}

static enum err_code do_pending(
    struct probe *p, struct driver_session *s, char **args)
{
	struct driver_pending pending;
	struct err e = ERR_INIT;

	(void)args;
	if (p->driver->get_pending(s, p->deadline, p->arena, &pending, &e) !=
	    ERR_OK)
		return probe_fail(&e);
	printf("pending: %s\nours: %s\nwho: %s\n", pending.any ? "yes" : "no",
	    pending.ours ? "yes" : "no", pending.who);
	return ERR_OK;
}

static enum err_code do_confirm(
    struct probe *p, struct driver_session *s, char **args)
{
	struct err e = ERR_INIT;

	(void)args;
	return p->driver->confirm(s, p->deadline, &e) == ERR_OK
		   ? ERR_OK
		   : probe_fail(&e);
}

static const struct {
	const char *name;
	int n_args;
	enum err_code (*run)(
	    struct probe *p, struct driver_session *s, char **args);
} commands[] = {
	{ "get", 0, do_get },
	{ "facts", 0, do_facts },
	{ "plan", 2, do_plan },
	{ "apply", 2, do_apply },
	{ "restore", 1, do_restore },
	{ "classify", 2, do_classify },
	{ "save", 0, do_save },
	{ "startup", 0, do_startup },
	{ "pending", 0, do_pending },
	{ "confirm", 0, do_confirm },
};

static int usage(void)
{
	fprintf(stderr,
	    "usage: driver_probe [options] ADDRESS:PORT USER COMMAND\n");
	return 2;
}

static enum err_code run(struct probe *p, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		struct driver_session *s;
		enum err_code code;

		if (strcmp(commands[i].name, argv[0]) != 0 ||
		    argc - 1 != commands[i].n_args)
			continue;
		s = open_session(p);
		if (s == NULL)
			return ERR_REMOTE;
		code = commands[i].run(p, s, argv + 1);
		p->driver->close(s);
		return code;
	}
	return (enum err_code) - usage();
}

int main(int argc, char **argv)
{
	struct probe p = { .driver = driver_find("frr"),
		.deadline = deadline_in_ms(60000) };
	char address[256];
	unsigned port;
	struct rusage usage_now;
	enum err_code code;
	int at;

	p.arena = arena_new(ARENA_MAX);
	at = probe_parse_options(&p, argc, argv);
	if (at < 0 || argc - at < 3 ||
	    sscanf(argv[at], "%255[^:]:%u", address, &port) != 2)
		return usage();
	p.target.name = "device";
	p.target.address = address;
	p.target.port = (uint16_t)port;
	p.target.username = argv[at + 1];
	p.jump.password = p.target.password;
	code = run(&p, argc - at - 2, argv + at + 2);
	getrusage(RUSAGE_SELF, &usage_now);
	fprintf(stderr, "peak: %ld KiB\n", usage_now.ru_maxrss);
	/* Ours to free: the target only borrows. */
	union {
		const struct secret *borrowed;
		struct secret *owned;
	} password = { .borrowed = p.target.password },
	  key = { .borrowed = p.target.private_key },
	  enable = { .borrowed = p.target.enable };
	secret_free(password.owned);
	secret_free(key.owned);
	secret_free(enable.owned);
	arena_free(p.arena);
	return code == ERR_OK ? 0 : 1;
}
