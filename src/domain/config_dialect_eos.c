#include "domain/config_dialect.h"

#include <stddef.h>

/*
 * Arista EOS, as far as comparing two of its texts needs it: the switch itself
 * stages, compares and applies (infra/driver/eos*.c), so that no plan is ever
 * made with this table.
 */

static const char *const eos_exits[] = { "exit", NULL };

static const char *const eos_volatiles[] = { "Building configuration...",
	NULL };

static const char *const eos_none[] = { NULL };

static const char *const eos_single[] = { "hostname ...", "description ...",
	"ip address *", "mtu ...", "switchport access vlan ...",
	"switchport trunk allowed vlan ...", "router-id ...",
	"neighbor * remote-as ...", "neighbor * description ...",
	"dns domain ...", "snmp-server location ...", "snmp-server contact ...",
	NULL };

/* A clear password is stored as a hash. */
static const char *const eos_scrambled[] = { "username * ... secret *",
	"enable password *", "enable secret *", NULL };

static const char *const eos_secret[] = { "username ...", "enable password ...",
	"enable secret ...", "neighbor * password ...",
	"snmp-server community ...", "key ...", "radius-server key ...",
	"tacacs-server key ...", NULL };

static const struct config_section_rule eos_sections[] = {
	{ NULL, CONFIG_REMOVE_WHOLE, NULL },
};
static const struct config_owner_rule eos_owners[] = { { NULL, 0, NULL } };
static const struct config_cut_rule eos_cuts[] = { { NULL, 0, NULL } };
static const struct config_default_rule eos_defaults[] = {
	{ NULL, NULL, NULL },
};

const struct config_dialect config_dialect_eos = {
	.name = "eos",
	.comment = "!",
	.negation = "no",
	.exits = eos_exits,
	.end = "end",
	.volatiles = eos_volatiles,
	.kept = eos_none,
	.single = eos_single,
	.scrambled = eos_scrambled,
	.sequenced = eos_none,
	.forbidden = eos_none,
	.secret = eos_secret,
	.definitions = eos_none,
	.sections = eos_sections,
	.owners = eos_owners,
	.cuts = eos_cuts,
	.defaults = eos_defaults,
};
