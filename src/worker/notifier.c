#include "worker/notifier.h"

#include "app/notify.h"
#include "app/port/delivery.h"
#include "app/port/secrets.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <dirent.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define SEND_MS 10000
#define FIRST_WAIT_MS 5000
#define LAST_WAIT_MS ((int64_t)3600 * 1000)
#define MAX_ATTEMPTS 15 /* the last some eight hours after the first */
/* How long it is remembered that something was sent. */
#define KEEP_S (7 * 24 * 3600)
/* No longer than this between two looks for what is new. */
#define LOOK_MS 1000

/* --- one delivery -------------------------------------------------------- */

/* *ret NULL: the item names no such secret. */
static enum err_code read_secret(const char *dir, const json_t *item,
    const char *name, struct credentials *ret, struct err *e)
{
	const json_t *ref = json_object_get(item, name);
	const char *user = json_text(ref, "username", "");

	memset(ret, 0, sizeof(*ret));
	if (!ref)
		return ERR_OK;
	/* a key alone has no user */
	return secrets_read(dir, json_text(ref, "provider", ""),
	    json_text(ref, "reference", ""), *user ? user : "-", ret, e);
}

static enum err_code send_mail(const char *dir, const json_t *item,
    const char *url, const char *text, struct err *e)
{
	const json_t *channel = json_object_get(item, "channel"), *to;
	const char *list[513] = { NULL };
	struct buf message = BUF_INIT(OUTBOX_MAX_ITEM * 2);
	struct delivery_mail mail = {
		.url = url, .from = json_text(channel, "from", ""), .to = list
	};
	struct credentials signs_in;
	enum err_code rc;
	size_t i;

	json_array_foreach(json_object_get(channel, "to"), i, to) if (i < 512)
	    list[i] = json_string_value(to);
	rc = read_secret(dir, item, "credentials", &signs_in, e);
	if (rc == ERR_OK)
		rc = notify_make_mail(item, text, clock_wall_ms(), &message, e);
	if (rc == ERR_OK) {
		mail.message = buf_text(&message);
		mail.message_len = message.len;
		mail.username = signs_in.username;
		mail.password = signs_in.password;
		rc = delivery_mail(&mail, deadline_in_ms(SEND_MS), e);
	}
	credentials_release(&signs_in);
	buf_release(&message);
	return rc;
}

static enum err_code send_post(const char *dir, const json_t *item,
    const char *url, const struct buf *body, struct err *e)
{
	const json_t *event = json_object_get(item, "event");
	struct delivery_header headers[4] = {
		{ "Content-Type", "application/json" },
		{ "X-Switchyard-Event", json_text(event, "event", "") },
		{ "X-Switchyard-Delivery", json_text(event, "id", "") },
	};
	char signature[120];
	struct credentials key;
	size_t n = 3;
	enum err_code rc = read_secret(dir, item, "sign_secret", &key, e);

	if (rc != ERR_OK)
		return rc;
	if (key.password) {
		notify_sign(secret_reveal(key.password),
		    secret_length(key.password), clock_wall_ms() / 1000,
		    buf_text(body), body->len, signature);
		headers[n++] =
		    (struct delivery_header){ "X-Switchyard-Signature",
			    signature };
	}
	credentials_release(&key);
	return delivery_post(url, headers, n, buf_text(body), body->len,
	    deadline_in_ms(SEND_MS), e);
}

static enum err_code send_item(
    const char *dir, const json_t *item, struct err *e)
{
	const json_t *channel = json_object_get(item, "channel");
	struct buf body = BUF_INIT(OUTBOX_MAX_ITEM);
	struct credentials address;
	const char *url;
	enum err_code rc = read_secret(dir, item, "url_secret", &address, e);

	if (rc != ERR_OK)
		return rc;
	url = address.password ? secret_reveal(address.password)
			       : json_text(channel, "url", "");
	rc = notify_render(item, &body, e);
	if (rc == ERR_OK &&
	    strcmp(json_text(channel, "type", ""), "email") == 0)
		rc = send_mail(dir, item, url, buf_text(&body), e);
	else if (rc == ERR_OK)
		rc = send_post(dir, item, url, &body, e);
	credentials_release(&address);
	buf_release(&body);
	return rc;
}

/* --- the outbox ---------------------------------------------------------- */

