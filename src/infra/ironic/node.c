/*
 * Nodes: reading, listing, validating
 * (docs.openstack.org/api-ref/baremetal, "Nodes").
 */
#include "infra/ironic/node_internal.h"

#include "base/escape.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 1000 /* Ironic's own bound */

static enum err_code get(struct baremetal *b, struct deadline deadline,
    const char *path, size_t max, json_t **ret, struct err *e)
{
	struct ironic_call call = { .method = "GET",
		.path = path,
		.expect = 200,
		.deadline = deadline,
		.max_answer = max };

	return ironic_ask(b, &call, ret, e);
}

enum err_code baremetal_node_get(struct baremetal *b, struct deadline deadline,
    const char *id, struct arena *arena, struct baremetal_node *ret,
    struct err *e)
{
	char path[IRONIC_MAX_PATH];
	json_t *node = NULL;
	enum err_code rc;

	rc = ironic_path(
	    "/v1/nodes/", id, "?fields=" IRONIC_NODE_FIELDS, path, e);
	if (rc == ERR_OK)
		rc = get(b, deadline, path, 0, &node, e);
	if (rc == ERR_OK)
		rc = ironic_node_read(node, arena, ret, e);
	json_decref(node);
	return rc;
}

enum err_code baremetal_node_of_instance(struct baremetal *b,
    struct deadline deadline, const char *instance_uuid, struct arena *arena,
    struct baremetal_node *ret, struct err *e)
{
	char path[IRONIC_MAX_PATH];
	json_t *answer = NULL, *first;
	enum err_code rc;

	rc = ironic_path("/v1/nodes?instance_uuid=", instance_uuid,
	    "&fields=" IRONIC_LIST_FIELDS, path, e);
	if (rc == ERR_OK)
		rc = get(b, deadline, path, 0, &answer, e);
	if (rc != ERR_OK)
		return rc;
	first = json_array_get(json_object_get(answer, "nodes"), 0);
	if (first)
		rc = ironic_node_read(first, arena, ret, e);
	else
		rc = err_set(e, ERR_NOT_FOUND, "no node has this instance");
	json_decref(answer);
	return rc;
}

/* --- lists --------------------------------------------------------------- */

static void add_text(struct buf *path, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(path, "&%s=", name);
	escape_url(path, value, strlen(value));
}

static void add_flag(
    struct buf *path, const char *name, enum baremetal_flag flag)
{
	if (flag != BAREMETAL_ANY)
		buf_printf(path, "&%s=%s", name,
		    flag == BAREMETAL_YES ? "true" : "false");
}

/* Asks for one page.  *ret_more: Ironic names a next one, which it does
 * whenever a page is full. */
static enum err_code get_page(struct baremetal *b, struct deadline deadline,
    const struct baremetal_filter *f, const char *after, size_t limit,
    json_t **ret, struct err *e)
{
	struct buf path = BUF_INIT(IRONIC_MAX_PATH);
	enum err_code rc;

	buf_printf(&path, "/v1/nodes?sort_key=name&fields=%s&limit=%zu",
	    IRONIC_LIST_FIELDS, limit);
	add_text(&path, "provision_state", f->provision_state);
	add_text(&path, "resource_class", f->resource_class);
	add_flag(&path, "maintenance", f->maintenance);
	add_flag(&path, "associated", f->associated);
	add_text(&path, "marker", after);
	rc = buf_check(&path, "the filter", e);
	if (rc == ERR_OK)
		rc = get(b, deadline, buf_text(&path), IRONIC_MAX_PAGE, ret, e);
	buf_release(&path);
	return rc;
}

static enum err_code take_page(const json_t *page, struct arena *arena,
    size_t limit, struct baremetal_nodes *list, struct err *e)
{
	const json_t *nodes = json_object_get(page, "nodes");
	enum err_code rc = ERR_OK;
	json_t *one;
	size_t i;

	if (!json_is_array(nodes))
		return err_set(
		    e, ERR_REMOTE, "Ironic's answer holds no list of nodes");
	json_array_foreach(nodes, i, one)
	{
		if (rc != ERR_OK || list->n == limit)
			break;
		rc = ironic_node_read(one, arena, &list->items[list->n], e);
		list->n += rc == ERR_OK;
	}
	list->more = json_is_string(json_object_get(page, "next")) &&
		     json_array_size(nodes) > 0;
	return rc;
}

enum err_code baremetal_node_list(struct baremetal *b, struct deadline deadline,
    const struct baremetal_filter *filter, struct arena *arena,
    struct baremetal_nodes *ret, struct err *e)
{
	size_t limit = filter->limit < BAREMETAL_MAX_NODES
			   ? filter->limit
			   : BAREMETAL_MAX_NODES;
	struct baremetal_nodes list = { .more = true };
	const char *after = filter->after;
	enum err_code rc = ERR_OK;

	list.items = arena_alloc(arena, (limit + 1) * sizeof(*list.items));
	if (!list.items)
		return err_set(e, ERR_SYSTEM, "out of memory");
	while (rc == ERR_OK && list.more && list.n < limit) {
		size_t left = limit - list.n;
		json_t *page = NULL;

		rc = get_page(b, deadline, filter, after,
		    left < PAGE ? left : PAGE, &page, e);
		if (rc == ERR_OK)
			rc = take_page(page, arena, limit, &list, e);
		json_decref(page);
		if (list.n)
			after = list.items[list.n - 1].uuid;
	}
	if (rc == ERR_OK)
		*ret = list;
	return rc;
}

/* --- validation ---------------------------------------------------------- */

static enum baremetal_verdict read_verdict(const json_t *check)
{
	const json_t *result = json_object_get(check, "result");

	if (json_is_true(result))
		return BAREMETAL_PASSES;
	return json_is_false(result) ? BAREMETAL_FAILS
				     : BAREMETAL_NOT_SUPPORTED;
}

enum err_code baremetal_node_validate(struct baremetal *b,
    struct deadline deadline, const char *id, struct arena *arena,
    struct baremetal_checks *ret, struct err *e)
{
	struct baremetal_checks checks = { 0 };
	char path[IRONIC_MAX_PATH];
	json_t *answer = NULL, *check;
	const char *interface;
	enum err_code rc;

	rc = ironic_path("/v1/nodes/", id, "/validate", path, e);
	if (rc == ERR_OK)
		rc = get(b, deadline, path, 0, &answer, e);
	if (rc != ERR_OK)
		return rc;
	checks.items = arena_alloc(
	    arena, (json_object_size(answer) + 1) * sizeof(*checks.items));
	json_object_foreach(answer, interface, check)
	{
		if (!checks.items || !json_is_object(check))
			continue;
		checks.items[checks.n++] = (struct baremetal_check){
			.interface = arena_strdup(arena, interface),
			.verdict = read_verdict(check),
			.reason = ironic_text(arena, check, "reason"),
		};
	}
	json_decref(answer);
	if (arena_failed(arena))
		return err_set(e, ERR_SYSTEM, "out of memory");
	*ret = checks;
	return ERR_OK;
}
