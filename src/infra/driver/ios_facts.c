#include "infra/driver/ios_internal.h"

#include "infra/driver/cli_facts.h"

#include <string.h>

#define INTERFACES_MAX ((size_t)1024 * 1024)

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

static void parse_version(
    struct arena *arena, const char *text, struct driver_facts *to)
{
	const char *up = strstr(text, " uptime is ");

	to->os_version = cli_word_after(arena, text, "Version ");
	to->serial = cli_word_after(arena, text, "Processor board ID ");
	to->model = parse_model(arena, text);
	if (up != NULL)
		to->uptime_s = cli_parse_uptime(up + sizeof " uptime is " - 1);
}

enum err_code ios_get_facts(struct driver_session *s, struct deadline deadline,
    struct arena *arena, struct driver_facts *ret, struct err *e)
{
	struct buf version = BUF_INIT(CISCO_ANSWER_MAX);
	struct buf interfaces = BUF_INIT(INTERFACES_MAX);
	struct driver_facts f = { .vendor = "Cisco", .uptime_s = -1 };
	enum err_code code =
	    cisco_run(&s->cisco, "show version", deadline, &version, e);

	if (code == ERR_OK)
		code = cisco_run(
		    &s->cisco, "show interfaces", deadline, &interfaces, e);
	if (code == ERR_OK) {
		f.hostname =
		    arena_strdup(arena, ssh_shell_prompt(s->cisco.shell)->name);
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
