/*
 * Images of Glance v2 (docs.openstack.org/api-ref/image/v2).
 */
#include "infra/ironic/node_internal.h"

#include "base/json.h"

#include <string.h>

static bool is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-'
				   : !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return true;
}

static enum err_code ask(struct baremetal *b, struct deadline deadline,
    const char *path, json_t **ret, struct err *e)
{
	const struct ironic_call call = { .service = IRONIC_IMAGE,
		.method = "GET",
		.path = path,
		.expect = 200,
		.deadline = deadline };

	return ironic_ask(b, &call, ret, e);
}

static enum err_code take_image(const json_t *image, struct arena *arena,
    struct baremetal_image *ret, struct err *e)
{
	struct baremetal_image i = {
		.id = ironic_text(arena, image, "id"),
		.name = ironic_text(arena, image, "name"),
	};

	if (strcmp(json_text(image, "status", ""), "active") != 0)
		return err_set(e, ERR_NOT_FOUND, "the image is not active");
	if (!*i.id || arena_failed(arena))
		return err_set(
		    e, ERR_REMOTE, "Glance's answer describes no image");
	*ret = i;
	return ERR_OK;
}

static enum err_code find_by_name(struct baremetal *b, struct deadline deadline,
    const char *name, struct arena *arena, struct baremetal_image *ret,
    struct err *e)
{
	char path[IRONIC_MAX_PATH];
	json_t *answer = NULL, *images;
	enum err_code rc;

	rc = ironic_path(
	    "/v2/images?status=active&limit=2&name=", name, "", path, e);
	if (rc == ERR_OK)
		rc = ask(b, deadline, path, &answer, e);
	if (rc != ERR_OK)
		return rc;
	images = json_object_get(answer, "images");
	if (json_array_size(images) == 0)
		rc = err_set(e, ERR_NOT_FOUND,
		    "Glance has no active image "
		    "\"%.100s\"",
		    name);
	else if (json_array_size(images) > 1)
		rc = err_set(e, ERR_CONFLICT,
		    "Glance has several images "
		    "\"%.100s\": give its id",
		    name);
	else
		rc = take_image(json_array_get(images, 0), arena, ret, e);
	json_decref(answer);
	return rc;
}

enum err_code baremetal_image_find(struct baremetal *b,
    struct deadline deadline, const char *id, struct arena *arena,
    struct baremetal_image *ret, struct err *e)
{
	char path[IRONIC_MAX_PATH];
	json_t *image = NULL;
	enum err_code rc;

	if (!is_uuid(id))
		return find_by_name(b, deadline, id, arena, ret, e);
	rc = ironic_path("/v2/images/", id, "", path, e);
	if (rc == ERR_OK)
		rc = ask(b, deadline, path, &image, e);
	if (rc == ERR_OK)
		rc = take_image(image, arena, ret, e);
	json_decref(image);
	return rc;
}
