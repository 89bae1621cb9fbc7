#include "cli/cli.h"

#include "app/port/queue.h"
#include "app/runs.h"
#include "base/escape.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POLL_MS 100
#define RECORD_MS 10000 /* more than backups wait for each other */
#define MAX_LOG_PART ((size_t)1024 * 1024)

/* "dry_run" → "--dry-run" */
static void option_name(
    const struct field *f, const char *prefix, char name[80])
{
	snprintf(name, 80, "--%s%s", prefix, f->name);
	for (char *p = name; *p; p++) {
		if (*p == '_')
			*p = '-';
	}
}

static bool take_parameter(const struct field *f, int *argc, char **argv,
    json_t *parameters, struct schema_errors *errors)
{
	const char *value = NULL;
	char name[80];
	bool ok = true;
	json_t *v;

	if (f->type == FIELD_BOOL) {
		option_name(f, "no-", name);
		if (cli_flag(argc, argv, name))
			value = "false";
		option_name(f, "", name);
		if (cli_flag(argc, argv, name))
			value = "true";
	} else {
		option_name(f, "", name);
		value = cli_option(argc, argv, name, &ok);
	}
	if (!value)
		return ok;
	v = schema_value_from_text(f, value, errors);
	if (v)
		json_object_set_new(parameters, f->name, v);
	return true;
}

/* job NULL: all of them. */
static void print_usage(FILE *to, const struct job *job)
{
	fprintf(to,
	    "usage: switchyard [--dir DIR] run %s [--follow] "
	    "[--PARAMETER VALUE]…\n",
	    job ? job->name : "JOB");
	for (int i = 0; !job && i < JOB_COUNT; i++)
		fprintf(to, "  %-20s %s\n", job_get((enum job_id)i)->name,
		    job_get((enum job_id)i)->summary);
	for (size_t i = 0; job && i < job->parameters.n_fields; i++) {
		const struct field *f = &job->parameters.fields[i];
		char name[80];

		option_name(f, "", name);
		fprintf(to, "  %-20s %s%s%s\n", name, f->label,
		    f->help ? ". " : "", f->help ? f->help : "");
	}
}

/* --- following ----------------------------------------------------------- */

/* What a device said reaches a terminal here: nothing in it may steer it. */
static void print_line(const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, 0, NULL);
	const char *at = json_text(line, "t", "");
	const char *said = json_text(line, "text", "");
	const char *device = json_text(line, "device", "");
	struct buf safe = BUF_INIT(MAX_LOG_PART);

	escape_device_text(&safe, said, strlen(said));
	printf("%.12s %-7s %s%s%s\n", strlen(at) > 11 ? at + 11 : at,
	    json_text(line, "level", ""), device, *device ? ": " : "",
	    buf_text(&safe));
	buf_release(&safe);
	json_decref(line);
}

static void print_lines(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n =
		    newline ? (size_t)(newline - text) : (size_t)(end - text);

		print_line(text, n);
		text += n + 1;
	}
	fflush(stdout);
}

/* What it did can be read from the store only once it is on record; a store
 * that refuses is not waited for. */
static int end_of(const struct app *app, const char *id, enum run_state state)
{
	struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	for (int ms = 0; ms < RECORD_MS && queue_holds(app->dir, id);
	     ms += POLL_MS)
		nanosleep(&pause, NULL);
	printf("%s %s\n", id, run_state_words[state]);
	if (queue_holds(app->dir, id))
		fprintf(stderr,
		    "switchyard: run %s is not on record yet; the "
		    "worker's log says why\n",
		    id);
	return state == RUN_SUCCEEDED ? 0 : 1;
}

static int follow(const struct app *app, const char *id)
{
	struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	long since = 0;

	for (;;) {
		struct buf log = BUF_INIT(MAX_LOG_PART);
		struct err e = ERR_INIT;
		enum run_state state;
		json_t *doc;
		bool ended;

		/* the state first: what is logged before it is then complete */
		if (runs_read(app, id, &doc, &e) != ERR_OK)
			return cli_fail(&e);
		state = run_doc_state(doc);
		ended = run_doc_has_ended(doc);
		json_decref(doc);
		if (runs_read_log(app, id, since, &log, &since, &e) == ERR_OK)
			print_lines(buf_text(&log), log.len);
		buf_release(&log);
		if (ended)
			return end_of(app, id, state);
		nanosleep(&pause, NULL);
	}
}

int cmd_run(const struct cli *cli, int argc, char **argv)
{
	bool wants_follow = cli_flag(&argc, argv, "--follow");
	bool wants_help = cli_flag(&argc, argv, "--help");
	const struct job *job = argc > 1 ? job_find(argv[1]) : NULL;
	struct schema_errors errors = { 0 };
	struct err e = ERR_INIT;
	json_t *parameters, *doc = NULL;
	struct app app;
	int status = 0;
	bool ok = true;

	if (wants_help && (job || argc == 1)) {
		print_usage(stdout, job);
		return 0;
	}
	if (!job) {
		if (argc > 1)
			fprintf(stderr, "there is no job \"%s\"\n", argv[1]);
		print_usage(stderr, NULL);
		return CLI_USAGE;
	}
	parameters = json_object();
	for (size_t i = 0; i < job->parameters.n_fields; i++)
		ok = ok && take_parameter(&job->parameters.fields[i], &argc,
			       argv, parameters, &errors);
	if (!ok || argc != 2) {
		if (!ok)
			fprintf(stderr, "%s needs a value\n", argv[argc - 1]);
		else if (argc > 2)
			fprintf(stderr, "%s has no parameter \"%s\"\n",
			    job->name, argv[2]);
		json_decref(parameters);
		print_usage(stderr, job);
		return CLI_USAGE;
	}
	if (schema_errors_check(&errors, &e) != ERR_OK ||
	    app_open(cli->dir, &app, &e) != ERR_OK) {
		json_decref(parameters);
		return cli_fail(&e);
	}
	if (runs_create(&app, &cli->actor,
		&(struct run_wish){
		    .job = job, .parameters = parameters, .errors = &errors },
		&doc, &e) != ERR_OK) {
		status = cli_fail(&e);
	} else if (wants_follow) {
		status = follow(&app, json_text(doc, "id", ""));
	} else {
		printf("%s\n", json_text(doc, "id", ""));
	}
	json_decref(doc);
	json_decref(parameters);
	app_close(&app);
	return status;
}
