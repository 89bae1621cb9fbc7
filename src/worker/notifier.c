#include "worker/notifier.h"

#include "app/outbox.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define FIRST_WAIT_MS 5000
#define LAST_WAIT_MS ((int64_t)3600 * 1000)
#define MAX_ATTEMPTS 15 /* the last some eight hours after the first */
/* How long it is remembered that something was sent. */
#define KEEP_S (7 * 24 * 3600)
/* No longer than this between two looks for what is new. */
#define LOOK_MS 1000
/* The end of a process is noticed as soon as this. */
#define REAP_MS 20
/* Channels that are served at once. */
#define MAX_SENDERS 16

/* --- one item ------------------------------------------------------------ */

/* What does not pass is given up at once. */
static bool may_pass(enum err_code rc)
{
	return rc != ERR_INVALID && rc != ERR_DENIED && rc != ERR_CORRUPT;
}

static void move_item(
    const char *dir, struct outbox_item *item, enum outbox_place to)
{
	struct err e = ERR_INIT;

	if (outbox_move(dir, item, to, &e) != ERR_OK)
		log_err(&e, item->id);
}

static int64_t wait_after(json_int_t attempts)
{
	int64_t wait = FIRST_WAIT_MS;

	while (--attempts > 0 && wait < LAST_WAIT_MS)
		wait *= 2;
	return wait < LAST_WAIT_MS ? wait : LAST_WAIT_MS;
}

static void try_item(const char *dir, struct outbox_item *item)
{
	json_int_t attempts = json_number(item->json, "attempts", 0) + 1;
	int64_t wait = wait_after(attempts);
	struct err e = ERR_INIT, failed = ERR_INIT;
	enum err_code rc = notifier_send(dir, item->json, &e);

	if (rc == ERR_OK) {
		log_info("sent %s", item->id);
		move_item(dir, item, OUTBOX_DELIVERED);
		return;
	}
	json_object_set_new(item->json, "attempts", json_integer(attempts));
	json_object_set_new(item->json, "why", json_string(e.message));
	if (!may_pass(rc) || attempts >= MAX_ATTEMPTS) {
		log_warning("%s is given up: %s", item->id, e.message);
		move_item(dir, item, OUTBOX_GIVEN_UP);
		return;
	}
	json_object_set_new(
	    item->json, "next_ms", json_integer(clock_wall_ms() + wait));
	log_warning("%s is tried again in %lld s: %s", item->id,
	    (long long)(wait / 1000), e.message);
	if (outbox_rewrite(dir, item, &failed) != ERR_OK)
		log_err(&failed, item->id);
}

/* A time that is further away than any wait is of a clock that was set. */
static bool is_due(const json_t *item)
{
	int64_t next = json_number(item, "next_ms", 0), now = clock_wall_ms();

	return next <= now || next > now + LAST_WAIT_MS;
}

static void look_at_item(const char *dir, const char *id)
{
	struct outbox_item item;

	if (outbox_open(dir, OUTBOX_WAITING, id, true, &item, NULL) != ERR_OK)
		return;
	if (!item.json)
		move_item(dir, &item, OUTBOX_GIVEN_UP);
	else if (is_due(item.json))
		try_item(dir, &item);
	outbox_close(&item);
}

/* --- a process for each channel ------------------------------------------ */

/* A peer that is slow holds up its own channel and no other. */
struct senders {
	struct {
		pid_t pid;
		char channel[OUTBOX_ID_SIZE];
	} all[MAX_SENDERS];
	size_t n;
};

static void die_with_parent(void)
{
	pid_t parent = getppid();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static void reap(struct senders *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (waitpid(s->all[i].pid, NULL, WNOHANG) == 0)
			s->all[kept++] = s->all[i];
	}
	s->n = kept;
}

static bool is_served(const struct senders *s, const char *channel)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->all[i].channel, channel) == 0)
			return true;
	}
	return false;
}

/* All that waits for one channel, in order. */
_Noreturn static void serve(const char *dir, const char *channel)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n;

	die_with_parent();
	if (outbox_list(dir, OUTBOX_WAITING, &ids, &n, NULL) != ERR_OK)
		_exit(1);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(outbox_channel(ids[i]), channel) == 0)
			look_at_item(dir, ids[i]);
	}
	free(ids);
	_exit(0);
}

static bool waits_and_is_due(const char *dir, const char *id)
{
	json_t *item = NULL;
	/* one that cannot be read is put aside by who serves its channel */
	bool due =
	    outbox_read(dir, OUTBOX_WAITING, id, &item, NULL) != ERR_OK ||
	    is_due(item);

	json_decref(item);
	return due;
}

static void start_sender(
    struct senders *s, const char *dir, const char *channel)
{
	pid_t pid = fork();

	if (pid == 0)
		serve(dir, channel);
	if (pid < 0)
		return; /* at the next look */
	s->all[s->n].pid = pid;
	snprintf(s->all[s->n].channel, OUTBOX_ID_SIZE, "%s", channel);
	s->n++;
}

/* False: nothing waits any more. */
static bool look(struct senders *s, const char *dir)
{
	char(*ids)[OUTBOX_ID_SIZE];
	size_t n;

	if (outbox_list(dir, OUTBOX_WAITING, &ids, &n, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < n && s->n < MAX_SENDERS; i++) {
		const char *channel = outbox_channel(ids[i]);

		if (!is_served(s, channel) && waits_and_is_due(dir, ids[i]))
			start_sender(s, dir, channel);
	}
	free(ids);
	return n > 0;
}

/* Until it is time to look again, or a process has ended. */
static void pause_for(struct senders *s)
{
	struct timespec ts = { .tv_nsec = REAP_MS * 1000000L };
	size_t before = s->n;

	for (int i = 0; i < LOOK_MS / REAP_MS && s->n == before; i++) {
		nanosleep(&ts, NULL);
		reap(s);
	}
}

/* --- the outbox ---------------------------------------------------------- */

/* What was sent long ago is forgotten. */
static void sweep(const char *dir, enum outbox_place place)
{
	char path[PATH_SIZE], file[PATH_SIZE + 260];
	time_t oldest = time(NULL) - KEEP_S;
	struct dirent *entry;
	struct stat st;
	DIR *d;

	outbox_path(dir, place, NULL, path, sizeof(path));
	d = opendir(path);
	while (d && (entry = readdir(d)) != NULL) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && stat(file, &st) == 0 &&
		    st.st_mtime < oldest)
			unlink(file);
	}
	if (d)
		closedir(d);
}

int notifier_main(const char *dir)
{
	struct rlimit none = { 0, 0 };
	struct senders senders = { .n = 0 };
	struct err e = ERR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	if (outbox_prepare(dir, &e) != ERR_OK) {
		log_err(&e, "the outbox");
		return 1;
	}
	sweep(dir, OUTBOX_DELIVERED);
	sweep(dir, OUTBOX_GIVEN_UP);
	while (look(&senders, dir) || senders.n > 0)
		pause_for(&senders);
	return 0;
}
