#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

int cli_fail(const struct err *e)
{
	fprintf(stderr, "switchyard: %s\n", e->message);
	return 1;
}

static void take_out(int *argc, char **argv, int at, int n)
{
	for (int i = at; i + n <= *argc; i++)
		argv[i] = argv[i + n];
	*argc -= n;
}

const char *cli_option(int *argc, char **argv, const char *name, bool *ok)
{
	size_t n = strlen(name);

	for (int i = 1; i < *argc; i++) {
		const char *value;

		if (strncmp(argv[i], name, n) != 0)
			continue;
		if (argv[i][n] == '=') {
			value = argv[i] + n + 1;
			take_out(argc, argv, i, 1);
			return value;
		}
		if (argv[i][n] != '\0')
			continue;
		if (i + 1 >= *argc) {
			*ok = false;
			return NULL;
		}
		value = argv[i + 1];
		take_out(argc, argv, i, 2);
		return value;
	}
	return NULL;
}

bool cli_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], name) == 0) {
			take_out(argc, argv, i, 1);
			return true;
		}
	}
	return false;
}
