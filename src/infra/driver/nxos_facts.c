#include "infra/driver/nxos_internal.h"

#include "infra/driver/cli_facts.h"

#include <string.h>

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

void nxos_read_version(const struct cisco_session *s, const char *text,
    struct arena *arena, struct driver_facts *to)
{
	static const char uptime[] = "Kernel uptime is ";
	const char *up = strstr(text, uptime);

	(void)s;
	to->hostname = cli_word_after(arena, text, "  Device name: ");
	to->os_version = cli_word_after(arena, text, "NXOS: version ");
	if (to->os_version[0] == '\0') /* before 7.0(3) */
		to->os_version =
		    cli_word_after(arena, text, "system:    version ");
	to->serial = cli_word_after(arena, text, "Processor Board ID ");
	to->model = parse_model(arena, text);
	if (up != NULL)
		to->uptime_s = cli_parse_uptime(up + sizeof uptime - 1);
}
