#include "domain/server.h"

#include <string.h>

const char *const server_status_words[SERVER_STATUSES + 1] = {
	[SERVER_ACCEPTED] = "accepted",
	[SERVER_IN_PROGRESS] = "in_progress",
	[SERVER_COMPLETED] = "completed",
	[SERVER_FAILED] = "failed",
	[SERVER_STATUSES] = NULL,
};

const char *const server_config_drive_members[] = { "user_data", "meta_data",
	"network_data", "vendor_data", NULL };

#define IMAGE_FIELD                               \
	[SERVER_IMAGE_ID] = { .name = "image_id", \
		.label = "Image",                 \
		.type = FIELD_TEXT,               \
		.help =                           \
		    "One of this store's images, or Glance's id or name." }
#define CONFIG_DRIVE_FIELD                                               \
	[SERVER_CONFIG_DRIVE] = { .name = "config_drive",                \
		.label = "Config drive",                                 \
		.type = FIELD_OBJECT,                                    \
		.help = "JSON with user_data, meta_data, network_data, " \
			"vendor_data; for cloud-init." }

static const struct field provision_fields[] = {
	[SERVER_IMAGE_ID] = { .name = "image_id",
	    .label = "Image",
	    .type = FIELD_TEXT,
	    .required = true,
	    .help = "One of this store's images, or Glance's id or name." },
	CONFIG_DRIVE_FIELD,
	[SERVER_SERVER_ID] = { .name = "server_id",
	    .label = "Server",
	    .type = FIELD_TEXT,
	    .help = "UUID or name; empty: any that is available." },
	[SERVER_RESOURCE_CLASS] = { .name = "resource_class",
	    .label = "Resource class",
	    .type = FIELD_TEXT,
	    .max_len = 80,
	    .help = "Of the server to choose; empty: any." },
	[SERVER_TRAITS] = { .name = "traits",
	    .label = "Traits",
	    .type = FIELD_LABELS,
	    .max_len = 50,
	    .help = "What the server to choose must have, separated by "
		    "commas: CUSTOM_GPU." },
};
static const struct field rebuild_fields[] = { IMAGE_FIELD,
	CONFIG_DRIVE_FIELD };
static const struct field maintenance_fields[] = {
	{ .name = "reason", .label = "Reason", .type = FIELD_TEXT },
};

#define SCHEMA(f)                               \
	{                                       \
		(f), sizeof(f) / sizeof((f)[0]) \
	}
#define NO_FIELDS       \
	{               \
		NULL, 0 \
	}

static const struct server_action_info actions[SERVER_ACTIONS] = {
	[SERVER_PROVISION] = { "provision", "Provision server", "Provision",
	    SERVER_ASKS_PROVISION, "active", MAY_RUN, true,
	    "The image is written to the server's disk: whatever is on it is "
	    "lost.",
	    SCHEMA(provision_fields) },
	[SERVER_DEPROVISION] = { "deprovision", "Deprovision server",
	    "Deprovision", SERVER_ASKS_PROVISION, "deleted", MAY_RUN, true,
	    "The server is stopped and given back: its system and, where "
	    "Ironic "
	    "cleans, its data are lost.",
	    NO_FIELDS },
	[SERVER_REBUILD] = { "rebuild", "Rebuild server", "Rebuild",
	    SERVER_ASKS_PROVISION, "rebuild", MAY_RUN, true,
	    "The image is written again: whatever is on the server's disk is "
	    "lost.",
	    SCHEMA(rebuild_fields) },
	[SERVER_RETRY] = { "retry", "Retry provisioning", "Retry",
	    SERVER_ASKS_PROVISION, "active", MAY_RUN, true,
	    "The same image is written once more.", NO_FIELDS },
	[SERVER_ABORT] = { "abort", "Abort", "Abort", SERVER_ASKS_PROVISION,
	    "abort", MAY_RUN, true,
	    "What the server waits for is given up; a deployment is undone.",
	    NO_FIELDS },
	[SERVER_POWER_ON] = { "power-on", "Power on", "Power on",
	    SERVER_ASKS_POWER, "power on", MAY_RUN, false, "The server starts.",
	    NO_FIELDS },
	[SERVER_POWER_OFF] = { "power-off", "Power off", "Power off",
	    SERVER_ASKS_POWER, "power off", MAY_RUN, true,
	    "The power goes off at once: what runs on the server is cut.",
	    NO_FIELDS },
	[SERVER_REBOOT] = { "reboot", "Reboot", "Reboot", SERVER_ASKS_POWER,
	    "rebooting", MAY_RUN, true,
	    "The power goes off and on: what runs on the server is cut.",
	    NO_FIELDS },
	[SERVER_MAINTENANCE_ON] = { "maintenance-on", "Begin maintenance",
	    "Begin maintenance", SERVER_ASKS_MAINTENANCE, "on", MAY_RUN, false,
	    "Ironic leaves the server alone until maintenance ends.",
	    SCHEMA(maintenance_fields) },
	[SERVER_MAINTENANCE_OFF] = { "maintenance-off", "End maintenance",
	    "End maintenance", SERVER_ASKS_MAINTENANCE, "off", MAY_RUN, false,
	    "Ironic manages the server again.", NO_FIELDS },
};

