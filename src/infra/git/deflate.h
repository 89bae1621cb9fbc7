/*
 * zlib streams as Git stores objects in, reusing one state for many.
 */
#ifndef INFRA_GIT_DEFLATE_H
#define INFRA_GIT_DEFLATE_H

#include "infra/git/store_internal.h"

#define ZLIB_CONST /* next_in points to what it does not change */
#include <zlib.h>

struct deflater {
	z_stream stream;
	int level;
	struct buf out; /* the finished stream, until the next begin */
};

enum err_code deflater_init(struct deflater *z, struct err *e) must_check;
void deflater_release(struct deflater *z);

/* len: bytes that follow, for choosing how hard to try. */
enum err_code deflater_begin(struct deflater *z, git_object_t type, size_t len,
    struct err *e) must_check;
enum err_code deflater_add(
    struct deflater *z, const void *data, size_t len, struct err *e) must_check;
enum err_code deflater_end(struct deflater *z, struct err *e) must_check;

/* begin, add and end of a whole blob. */
enum err_code deflater_blob(
    struct deflater *z, const void *data, size_t len, struct err *e) must_check;

/* The `len` bytes that a stream of ours holds, to be free()d; NULL when out of
 * memory. */
char *inflate_stream(const void *stream, size_t stream_len, size_t len);

#endif
