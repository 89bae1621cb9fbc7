#include "web/server_form.h"

#include "base/json.h"

#include <string.h>

/* null and "" are as good as absent. */
static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_text(object, key, "");

	return *text ? text : NULL;
}

static bool is_member(const char *name)
{
	for (const char *const *m = server_config_drive_members; *m; m++) {
		if (strcmp(*m, name) == 0)
			return true;
	}
	return false;
}

/* user_data is cloud-init's text, or an object; the others are objects. */
static void check_config_drive(const struct schema *schema,
    const json_t *object, struct schema_errors *errors)
{
	int at = schema_find(schema, "config_drive");
	json_t *drive = json_object_get(object, "config_drive"), *value;
	const char *name;

	if (at < 0 || !json_is_object(drive))
		return;
	json_object_foreach(drive, name, value)
	{
		const struct field *f = &schema->fields[at];

		if (!is_member(name))
			schema_errors_add(errors, f,
			    "has no \"%.60s\": it takes user_data, meta_data, "
			    "network_data and vendor_data",
			    name);
		else if (!json_is_object(value) &&
			 !(json_is_string(value) &&
			     strcmp(name, "user_data") == 0))
			schema_errors_add(
			    errors, f, "%.60s must be an object", name);
	}
}

enum err_code server_form_read(enum server_action action, json_t *object,
    const char *id, struct server_wish *ret, struct schema_errors *errors,
    struct err *e)
{
	const struct schema *schema = &server_action_get(action)->parameters;
	json_t *drive = json_object_get(object, "config_drive");

	if (id && action == SERVER_PROVISION)
		json_object_del(object, "server_id");
	schema_check(schema, object, errors);
	check_config_drive(schema, object, errors);
	if (errors->n)
		return schema_errors_check(errors, e);
	*ret = (struct server_wish){
		.action = action,
		.server_id = id ? id : text_of(object, "server_id"),
		.resource_class = text_of(object, "resource_class"),
		.traits = json_object_get(object, "traits"),
		.image_id = text_of(object, "image_id"),
		.config_drive = json_object_size(drive) ? drive : NULL,
		.reason = text_of(object, "reason"),
	};
	return ERR_OK;
}
