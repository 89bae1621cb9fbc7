#include "web/page_files.h"

#include "base/crypto.h"
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_NAME 200
#define MAX_DEPTH 4
#define MAX_PATH_TEXT 4096

struct file {
	char name[MAX_NAME]; /* below its directory: "macros/table.html" */
	char identity[2 * SHA256_SIZE + 1];
	char *data; /* templates only */
	size_t len;
};

struct file_set {
	const char *dir;
	bool keep_data;
	struct file *list; /* sorted by name */
	size_t n;
};

struct page_files {
	struct file_set templates;
	struct file_set assets;
	bool dev;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct file *)a)->name, ((const struct file *)b)->name);
}

static enum err_code read_file(const struct file_set *set, const char *name,
    struct buf *data, char identity[2 * SHA256_SIZE + 1], struct err *e)
{
	char path[MAX_PATH_TEXT];
	uint8_t digest[SHA256_SIZE];
	size_t before = data->len;
	enum err_code rc;

	snprintf(path, sizeof(path), "%s/%s", set->dir, name);
	rc = file_read(path, data, e);
	if (rc != ERR_OK)
		return rc;
	sha256_of(buf_text(data) + before, data->len - before, digest);
	hex_encode(identity, digest, sizeof(digest));
	return ERR_OK;
}

static enum err_code add_file(
    struct file_set *set, const char *name, struct err *e)
{
	struct buf data = BUF_INIT(PAGE_FILE_MAX_BYTES);
	struct file *grown, *file;
	enum err_code rc;

	if (set->n == PAGE_FILES_MAX)
		return err_set(e, ERR_LIMIT, "%s holds more than %d files",
		    set->dir, PAGE_FILES_MAX);
	grown = realloc(set->list, (set->n + 1) * sizeof(*grown));
	if (!grown)
		return err_set(e, ERR_SYSTEM, "out of memory");
	set->list = grown;
	file = &set->list[set->n];
	snprintf(file->name, sizeof(file->name), "%s", name);
	rc = read_file(set, name, &data, file->identity, e);
	if (rc == ERR_OK) {
		file->data = NULL;
		file->len = data.len;
		if (set->keep_data)
			file->data = buf_steal(&data, &file->len);
		set->n++;
	}
	buf_release(&data);
	return rc;
}

static enum err_code scan(
    struct file_set *set, const char *below, int depth, struct err *e);

static enum err_code add_entry(struct file_set *set, const char *below,
    const char *entry, int depth, struct err *e)
{
	char name[MAX_NAME], path[MAX_PATH_TEXT];
	struct stat st;
	int n;

	n = snprintf(
	    name, sizeof(name), "%s%s%s", below, *below ? "/" : "", entry);
	if (n < 0 || (size_t)n >= sizeof(name))
		return err_set(e, ERR_LIMIT, "%s/%s/%s: the name is too long",
		    set->dir, below, entry);
	snprintf(path, sizeof(path), "%s/%s", set->dir, name);
	if (stat(path, &st) != 0)
		return err_set_errno(e, "cannot look at %s", path);
	if (S_ISDIR(st.st_mode))
		return scan(set, name, depth + 1, e);
	return S_ISREG(st.st_mode) ? add_file(set, name, e) : ERR_OK;
}

static enum err_code scan(
    struct file_set *set, const char *below, int depth, struct err *e)
{
	char path[MAX_PATH_TEXT];
	enum err_code rc = ERR_OK;
	struct dirent *entry;
	DIR *dir;

	if (depth > MAX_DEPTH)
		return err_set(e, ERR_LIMIT, "%s/%s is nested too deeply",
		    set->dir, below);
	snprintf(path, sizeof(path), "%s/%s", set->dir, below);
	dir = opendir(path);
	if (!dir)
		return err_set_errno(e, "cannot read the directory %s", path);
	while (rc == ERR_OK && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			rc = add_entry(set, below, entry->d_name, depth, e);
	}
	closedir(dir);
	return rc;
}

