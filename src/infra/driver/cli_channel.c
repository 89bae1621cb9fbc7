#include "infra/driver/cli_channel.h"

#include "base/buf.h"

#include <string.h>

/* --- opening ----------------------------------------------------------- */

#define SSH_PORT 22

static enum err_code no_transport(
    const struct cli_transport *list, const char *name, struct err *e)
{
	struct buf names = BUF_INIT(256);
	enum err_code code;

	for (const struct cli_transport *t = list; t->name; t++)
		buf_printf(&names, "%s%s", t == list ? "" : " and ", t->name);
	code = err_set(e, ERR_INVALID,
	    "the driver has no transport \"%.40s\": it has %s. Nothing was "
	    "changed.",
	    name, buf_text(&names));
	buf_release(&names);
	return code;
}

enum err_code cli_channel_open(const struct cli_transport *list,
    const struct driver_target *target, const struct driver_hooks *hooks,
    struct deadline deadline, struct cli_channel **ret,
    struct driver_refusal *refusal, struct err *e)
{
	const struct cli_transport *t = list;

	while (t->name && target->transport &&
	       strcmp(t->name, target->transport) != 0)
		t++;
	if (!t->name)
		return no_transport(list, target->transport, e);
	if (t->shell)
		return cli_channel_open_ssh(target, SSH_PORT, t->shell, hooks,
		    deadline, ret, refusal, e);
	if (target->jump)
		return err_set(e, ERR_INVALID,
		    "the transport %s does not go through a jump host: give "
		    "the device the transport ssh. Nothing was changed.",
		    t->name);
	return cli_channel_open_api(
	    t->api, target, hooks, deadline, ret, refusal, e);
}
