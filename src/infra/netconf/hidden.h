/*
 * Secrets that must not come back in a server's words: what was sent to it as
 * a password or a key, and whatever is written as a hash is.
 *
 * Which values are secrets, the names before them say (`password`, `secret`,
 * `pre-shared-key` …), in XML and in the text that Junos takes.  Too many
 * rather than too few: what is hidden by mistake costs a word of a message.
 *
 * Ownership: netconf_hidden_release() wipes.  Pure.
 */
#ifndef INFRA_NETCONF_HIDDEN_H
#define INFRA_NETCONF_HIDDEN_H

#include "base/buf.h"

struct netconf_hidden {
	struct buf values; /* each with a NUL */
	bool all; /* there were too many: hide every message as a whole */
};

void netconf_hidden_init(struct netconf_hidden *h);
void netconf_hidden_release(struct netconf_hidden *h);

/* Remembers the secrets in an operation that is going to be sent. */
void netconf_hidden_learn(struct netconf_hidden *h, const char *operation);

/* Appends the message, with "<hidden>" in the place of each secret. */
void netconf_hidden_redact(
    const struct netconf_hidden *h, const char *message, struct buf *out);

#endif
