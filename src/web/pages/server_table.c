/*
 * /servers: the table of bare-metal servers, and as a file.
 */
#include "web/pages/server_table.h"

#include "web/pages/pages.h"
#include "web/pages/record_export.h"
#include "web/pages/server_bulk.h"
#include "web/pages/server_view.h"
#include "web/web.h"

#include <stddef.h>
#include <string.h>

/* --- the columns --------------------------------------------------------- */

enum server_column {
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_POWER,
	COLUMN_CLASS,
	COLUMN_IMAGE,
	COLUMN_SINCE,
	COLUMN_MAINTENANCE,
	COLUMN_CLAIMED,
	COLUMN_ID,
	COLUMN_DRIVER,
	COLUMN_DESCRIPTION,
	COLUMN_REASON,
	COLUMN_ERROR,
	COLUMN_INSTANCE,
	COLUMN_CPUS,
	COLUMN_MEMORY,
	COLUMN_DISK,
	COLUMN_ARCH,
	COLUMN_RETIRED,
	COLUMNS,
};

/* Choices without words are those that the rows hold. */
static const struct field fields[COLUMNS] = {
	[COLUMN_NAME] = { .name = "name", .label = "Name", .type = FIELD_TEXT },
	[COLUMN_STATE] = { .name = "state",
	    .label = "State",
	    .type = FIELD_CHOICE },
	[COLUMN_POWER] = { .name = "power",
	    .label = "Power",
	    .type = FIELD_CHOICE },
	[COLUMN_CLASS] = { .name = "class",
	    .label = "Class",
	    .type = FIELD_CHOICE },
	[COLUMN_IMAGE] = { .name = "image",
	    .label = "Image",
	    .type = FIELD_TEXT },
	[COLUMN_SINCE] = { .name = "since",
	    .label = "Since",
	    .type = FIELD_TEXT },
	[COLUMN_MAINTENANCE] = { .name = "maintenance",
	    .label = "Maintenance",
	    .type = FIELD_BOOL },
	[COLUMN_CLAIMED] = { .name = "claimed",
	    .label = "In use",
	    .type = FIELD_BOOL },
	[COLUMN_ID] = { .name = "id", .label = "UUID", .type = FIELD_TEXT },
	[COLUMN_DRIVER] = { .name = "driver",
	    .label = "Driver",
	    .type = FIELD_CHOICE },
	[COLUMN_DESCRIPTION] = { .name = "description",
	    .label = "Description",
	    .type = FIELD_TEXT },
	[COLUMN_REASON] = { .name = "reason",
	    .label = "Reason of the maintenance",
	    .type = FIELD_TEXT },
	[COLUMN_ERROR] = { .name = "error",
	    .label = "Last error",
	    .type = FIELD_TEXT },
	[COLUMN_INSTANCE] = { .name = "instance",
	    .label = "Instance",
	    .type = FIELD_TEXT },
	[COLUMN_CPUS] = { .name = "cpus",
	    .label = "Processors",
	    .type = FIELD_TEXT },
	[COLUMN_MEMORY] = { .name = "memory_mb",
	    .label = "Memory (MB)",
	    .type = FIELD_TEXT },
	[COLUMN_DISK] = { .name = "local_gb",
	    .label = "Disk (GB)",
	    .type = FIELD_TEXT },
	[COLUMN_ARCH] = { .name = "cpu_arch",
	    .label = "Architecture",
	    .type = FIELD_CHOICE },
	[COLUMN_RETIRED] = { .name = "retired",
	    .label = "Retired",
	    .type = FIELD_BOOL },
};
static const struct schema schema = { fields, COLUMNS };

/* Where a node has the text of a column; 0: it takes a look. */
static const size_t offsets[COLUMNS] = {
	[COLUMN_STATE] = offsetof(struct baremetal_node, provision_state),
	[COLUMN_POWER] = offsetof(struct baremetal_node, power_state),
	[COLUMN_CLASS] = offsetof(struct baremetal_node, resource_class),
	[COLUMN_SINCE] = offsetof(struct baremetal_node, state_since),
	[COLUMN_DRIVER] = offsetof(struct baremetal_node, driver),
	[COLUMN_DESCRIPTION] = offsetof(struct baremetal_node, description),
	[COLUMN_REASON] = offsetof(struct baremetal_node, maintenance_reason),
	[COLUMN_ERROR] = offsetof(struct baremetal_node, last_error),
	[COLUMN_INSTANCE] = offsetof(struct baremetal_node, instance_uuid),
	[COLUMN_CPUS] = offsetof(struct baremetal_node, cpus),
	[COLUMN_MEMORY] = offsetof(struct baremetal_node, memory_mb),
	[COLUMN_DISK] = offsetof(struct baremetal_node, local_gb),
	[COLUMN_ARCH] = offsetof(struct baremetal_node, cpu_arch),
};

/* Names are one to a node; who has none goes by the UUID, as in addresses. */
static const char *key_of(const void *row)
{
	const struct baremetal_node *n = row;

	return *n->name ? n->name : n->uuid;
}

static const char *flag_text(bool flag)
{
	return flag ? "true" : "false";
}

