/*
 * switchyard import, switchyard export: what app/transfer.h does, for a
 * terminal.
 */
#include "cli/cli.h"

#include "app/transfer.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* NULL, and said which there are. */
static const struct kind *find_kind(const char *word)
{
	const struct kind *kind = kind_find_plural(word);

	if (kind && kind->library)
		return kind;
	fprintf(stderr, "there are no records \"%s\"; there are:", word);
	for (int i = KIND_NONE + 1; i < KIND_COUNT; i++) {
		kind = kind_get((enum kind_id)i);
		if (kind->library)
			fprintf(stderr, " %s", kind->plural);
	}
	fputc('\n', stderr);
	return NULL;
}

static bool choose_format(
    const char *word, const char *file, enum transfer_format *ret)
{
	const char *dot = strrchr(file, '.');

	if (word)
		return transfer_format_parse(word, ret);
	if (dot && strcmp(dot, ".db") == 0)
		*ret = TRANSFER_OXIDIZED;
	else
		*ret = dot && strcmp(dot, ".json") == 0 ? TRANSFER_JSON
							: TRANSFER_CSV;
	return true;
}

/* What a file says reaches a terminal here. */
static void print_safe(const char *text)
{
	struct buf safe = BUF_INIT((size_t)64 * 1024);

	escape_device_text(&safe, text, strlen(text));
	fputs(buf_text(&safe), stdout);
	buf_release(&safe);
}

static void print_row(const json_t *row)
{
	const json_t *error;
	size_t i;

	if (strcmp(json_text(row, "action", ""), "move") == 0)
		printf("row %lld %s moves from %s to %s\n",
		    (long long)json_number(row, "row", 0),
		    json_text(row, "name", ""), json_text(row, "from", ""),
		    json_text(row, "to", ""));
	json_array_foreach(json_object_get(row, "errors"), i, error)
	{
		printf("row %lld ", (long long)json_number(row, "row", 0));
		print_safe(json_text(row, "name", ""));
		fputs(": ", stdout);
		print_safe(json_string_value(error));
		putchar('\n');
	}
}

static int print_report(const json_t *report)
{
	bool dry = json_flag(report, "dry_run", false);
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(report, "rows"), i, one)
	    print_row(one);
	json_array_foreach(json_object_get(report, "creates"), i, one)
	    printf("%s %s\n", dry ? "would create" : "created",
		json_string_value(one));
	json_array_foreach(json_object_get(report, "ignored"), i, one)
	{
		fputs("ignored column ", stdout);
		print_safe(json_string_value(one));
		putchar('\n');
	}
	printf("%lld row%s: %lld %s, %lld %s, %lld %s, %lld as they are, %lld "
	       "wrong%s\n",
	    (long long)json_number(report, "total", 0),
	    json_number(report, "total", 0) == 1 ? "" : "s",
	    (long long)json_number(report, "created", 0),
	    dry ? "to create" : "created",
	    (long long)json_number(report, "updated", 0),
	    dry ? "to update" : "updated",
	    (long long)json_number(report, "moved", 0),
	    dry ? "to move" : "moved",
	    (long long)json_number(report, "unchanged", 0),
	    (long long)json_number(report, "wrong", 0),
	    json_number(report, "wrong", 0) ? "; nothing was saved" : "");
	return json_number(report, "wrong", 0) ? 1 : 0;
}

int cmd_import(const struct cli *cli, int argc, char **argv)
{
	struct transfer_options o = { .area = "", .status = "" };
	struct buf text = BUF_INIT(TRANSFER_MAX_TEXT);
	const char *format, *area, *status;
	struct err e = ERR_INIT;
	json_t *report = NULL;
	struct app app;
	bool ok = true;
	int rc;

	format = cli_option(&argc, argv, "--format", &ok);
	area = cli_option(&argc, argv, "--area", &ok);
	status = cli_option(&argc, argv, "--status", &ok);
	o.dry_run = cli_flag(&argc, argv, "--dry-run");
	o.create_missing = cli_flag(&argc, argv, "--create-missing");
	o.move = cli_flag(&argc, argv, "--move");
	o.area = area ? area : "";
	o.status = status ? status : "";
	if (!ok || argc != 3 || !(o.kind = find_kind(argv[1])) ||
	    !choose_format(format, argv[2], &o.format))
		return CLI_USAGE;
	if (file_read(argv[2], &text, &e) != ERR_OK ||
	    app_open(cli->dir, &app, &e) != ERR_OK) {
		buf_release(&text);
		return cli_fail(&e);
	}
	if (transfer_import(&app, &cli->actor, &o, buf_text(&text), text.len,
		&report, &e) == ERR_OK)
		rc = print_report(report);
	else
		rc = cli_fail(&e);
	json_decref(report);
	buf_release(&text);
	app_close(&app);
	return rc;
}

int cmd_export(const struct cli *cli, int argc, char **argv)
{
	struct buf out = BUF_INIT((size_t)256 * 1024 * 1024);
	const struct kind *kind = NULL;
	const struct snapshot *s;
	const char *format;
	struct err e = ERR_INIT;
	struct app app;
	bool ok = true;
	enum err_code rc;

	format = cli_option(&argc, argv, "--format", &ok);
	if (!ok || argc != 2 || !(kind = find_kind(argv[1])) ||
	    (format && strcmp(format, "csv") != 0 &&
		strcmp(format, "json") != 0))
		return CLI_USAGE;
	if (app_open(cli->dir, &app, &e) != ERR_OK)
		return cli_fail(&e);
	rc = snapshots_current(app.snapshots, &s, &e);
	if (rc == ERR_OK) {
		rc = transfer_export(
		    s, kind, format && strcmp(format, "csv") == 0, &out, &e);
		snapshot_unref(s);
	}
	if (rc == ERR_OK)
		fwrite(buf_text(&out), 1, out.len, stdout);
	buf_release(&out);
	app_close(&app);
	return rc == ERR_OK ? 0 : cli_fail(&e);
}
