#include "infra/ironic/node_internal.h"

#include "base/escape.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define MAX_ID 255

const char *ironic_text(
    struct arena *arena, const json_t *object, const char *key)
{
	const char *text = json_text(object, key, "");

	return *text ? arena_strdup(arena, text) : "";
}

/* "2026-11-21T04:36:55.680299+00:00" as the portal writes times. */
static const char *take_time(
    struct arena *arena, const json_t *object, const char *key)
{
	const char *text = json_text(object, key, "");
	int ms = 0;

	if (strlen(text) < 19 || text[10] != 'T' ||
	    strspn(text, "0123456789-T:") != 19)
		return "";
	if (text[19] == '.')
		sscanf(text + 20, "%3d", &ms);
	return arena_printf(arena, "%.19s.%03dZ", text, ms);
}

/* Numbers in properties are texts or numbers, as whoever entered them liked. */
static const char *take_property(
    struct arena *arena, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value))
		return arena_printf(
		    arena, "%lld", (long long)json_integer_value(value));
	return ironic_text(arena, object, key);
}

static void take_steps(
    struct arena *arena, const json_t *node, struct baremetal_node *ret)
{
	const json_t *step = json_object_get(node, "deploy_step");
	const json_t *info = json_object_get(node, "driver_internal_info");
	const char *name = json_text(step, "step", "");

	ret->deploy_step = !*name ? ""
				  : arena_printf(arena, "%s.%s",
					json_text(step, "interface", ""), name);
	ret->n_steps =
	    (long)json_array_size(json_object_get(info, "deploy_steps"));
	ret->step_index = (long)json_number(info, "deploy_step_index", -1);
	if (ret->step_index < 0 || ret->step_index >= ret->n_steps)
		ret->step_index = -1;
}

static void take_traits(
    struct arena *arena, const json_t *node, struct baremetal_node *ret)
{
	const json_t *traits = json_object_get(node, "traits");
	size_t n = json_array_size(traits), i;
	const char **texts;
	json_t *one;

	texts = n ? arena_alloc(arena, n * sizeof(*texts)) : NULL;
	if (!texts)
		return;
	json_array_foreach(traits, i, one)
	{
		const char *text = json_string_value(one);

		texts[i] = arena_strdup(arena, text ? text : "");
	}
	ret->traits = texts;
	ret->n_traits = n;
}

struct text_member {
	const char *key;
	size_t at;
};
#define MEMBER(key, field)                                  \
	{                                                   \
		key, offsetof(struct baremetal_node, field) \
	}

static const struct text_member members[] = {
	MEMBER("uuid", uuid),
	MEMBER("name", name),
	MEMBER("provision_state", provision_state),
	MEMBER("target_provision_state", target_provision_state),
	MEMBER("power_state", power_state),
	MEMBER("target_power_state", target_power_state),
	MEMBER("resource_class", resource_class),
	MEMBER("driver", driver),
	MEMBER("description", description),
	MEMBER("last_error", last_error),
	MEMBER("fault", fault),
	MEMBER("maintenance_reason", maintenance_reason),
	MEMBER("instance_uuid", instance_uuid),
	MEMBER("allocation_uuid", allocation_uuid),
};

enum err_code ironic_node_read(const json_t *node, struct arena *arena,
    struct baremetal_node *ret, struct err *e)
{
	const json_t *instance = json_object_get(node, "instance_info");
	const json_t *properties = json_object_get(node, "properties");
	struct baremetal_node n = { .step_index = -1 };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *text = ironic_text(arena, node, members[i].key);

		memcpy((char *)&n + members[i].at, &text, sizeof(text));
	}
	if (!*n.uuid || !*n.provision_state)
		return err_set(
		    e, ERR_REMOTE, "Ironic's answer describes no node");
	n.state_since = take_time(arena, node, "provision_updated_at");
	n.image = ironic_text(arena, instance, "image_source");
	n.image_name = ironic_text(arena, instance, IRONIC_IMAGE_NAME);
	n.requested_at = ironic_text(arena, instance, IRONIC_REQUESTED_AT);
	n.maintenance = json_flag(node, "maintenance", false);
	n.is_protected = json_flag(node, "protected", false);
	n.retired = json_flag(node, "retired", false);
	n.locked = *json_text(node, "reservation", "") != '\0';
	n.cpu_arch = take_property(arena, properties, "cpu_arch");
	n.cpus = take_property(arena, properties, "cpus");
	n.memory_mb = take_property(arena, properties, "memory_mb");
	n.local_gb = take_property(arena, properties, "local_gb");
	take_steps(arena, node, &n);
	take_traits(arena, node, &n);
	if (arena_failed(arena))
		return err_set(e, ERR_LIMIT, "too much text from Ironic");
	*ret = n;
	return ERR_OK;
}

enum err_code ironic_path(const char *collection, const char *id,
    const char *rest, char path[IRONIC_MAX_PATH], struct err *e)
{
	struct buf text = BUF_INIT(IRONIC_MAX_PATH - 1);
	enum err_code rc = ERR_OK;

	buf_puts(&text, collection);
	escape_url(&text, id, strlen(id));
	buf_puts(&text, rest);
	/* "." and ".." would be another path to whoever normalises it */
	if (!*id || strlen(id) > MAX_ID || strcmp(id, ".") == 0 ||
	    strcmp(id, "..") == 0 || !buf_ok(&text))
		rc = err_set(e, ERR_NOT_FOUND,
		    "\"%.60s\" is not known to "
		    "Ironic",
		    id);
	else
		memcpy(path, buf_text(&text), text.len + 1);
	buf_release(&text);
	return rc;
}
