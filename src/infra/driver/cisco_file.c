/*
 * Candidates and snapshots as files on the device.
 */
#include "infra/driver/cisco_driver.h"

#include "base/crypto.h"
#include "base/text.h"
#include "domain/config_block.h"
#include "domain/config_dialect.h"
#include "domain/config_tree.h"
#include "infra/ssh/copy.h"

#include <stdio.h>
#include <string.h>

#define SSH_PORT 22

static bool has_line(const char *text, const char *start)
{
	while (text != NULL && *text != '\0') {
		if (text_starts_with(text, start))
			return true;
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return false;
}

static void put_version(const char *text, const char *running, struct buf *out)
{
	static const char word[] = "version ";

	if (has_line(text, word))
		return;
	while (running != NULL && !text_starts_with(running, word)) {
		running = strchr(running, '\n');
		running += running != NULL;
	}
	if (running != NULL)
		buf_add(out, running, strcspn(running, "\n") + 1);
}

/* A certificate ends in "quit", which IOS knows by the tab before it. */
static void put_line(const char *line, size_t len, struct buf *out)
{
	size_t lead = strspn(line, " \t");

	if (lead > 0 && len == lead + 4 && memcmp(line + lead, "quit", 4) == 0)
		buf_puts(out, "  \tquit");
	else
		buf_add(out, line, len);
	buf_putc(out, '\n');
}

static size_t put_next(const struct config_dialect *dialect, const char *text,
    struct buf *out, bool *ok)
{
	struct buf block = BUF_INIT(CONFIG_MAX_TEXT);
	size_t used = config_block_read(dialect, text, &block);
	size_t len = strcspn(text, "\n");

	if (used > 0) {
		*ok = block.len > 0 &&
		      config_block_write(dialect, block.data,
			  dialect->bare ? CONFIG_BLOCK_TYPED : CONFIG_BLOCK_ETX,
			  out);
	} else {
		used = len + (text[len] == '\n');
		if (len > 0 && text[len - 1] == '\r')
			len--;
		put_line(text, len, out);
	}
	buf_release(&block);
	return used;
}

enum err_code cisco_write_file(const struct cisco_session *s, const char *text,
    const char *running, const char *last, struct buf *out, struct err *e)
{
	bool ok = true;

	put_version(text, running, out);
	while (*text != '\0' && ok) {
		if (last != NULL && text_starts_with(text, last) &&
		    strcspn(text, " \r\n") == strlen(last))
			break;
		text += put_next(s->platform->dialect, text, out, &ok);
	}
	if (last != NULL)
		buf_printf(out, "%s\n", last);
	if (!ok)
		return err_set(e, ERR_INVALID,
		    "a banner has no end, is too long, or leaves no character "
		    "to delimit it. Nothing was changed.");
	return buf_check(out, "the configuration file", e);
}

enum err_code cisco_check_file(struct cisco_session *s, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e)
{
	struct buf answer = BUF_INIT(CISCO_ANSWER_MAX);
	char command[200], md5[MD5_TEXT_SIZE];
	const char *at;
	enum err_code code;

	snprintf(command, sizeof command, "%s%s%s", s->platform->md5_command,
	    path, s->platform->md5_tail);
	md5_hex_of(buf_text(data), data->len, md5);
	code = cisco_run(s, command, deadline, &answer, e);
	at = code == ERR_OK ? strstr(buf_text(&answer), md5) : NULL;
	if (code == ERR_OK && at == NULL)
		code = err_set(e, ERR_REMOTE,
		    "the file %s on %s is not what was sent to it (its digest "
		    "differs). Nothing was changed.",
		    path, cisco_peer(s));
	buf_release(&answer);
	return code;
}

/* No API carries files: they go over SSH, whatever the commands go over. */
static struct driver_target copy_target(const struct cisco_session *s)
{
	struct driver_target t = *s->target;

	if (s->shell == NULL)
		t.port = t.ssh_port;
	return t;
}

enum err_code cisco_send_file(struct cisco_session *s, const char *path,
    const struct buf *data, struct deadline deadline, struct err *e)
{
	const struct driver_target target = copy_target(s);
	enum err_code code =
	    ssh_copy_to(&target, SSH_PORT, s->hooks, path, data, deadline, e);

	if (code == ERR_REMOTE)
		err_context(e,
		    "a file could not be copied%s (does the device have the "
		    "line \"%s\"?)",
		    s->shell == NULL ? " over SSH, as files are" : "",
		    s->platform->scp_hint);
	return code == ERR_OK ? cisco_check_file(s, path, data, deadline, e)
			      : code;
}