const struct server_action_info *server_action_get(enum server_action action)
{
	return &actions[action];
}

bool server_action_find(const char *name, enum server_action *ret)
{
	for (int i = 0; i < SERVER_ACTIONS; i++) {
		if (strcmp(actions[i].name, name) == 0) {
			*ret = (enum server_action)i;
			return true;
		}
	}
	return false;
}

/* --- states -------------------------------------------------------------- */

#define IDLE SERVER_TONE_IDLE
#define BUSY SERVER_TONE_BUSY
#define GOOD SERVER_TONE_GOOD
#define BAD SERVER_TONE_BAD

static const struct server_state states[] = {
	{ "available", IDLE, SERVER_FAILED, -1,
	    "Nothing is deployed; the server is available." },
	{ "deploying", BUSY, SERVER_IN_PROGRESS, 10,
	    "The image is being deployed." },
	{ "wait call-back", BUSY, SERVER_IN_PROGRESS, 20,
	    "The server starts; its agent has not called back yet." },
	{ "deploy hold", BUSY, SERVER_IN_PROGRESS, 20,
	    "The deployment is on hold." },
	{ "rebuild", BUSY, SERVER_IN_PROGRESS, 10,
	    "The image is being deployed again." },
	{ "active", GOOD, SERVER_COMPLETED, 100, "The image is deployed." },
	{ "deploy failed", BAD, SERVER_FAILED, -1, "The deployment failed." },
	{ "error", BAD, SERVER_FAILED, -1,
	    "The server could not be undeployed." },
	{ "deleting", BUSY, SERVER_IN_PROGRESS, -1,
	    "The server is being undeployed." },
	{ "cleaning", BUSY, SERVER_IN_PROGRESS, -1,
	    "The server is being cleaned." },
	{ "clean wait", BUSY, SERVER_IN_PROGRESS, -1,
	    "The server is being cleaned; its agent works." },
	{ "clean hold", BUSY, SERVER_IN_PROGRESS, -1,
	    "The cleaning is on hold." },
	{ "clean failed", BAD, SERVER_FAILED, -1, "The cleaning failed." },
	{ "enroll", IDLE, SERVER_FAILED, -1,
	    "The server is only enrolled with Ironic." },
	{ "verifying", BUSY, SERVER_FAILED, -1,
	    "Ironic verifies that it can manage the server." },
	{ "manageable", IDLE, SERVER_FAILED, -1,
	    "Ironic manages the server; it is not available yet." },
	{ "inspecting", BUSY, SERVER_FAILED, -1,
	    "The server is being inspected." },
	{ "inspect wait", BUSY, SERVER_FAILED, -1,
	    "The server is being inspected; its agent works." },
	{ "inspect failed", BAD, SERVER_FAILED, -1, "The inspection failed." },
	{ "adopting", BUSY, SERVER_IN_PROGRESS, -1,
	    "The server is being adopted." },
	{ "adopt failed", BAD, SERVER_FAILED, -1, "The adoption failed." },
	{ "rescue", GOOD, SERVER_COMPLETED, 100,
	    "The server runs its rescue system." },
	{ "rescuing", BUSY, SERVER_COMPLETED, 100,
	    "The rescue system starts." },
	{ "rescue wait", BUSY, SERVER_COMPLETED, 100,
	    "The rescue system starts; its agent has not called back yet." },
	{ "rescue failed", BAD, SERVER_COMPLETED, 100,
	    "The rescue system did not start." },
	{ "unrescuing", BUSY, SERVER_COMPLETED, 100,
	    "The server leaves its rescue system." },
	{ "unrescue failed", BAD, SERVER_COMPLETED, 100,
	    "The server could not leave its rescue system." },
	{ "servicing", BUSY, SERVER_COMPLETED, 100,
	    "The server is being serviced." },
	{ "service wait", BUSY, SERVER_COMPLETED, 100,
	    "The server is being serviced; its agent works." },
	{ "service failed", BAD, SERVER_COMPLETED, 100,
	    "The servicing failed." },
	{ NULL, SERVER_TONE_UNKNOWN, SERVER_IN_PROGRESS, -1,
	    "Ironic is busy with the server." },
};

