/*
 * Between sshd and a NETCONF server: passes the messages of one session on,
 * counts them, and does the harm that a test asks for.
 *
 *   netconf_relay STATE COMMAND…
 *
 * STATE is the file of netconf/state.h, COMMAND the server's own subsystem.
 * To cut a connection the sshd that serves it is killed, as if the wire was.
 */
#include "infra/netconf/frame.h"
#include "netconf/state.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MESSAGE_MAX ((size_t)16 << 20)
#define PIECE 65536

/* A change that holds this takes the server's own address away. */
static const char cut_off_mark[] = "cut-off-management";

struct way {
	int from;
	int to;
	struct netconf_frame frame;
	bool greeted; /* the hello went by */
};

struct relay {
	int64_t *state;
	struct way request;
	struct way reply;
	bool speaks_11[2]; /* client, server */
	bool marked;	   /* its changes cut the server off */
	bool committing;
};

static int64_t *map_state(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *at = fd < 0 ? MAP_FAILED
			  : mmap(NULL, STATE_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);

	if (at == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	close(fd);
	return at;
}

static void count(struct relay *r, enum netconf_state which, int64_t by)
{
	__atomic_fetch_add(&r->state[which], by, __ATOMIC_SEQ_CST);
}

/* Counts a cut down; true when it is due. */
static bool is_due(struct relay *r, enum netconf_state which)
{
	if (r->state[which] == 0)
		return false;
	return __atomic_fetch_sub(&r->state[which], 1, __ATOMIC_SEQ_CST) == 1;
}

/* --- Cutting ----------------------------------------------------------- */

/* A shell may stand in between. */
static pid_t find_sshd(void)
{
	pid_t pid = getppid();

	for (int level = 0; level < 3 && pid > 1; level++) {
		char path[64], name[64] = "";
		int parent = 0;
		FILE *f;

		snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
		f = fopen(path, "r");
		if (f == NULL ||
		    fscanf(f, "%*d (%63[^)]) %*c %d", name, &parent) != 2)
			parent = 0;
		if (f != NULL)
			fclose(f);
		if (strcmp(name, "sshd") == 0)
			return pid;
		pid = parent;
	}
	return 0;
}

static void leave(struct relay *r)
{
	count(r, STATE_OPEN, -1);
	exit(0);
}

static void cut(struct relay *r)
{
	pid_t sshd = find_sshd();

	if (sshd > 1)
		kill(sshd, SIGKILL);
	leave(r);
}

/* --- Messages ---------------------------------------------------------- */

static void pass_on(struct relay *r, struct way *way)
{
	struct buf wire = BUF_INIT(2 * MESSAGE_MAX);
	size_t at = 0;

	netconf_frame_put(way->frame.framing, buf_text(&way->frame.message),
	    way->frame.message.len, &wire);
	while (at < wire.len) {
		ssize_t n = write(way->to, wire.data + at, wire.len - at);

		if (n <= 0)
			leave(r);
		at += (size_t)n;
	}
	buf_release(&wire);
}

static void hide(struct buf *message, const char *what)
{
	char *at = strstr(buf_text(message), what);

	if (at != NULL)
		memset(at + strlen(what) - 3, 'x', 3);
}

static void on_hello(struct relay *r, struct way *way)
{
	bool is_server = way == &r->reply;

	way->greeted = true;
	r->speaks_11[is_server] =
	    strstr(buf_text(&way->frame.message), "netconf:base:1.1") != NULL;
	if (is_server && r->state[STATE_ONLY_10])
		hide(&way->frame.message, "confirmed-commit:1.1");
}

static void on_request(struct relay *r)
{
	const char *text = buf_text(&r->request.frame.message);

	count(r, STATE_COMMANDS, 1);
	r->committing = strstr(text, "<commit>") != NULL;
	if (r->committing)
		count(r, STATE_COMMITS, 1);
	r->marked = r->marked || strstr(text, cut_off_mark) != NULL;
	if (is_due(r, STATE_CUT_AFTER))
		cut(r);
}

static void on_reply(struct relay *r)
{
	struct buf *m = &r->reply.frame.message;

	if (r->committing && r->marked && strstr(buf_text(m), "<ok/>") != NULL)
		r->state[STATE_UNREACHABLE] = 1;
	if (is_due(r, STATE_CUT_BEFORE))
		cut(r);
	if (r->state[STATE_TRUNCATE] && strstr(buf_text(m), "<data") != NULL) {
		m->len /= 2;
		m->data[m->len] = '\0';
	}
}

static void on_message(struct relay *r, struct way *way)
{
	bool chunked;

	if (!way->greeted)
		on_hello(r, way);
	else if (way == &r->request)
		on_request(r);
	else
		on_reply(r);
	pass_on(r, way);
	/* Each hello has its mark; what follows is as both agreed. */
	chunked = r->request.greeted && r->reply.greeted && r->speaks_11[0] &&
		  r->speaks_11[1];
	netconf_frame_next(
	    &way->frame, chunked ? NETCONF_CHUNKED : NETCONF_EOM);
	if (chunked && r->request.frame.message.len == 0)
		r->request.frame.framing = NETCONF_CHUNKED;
	if (chunked && r->reply.frame.message.len == 0)
		r->reply.frame.framing = NETCONF_CHUNKED;
}

static void read_some(struct relay *r, struct way *way)
{
	static char piece[PIECE];
	ssize_t n = read(way->from, piece, sizeof piece);
	size_t at = 0;

	if (n <= 0)
		leave(r);
	while (at < (size_t)n) {
		size_t used = 0;
		enum netconf_frame_result result = netconf_frame_feed(
		    &way->frame, piece + at, (size_t)n - at, &used);

		at += used;
		if (result > NETCONF_FRAME_DONE)
			leave(r);
		if (result == NETCONF_FRAME_DONE)
			on_message(r, way);
	}
}

/* --- The server -------------------------------------------------------- */

static void start_server(struct relay *r, char **command)
{
	int to[2], from[2];

	if (pipe(to) != 0 || pipe(from) != 0)
		exit(1);
	switch (fork()) {
	case -1:
		exit(1);
	case 0:
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		for (int i = 0; i < 2; i++) {
			close(to[i]);
			close(from[i]);
		}
		execv(command[0], command);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	r->request.from = STDIN_FILENO;
	r->request.to = to[1];
	r->reply.from = from[0];
	r->reply.to = STDOUT_FILENO;
}

int main(int argc, char **argv)
{
	struct relay r = { .marked = false };

	if (argc < 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	r.state = map_state(argv[1]);
	count(&r, STATE_OPEN, 1);
	if (r.state[STATE_UNREACHABLE])
		cut(&r);
	start_server(&r, argv + 2);
	netconf_frame_init(&r.request.frame, NETCONF_EOM, MESSAGE_MAX);
	netconf_frame_init(&r.reply.frame, NETCONF_EOM, MESSAGE_MAX);
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = r.request.from, .events = POLLIN },
			{ .fd = r.reply.from, .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0)
			leave(&r);
		if (p[0].revents)
			read_some(&r, &r.request);
		if (p[1].revents)
			read_some(&r, &r.reply);
	}
}
