#include "infra/driver/nxos_internal.h"

#include "infra/driver/cli_facts.h"

#include <string.h>

#define INTERFACES_MAX ((size_t)1024 * 1024)

/* "  cisco Nexus9000 C9300v Chassis" */
static const char *parse_model(struct arena *arena, const char *text)
{
	static const char word[] = "\n  cisco ";
	const char *at = strstr(text, word);
	size_t len;

	if (at == NULL)
		return "";
	at += sizeof word - 1;
	len = strcspn(at, "(\n");
	while (len > 0 && at[len - 1] == ' ')
		len--;
	return arena_memdup(arena, at, len);
}

static void parse_version(
    struct arena *arena, const char *text, struct driver_facts *to)
{
	static const char uptime[] = "Kernel uptime is ";
	const char *up = strstr(text, uptime);

	to->os_version = cli_word_after(arena, text, "NXOS: version ");
	if (to->os_version[0] == '\0') /* before 7.0(3) */
		to->os_version =
		    cli_word_after(arena, text, "system:    version ");
	to->serial = cli_word_after(arena, text, "Processor Board ID ");
	to->model = parse_model(arena, text);
	if (up != NULL)
		to->uptime_s = cli_parse_uptime(up + sizeof uptime - 1);
}

enum err_code nxos_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e)
{
	struct buf version = BUF_INIT(CISCO_ANSWER_MAX);
	struct buf interfaces = BUF_INIT(INTERFACES_MAX);
	struct driver_facts f = { .vendor = "Cisco", .uptime_s = -1 };
	enum err_code code =
	    cisco_run(&s->cisco, "show version", deadline, &version, e);

	if (code == ERR_OK)
		code = cisco_run(
		    &s->cisco, "show interface", deadline, &interfaces, e);
	if (code == ERR_OK) {
		f.hostname = cli_word_after(
		    arena, buf_text(&version), "  Device name: ");
		parse_version(arena, buf_text(&version), &f);
		code =
		    cli_parse_interfaces(arena, buf_text(&interfaces), &f, e);
	}
	if (code == ERR_OK)
		*ret = f;
	buf_release(&version);
	buf_release(&interfaces);
	return code;
}
