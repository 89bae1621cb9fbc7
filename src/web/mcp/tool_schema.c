/*
 * The schemas of tools: arguments from their table, results from the OpenAPI
 * document.
 */
#include "web/mcp/tool.h"

#include "base/escape.h"
#include "base/json.h"
#include "web/api/openapi_schemas.h"

#include <string.h>

static bool is_listed(const char *const *list, const char *name)
{
	for (; *list; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

struct schema mcp_tool_schema(
    const struct mcp_tool *tool, struct field room[MCP_MAX_ARGUMENTS])
{
	const struct schema *of = tool->from ? tool->from() : &tool->own;
	size_t n = 0;

	for (size_t i = 0; i < of->n_fields && n < MCP_MAX_ARGUMENTS; i++) {
		if (!tool->only || is_listed(tool->only, of->fields[i].name))
			room[n++] = of->fields[i];
	}
	return (struct schema){ room, n };
}

json_t *mcp_input_schema(const struct mcp_tool *tool)
{
	struct field room[MCP_MAX_ARGUMENTS];
	struct schema schema = mcp_tool_schema(tool, room);
	json_t *o = schema_to_json_schema(&schema);
	json_t *properties = json_object_get(o, "properties");

	for (size_t i = 0; i < schema.n_fields; i++)
		json_object_set_new(
		    json_object_get(properties, schema.fields[i].name), "title",
		    json_string(schema.fields[i].label));
	return o;
}

/* --- results: components, taken along as $defs --------------------------- */

#define COMPONENTS "#/components/schemas/"
#define DEFS "#/$defs/"

static bool take_component(
    json_t *defs, const char *name, const json_t *components);

/* Turns references to components into references to what is taken along. */
static bool turn_references(
    json_t *schema, json_t *defs, const json_t *components)
{
	const char *to = json_text(schema, "$ref", "");
	const char *key;
	json_t *value;
	size_t i;

	if (strncmp(to, COMPONENTS, sizeof(COMPONENTS) - 1) == 0) {
		const char *name = to + sizeof(COMPONENTS) - 1;

		/* setting the member frees what `name` points into */
		return take_component(defs, name, components) &&
		       json_object_set_new(schema, "$ref",
			   json_sprintf("%s%s", DEFS, name)) == 0;
	}
	json_object_foreach(schema, key, value)
	{
		if (!turn_references(value, defs, components))
			return false;
	}
	for (i = 0; i < json_array_size(schema); i++) {
		if (!turn_references(
			json_array_get(schema, i), defs, components))
			return false;
	}
	return true;
}

static bool take_component(
    json_t *defs, const char *name, const json_t *components)
{
	json_t *copy;

	if (json_object_get(defs, name))
		return true;
	copy = json_deep_copy(json_object_get(components, name));
	return json_object_set_new(defs, name, copy) == 0 &&
	       turn_references(copy, defs, components);
}

/* The schema of the whole has to say that it is an object (MCP, "Tools"): a
 * component stands there itself, not a reference to it. */
static json_t *whole_schema(
    const struct mcp_tool *tool, const json_t *components)
{
	json_t *schema, *component;
	const char *to;

	if (tool->output)
		return json_loads(tool->output, JSON_REJECT_DUPLICATES, NULL);
	schema = openapi_answer_schema(operation_route(tool->operation));
	to = json_text(schema, "$ref", "");
	if (strncmp(to, COMPONENTS, sizeof(COMPONENTS) - 1) != 0)
		return schema;
	component = json_object_get(components, to + sizeof(COMPONENTS) - 1);
	json_decref(schema);
	return json_deep_copy(component);
}

json_t *mcp_output_schema(const struct mcp_tool *tool, const json_t *components)
{
	json_t *defs = json_object(), *schema;
	bool ok;

	schema = whole_schema(tool, components);
	ok = defs && schema && turn_references(schema, defs, components);
	if (ok && json_object_size(defs))
		ok = json_object_set(schema, "$defs", defs) == 0;
	json_decref(defs);
	if (ok)
		return schema;
	json_decref(schema);
	return NULL;
}

/* --- texts --------------------------------------------------------------- */

static enum err_code clean_text(json_t *value, struct err *e)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	/* a character becomes at most three bytes */
	struct buf clean = BUF_INIT(3 * len + 1);
	enum err_code rc;

	escape_device_text(&clean, text, len);
	rc = buf_check(&clean, "a text of the answer", e);
	if (rc == ERR_OK && strcmp(buf_text(&clean), text) != 0 &&
	    json_string_setn(value, buf_text(&clean), clean.len) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	buf_release(&clean);
	return rc;
}

enum err_code mcp_clean_texts(json_t *value, struct err *e)
{
	enum err_code rc = ERR_OK;
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_string(value))
		return clean_text(value, e);
	json_object_foreach(value, key, one)
	{
		if (rc == ERR_OK)
			rc = mcp_clean_texts(one, e);
	}
	json_array_foreach(value, i, one)
	{
		if (rc == ERR_OK)
			rc = mcp_clean_texts(one, e);
	}
	return rc;
}
