#include "infra/driver/cisco_driver.h"

#include "infra/driver/cli_facts.h"
#include "infra/driver/cli_output.h"
#include "infra/driver/config_text.h"

#include <stdlib.h>
#include <string.h>

#define INTERFACES_MAX ((size_t)1024 * 1024)

/* --- Opening ----------------------------------------------------------- */

struct driver_session *cisco_session_new(const struct cisco_platform *platform,
    const struct driver_target *target, const struct driver_hooks *hooks)
{
	struct driver_session *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->cisco = (struct cisco_session){
			.platform = platform,
			.target = target,
			.hooks = hooks,
		};
	return s;
}

enum err_code cisco_open(struct driver_session *s, struct deadline deadline,
    struct driver_session **ret, struct driver_refusal *refusal, struct err *e)
{
	struct driver_refusal unasked;
	enum err_code code;

	if (refusal == NULL)
		refusal = &unasked;
	*refusal = (struct driver_refusal){ 0 };
	if (s == NULL)
		return err_set(e, ERR_SYSTEM, "no memory for a session");
	code = cisco_start(&s->cisco, deadline, refusal, e);
	if (code == ERR_OK)
		*ret = s;
	else
		cisco_close(s);
	return code;
}

void cisco_close(struct driver_session *s)
{
	if (s == NULL)
		return;
	cisco_drop_stage(s);
	cisco_stop(&s->cisco);
	free(s);
}

/* --- Reading ----------------------------------------------------------- */

static enum err_code read_config(struct driver_session *s, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	const struct cisco_platform *platform = s->cisco.platform;
	enum err_code code =
	    cisco_read_text(&s->cisco, command, deadline, out, e);

	if (code != ERR_OK)
		return code;
	cisco_trim(out, platform->heading);
	return platform->check_whole(&s->cisco, out, e);
}

enum err_code cisco_read_running(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	return read_config(s, "show running-config", deadline, out, e);
}

enum err_code cisco_is_running(struct driver_session *s, const char *text,
    struct deadline deadline, bool *ret, struct err *e)
{
	struct buf running = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = cisco_read_running(s, deadline, &running, e);

	if (code == ERR_OK)
		*ret = cisco_same(&s->cisco, text, buf_text(&running));
	buf_release(&running);
	return code;
}

static enum err_code read_startup(struct driver_session *s,
    struct deadline deadline, struct buf *out, struct err *e)
{
	enum err_code code =
	    read_config(s, "show startup-config", deadline, out, e);

	if (code == ERR_CORRUPT &&
	    strstr(buf_text(out), s->cisco.platform->no_startup) != NULL)
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no startup configuration", cisco_peer(&s->cisco));
	return code;
}

static enum err_code read_staged(
    struct driver_session *s, struct buf *out, struct err *e)
{
	if (s->stage == NULL)
		return err_set(e, ERR_NOT_FOUND, "nothing is staged");
	if (s->stage->wanted == NULL)
		return config_tree_format(
		    &s->stage->plan.forth.predicted, out, e);
	buf_puts(out, s->stage->wanted);
	return buf_check(out, "the candidate", e);
}

enum err_code cisco_get_config(struct driver_session *s,
    enum driver_source source, struct deadline deadline, struct arena *arena,
    struct driver_config *ret, struct err *e)
{
	struct buf text = BUF_INIT(CISCO_CONFIG_MAX);
	enum err_code code = ERR_OK;

	switch (source) {
	case DRIVER_RUNNING:
		code = cisco_read_running(s, deadline, &text, e);
		break;
	case DRIVER_STARTUP:
		code = read_startup(s, deadline, &text, e);
		break;
	case DRIVER_STAGED:
		code = read_staged(s, &text, e);
		break;
	}
	code = config_text_give(code, &text, arena, ret, e);
	buf_release(&text);
	return code;
}

/* A command may take longer than others, as whoever wrote it down knows. */
static enum err_code run_read(void *ctx, const char *command,
    struct deadline deadline, struct buf *out, struct err *e)
{
	struct driver_session *s = ctx;

	return cisco_run_long(&s->cisco, command, deadline, out, e);
}

enum err_code cisco_read_output(struct driver_session *s, const char *command,
    struct deadline deadline, struct arena *arena, struct driver_config *ret,
    struct err *e)
{
	const struct cli_output output = { s, run_read, cisco_peer(&s->cisco),
		command };

	return cli_output_read(&output, deadline, arena, ret, e);
}

enum err_code cisco_get_facts(struct driver_session *s,
    struct deadline deadline, struct arena *arena, struct driver_facts *ret,
    struct err *e)
{
	const struct cisco_platform *platform = s->cisco.platform;
	struct buf version = BUF_INIT(CISCO_ANSWER_MAX);
	struct buf interfaces = BUF_INIT(INTERFACES_MAX);
	struct driver_facts f = { .vendor = "Cisco", .uptime_s = -1 };
	enum err_code code =
	    cisco_run(&s->cisco, "show version", deadline, &version, e);

	if (code == ERR_OK)
		code = cisco_run(&s->cisco, platform->interfaces_command,
		    deadline, &interfaces, e);
	if (code == ERR_OK) {
		platform->read_version(
		    &s->cisco, buf_text(&version), arena, &f);
		code =
		    cli_parse_interfaces(arena, buf_text(&interfaces), &f, e);
	}
	if (code == ERR_OK)
		*ret = f;
	buf_release(&version);
	buf_release(&interfaces);
	return code;
}
