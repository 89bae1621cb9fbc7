#include "web/fcgi/listener.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 511 /* as nginx listens with */

static enum err_code use_inherited(struct listener *ret, struct err *e)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening,
		&len) != 0 ||
	    !listening)
		return err_set(e, ERR_INVALID,
		    "descriptor 0 is no listening socket; name one with "
		    "--socket");
	*ret = (struct listener){ .fd = STDIN_FILENO, .lock_fd = -1 };
	return ERR_OK;
}

static enum err_code bind_socket(int fd, const char *path, struct err *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int rc;

	memcpy(address.sun_path, path, strlen(path) + 1);
	if (unlink(path) != 0 && errno != ENOENT)
		return err_set_errno(
		    e, "cannot remove the old socket %s", path);
	/* the mode must be right from the start; no other thread runs yet */
	before = umask(0117);
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (rc != 0)
		return err_set_errno(e, "cannot make the socket %s", path);
	if (listen(fd, BACKLOG) != 0)
		return err_set_errno(e, "cannot listen on %s", path);
	return ERR_OK;
}

static enum err_code check_place(const char *path, struct err *e)
{
	struct sockaddr_un address;
	struct stat st;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(e, ERR_LIMIT,
		    "the socket's path is longer than %zu bytes",
		    sizeof(address.sun_path) - 1);
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return err_set(
		    e, ERR_CONFLICT, "%s is there and is no socket", path);
	return ERR_OK;
}

enum err_code listener_open(
    const char *path, struct listener *ret, struct err *e)
{
	struct listener l = { .path = path, .fd = -1, .lock_fd = -1 };
	char lock[256];
	enum err_code rc;

	if (!path)
		return use_inherited(ret, e);
	rc = check_place(path, e);
	if (rc != ERR_OK)
		return rc;
	snprintf(lock, sizeof(lock), "%s.lock", path);
	rc = file_lock(lock, 0, &l.lock_fd, e);
	if (rc == ERR_TIMEOUT)
		return err_set(
		    e, ERR_CONFLICT, "another switchyard-web serves %s", path);
	if (rc != ERR_OK)
		return rc;
	l.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = l.fd < 0 ? err_set_errno(e, "cannot make a socket")
		      : bind_socket(l.fd, path, e);
	if (rc != ERR_OK) {
		l.path = NULL;
		listener_close(&l);
		return rc;
	}
	*ret = l;
	return ERR_OK;
}

/* A full backlog is fine: then nobody waits. */
static void wake_one(int listening)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	int fd;

	if (getsockname(listening, (struct sockaddr *)&address, &len) != 0)
		return;
	fd = socket(
	    address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)connect(fd, (const struct sockaddr *)&address, len);
	close(fd);
}

void listener_stop(struct listener *l)
{
	if (l->path)
		shutdown(l->fd, SHUT_RDWR);
	else
		wake_one(l->fd);
}

void listener_close(struct listener *l)
{
	if (l->path)
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	if (l->lock_fd >= 0)
		file_unlock(l->lock_fd);
}
