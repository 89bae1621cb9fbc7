#include "infra/driver/frr_internal.h"

#include "base/text.h"

#include <string.h>

#define ANSWER_MAX ((size_t)1024 * 1024)
#define MAX_INTERFACES 10000

bool frr_parse_version(const char *answer, char *to, size_t size)
{
	static const char mark[] = "FRRouting ";
	const char *at = strstr(answer, mark);
	size_t len;

	if (at == NULL)
		return false;
	at += sizeof mark - 1;
	len = strcspn(at, " \n");
	if (len == 0 || len >= size)
		return false;
	memcpy(to, at, len);
	to[len] = '\0';
	return true;
}

/* Copies the next column; the last one takes the rest of the line. */
static const char *take_column(
    struct arena *arena, const char **at, const char *end, bool last)
{
	const char *from = *at;
	const char *to;

	while (from < end && *from == ' ')
		from++;
	to = from;
	while (to < end && (last || *to != ' '))
		to++;
	*at = to;
	while (to > from && to[-1] == ' ')
		to--;
	return arena_printf(arena, "%.*s", (int)(to - from), from);
}

/* A heading for each VRF ("\tVRF default(0)"), a line of column names, then
 * one interface a line: name, status, protocol, description. */
static bool parse_interface(struct arena *arena, const char *line, size_t len,
    struct driver_interface *to)
{
	const char *at = line;
	const char *end = line + len;
	const char *status;
	const char *protocol;

	to->name = take_column(arena, &at, end, false);
	status = take_column(arena, &at, end, false);
	protocol = take_column(arena, &at, end, false);
	to->description = take_column(arena, &at, end, true);
	if (to->name == NULL || status == NULL || protocol == NULL ||
	    to->description == NULL)
		return false;
	to->enabled = strcmp(status, "up") == 0;
	to->up = to->enabled && strcmp(protocol, "up") == 0;
	return to->name[0] != '\0';
}

static enum err_code parse_interfaces(struct arena *arena, const char *text,
    struct driver_facts *to, struct err *e)
{
	size_t max = 0;
	struct driver_interface *list;

	for (const char *p = text; *p != '\0' && max < MAX_INTERFACES; p++)
		max += *p == '\n';
	list = arena_alloc(arena, (max + 1) * sizeof *list);
	if (list == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for the facts");
	while (*text != '\0' && to->n_interfaces < max) {
		size_t len = strcspn(text, "\n");

		if (len > 0 && *text != '\t' &&
		    !text_starts_with(text, "Interface ") &&
		    parse_interface(arena, text, len, &list[to->n_interfaces]))
			to->n_interfaces++;
		text += len + (text[len] == '\n');
	}
	to->interfaces = list;
	return ERR_OK;
}

enum err_code frr_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e)
{
	struct buf answer = BUF_INIT(ANSWER_MAX);
	struct driver_facts facts = {
		.hostname =
		    arena_strdup(arena, ssh_shell_prompt(s->shell)->name),
		.vendor = "FRRouting",
		.model = "FRR",
		.os_version = arena_strdup(arena, s->version),
		.serial = "",
		.uptime_s = -1,
	};
	enum err_code code =
	    frr_run(s, "show interface description", deadline, &answer, e);

	if (code == ERR_OK)
		code = parse_interfaces(arena, buf_text(&answer), &facts, e);
	if (code == ERR_OK && arena_failed(arena))
		code = err_set(e, ERR_SYSTEM, "no memory for the facts");
	if (code == ERR_OK)
		*ret = facts;
	buf_release(&answer);
	return code;
}
