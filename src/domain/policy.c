#include "domain/policy.h"

#include <string.h>

const char *const device_status_words[STATUS_COUNT + 1] = {
	[STATUS_INVENTORY] = "inventory",
	[STATUS_PLANNED] = "planned",
	[STATUS_STAGED] = "staged",
	[STATUS_ACTIVE] = "active",
	[STATUS_FAILED] = "failed",
	[STATUS_DECOMMISSIONING] = "decommissioning",
	[STATUS_COUNT] = NULL,
};

bool device_status_parse(const char *word, enum device_status *ret)
{
	for (int i = 0; i < STATUS_COUNT; i++) {
		if (strcmp(word, device_status_words[i]) == 0) {
			*ret = (enum device_status)i;
			return true;
		}
	}
	return false;
}

#define READ_ONLY_INVENTORY \
	"its status is inventory: devices in inventory are only read. Set " \
	"the status to active to push to it."
#define READ_ONLY_PLANNED \
	"its status is planned: planned devices are only read. Set the " \
	"status to active to push to it."
#define READ_ONLY_STAGED \
	"its status is staged: staged devices are read and discovered, not " \
	"pushed to. Set the status to active to push to it."
#define NO_DISCOVERY \
	"discovery updates the records of staged and active devices only."
#define NOT_FAILED \
	"its status is failed: automation leaves it alone until someone sets " \
	"another status."
#define TEARDOWN_ONLY \
	"its status is decommissioning: only teardown may touch it."
#define NO_TEARDOWN \
	"teardown is for devices whose status is decommissioning."

/* NULL: allowed. */
static const char *const refusals[STATUS_COUNT][POLICY_ACTIONS] = {
	[STATUS_INVENTORY] = { NULL, NO_DISCOVERY, READ_ONLY_INVENTORY,
	    NO_TEARDOWN },
	[STATUS_PLANNED] = { NULL, NO_DISCOVERY, READ_ONLY_PLANNED,
	    NO_TEARDOWN },
	[STATUS_STAGED] = { NULL, NULL, READ_ONLY_STAGED, NO_TEARDOWN },
	[STATUS_ACTIVE] = { NULL, NULL, NULL, NO_TEARDOWN },
	[STATUS_FAILED] = { NOT_FAILED, NOT_FAILED, NOT_FAILED, NOT_FAILED },
	[STATUS_DECOMMISSIONING] = { TEARDOWN_ONLY, TEARDOWN_ONLY,
	    TEARDOWN_ONLY, NULL },
};

const char *policy_refusal(enum device_status status,
    enum policy_action action)
{
	return refusals[status][action];
}

bool policy_hook_ready(enum device_status status)
{
	return status == STATUS_ACTIVE || status == STATUS_PLANNED ||
	    status == STATUS_STAGED;
}

const char *const access_role_words[] = {
	"viewer", "operator", "approver", "admin", NULL,
};

bool access_role_parse(const char *word, enum access_role *ret)
{
	for (int i = 0; access_role_words[i]; i++) {
		if (strcmp(word, access_role_words[i]) == 0) {
			*ret = (enum access_role)(i + ROLE_VIEWER);
			return true;
		}
	}
	return false;
}

const char *access_role_word(enum access_role role)
{
	return role == ROLE_NOBODY ? "nobody"
				   : access_role_words[role - ROLE_VIEWER];
}

static const enum access_role needed[PERMISSIONS] = {
	[MAY_NOTHING] = ROLE_NOBODY,
	[MAY_VIEW] = ROLE_VIEWER,
	[MAY_RUN] = ROLE_OPERATOR,
	[MAY_EDIT] = ROLE_OPERATOR,
	[MAY_APPROVE] = ROLE_APPROVER,
	[MAY_ADMIN] = ROLE_ADMIN,
};

enum access_role permission_role(enum permission p)
{
	return needed[p];
}

bool access_allows(enum access_role role, enum permission p)
{
	return role >= needed[p];
}
