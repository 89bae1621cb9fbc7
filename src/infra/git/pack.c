#include "infra/git/pack.h"

#include "infra/git/deflate.h"
#include "infra/git/disk.h"

#include "base/crypto.h"

#include <fcntl.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A pack, version 2 (gitformat-pack(5)): "PACK", version, count; for each
 * object a header of type and length and a zlib stream; the SHA-1 of it all.
 * No deltas: a later repack by Git makes them.
 *
 * The index is written beside it.  Both are synced under temporary names; the
 * pack takes its name first and the index last, because an index is what makes
 * readers look for its pack.
 */
#define OUT_BUFFER (1 << 20)

struct pack_writer {
	struct store *s;
	char dir[STORE_PATH_SIZE];
	char temp_pack[STORE_PATH_SIZE], temp_index[STORE_PATH_SIZE];
	int fd;
	struct buf buffer; /* not yet written */
	struct sha1_ctx sha1;
	uint64_t offset; /* in the pack, of what comes next */
	struct pack_entry *entries;
	uint8_t checksum[STORE_OID_SIZE];
};

static enum err_code flush(struct pack_writer *w, struct err *e)
{
	enum err_code rc =
	    disk_write(w->fd, w->buffer.data, w->buffer.len, "pack.write", e);

	buf_clear(&w->buffer);
	return rc;
}

static enum err_code emit(
    struct pack_writer *w, const void *data, size_t len, struct err *e)
{
	sha1_update(&w->sha1, len, data);
	w->offset += len;
	if (!buf_add(&w->buffer, data, len))
		return err_set(e, ERR_SYSTEM, "out of memory");
	return w->buffer.len >= OUT_BUFFER ? flush(w, e) : ERR_OK;
}

/* Type in bits 4–6 of the first byte; the length in its low four bits and
 * seven in each following byte; bit 7: more follow. */
static size_t entry_header(git_object_t type, size_t len, uint8_t to[16])
{
	size_t n = 0;
	uint8_t byte = (uint8_t)((unsigned int)type << 4 | (len & 15));

	for (len >>= 4; len > 0; len >>= 7) {
		to[n++] = byte | 0x80;
		byte = len & 0x7f;
	}
	to[n++] = byte;
	return n;
}

/* The zlib stream of an object: as it was staged, or made now. */
static enum err_code stream_of(struct deflater *z,
    const struct pending_object *o, struct content *ret, struct err *e)
{
	enum err_code rc;

	*ret = o->content;
	if (o->content.stream_len)
		return ERR_OK;
	rc = deflater_begin(z, o->type, o->content.len, e);
	if (rc == ERR_OK)
		rc = deflater_add(z, o->content.data, o->content.len, e);
	if (rc == ERR_OK)
		rc = deflater_end(z, e);
	ret->data = z->out.data;
	ret->stream_len = z->out.len;
	return rc;
}

static enum err_code emit_object(struct pack_writer *w, struct deflater *z,
    const struct pending_object *o, struct pack_entry *entry, struct err *e)
{
	uint8_t header[16];
	size_t n = entry_header(o->type, o->content.len, header);
	struct content c;
	enum err_code rc = stream_of(z, o, &c, e);

	if (rc != ERR_OK)
		return rc;
	entry->oid = o->oid;
	entry->offset = w->offset;
	entry->crc = (uint32_t)crc32(crc32(0, header, (uInt)n),
	    (const Bytef *)c.data, (uInt)c.stream_len);
	rc = emit(w, header, n, e);
	return rc == ERR_OK ? emit(w, c.data, c.stream_len, e) : rc;
}

static enum err_code emit_objects(
    struct pack_writer *w, const struct pending *p, struct err *e)
{
	struct deflater z;
	enum err_code rc = deflater_init(&z, e);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; rc == ERR_OK && i < p->n; i++)
		rc = emit_object(w, &z, &p->objects[i], &w->entries[i], e);
	deflater_release(&z);
	return rc;
}

static enum err_code write_pack(
    struct pack_writer *w, const struct pending *p, struct err *e)
{
	uint8_t header[12] = "PACK\0\0\0\2";
	enum err_code rc =
	    disk_create_temp(w->dir, "tmp_pack_", w->temp_pack, &w->fd, e);

