#include "infra/driver/cli_facts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MAX_INTERFACES 10000

const char *cli_word_after(
    struct arena *arena, const char *text, const char *mark)
{
	const char *at = strstr(text, mark);
	const char *word = "";

	if (at != NULL) {
		at += strlen(mark);
		at += strspn(at, " ");
		word = arena_memdup(arena, at, strcspn(at, " ,\n"));
	}
	return word != NULL ? word : "";
}

static const struct {
	const char *unit;
	int64_t s;
} units[] = {
	{ "year", 365 * 86400 },
	{ "week", 7 * 86400 },
	{ "day", 86400 },
	{ "hour", 3600 },
	{ "minute", 60 },
	{ "second", 1 },
};

#define N_UNITS (sizeof units / sizeof units[0])

int64_t cli_parse_uptime(const char *text)
{
	int64_t total = -1;
	unsigned n;
	char unit[16];
	int used;

	while (sscanf(text, " %6u %15[a-z]%n", &n, unit, &used) == 2) {
		size_t i = 0;

		while (i < N_UNITS && !text_starts_with(unit, units[i].unit))
			i++;
		if (i == N_UNITS)
			break;
		total = (total < 0 ? 0 : total) + n * units[i].s;
		text += used;
		text += strspn(text, "(s)");
		if (*text != ',')
			break;
		text++;
	}
	return total;
}

/* "Gi1 is administratively down, line protocol is down",
 * "Ethernet1/1 is down (Link not connected)", "Vlan1 is up, line …" */
static bool parse_heading(struct arena *arena, const char *line, size_t len,
    struct driver_interface *to)
{
	size_t name = strcspn(line, " \n");
	const char *state = line + name + 4;

	if (name == 0 || name + 4 >= len ||
	    strncmp(line + name, " is ", 4) != 0)
		return false;
	to->name = arena_memdup(arena, line, name);
	to->description = "";
	to->up = text_starts_with(state, "up");
	to->enabled =
	    !text_starts_with(state, "administratively down") &&
	    memmem(state, len - name - 4, "Administratively down", 21) == NULL;
	return to->name != NULL;
}

static void parse_detail(struct arena *arena, const char *line, size_t len,
    struct driver_interface *to)
{
	static const char mark[] = "Description: ";
	static const char protocol[] = "line protocol is down";
	size_t lead = strspn(line, " ");

	if (memmem(line, len, protocol, sizeof protocol - 1) != NULL)
		to->up = false;
	if (lead + sizeof mark - 1 <= len &&
	    text_starts_with(line + lead, mark)) {
		lead += sizeof mark - 1;
		to->description = arena_memdup(arena, line + lead, len - lead);
	}
}

enum err_code cli_parse_interfaces(struct arena *arena, const char *text,
    struct driver_facts *to, struct err *e)
{
	struct driver_interface *list;
	size_t max = 0, n = 0;

	for (const char *p = text; *p != '\0' && max < MAX_INTERFACES; p++)
		max += *p == '\n';
	list = arena_alloc(arena, (max + 1) * sizeof *list);
	while (list != NULL && *text != '\0') {
		size_t len = strcspn(text, "\n");

		if (n < max && parse_heading(arena, text, len, &list[n]))
			n++;
		if (n > 0)
			parse_detail(arena, text, len, &list[n - 1]);
		text += len + (text[len] == '\n');
	}
	if (list == NULL || arena_failed(arena))
		return err_set(e, ERR_SYSTEM, "no memory for the facts");
	to->interfaces = list;
	to->n_interfaces = n;
	return ERR_OK;
}
