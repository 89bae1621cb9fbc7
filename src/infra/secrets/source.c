#include "infra/secrets/source.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096

void source_wipe_buf(struct buf *b)
{
	if (b->data)
		wipe(b->data, b->cap);
	buf_release(b);
}

/* Nobody may read a secret whom `others` names. */
static enum err_code check_mode(const char *path, mode_t others, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT
			   ? err_set(e, ERR_NOT_FOUND,
				 "there is no secrets file %s; create it with "
				 "mode 0600",
				 path)
			   : err_set_errno(e, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & others) != 0)
		return err_set(e, ERR_DENIED,
		    "%s may be read by others: set its mode to 0600", path);
	return ERR_OK;
}

static enum err_code read_path(
    const char *path, mode_t others, struct buf *out, struct err *e)
{
	enum err_code rc = check_mode(path, others, e);

	if (rc == ERR_OK && !buf_reserve(out, SOURCE_MAX))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	return rc == ERR_OK ? file_read(path, out, e) : rc;
}

static enum err_code read_file(const char *dir, const char *reference,
    mode_t others, struct buf *out, struct err *e)
{
	char path[PATH_SIZE];

	if (strchr(reference, '/') || reference[0] == '.' || !*reference)
		return err_set(e, ERR_INVALID,
		    "\"%.60s\" is not the name of a secrets file", reference);
	if (snprintf(path, sizeof(path), "%s/%s", dir, reference) >=
	    (int)sizeof(path))
		return err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
	return read_path(path, others, out, e);
}

enum err_code source_read_own(
    const char *dir, const char *reference, struct buf *out, struct err *e)
{
	char secrets[PATH_SIZE - 100];

	snprintf(secrets, sizeof(secrets), "%s/secrets", dir);
	return read_file(secrets, reference, S_IRWXG | S_IRWXO, out, e);
}

/* systemd.exec(5), LoadCredential=.  The service's user may read them by an
 * access list, whose mask stands where the group's rights do; the directory is
 * that user's alone. */
enum err_code source_read_systemd(
    const char *reference, struct buf *out, struct err *e)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!dir || dir[0] != '/')
		return err_set(e, ERR_NOT_FOUND,
		    "systemd gave no credentials: name %.60s in "
		    "LoadCredential= of the service",
		    reference);
	return read_file(dir, reference, S_IRWXO, out, e);
}

enum err_code source_read_environment(
    const char *reference, struct buf *out, struct err *e)
{
	const char *value = getenv(reference);

	if (!value)
		return err_set(e, ERR_NOT_FOUND,
		    "the worker's environment has no variable %.60s",
		    reference);
	if (!buf_reserve(out, SOURCE_MAX) || !buf_puts(out, value))
		return buf_check(out, "the secret", e);
	return ERR_OK;
}

enum err_code source_make_path(
    const char *dir, const char *name, char *to, size_t size, struct err *e)
{
	int n = name[0] == '/' ? snprintf(to, size, "%s", name)
			       : snprintf(to, size, "%s/%s", dir, name);

	return n < (int)size
		   ? ERR_OK
		   : err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
}

/* Vault's agent writes a token that its group may read, if told so. */
static enum err_code read_named_path(
    const char *dir, const char *name, struct buf *out, struct err *e)
{
	char path[PATH_SIZE];
	enum err_code rc = source_make_path(dir, name, path, sizeof(path), e);

	return rc == ERR_OK
		   ? read_path(path, S_IRWXO | S_IWGRP | S_IXGRP, out, e)
		   : rc;
}

enum err_code source_read_named(
    const char *dir, const char *name, struct buf *out, struct err *e)
{
	static const char systemd[] = "systemd:";
	enum err_code rc =
	    text_starts_with(name, systemd)
		? source_read_systemd(name + sizeof(systemd) - 1, out, e)
		: read_named_path(dir, name, out, e);

	if (rc != ERR_OK)
		return rc;
	out->len = strcspn(buf_text(out), "\r\n");
	if (out->len == 0)
		return err_set(e, ERR_INVALID, "%.200s is empty", name);
	out->data[out->len] = '\0';
	return ERR_OK;
}
