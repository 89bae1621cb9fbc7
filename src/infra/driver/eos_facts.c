#include "infra/driver/eos_internal.h"

#include "infra/driver/cli_facts.h"

#include <stdio.h>
#include <string.h>

#define INTERFACES_MAX ((size_t)1024 * 1024)

/* What stands behind "<key>: " in the answer; "" if it is not there. */
static const char *value_of(
    struct arena *arena, const char *answer, const char *key)
{
	const char *at = strstr(answer, key);

	if (at == NULL)
		return "";
	at += strlen(key);
	at += strspn(at, " ");
	return arena_memdup(arena, at, strcspn(at, "\n"));
}

/* The first line is "Arista <model>", which open() has seen. */
static void parse_version(
    struct arena *arena, const char *text, struct driver_facts *to)
{
	size_t skip = sizeof "Arista";
	size_t len = strcspn(text, "\n");
	unsigned long hours, minutes;

	to->model =
	    len > skip ? arena_memdup(arena, text + skip, len - skip) : "";
	to->os_version = value_of(arena, text, "Software image version:");
	to->serial = value_of(arena, text, "Serial number:");
	if (sscanf(value_of(arena, text, "Uptime:"),
		"%lu hours and %lu minutes", &hours, &minutes) == 2)
		to->uptime_s = (int64_t)(hours * 3600 + minutes * 60);
}

enum err_code eos_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e)
{
	struct buf version = BUF_INIT(EOS_ANSWER_MAX);
	struct buf hostname = BUF_INIT(EOS_ANSWER_MAX);
	struct buf interfaces = BUF_INIT(INTERFACES_MAX);
	struct driver_facts f = { .vendor = "Arista", .uptime_s = -1 };
	enum err_code code = eos_run(s, "show version", deadline, &version, e);

	if (code == ERR_OK)
		code = eos_run(s, "show interfaces", deadline, &interfaces, e);
	if (code == ERR_OK)
		code = eos_run(s, "show hostname", deadline, &hostname, e);
	if (code == ERR_OK) {
		f.hostname = value_of(arena, buf_text(&hostname), "Hostname:");
		parse_version(arena, buf_text(&version), &f);
		code =
		    cli_parse_interfaces(arena, buf_text(&interfaces), &f, e);
	}
	if (code == ERR_OK)
		*ret = f;
	buf_release(&version);
	buf_release(&hostname);
	buf_release(&interfaces);
	return code;
}
