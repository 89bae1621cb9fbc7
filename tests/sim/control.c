#include "sim/control.h"

#include "sim/mem.h"

#include "base/text.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_LINE_MAX (1u << 20)
#define CONTROL_OUT_MAX (64u << 20)
#define CONTROL_WORDS_MAX 32
#define CONTROL_IDLE_S 10

struct control {
	char *path;
	int fd;
	int quit_fd;
	struct fleet *fleet;
	pthread_t thread;
	_Atomic bool stop;
};

struct control_request {
	struct control *control;
	size_t n;
	char *words[CONTROL_WORDS_MAX];
	const char *rest; /* what follows the second word, as it is */
	struct buf out;
};

typedef bool (*control_act)(struct control_request *r, struct device *d);

/* Runs act for the device that the second word names, or for `all`. */
static bool control_each(struct control_request *r, control_act act)
{
	struct fleet *fleet = r->control->fleet;
	bool all = r->n > 1 && strcmp(r->words[1], "all") == 0;
	bool found = false;
	bool ok = true;

	for (size_t i = 0; i < fleet_count(fleet) && r->n > 1; i++) {
		struct device *d = fleet_device(fleet, i);

		if (!all && strcmp(d->name, r->words[1]) != 0)
			continue;
		found = true;
		device_lock(d);
		ok &= act(r, d);
		device_unlock(d);
	}
	if (!found)
		buf_puts(&r->out, "no such device\n");
	return found && ok;
}

/* --- what may be asked ------------------------------------------------- */

static bool act_running(struct control_request *r, struct device *d)
{
	return d->platform->get_config(d, DEVICE_RUNNING, NULL, &r->out);
}

static bool act_startup(struct control_request *r, struct device *d)
{
	return d->platform->get_config(d, DEVICE_STARTUP, NULL, &r->out);
}

static bool act_candidate(struct control_request *r, struct device *d)
{
	return d->platform->get_config(
	    d, DEVICE_CANDIDATE, r->n > 2 ? r->words[2] : NULL, &r->out);
}

static bool act_edit(struct control_request *r, struct device *d)
{
	char *lines = mem_strdup(r->rest);
	bool ok;

	for (char *p = lines; *p; p++)
		if (*p == ';')
			*p = '\n';
	ok = d->platform->edit(d, lines, &r->out);
	free(lines);
	return ok;
}

static bool act_file(struct control_request *r, struct device *d)
{
	const struct device_file *f =
	    r->n > 2 ? device_file_find(d, r->words[2]) : NULL;

	return f && buf_add(&r->out, f->data, f->len);
}

static bool act_reload(struct control_request *r, struct device *d)
{
	(void)r;
	device_reload(d);
	return true;
}

static bool act_mode(struct control_request *r, struct device *d)
{
	for (size_t i = 2; i < r->n; i++)
		if (!hostile_set(&d->hostile, r->words[i])) {
			buf_printf(&r->out, "no such mode: %s; there are off ",
			    r->words[i]);
			hostile_list(&r->out);
			buf_putc(&r->out, '\n');
			return false;
		}
	return true;
}

static bool act_skew(struct control_request *r, struct device *d)
{
	long seconds;

	if (r->n < 3 ||
	    !text_to_long(r->words[2], -1000000000, 1000000000, &seconds))
		return false;
	d->clock_skew_ms += seconds * 1000;
	return true;
}

static bool act_stats(struct control_request *r, struct device *d)
{
	const struct device_stats *s = &d->stats;

	return buf_printf(&r->out,
	    "%s open=%llu sessions=%llu commands=%llu refused=%llu "
	    "commits=%llu reverts=%llu saves=%llu reloads=%llu\n",
	    d->name, (unsigned long long)s->sessions_open,
	    (unsigned long long)s->sessions, (unsigned long long)s->commands,
	    (unsigned long long)s->logins_refused,
	    (unsigned long long)s->commits, (unsigned long long)s->reverts,
	    (unsigned long long)s->saves, (unsigned long long)s->reloads);
}

static bool ask_devices(struct control_request *r)
{
	for (size_t i = 0; i < fleet_count(r->control->fleet); i++)
		fleet_describe(r->control->fleet, i, &r->out);
	return true;
}

/* "AAAA…" of the host key, as it stands in a .pub file. */
static bool act_key(struct control_request *r, struct device *d)
{
	char *blob = NULL;

	if (ssh_pki_export_pubkey_base64(
		d->host_keys[d->hostile.change_key], &blob) != SSH_OK)
		return false;
	buf_printf(&r->out, "ssh-ed25519 %s %s\n", blob, d->name);
	ssh_string_free_char(blob);
	return true;
}

static bool ask_ca(struct control_request *r)
{
	return buf_puts(&r->out, fleet_ca(r->control->fleet));
}

static bool ask_advance(struct control_request *r)
{
	long seconds;

	if (r->n < 2 || !text_to_long(r->words[1], 0, 1000000000, &seconds))
		return false;
	device_clock_advance(seconds * 1000);
	return true;
}

static bool ask_quit(struct control_request *r)
{
	uint64_t one = 1;

	return write(r->control->quit_fd, &one, sizeof(one)) == sizeof(one);
}

static bool ask_help(struct control_request *r);

