#include "web/pages/server_view.h"

#include "base/escape.h"

#include <string.h>

/* The word whose badge and icon a state borrows. */
static const char *const badges[] = {
	[SERVER_TONE_IDLE] = "planned",
	[SERVER_TONE_BUSY] = "running",
	[SERVER_TONE_GOOD] = "active",
	[SERVER_TONE_BAD] = "failed",
	[SERVER_TONE_UNKNOWN] = "unknown",
};

static const char *title_of(const struct baremetal_node *n)
{
	return *n->name ? n->name : n->uuid;
}

const char *server_url(struct arena *a, const struct baremetal_node *node)
{
	struct buf text = BUF_INIT(1024);
	const char *url;

	buf_puts(&text, "/servers/");
	escape_url(&text, title_of(node), strlen(title_of(node)));
	url = arena_strdup(a, buf_text(&text));
	buf_release(&text);
	return url ? url : "";
}

/* Pairs of label and value; what is not known is left out. */
static struct jv facts_view(struct arena *a, const struct baremetal_node *n)
{
	const struct {
		const char *label, *value;
	} facts[] = {
		{ "Resource class", n->resource_class },
		{ "Description", n->description },
		{ "Architecture", n->cpu_arch },
		{ "Processors", n->cpus },
		{ "Memory (MB)", n->memory_mb },
		{ "Disk (GB)", n->local_gb },
		{ "Driver", n->driver },
		{ "Fault", n->fault },
	};
	struct jv list = jv_list(a, COUNT(facts));

	for (size_t i = 0; i < COUNT(facts); i++) {
		struct jv v = jv_dict(a, 2);

		if (!*facts[i].value)
			continue;
		jv_dict_set(a, v, "label", jv_text(facts[i].label));
		jv_dict_set(a, v, "value", jv_text(facts[i].value));
		jv_list_append(a, list, v);
	}
	return list;
}

static bool is_live(const struct baremetal_node *n)
{
	enum server_tone tone = server_state_get(n->provision_state)->tone;

	return tone == SERVER_TONE_BUSY || tone == SERVER_TONE_UNKNOWN ||
	       *n->target_power_state;
}

struct jv server_view(struct arena *a, const struct baremetal_node *n)
{
	const struct server_state *state = server_state_get(n->provision_state);
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "id", n->uuid },
		{ "name", n->name },
		{ "title", title_of(n) },
		{ "url", server_url(a, n) },
		{ "state", n->provision_state },
		{ "badge", badges[state->tone] },
		{ "words", state->words },
		{ "power", n->power_state },
		{ "target_power", n->target_power_state },
		{ "class", n->resource_class },
		{ "reason", n->maintenance_reason },
		{ "error", n->last_error },
		{ "image", *n->image_name ? n->image_name : n->image },
		{ "since", n->state_since },
		{ "instance", n->instance_uuid },
	};
	struct jv v = jv_dict(a, 24), traits = jv_list(a, n->n_traits);

	for (size_t i = 0; i < COUNT(texts); i++)
		jv_dict_set(a, v, texts[i].key, jv_text(texts[i].value));
	for (size_t i = 0; i < n->n_traits; i++)
		jv_list_append(a, traits, jv_text(n->traits[i]));
	jv_dict_set(a, v, "maintenance", jv_bool(n->maintenance));
	jv_dict_set(a, v, "retired", jv_bool(n->retired));
	jv_dict_set(a, v, "locked", jv_bool(n->locked));
	jv_dict_set(a, v, "live", jv_bool(is_live(n)));
	jv_dict_set(a, v, "traits", traits);
	jv_dict_set(a, v, "facts", facts_view(a, n));
	return v;
}

struct jv server_progress_view(
    struct arena *a, const struct baremetal_node *node)
{
	struct server_progress p;
	struct jv v = jv_dict(a, 6);

	servers_progress(node, &p);
	jv_dict_set(a, v, "status", jv_text(server_status_words[p.status]));
	jv_dict_set(a, v, "percent", jv_int(p.percent));
	jv_dict_set(a, v, "message", jv_text(p.message));
	jv_dict_set(a, v, "step", jv_text(node->deploy_step));
	jv_dict_set(a, v, "started_at", jv_text(p.started_at));
	jv_dict_set(a, v, "completed_at", jv_text(p.completed_at));
	return v;
}

/* Power on what is on, or the end of no maintenance, is not worth a button. */
static bool is_idle(const struct baremetal_node *n, enum server_action action)
{
	bool on = strcmp(n->power_state, "power on") == 0;

	return (action == SERVER_POWER_ON && on) ||
	       ((action == SERVER_POWER_OFF || action == SERVER_REBOOT) &&
		   !on) ||
	       (action == SERVER_MAINTENANCE_ON && n->maintenance) ||
	       (action == SERVER_MAINTENANCE_OFF && !n->maintenance);
}

struct jv server_actions_view(
    struct arena *a, const struct baremetal_node *node)
{
	struct jv list = jv_list(a, SERVER_ACTIONS);

	for (int i = SERVER_PROVISION + 1; i < SERVER_ACTIONS; i++) {
		enum server_action action = (enum server_action)i;
		const struct server_action_info *info =
		    server_action_get(action);
		struct jv v = jv_dict(a, 5);

		if (!server_state_allows(node->provision_state, action) ||
		    is_idle(node, action))
			continue;
		jv_dict_set(a, v, "name", jv_text(info->name));
		jv_dict_set(a, v, "verb", jv_text(info->verb));
		jv_dict_set(a, v, "url",
		    jv_text(arena_printf(
			a, "%s/%s", server_url(a, node), info->name)));
		jv_dict_set(a, v, "destructive", jv_bool(info->destructive));
		jv_list_append(a, list, v);
	}
	return list;
}
