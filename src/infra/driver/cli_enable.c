#include "infra/driver/cli_enable.h"

#define ENABLE_MS 15000
#define ANSWER_MAX ((size_t)64 * 1024)

static enum err_code not_privileged(const struct ssh_link *link,
    const struct driver_target *target, struct driver_refusal *refusal,
    struct err *e)
{
	refusal->kind = DRIVER_REFUSAL_CREDENTIALS;
	if (target->enable == NULL)
		return err_set(e, ERR_DENIED,
		    "%s lets this user in, but not into the privileged mode: "
		    "give the credentials an enable password, or the user "
		    "privilege 15. Nothing was changed.",
		    ssh_link_peer(link));
	return err_set(e, ERR_DENIED,
	    "%s refused the enable password. Nothing was changed.",
	    ssh_link_peer(link));
}

enum err_code cli_enter_enable(struct ssh_shell *shell,
    const struct ssh_link *link, const struct driver_target *target,
    struct deadline deadline, struct driver_refusal *refusal, struct err *e)
{
	/* Without a password an empty one is typed, lest the question runs
	 * into the deadline. */
	const struct ssh_shell_answer answers[] = {
		{ "Password:", "\n", target->enable },
		{ NULL, NULL, NULL },
	};
	struct buf ignored = BUF_INIT(ANSWER_MAX);
	enum err_code code;

	if (ssh_shell_prompt(shell)->end == '#')
		return ERR_OK;
	code = ssh_shell_run_asking(shell, "enable", answers,
	    deadline_sooner(deadline, deadline_in_ms(ENABLE_MS)), &ignored, e);
	buf_release(&ignored);
	if (code == ERR_OK && ssh_shell_prompt(shell)->end != '#')
		return not_privileged(link, target, refusal, e);
	return code;
}
