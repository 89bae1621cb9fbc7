#include "infra/driver/ios_internal.h"

#include "infra/driver/cli_facts.h"

#include <string.h>

/* "cisco CSR1000V (VXE) processor …" at a line's start; switches tell it as
 * "Model Number : C9300-48P". */
static const char *parse_model(struct arena *arena, const char *text)
{
	static const char number[] = "odel Number";
	const char *at = strcasestr(text, number);

	if (at != NULL)
		return cli_word_after(arena, at, ":");
	for (at = text; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
		size_t len;

		at += *at == '\n';
		len = strcspn(at, "\n");
		if (strncasecmp(at, "cisco ", 6) == 0 &&
		    (memmem(at, len, " processor ", 11) != NULL ||
			memmem(at, len, "(revision", 9) != NULL))
			return cli_word_after(arena, at, " ");
	}
	return "";
}

void ios_read_version(const struct cisco_session *s, const char *text,
    struct arena *arena, struct driver_facts *to)
{
	const char *up = strstr(text, " uptime is ");

	to->hostname = arena_strdup(arena, ssh_shell_prompt(s->shell)->name);
	to->os_version = cli_word_after(arena, text, "Version ");
	to->serial = cli_word_after(arena, text, "Processor board ID ");
	to->model = parse_model(arena, text);
	if (up != NULL)
		to->uptime_s = cli_parse_uptime(up + sizeof " uptime is " - 1);
}