static enum err_code open_set(struct file_set *set, struct err *e)
{
	enum err_code rc = scan(set, "", 0, e);

	if (rc == ERR_OK && set->n)
		qsort(set->list, set->n, sizeof(*set->list), by_name);
	return rc;
}

static void release_set(struct file_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		free(set->list[i].data);
	free(set->list);
}

enum err_code page_files_open(const struct page_files_options *options,
    struct page_files **ret, struct err *e)
{
	struct page_files *files = calloc(1, sizeof(*files));
	enum err_code rc;

	if (!files)
		return err_set(e, ERR_SYSTEM, "out of memory");
	files->dev = options->dev;
	files->templates.dir = options->templates;
	files->templates.keep_data = true;
	files->assets.dir = options->static_dir;
	rc = open_set(&files->templates, e);
	if (rc == ERR_OK)
		rc = open_set(&files->assets, e);
	if (rc != ERR_OK) {
		page_files_free(files);
		return rc;
	}
	*ret = files;
	return ERR_OK;
}

void page_files_free(struct page_files *files)
{
	if (!files)
		return;
	release_set(&files->templates);
	release_set(&files->assets);
	free(files);
}

static const struct file *find(const struct file_set *set, const char *name)
{
	struct file key;

	if (strlen(name) >= sizeof(key.name))
		return NULL;
	strcpy(key.name, name);
	return set->n ? bsearch(&key, set->list, set->n, sizeof(key), by_name)
		      : NULL;
}

/* With dev, names come from templates, not from requests; still nothing
 * outside the directory is opened. */
static bool is_inside(const char *name)
{
	return name[0] != '/' && !strstr(name, "..");
}

static enum err_code load_changed(const struct page_files *files,
    const char *name, char identity[JINJA_IDENTITY_SIZE], bool *unchanged,
    struct buf *out, struct err *e)
{
	char now[2 * SHA256_SIZE + 1];
	size_t before = out->len;
	enum err_code rc;

	if (!is_inside(name))
		return err_set(e, ERR_NOT_FOUND, "no template %s", name);
	rc = read_file(&files->templates, name, out, now, e);
	if (rc != ERR_OK)
		return rc;
	if (strcmp(now, identity) == 0) {
		out->len = before;
		if (out->data)
			out->data[before] = '\0';
		*unchanged = true;
		return ERR_OK;
	}
	snprintf(identity, JINJA_IDENTITY_SIZE, "%s", now);
	return ERR_OK;
}

enum err_code page_files_load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	const struct page_files *files = ctx;
	const struct file *file;

	if (files->dev)
		return load_changed(files, name, identity, unchanged, out, e);
	file = find(&files->templates, name);
	if (!file)
		return err_set(e, ERR_NOT_FOUND, "no template %s", name);
	if (strcmp(identity, file->identity) == 0) {
		*unchanged = true;
		return ERR_OK;
	}
	snprintf(identity, JINJA_IDENTITY_SIZE, "%s", file->identity);
	if (file->len)
		buf_add(out, file->data, file->len);
	return buf_check(out, name, e);
}

bool page_files_asset(const struct page_files *files, const char *name,
    char hash[PAGE_FILES_HASH_SIZE])
{
	struct buf data = BUF_INIT(PAGE_FILE_MAX_BYTES);
	char identity[2 * SHA256_SIZE + 1];
	const struct file *file;
	bool found;

	if (files->dev) {
		found = is_inside(name) && read_file(&files->assets, name,
					       &data, identity, NULL) == ERR_OK;
		buf_release(&data);
	} else {
		file = find(&files->assets, name);
		found = file != NULL;
		if (found)
			memcpy(identity, file->identity, sizeof(identity));
	}
	if (found)
		snprintf(hash, PAGE_FILES_HASH_SIZE, "%.12s", identity);
	return found;
}