const struct server_state *server_state_get(const char *word)
{
	const struct server_state *s = states;

	while (s->word && strcmp(s->word, word) != 0)
		s++;
	return s;
}

/* --- what may be asked --------------------------------------------------- */

/* Which word Ironic takes for it in which state.  Power and maintenance are
 * asked in any. */
static const struct {
	enum server_action action;
	const char *state;
	const char *target;
} verbs[] = {
	{ SERVER_PROVISION, "available", "active" },
	{ SERVER_DEPROVISION, "active", "deleted" },
	{ SERVER_DEPROVISION, "deploy failed", "deleted" },
	{ SERVER_DEPROVISION, "error", "deleted" },
	{ SERVER_DEPROVISION, "rescue", "deleted" },
	{ SERVER_REBUILD, "active", "rebuild" },
	{ SERVER_REBUILD, "error", "rebuild" },
	{ SERVER_RETRY, "deploy failed", "active" },
	/* a deployment that waits for its agent ends by undeploying */
	{ SERVER_ABORT, "wait call-back", "deleted" },
	{ SERVER_ABORT, "clean wait", "abort" },
	{ SERVER_ABORT, "inspect wait", "abort" },
};

static const char *find_target(enum server_action action, const char *word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (verbs[i].action == action &&
		    strcmp(verbs[i].state, word) == 0)
			return verbs[i].target;
	}
	return NULL;
}

bool server_state_allows(const char *word, enum server_action action)
{
	return actions[action].request != SERVER_ASKS_PROVISION ||
	       find_target(action, word);
}

const char *server_action_target(enum server_action action, const char *word)
{
	const char *target = find_target(action, word);

	return target ? target : actions[action].target;
}

/* --- progress ------------------------------------------------------------ */

/* Steps run from FIRST to LAST percent: before them the server is prepared,
 * after them Ironic finishes. */
#define FIRST 25
#define LAST 95

int server_progress(const char *word, long step_index, long n_steps)
{
	const struct server_state *s = server_state_get(word);

	if (s->status != SERVER_IN_PROGRESS || s->percent < 0 ||
	    step_index < 0 || n_steps <= 0 || step_index >= n_steps)
		return s->percent;
	return (int)(FIRST + (LAST - FIRST) * step_index / n_steps);
}
