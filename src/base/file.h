/*
 * Files and directories, with bounds, and durable where it is said.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

#include <sys/types.h>

/* Appends the whole file, or what a pipe gives until its end; ERR_LIMIT past
 * out->max, ERR_NOT_FOUND if missing. */
enum err_code file_read(
    const char *path, struct buf *out, struct err *e) must_check;
/* The same of a regular file; anything else is ERR_CORRUPT, at once: a pipe in
 * one of our directories must not hold its reader. */
enum err_code file_read_regular(
    const char *path, struct buf *out, struct err *e) must_check;

/* Writes beside the file, fsyncs, renames over it, and fsyncs the directory:
 * after ERR_OK the new content survives a power loss; before that the old
 * content is untouched. */
enum err_code file_write_durable(const char *path, const void *data, size_t len,
    mode_t mode, struct err *e) must_check;

/* As above without any fsync: atomic for readers, not durable. */
enum err_code file_replace(const char *path, const void *data, size_t len,
    mode_t mode, struct err *e) must_check;

/* Creates the directory and its parents. */
enum err_code dir_create(
    const char *path, mode_t mode, struct err *e) must_check;
enum err_code dir_sync(const char *path, struct err *e) must_check;

/* Removes a directory and all below it; does not follow links. */
enum err_code dir_remove(const char *path, struct err *e) must_check;

/* An exclusive flock(2) on a file that is created if need be.  Waits at most
 * wait_ms, then ERR_TIMEOUT.  The lock goes with the descriptor. */
enum err_code file_lock(
    const char *path, int wait_ms, int *ret_fd, struct err *e) must_check;
void file_unlock(int fd);

/* The whole of data, through short writes and EINTR. */
enum err_code fd_write_all(
    int fd, const void *data, size_t len, struct err *e) must_check;

#endif
