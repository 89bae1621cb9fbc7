/*
 * Images: from the store's images/, else from Glance.
 */
#include "app/server_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Digests by their length in hexadecimal digits; instance_info takes an MD5 as
 * image_checksum alone (docs.openstack.org/ironic, "Standalone deploys"). */
static const struct {
	size_t digits;
	const char *algorithm;
} digests[] = {
	{ 64, "sha256" },
	{ 128, "sha512" },
};

static bool set_text(json_t *o, const char *key, const char *text)
{
	return !*text || json_object_set_new(o, key, json_string(text)) == 0;
}

static bool set_checksum(json_t *info, const char *checksum)
{
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		if (strlen(checksum) == digests[i].digits &&
		    strspn(checksum, "0123456789abcdefABCDEF") ==
			digests[i].digits)
			return set_text(info, "image_os_hash_algo",
				   digests[i].algorithm) &&
			       set_text(info, "image_os_hash_value", checksum);
	}
	return set_text(info, "image_checksum", checksum);
}

static json_t *from_record(const struct record *image)
{
	json_t *info =
	    json_pack("{s:s}", "image_source", record_text(image, IMAGE_URL));
	long root_gb = record_number(image, IMAGE_ROOT_GB, 0);

	if (!info || !set_checksum(info, record_text(image, IMAGE_CHECKSUM)) ||
	    !set_text(info, "kernel", record_text(image, IMAGE_KERNEL)) ||
	    !set_text(info, "ramdisk", record_text(image, IMAGE_RAMDISK)) ||
	    (root_gb && json_object_set_new(
			    info, "root_gb", json_integer(root_gb)) != 0)) {
		json_decref(info);
		return NULL;
	}
	return info;
}

static enum err_code from_glance(struct server_connection *c,
    struct deadline deadline, const char *id, json_t **ret, struct err *e)
{
	struct arena *arena = arena_new(64 * 1024);
	struct baremetal_image image;
	enum err_code rc;

	if (!arena)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = baremetal_image_find(c->baremetal, deadline, id, arena, &image, e);
	if (rc == ERR_OK) {
		*ret = json_pack("{s:s}", "image_source", image.id);
		if (!*ret)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
	}
	arena_free(arena);
	if (rc == ERR_NOT_FOUND)
		return err_set(e, ERR_INVALID, "Image %.255s not found", id);
	if (rc == ERR_CONFLICT)
		return err_set(e, ERR_INVALID,
		    "several images are named "
		    "%.255s: give the id of one",
		    id);
	return rc == ERR_OK ? rc : server_explain(id, rc, e);
}

enum err_code server_image_resolve(struct servers *sv,
    struct server_connection *c, struct deadline deadline, const char *id,
    json_t **ret, struct err *e)
{
	const struct snapshot *s;
	const struct record *image;
	json_t *info = NULL;
	enum err_code rc = snapshots_current(sv->app->snapshots, &s, e);

	if (rc != ERR_OK)
		return rc;
	image = snapshot_find(s, KIND_IMAGE, id);
	if (image)
		info = from_record(image);
	snapshot_unref(s);
	if (!image)
		rc = from_glance(c, deadline, id, &info, e);
	else if (!info)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		*ret = info;
	return rc;
}
