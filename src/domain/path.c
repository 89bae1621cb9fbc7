#include "domain/path.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum err_code path_of_object(const struct kind *kind, const json_t *object,
    char key[PATH_MAX_KEY], char path[PATH_MAX_PATH], struct err *e)
{
	const char *name = json_text(object, "name", "");
	const char *area = json_text(object, "area", "");
	long long vid = json_number(object, "vid", 0);
	int k = 0, p = 0;

	switch (kind->key_rule) {
	case KEY_NAME:
		k = snprintf(key, PATH_MAX_KEY, "%s", name);
		p = snprintf(
		    path, PATH_MAX_PATH, "%s/%s.json", kind->dir, name);
		break;
	case KEY_NAME_BY_AREA:
		k = snprintf(key, PATH_MAX_KEY, "%s", name);
		p = snprintf(path, PATH_MAX_PATH, "%s/%s/%s.json", kind->dir,
		    area, name);
		break;
	case KEY_AREA_VID:
		k = snprintf(key, PATH_MAX_KEY, "%s/%lld", area, vid);
		p = snprintf(path, PATH_MAX_PATH, "%s/%s/%lld.json", kind->dir,
		    area, vid);
		break;
	case KEY_SINGLETON:
		k = snprintf(key, PATH_MAX_KEY, "%s", kind->name);
		p = snprintf(path, PATH_MAX_PATH, "%s.json", kind->name);
		break;
	}
	if (k < 0 || k >= PATH_MAX_KEY || p < 0 || p >= PATH_MAX_PATH)
		return err_set(e, ERR_INVALID, "the name is too long");
	return ERR_OK;
}

/* Copies the part between the directory and ".json"; NULL if it is not so. */
static const char *stem_of(
    const char *path, const char *dir, char stem[PATH_MAX_KEY])
{
	size_t d = strlen(dir), n = strlen(path);

	if (d > 0) {
		if (strncmp(path, dir, d) != 0 || path[d] != '/')
			return NULL;
		d++;
	}
	if (!text_ends_with(path, ".json") || n - d < 6 ||
	    n - d - 5 >= PATH_MAX_KEY)
		return NULL;
	memcpy(stem, path + d, n - d - 5);
	stem[n - d - 5] = '\0';
	return stem;
}

static bool key_from_stem(
    const struct kind *kind, const char *stem, char key[PATH_MAX_KEY])
{
	const char *slash = strchr(stem, '/');

	switch (kind->key_rule) {
	case KEY_NAME:
		text_copy(key, PATH_MAX_KEY, stem);
		return !slash;
	case KEY_NAME_BY_AREA:
		if (!slash || strchr(slash + 1, '/'))
			return false;
		return text_copy(key, PATH_MAX_KEY, slash + 1);
	case KEY_AREA_VID:
		text_copy(key, PATH_MAX_KEY, stem);
		return slash && !strchr(slash + 1, '/');
	case KEY_SINGLETON:
		text_copy(key, PATH_MAX_KEY, stem);
		return strcmp(stem, kind->name) == 0;
	}
	return false;
}

const struct kind *path_to_kind(const char *path, char key[PATH_MAX_KEY])
{
	for (int id = 1; id < KIND_COUNT; id++) {
		const struct kind *kind = kind_get((enum kind_id)id);
		char stem[PATH_MAX_KEY];

		if (stem_of(path, kind->dir, stem) &&
		    key_from_stem(kind, stem, key))
			return kind;
	}
	return NULL;
}

const struct path_place path_places[PATH_CONFIGS] = {
	[PATH_INTENDED] = { "intended/", ".cfg" },
	[PATH_BACKUP] = { "backup/", ".cfg" },
	[PATH_OUTPUTS] = { "backup/", ".txt" },
};

void path_of_config(enum path_config which, const char *area,
    const char *device, char path[PATH_MAX_PATH])
{
	snprintf(path, PATH_MAX_PATH, "%s%s/%s%s", path_places[which].dir, area,
	    device, path_places[which].suffix);
}
