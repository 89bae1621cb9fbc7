/*
 * A way to have a platform's commands run: an interactive shell over SSH, or
 * an HTTPS API that takes lists of them.  A driver that speaks to both is
 * written against this table, and does the same over either.
 *
 * Ownership: close() frees.  One thread.
 * Errors: as app/port/driver.h.
 */
#ifndef INFRA_DRIVER_CLI_CHANNEL_H
#define INFRA_DRIVER_CLI_CHANNEL_H

#include "app/port/driver.h"
#include "infra/driver/cli_script.h"
#include "infra/ssh/shell.h"

struct cli_channel;

struct cli_channel_ops {
	/* A command of the privileged mode; appends its output.  One that is
	 * refused is ERR_OK, with a line that begins with "%". */
	enum err_code (*run)(struct cli_channel *c, const char *command,
	    struct deadline deadline, struct buf *out,
	    struct err *e) must_check;

	/* The same for a command that changes the device: it is never sent
	 * twice and not cancelled.  *ret_sent is set in any case; after an
	 * error with it the device may have carried the command out. */
	enum err_code (*run_effect)(struct cli_channel *c, const char *command,
	    struct deadline deadline, struct buf *out, bool *ret_sent,
	    struct err *e) must_check;

	/* Enters the script's mode, sends its lines and leaves.  ERR_INVALID
	 * names the line that was refused; then the ones before it are in the
	 * candidate, and the channel is in the privileged mode again. */
	enum err_code (*load)(struct cli_channel *c,
	    const struct cli_script *script, struct deadline deadline,
	    struct err *e) must_check;

	/* The next command may give the device this name. */
	void (*expect_name)(struct cli_channel *c, const char *name);

	/* From now on hooks->cancelled is not asked any more. */
	void (*forbid_cancel)(struct cli_channel *c);

	const char *(*peer)(const struct cli_channel *c); /* for messages */
	void (*close)(struct cli_channel *c);
};

/* The first member of every channel. */
struct cli_channel {
	const struct cli_channel_ops *ops;
	const struct driver_hooks *hooks;
	struct ssh_shell *shell; /* NULL over an API */
};

/* --- opening ----------------------------------------------------------- */

struct command_dialect;

struct cli_transport {
	const char *name;
	/* One of the two: a shell over SSH, or an API over HTTPS. */
	const struct ssh_shell_profile *shell;
	const struct command_dialect *api;
};

/* The transport that the target names, or the first.  A channel with a shell
 * is not in the privileged mode yet: cli_channel_enable().  list: name NULL
 * ends. */
enum err_code cli_channel_open(const struct cli_transport *list,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct cli_channel **ret,
    struct driver_refusal *refusal, struct err *e) must_check;

enum err_code cli_channel_open_ssh(const struct driver_target *target,
    uint16_t default_port, const struct ssh_shell_profile *profile,
    const struct driver_hooks *hooks, struct deadline deadline,
    struct cli_channel **ret, struct driver_refusal *refusal,
    struct err *e) must_check;
/* A shell only: the privileged mode, as cli_enter_enable(). */
enum err_code cli_channel_enable(struct cli_channel *c,
    const struct driver_target *target, struct deadline deadline,
    struct driver_refusal *refusal, struct err *e) must_check;

enum err_code cli_channel_open_api(const struct command_dialect *dialect,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct cli_channel **ret,
    struct driver_refusal *refusal, struct err *e) must_check;

#endif