	if (rc != ERR_OK)
		return rc;
	sha1_init(&w->sha1);
	pack_put_u32(header + 8, (uint32_t)p->n);
	rc = emit(w, header, sizeof(header), e);
	if (rc == ERR_OK)
		rc = emit_objects(w, p, e);
	if (rc != ERR_OK)
		return rc;
	sha1_digest(&w->sha1, STORE_OID_SIZE, w->checksum);
	if (!buf_add(&w->buffer, w->checksum, STORE_OID_SIZE))
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = flush(w, e);
	return rc == ERR_OK ? disk_sync(w->s, w->fd, "pack.sync", e) : rc;
}

static enum err_code write_index(struct pack_writer *w, size_t n, struct err *e)
{
	struct buf index = BUF_INIT(SIZE_MAX / 4);
	int fd = -1;
	enum err_code rc =
	    pack_index_form(w->entries, n, w->checksum, &index, e);

	if (rc == ERR_OK)
		rc =
		    disk_create_temp(w->dir, "tmp_idx_", w->temp_index, &fd, e);
	if (rc == ERR_OK)
		rc = disk_write(fd, index.data, index.len, "index.write", e);
	if (rc == ERR_OK)
		rc = disk_sync(w->s, fd, "index.sync", e);
	if (fd >= 0)
		close(fd);
	buf_release(&index);
	return rc;
}

static enum err_code publish_as(struct pack_writer *w, char *temp,
    const char *suffix, const char *step, struct err *e)
{
	char path[STORE_PATH_SIZE];
	char hex[STORE_OID_TEXT_SIZE];
	enum err_code rc;

	hex_encode(hex, w->checksum, STORE_OID_SIZE);
	if (snprintf(path, sizeof(path), "%s/pack-%s%s", w->dir, hex, suffix) >=
	    (int)sizeof(path))
		return err_set(e, ERR_LIMIT, "path too long");
	rc = disk_rename(temp, path, step, e);
	if (rc == ERR_OK)
		temp[0] = '\0';
	return rc;
}

/* Until its commit is reachable nothing refers to the pack, and a `git repack
 * -a -d` that began meanwhile would remove it: a keep file beside it forbids
 * that (git-repack(1)).  Made before anybody can see the pack. */
static enum err_code write_keep(
    struct pack_writer *w, char keep[STORE_PATH_SIZE], struct err *e)
{
	char hex[STORE_OID_TEXT_SIZE];
	enum err_code rc;
	int fd;

	hex_encode(hex, w->checksum, STORE_OID_SIZE);
	if (snprintf(keep, STORE_PATH_SIZE, "%s/pack-%s.keep", w->dir, hex) >=
	    STORE_PATH_SIZE)
		return err_set(e, ERR_LIMIT, "path too long");
	fd = open(keep, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(e, "cannot create %s", keep);
	rc = disk_write(
	    fd, PACK_KEEP_MARK, strlen(PACK_KEEP_MARK), "keep.write", e);
	close(fd);
	return rc;
}

static void pack_writer_release(struct pack_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	if (w->temp_pack[0])
		unlink(w->temp_pack);
	if (w->temp_index[0])
		unlink(w->temp_index);
	buf_release(&w->buffer);
	free(w->entries);
}

enum err_code pack_write(struct store *s, const struct pending *p,
    char keep[STORE_PATH_SIZE], struct err *e)
{
	struct pack_writer w = {
		.s = s, .fd = -1, .buffer = BUF_INIT(SIZE_MAX / 4)
	};
	enum err_code rc = store_file_path(s, "objects/pack", w.dir, e);

	if (rc != ERR_OK)
		return rc;
	w.entries = calloc(p->n, sizeof(*w.entries));
	if (!w.entries)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = write_pack(&w, p, e);
	if (rc == ERR_OK)
		rc = write_index(&w, p->n, e);
	if (rc == ERR_OK)
		rc = write_keep(&w, keep, e);
	if (rc == ERR_OK)
		rc = publish_as(&w, w.temp_pack, ".pack", "pack.rename", e);
	if (rc == ERR_OK)
		rc = publish_as(&w, w.temp_index, ".idx", "index.rename", e);
	if (rc == ERR_OK)
		rc = disk_sync_dir(s, w.dir, "pack.sync-dir", e);
	pack_writer_release(&w);
	return rc;
}