static void move_item(const char *dir, const char *name, const char *place)
{
	char from[PATH_SIZE], to[PATH_SIZE], file[320];

	snprintf(file, sizeof(file), "%s/%s", place, name);
	outbox_path(dir, name, from, sizeof(from));
	outbox_path(dir, file, to, sizeof(to));
	if (rename(from, to) < 0)
		log_error("%s cannot be moved", from);
}

static void write_item(const char *dir, const char *name, const json_t *item)
{
	struct buf text = BUF_INIT(OUTBOX_MAX_ITEM);
	struct err e = ERR_INIT;
	char path[PATH_SIZE];
	enum err_code rc = json_write(item, &text, &e);

	outbox_path(dir, name, path, sizeof(path));
	if (rc == ERR_OK)
		rc = file_write_durable(
		    path, buf_text(&text), text.len, 0600, &e);
	if (rc != ERR_OK)
		log_err(&e, name);
	buf_release(&text);
}

/* What does not pass is given up at once. */
static bool may_pass(enum err_code rc)
{
	return rc != ERR_INVALID && rc != ERR_DENIED && rc != ERR_CORRUPT;
}

static int64_t try_item(const char *dir, const char *name, json_t *item)
{
	json_int_t attempts = json_number(item, "attempts", 0) + 1;
	int64_t wait = FIRST_WAIT_MS, now;
	struct err e = ERR_INIT;
	enum err_code rc = send_item(dir, item, &e);

	if (rc == ERR_OK) {
		log_info("sent %s", name);
		move_item(dir, name, "done");
		return 0;
	}
	json_object_set_new(item, "attempts", json_integer(attempts));
	json_object_set_new(item, "why", json_string(e.message));
	if (!may_pass(rc) || attempts >= MAX_ATTEMPTS) {
		log_warning("%s is given up: %s", name, e.message);
		write_item(dir, name, item);
		move_item(dir, name, "failed");
		return 0;
	}
	while (--attempts > 0 && wait < LAST_WAIT_MS)
		wait *= 2;
	if (wait > LAST_WAIT_MS)
		wait = LAST_WAIT_MS;
	now = clock_wall_ms();
	json_object_set_new(item, "next_ms", json_integer(now + wait));
	log_warning("%s is tried again in %lld s: %s", name,
	    (long long)(wait / 1000), e.message);
	write_item(dir, name, item);
	return now + wait;
}

/* When it is to be looked at again; 0: it has left. */
static int64_t look_at_item(const char *dir, const char *name)
{
	struct buf text = BUF_INIT(OUTBOX_MAX_ITEM);
	char path[PATH_SIZE];
	json_t *item = NULL;
	int64_t next, now = clock_wall_ms();

	outbox_path(dir, name, path, sizeof(path));
	if (file_read_regular(path, &text, NULL) != ERR_OK ||
	    json_read(buf_text(&text), text.len, text.max, &item, NULL) !=
		ERR_OK) {
		buf_release(&text);
		move_item(dir, name, "failed");
		return 0;
	}
	buf_release(&text);
	next = json_number(item, "next_ms", 0);
	/* a time that is further away than any wait is of a clock that was
	 * set */
	if (next <= now || next > now + LAST_WAIT_MS)
		next = try_item(dir, name, item);
	json_decref(item);
	return next;
}

/* What was sent long ago is forgotten. */
static void sweep(const char *dir, const char *place)
{
	char path[PATH_SIZE], file[PATH_SIZE + 260];
	time_t oldest = time(NULL) - KEEP_S;
	struct dirent *entry;
	struct stat st;
	DIR *d;

	outbox_path(dir, place, path, sizeof(path));
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

/* False: nothing waits any more. */
static bool look(const char *dir)
{
	char(*names)[256];
	size_t n, left = 0;

	if (outbox_list(dir, &names, &n, NULL) != ERR_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		left += look_at_item(dir, names[i]) != 0;
	free(names);
	return left > 0;
}

int notifier_main(const char *dir)
{
	struct timespec pause = { .tv_nsec = LOOK_MS % 1000 * 1000000L,
		.tv_sec = LOOK_MS / 1000 };
	struct rlimit none = { 0, 0 };
	struct err e = ERR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_IGN);
	if (outbox_prepare(dir, &e) != ERR_OK) {
		log_err(&e, "the outbox");
		return 1;
	}
	sweep(dir, "done");
	sweep(dir, "failed");
	while (look(dir))
		nanosleep(&pause, NULL);
	return 0;
}