static const struct {
	const char *word;
	const char *usage;
	control_act act; /* for a device, or … */
	bool (*ask)(struct control_request *r);
} control_table[] = {
	{ "devices", "", NULL, ask_devices },
	{ "ca", "", NULL, ask_ca },
	{ "advance", "SECONDS", NULL, ask_advance },
	{ "quit", "", NULL, ask_quit },
	{ "help", "", NULL, ask_help },
	{ "running", "DEVICE", act_running, NULL },
	{ "startup", "DEVICE", act_startup, NULL },
	{ "candidate", "DEVICE [SESSION]", act_candidate, NULL },
	{ "edit", "DEVICE LINE;LINE;…", act_edit, NULL },
	{ "file", "DEVICE NAME", act_file, NULL },
	{ "key", "DEVICE", act_key, NULL },
	{ "reload", "DEVICE", act_reload, NULL },
	{ "mode", "DEVICE SETTING…|off", act_mode, NULL },
	{ "skew", "DEVICE SECONDS", act_skew, NULL },
	{ "stats", "DEVICE", act_stats, NULL },
};

#define N_CONTROLS (sizeof(control_table) / sizeof(*control_table))

static bool ask_help(struct control_request *r)
{
	for (size_t i = 0; i < N_CONTROLS; i++)
		buf_printf(&r->out, "%s %s\n", control_table[i].word,
		    control_table[i].usage);
	buf_puts(&r->out, "DEVICE may be `all`; settings: ");
	hostile_list(&r->out);
	return buf_putc(&r->out, '\n');
}

static bool control_run(struct control_request *r)
{
	for (size_t i = 0; i < N_CONTROLS && r->n > 0; i++)
		if (strcmp(control_table[i].word, r->words[0]) == 0)
			return control_table[i].ask
				   ? control_table[i].ask(r)
				   : control_each(r, control_table[i].act);
	buf_puts(&r->out, "no such request; ask help\n");
	return false;
}

/* --- connections ------------------------------------------------------- */

static void control_write(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void control_answer(struct control *control, int fd, const char *line)
{
	struct control_request *r = mem_zalloc(sizeof(*r));
	char *copy = mem_strdup(line);
	char *save = NULL;
	char head[64];
	bool ok;

	r->control = control;
	buf_init(&r->out, CONTROL_OUT_MAX);
	for (char *w = strtok_r(copy, " ", &save);
	     w && r->n < CONTROL_WORDS_MAX; w = strtok_r(NULL, " ", &save))
		r->words[r->n++] = w;
	r->rest = "";
	if (r->n > 2)
		r->rest = line + (r->words[2] - copy);
	ok = control_run(r);
	fleet_wake(control->fleet);
	snprintf(
	    head, sizeof(head), "%s %zu\n", ok ? "ok" : "error", r->out.len);
	control_write(fd, head, strlen(head));
	control_write(fd, buf_text(&r->out), r->out.len);
	buf_release(&r->out);
	free(copy);
	free(r);
}

static void control_serve(struct control *control, int fd)
{
	struct timeval idle = { .tv_sec = CONTROL_IDLE_S };
	struct buf in = BUF_INIT(CONTROL_LINE_MAX);
	char part[4096];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	while (!control->stop && (n = read(fd, part, sizeof(part))) > 0) {
		char *nl;

		if (!buf_add(&in, part, (size_t)n))
			break;
		while (in.len && (nl = memchr(in.data, '\n', in.len))) {
			*nl = '\0';
			control_answer(control, fd, in.data);
			buf_consume(&in, (size_t)(nl - in.data) + 1);
		}
	}
	buf_release(&in);
}

static void *control_thread(void *arg)
{
	struct control *control = arg;

	while (!atomic_load(&control->stop)) {
		int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		control_serve(control, fd);
		close(fd);
	}
	return NULL;
}

static bool control_address(const char *path, struct sockaddr_un *ret)
{
	ret->sun_family = AF_UNIX;
	return text_copy(ret->sun_path, sizeof(ret->sun_path), path);
}

struct control *control_open(const char *path, struct fleet *fleet, int quit_fd)
{
	struct control *control = mem_zalloc(sizeof(*control));
	struct sockaddr_un at;

	control->path = mem_strdup(path);
	control->fleet = fleet;
	control->quit_fd = quit_fd;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control->fd >= 0 && control_address(path, &at)) {
		unlink(path);
		if (bind(control->fd, (struct sockaddr *)&at, sizeof(at)) ==
			0 &&
		    listen(control->fd, 8) == 0 &&
		    pthread_create(
			&control->thread, NULL, control_thread, control) == 0)
			return control;
	}
	fprintf(stderr, "switchyard-sim: control socket %s: %s\n", path,
	    strerror(errno));
	if (control->fd >= 0)
		close(control->fd);
	free(control->path);
	free(control);
	return NULL;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	atomic_store(&control->stop, true);
	/* Wakes accept(). */
	shutdown(control->fd, SHUT_RDWR);
	pthread_join(control->thread, NULL);
	close(control->fd);
	unlink(control->path);
	free(control->path);
	free(control);
}

/* --- the client -------------------------------------------------------- */

static int control_read_answer(FILE *f)
{
	char head[64];
	char word[16];
	size_t left;
	char part[4096];

	if (!fgets(head, sizeof(head), f) ||
	    sscanf(head, "%15s %zu", word, &left) != 2)
		return 2;
	while (left > 0) {
		size_t want = left < sizeof(part) ? left : sizeof(part);
		size_t n = fread(part, 1, want, f);

		if (n == 0)
			return 2;
		fwrite(part, 1, n, stdout);
		left -= n;
	}
	return strcmp(word, "ok") == 0 ? 0 : 1;
}

int control_ask(const char *path, const char *request)
{
	struct sockaddr_un at;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f;
	int rc = 2;

	if (fd < 0)
		return 2;
	if (!control_address(path, &at) ||
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		fprintf(
		    stderr, "switchyard-sim: %s: %s\n", path, strerror(errno));
		close(fd);
		return 2;
	}
	control_write(fd, request, strlen(request));
	control_write(fd, "\n", 1);
	f = fdopen(fd, "r");
	if (f) {
		rc = control_read_answer(f);
		fclose(f);
	} else {
		close(fd);
	}
	return rc;
}
