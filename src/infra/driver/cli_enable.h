/*
 * The privileged mode, which alone shows and changes configurations.
 */
#ifndef INFRA_DRIVER_CLI_ENABLE_H
#define INFRA_DRIVER_CLI_ENABLE_H

#include "app/port/driver.h"
#include "infra/ssh/shell.h"

/* Types `enable`, and the target's enable password if it is asked for, unless
 * the prompt tells that this is not needed.  ERR_DENIED, with *refusal, if the
 * device does not let the user in. */
enum err_code cli_enter_enable(struct ssh_shell *shell,
    const struct ssh_link *link, const struct driver_target *target,
    struct deadline deadline, struct driver_refusal *refusal,
    struct err *e) must_check;

#endif
