/*
 * Notifications: what happened is told to channels (channels/<name>.json).
 *
 * An event becomes one file in DIR/outbox for each channel that wants it,
 * durable before anything is sent; a process of the worker's own sends them
 * (src/worker/notifier.c) and moves them to DIR/outbox/done or …/failed.  The
 * file's name follows from the event and the channel, so that telling of an
 * event twice sends it once.  A delivery that was cut off is repeated: peers
 * know a repetition by X-Switchyard-Delivery.
 *
 * Values of secrets are never in these files, only references.
 */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include "app/app.h"

enum notify_event {
	NOTIFY_RUN_FAILED,
	NOTIFY_DEVICE_DOWN,
	NOTIFY_DEVICE_UP,
	NOTIFY_DRIFT_FOUND,
	NOTIFY_BACKUP_QUARANTINED,
	NOTIFY_TEST, /* goes to the channel that it is for, and no other */
	NOTIFY_EVENTS,
};
extern const char *const notify_event_words[NOTIFY_EVENTS + 1];

struct notification {
	enum notify_event event;
	const char *id; /* letters, digits, "-"; the same for the same event */
	const char *title; /* one line */
	const char *text;  /* sentences; "": the title says it all */
	const json_t *run; /* its document, or NULL */
	/* Of devices: [{"device", "verdict", "since", "reason"}], which the
	 * text says in sentences; or NULL. */
	const json_t *states;
	const char *const *devices;
	size_t n_devices; /* of which the first NOTIFY_MAX_DEVICES are told */
	const char *only; /* a channel's name; NULL: all that want it */
};
#define NOTIFY_MAX_DEVICES 100

/* ERR_OK also where no channel wants it. */
enum err_code notify_publish(const struct app *app, const struct snapshot *s,
    const struct notification *n, struct err *e) must_check;
/* Would anybody be told? */
bool notify_is_wanted(const struct snapshot *s, enum notify_event event);

/* What the record's schema cannot say. */
void notify_check_channel(
    const struct record *now, struct schema_errors *errors);
void notify_check_settings(
    const struct record *now, struct schema_errors *errors);

/* Does a channel's template compile?  ERR_INVALID, with the line. */
enum err_code notify_check_template(
    const char *source, struct err *e) must_check;

/* --- an item of the outbox (app/outbox.h) -------------------------------- */

/* What is sent: for a channel of type webhook, slack and teams the body of a
 * request; for email the text.  item: what the file holds. */
enum err_code notify_render(
    const json_t *item, struct buf *out, struct err *e) must_check;

/* "t=<seconds>,v1=<hex>": HMAC-SHA256 of "<seconds>.<body>". */
void notify_sign(const char *key, size_t key_len, int64_t now_s,
    const char *body, size_t len, char signature[120]);

/* The message of an email: headers and text, lines ended by CRLF. */
enum err_code notify_make_mail(const json_t *item, const char *text,
    int64_t now_ms, struct buf *out, struct err *e) must_check;

#endif
