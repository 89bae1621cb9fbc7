/*
 * An interactive shell on a device: send a line, get what it said.
 *
 * The prompt is learned at sign-in by asking for it until two answers agree,
 * so that a banner that looks like a prompt is not taken for one.  Afterwards
 * an answer ends where the last line is a prompt of that device and nothing
 * more has come.  Echo, prompt, escape sequences and pager questions are taken
 * out of the answer.
 *
 * Ownership: ssh_shell_close() frees; link and profile are borrowed.  One
 * thread.
 * Errors: ERR_REMOTE if the device hung up, ERR_TIMEOUT past the deadline,
 * ERR_LIMIT past the bound of `out`.  After any of them the shell is of no
 * more use: what a running command did is not known.
 */
#ifndef INFRA_SSH_SHELL_H
#define INFRA_SSH_SHELL_H

#include "base/buf.h"
#include "infra/ssh/link.h"
#include "infra/ssh/prompt.h"

#define SSH_SHELL_MAX_LINE 2048 /* bytes of a command */

struct ssh_shell_profile {
	unsigned width;	 /* columns: above the longest line, lest it wraps */
	unsigned height; /* lines: above the longest answer, lest it pages */
	const char *const *pagers; /* what a pager's last line holds; NULL */
	/* Bytes that the shell acts on when they are typed (a `?` for help),
	 * and the byte that makes it take the next one as it is. */
	const char *hot_keys;
	char quote;
	/* In configuration mode prompts hold this many bytes of the name; 0:
	 * all. */
	unsigned mode_name_max;
};

/* What to say to a question that a command asks instead of ending. */
struct ssh_shell_answer {
	const char *question;	     /* how its line ends, but for blanks */
	const char *text;	     /* typed as it is, Enter included; or */
	const struct secret *secret; /* typed with Enter, if not NULL */
};

struct ssh_shell;

enum err_code ssh_shell_open(struct ssh_link *link,
    const struct ssh_shell_profile *profile, struct deadline deadline,
    struct ssh_shell **ret, struct err *e) must_check;

void ssh_shell_close(struct ssh_shell *shell); /* NULL is fine */

/* Sends a line and appends the answer to `out`, whole lines only.  ERR_INVALID
 * if the line holds a control character or is too long: nothing is sent. */
enum err_code ssh_shell_run(struct ssh_shell *shell, const char *line,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* The same for a command that may ask.  answers: question NULL ends.  A
 * question that is none of them runs into the deadline. */
enum err_code ssh_shell_run_asking(struct ssh_shell *shell, const char *line,
    const struct ssh_shell_answer *answers, struct deadline deadline,
    struct buf *out, struct err *e) must_check;

/* Sends several lines as one, for a command that takes a text up to a mark (a
 * banner): the prompt comes after the last.  Only what the device says that is
 * none of the lines is appended to `out`. */
enum err_code ssh_shell_run_text(struct ssh_shell *shell, const char *lines,
    struct deadline deadline, struct buf *out, struct err *e) must_check;

/* The prompt that ended the last answer. */
const struct prompt *ssh_shell_prompt(const struct ssh_shell *shell);

/* The next line gives the device this name: its prompt may change to it. */
void ssh_shell_expect_name(struct ssh_shell *shell, const char *name);

#endif