static const char *text_of(const void *row, int field)
{
	const struct baremetal_node *n = row;
	const char *text;

	if (offsets[field]) {
		memcpy(&text, (const char *)row + offsets[field], sizeof(text));
		return text;
	}
	switch ((enum server_column)field) {
	case COLUMN_NAME:
		return key_of(n);
	case COLUMN_ID:
		return n->uuid;
	case COLUMN_IMAGE:
		return *n->image_name ? n->image_name : n->image;
	case COLUMN_MAINTENANCE:
		return flag_text(n->maintenance);
	case COLUMN_CLAIMED:
		return flag_text(*n->instance_uuid);
	case COLUMN_RETIRED:
		return flag_text(n->retired);
	case COLUMN_STATE:
	case COLUMN_POWER:
	case COLUMN_CLASS:
	case COLUMN_SINCE:
	case COLUMN_DRIVER:
	case COLUMN_DESCRIPTION:
	case COLUMN_REASON:
	case COLUMN_ERROR:
	case COLUMN_INSTANCE:
	case COLUMN_CPUS:
	case COLUMN_MEMORY:
	case COLUMN_DISK:
	case COLUMN_ARCH:
	case COLUMNS:
		break;
	}
	return "";
}

static const struct record_table_source source = {
	.name = "servers", .schema = &schema, .key = key_of, .text = text_of
};

#define LIST(...) ((const int[]){ __VA_ARGS__, -1 })

const struct record_table_spec server_table_spec = {
	.kind = KIND_NONE,
	.columns = LIST(COLUMN_NAME, COLUMN_STATE, COLUMN_POWER, COLUMN_CLASS,
	    COLUMN_IMAGE, COLUMN_SINCE),
	.search = LIST(COLUMN_NAME, COLUMN_ID, COLUMN_IMAGE, COLUMN_DESCRIPTION,
	    COLUMN_INSTANCE, COLUMN_ERROR),
	.filters = LIST(COLUMN_STATE, COLUMN_POWER, COLUMN_CLASS,
	    COLUMN_MAINTENANCE, COLUMN_CLAIMED),
	.source = &source,
};

enum err_code server_table_select(struct request *r,
    const struct server_list *list, enum record_table_extent extent,
    struct record_table *ret, struct err *e)
{
	const struct baremetal_nodes *nodes = server_list_nodes(list);
	const void **rows =
	    arena_alloc(r->arena, (nodes->n + 1) * sizeof(*rows));
	struct record_table_rows all = { rows, nodes->n };

	if (!rows)
		return err_set(e, ERR_SYSTEM, "out of memory");
	for (size_t i = 0; i < nodes->n; i++)
		rows[i] = &nodes->items[i];
	return record_table_select_of(
	    r, &server_table_spec, &all, extent, ret, e);
}

/* --- the page ------------------------------------------------------------ */

/* The servers of the page, by key. */
static struct jv servers_view(struct arena *a, const struct record_table *t)
{
	struct jv all = jv_dict(a, t->size);

	for (size_t i = t->first; i < t->n && i < t->first + t->size; i++)
		jv_dict_set(
		    a, all, key_of(t->rows[i]), server_view(a, t->rows[i]));
	return all;
}

static enum err_code show_table(struct request *r, struct response *out,
    const struct server_list *list, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 8);
	struct record_table t;
	enum err_code rc =
	    server_table_select(r, list, RECORD_TABLE_PAGE, &t, e);

	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "configured", jv_bool(true));
	jv_dict_set(
	    a, ctx, "table", record_table_view(r, &server_table_spec, &t));
	jv_dict_set(a, ctx, "servers", servers_view(a, &t));
	jv_dict_set(a, ctx, "actions", server_bulk_actions(r));
	jv_dict_set(a, ctx, "more", jv_bool(server_list_nodes(list)->more));
	return response_page(r, out, 200, "servers.html", ctx, e);
}

static enum err_code list_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct server_list *list = NULL;
	struct jv ctx;
	enum err_code rc;

	if (!servers_configured(r->snapshot)) {
		ctx = jv_dict(r->arena, 2);
		jv_dict_set(r->arena, ctx, "configured", jv_bool(false));
		return response_page(r, out, 200, "servers.html", ctx, e);
	}
	rc = server_list_get(r->web->servers, &list, e);
	if (rc == ERR_OK)
		rc = show_table(r, out, list, e);
	server_list_unref(list);
	return rc;
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct server_list *list = NULL;
	struct record_table t;
	enum err_code rc = server_list_get(r->web->servers, &list, e);

	if (rc == ERR_OK)
		rc = server_table_select(r, list, RECORD_TABLE_ALL, &t, e);
	if (rc == ERR_OK)
		rc = record_export_table(r, out, &server_table_spec, &t, e);
	server_list_unref(list);
	return rc;
}

static const struct route routes[] = {
	PAGE_GET("/servers", MAY_VIEW, list_page),
	PAGE_GET("/servers.csv", MAY_VIEW, export_page),
	PAGE_GET("/servers.json", MAY_VIEW, export_page),
};

const struct route_table pages_server_table_routes = { routes, COUNT(routes) };
