/*
 * The system calls by which a commit becomes durable, each a named step.
 *
 * A test may define store_failpoint(): it is called before every step and may
 * end the process there, or return an errno that the step then fails with.
 * Programs do not define it.
 *
 * Errors: a full disk, quota or file size limit is ERR_NO_SPACE, all else
 * ERR_SYSTEM.  A failed fsync makes the store read-only, because the kernel
 * reports lost writes once and then forgets them.
 */
#ifndef INFRA_GIT_DISK_H
#define INFRA_GIT_DISK_H

#include "infra/git/store_internal.h"

/* 0 to go on, or an errno. */
int store_failpoint(const char *step) __attribute__((weak));

/* For the errno of now, which it keeps. */
enum err_code disk_fail(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* A new file that only this process knows, mode 0444.  Names begin with
 * `prefix` and DISK_TEMP_MARK, by which a later sweep knows them as ours. */
#define DISK_TEMP_MARK "switchyard_"
enum err_code disk_create_temp(const char *dir, const char *prefix,
    char path[STORE_PATH_SIZE], int *ret_fd, struct err *e) must_check;
enum err_code disk_write(int fd, const void *data, size_t len, const char *step,
    struct err *e) must_check;
enum err_code disk_sync(
    struct store *s, int fd, const char *step, struct err *e) must_check;
enum err_code disk_sync_dir(struct store *s, const char *dir, const char *step,
    struct err *e) must_check;
enum err_code disk_rename(const char *from, const char *to, const char *step,
    struct err *e) must_check;
/* link(2): 0, or -1 with errno. */
int disk_link(const char *from, const char *to, const char *step);

#endif
