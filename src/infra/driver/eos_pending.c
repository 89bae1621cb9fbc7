/* Whose configuration sessions there are, and texts compared. */
#include "infra/driver/eos_internal.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/*
 *   Name                 State              User       Terminal Description
 *   -------------------- ------------------ ---------- -------- -----------
 *   sy-1                 pendingCommitTimer admin      vty0
 */
static void take_row(const char *line, size_t len, struct eos_sessions *to)
{
	char text[200], name[64], state[32], user[32] = "?";
	bool open, timed, ours;

	snprintf(text, sizeof text, "%.*s", (int)len, line);
	/* a star marks the session one is in oneself */
	if (sscanf(text + strspn(text, " *"), "%63s %31s %31s", name, state,
		user) < 2)
		return;
	open = strcmp(state, "pending") == 0;
	timed = strcmp(state, "pendingCommitTimer") == 0;
	ours = text_starts_with(name, EOS_SESSION_PREFIX);
	to->timed = to->timed || timed;
	if ((open || timed) && !ours) {
		to->foreign = true;
		snprintf(to->who, sizeof to->who, "%s of %s", name, user);
	} else if (timed) {
		text_copy(to->ours, sizeof to->ours, name);
	} else if (open) {
		text_copy(to->stale, sizeof to->stale, name);
	}
}

enum err_code eos_list_sessions(struct driver_session *s,
    struct deadline deadline, struct eos_sessions *ret, struct err *e)
{
	struct buf answer = BUF_INIT(EOS_ANSWER_MAX);
	struct eos_sessions list = { .timed = false };
	const char *p;
	enum err_code code;

	code = eos_run(s, "show configuration sessions", deadline, &answer, e);
	p = strstr(buf_text(&answer), "\n  ----");
	if (code == ERR_OK && p == NULL)
		code = err_set(e, ERR_REMOTE,
		    "%s does not tell its configuration sessions; nothing was "
		    "changed",
		    eos_peer(s));
	if (code == ERR_OK)
		p = strchr(p + 1, '\n');
	while (code == ERR_OK && p != NULL && p[1] != '\0') {
		take_row(p + 1, strcspn(p + 1, "\n"), &list);
		p = strchr(p + 1, '\n');
	}
	if (code == ERR_OK)
		*ret = list;
	buf_release(&answer);
	return code;
}

void eos_expect_name_of(struct driver_session *s, const char *config)
{
	static const char word[] = "\nhostname ";
	const char *at = strstr(config, word);
	char name[PROMPT_MAX] = "localhost"; /* without one */

	if (at != NULL) {
		at += sizeof word - 1;
		snprintf(
		    name, sizeof name, "%.*s", (int)strcspn(at, " \n"), at);
	}
	s->channel->ops->expect_name(s->channel, name);
}

/* The next line that counts; NULL at the end. */
static const char *next_line(const char **at, size_t *ret_len)
{
	while (**at != '\0') {
		const char *line = *at;
		size_t len = strcspn(line, "\n");
		size_t lead = strspn(line, " ");

		*at += len + (line[len] == '\n');
		while (len > 0 && line[len - 1] == ' ')
			len--;
		if (lead >= len || line[lead] == '!')
			continue;
		*ret_len = len;
		return line;
	}
	return NULL;
}

bool eos_same_text(const char *a, const char *b)
{
	const char *x, *y;
	size_t n, m;

	do {
		x = next_line(&a, &n);
		y = next_line(&b, &m);
		if (x == NULL || y == NULL)
			return x == y;
	} while (n == m && memcmp(x, y, n) == 0);
	return false;
}
