/*
 * Where values lie on this machine: files, systemd's credentials, the
 * environment.
 *
 * Each appends the value to a buffer that its caller wipes
 * (source_wipe_buf()), and reserves its room at once, so that no copy stays
 * behind a realloc.  Any thread.  Errors as in app/port/secrets.h.
 */
#ifndef INFRA_SECRETS_SOURCE_H
#define INFRA_SECRETS_SOURCE_H

#include "base/buf.h"

#define SOURCE_MAX ((size_t)64 * 1024) /* bytes of a value */

/* DIR/secrets/<reference>. */
enum err_code source_read_own(const char *dir, const char *reference,
    struct buf *out, struct err *e) must_check;
enum err_code source_read_systemd(
    const char *reference, struct buf *out, struct err *e) must_check;
enum err_code source_read_environment(
    const char *reference, struct buf *out, struct err *e) must_check;

/* What Vault's settings name: a path, absolute or below dir, or
 * "systemd:<reference>".  The first line alone. */
enum err_code source_read_named(const char *dir, const char *name,
    struct buf *out, struct err *e) must_check;

/* Where such a path leads; ERR_LIMIT if that is longer than size. */
enum err_code source_make_path(const char *dir, const char *name, char *to,
    size_t size, struct err *e) must_check;

/* buf_release() does not wipe. */
void source_wipe_buf(struct buf *b);

#endif
