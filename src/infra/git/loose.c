#include "infra/git/disk.h"
#include "infra/git/pending.h"

#include "base/crypto.h"
#include "infra/git/deflate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Loose objects: objects/xx/<38 hex>, zlib over "<type> <length>\0<data>".
 *
 * All are written before the first fsync, so that the file system's journal
 * has one round of work; then each is synced and renamed into place, and the
 * directories that got a name are synced last.  Temporary files are in
 * objects/ itself because Git removes an empty objects/xx at any time.
 */
struct temp_file {
	int fd;
	char path[STORE_PATH_SIZE];
};

struct loose_writer {
	struct store *s;
	char dir[STORE_PATH_SIZE]; /* objects */
	struct temp_file *temps;
	size_t n;
	bool touched[256]; /* objects/xx got a name */
	bool made_dir;	   /* objects got one */
};

/* A loose object's stream has a header inside, so that one staged for a pack is
 * made anew. */
static enum err_code deflate_loose(
    struct deflater *z, const struct pending_object *o, struct err *e)
{
	const struct content *c = &o->content;
	char *inflated = NULL;
	char header[40];
	int n = snprintf(header, sizeof(header), "%s %zu",
	    git_object_type2string(o->type), c->len);
	enum err_code rc = deflater_begin(z, o->type, c->len, e);

	if (rc == ERR_OK && c->stream_len &&
	    !(inflated = inflate_stream(c->data, c->stream_len, c->len)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = deflater_add(z, header, (size_t)n + 1, e);
	if (rc == ERR_OK)
		rc = deflater_add(z, inflated ? inflated : c->data, c->len, e);
	free(inflated);
	return rc == ERR_OK ? deflater_end(z, e) : rc;
}

static enum err_code write_temp(struct loose_writer *w, struct deflater *z,
    const struct pending_object *o, struct err *e)
{
	struct temp_file *t = &w->temps[w->n];
	enum err_code rc = deflate_loose(z, o, e);

	if (rc == ERR_OK)
		rc = disk_create_temp(w->dir, "tmp_obj_", t->path, &t->fd, e);
	if (rc != ERR_OK)
		return rc;
	w->n++;
	return disk_write(t->fd, z->out.data, z->out.len, "loose.write", e);
}

static enum err_code write_temps(
    struct loose_writer *w, const struct pending *p, struct err *e)
{
	struct deflater z;
	enum err_code rc = deflater_init(&z, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; rc == ERR_OK && i < p->n; i++)
		rc = write_temp(w, &z, &p->objects[i], e);
	deflater_release(&z);
	return rc;
}

static enum err_code fan_out_path(const struct loose_writer *w, uint8_t first,
    char path[STORE_PATH_SIZE], struct err *e)
{
	char name[16];

	snprintf(name, sizeof(name), "objects/%02x", first);
	return store_file_path(w->s, name, path, e);
}

static enum err_code place(struct loose_writer *w, struct temp_file *t,
    const uint8_t *oid, struct err *e)
{
	char dir[STORE_PATH_SIZE], path[STORE_PATH_SIZE];
	char hex[STORE_OID_TEXT_SIZE];
	enum err_code rc = fan_out_path(w, oid[0], dir, e);

	if (rc != ERR_OK)
		return rc;
	hex_encode(hex, oid, STORE_OID_SIZE);
	if (snprintf(path, sizeof(path), "%s/%s", dir, hex + 2) >=
	    (int)sizeof(path))
		return err_set(e, ERR_LIMIT, "path too long");
	rc = disk_rename(t->path, path, "loose.rename", e);
	/* "git gc" removes directories that it emptied */
	for (int i = 0; rc != ERR_OK && errno == ENOENT && i < 3; i++) {
		w->made_dir = true;
		if (mkdir(dir, 0777) < 0 && errno != EEXIST)
			return disk_fail(e, "cannot create %s", dir);
		rc = disk_rename(t->path, path, "loose.rename", e);
	}
	if (rc == ERR_OK) {
		w->touched[oid[0]] = true;
		t->path[0] = '\0';
	}
	return rc;
}

static enum err_code place_all(
    struct loose_writer *w, const struct pending *p, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		enum err_code rc =
		    disk_sync(w->s, w->temps[i].fd, "loose.sync", e);

		if (rc == ERR_OK)
			rc = place(w, &w->temps[i], p->objects[i].oid, e);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum err_code sync_dirs(struct loose_writer *w, struct err *e)
{
	enum err_code rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < 256; i++) {
		char dir[STORE_PATH_SIZE];

		if (!w->touched[i])
			continue;
		rc = fan_out_path(w, (uint8_t)i, dir, e);
		if (rc == ERR_OK)
			rc = disk_sync_dir(w->s, dir, "loose.sync-dir", e);
	}
	if (rc == ERR_OK && w->made_dir)
		rc = disk_sync_dir(w->s, w->dir, "loose.sync-objects", e);
	return rc;
}

/* What was placed stays: it may have been there before, and a later writer
 * writes it again rather than trust it. */
static void drop_temps(struct loose_writer *w)
{
	for (size_t i = 0; i < w->n; i++) {
		close(w->temps[i].fd);
		if (w->temps[i].path[0])
			unlink(w->temps[i].path);
	}
	free(w->temps);
}

enum err_code loose_write(
    struct store *s, const struct pending *p, struct err *e)
{
	struct loose_writer w = { .s = s };
	enum err_code rc = store_file_path(s, "objects", w.dir, e);

	if (rc != ERR_OK)
		return rc;
	w.temps = calloc(p->n, sizeof(*w.temps));
	if (!w.temps)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = write_temps(&w, p, e);
	if (rc == ERR_OK)
		rc = place_all(&w, p, e);
	if (rc == ERR_OK)
		rc = sync_dirs(&w, e);
	drop_temps(&w);
	return rc;
}
