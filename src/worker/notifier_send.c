/* One notification, on its way to its peer. */
#include "worker/notifier.h"

#include "app/notify.h"
#include "app/outbox.h"
#include "app/port/delivery.h"
#include "app/port/secrets.h"
#include "base/clock.h"
#include "base/json.h"

#include <string.h>

#define SEND_MS 10000

/* *ret NULL: the item names no such secret. */
static enum err_code read_secret(struct secrets *secrets, const json_t *item,
    const char *name, struct credentials *ret, struct err *e)
{
	const json_t *v = json_object_get(item, name);
	const char *user = json_text(v, "username", "");
	const struct secret_ref ref = { json_text(v, "provider", ""),
		json_text(v, "reference", ""),
		*user ? user : "-" }; /* a key alone has no user */

	memset(ret, 0, sizeof(*ret));
	return v ? secrets_read(secrets, &ref, ret, e) : ERR_OK;
}

static enum err_code send_mail(struct secrets *secrets, const json_t *item,
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
	rc = read_secret(secrets, item, "credentials", &signs_in, e);
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

static enum err_code send_post(struct secrets *secrets, const json_t *item,
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
	enum err_code rc = read_secret(secrets, item, "sign_secret", &key, e);

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
    struct secrets *secrets, const json_t *item, struct err *e)
{
	const json_t *channel = json_object_get(item, "channel");
	struct buf body = BUF_INIT(OUTBOX_MAX_ITEM);
	struct credentials address;
	const char *url;
	enum err_code rc =
	    read_secret(secrets, item, "url_secret", &address, e);

	if (rc != ERR_OK)
		return rc;
	url = address.password ? secret_reveal(address.password)
			       : json_text(channel, "url", "");
	rc = notify_render(item, &body, e);
	if (rc == ERR_OK &&
	    strcmp(json_text(channel, "type", ""), "email") == 0)
		rc = send_mail(secrets, item, url, buf_text(&body), e);
	else if (rc == ERR_OK)
		rc = send_post(secrets, item, url, &body, e);
	credentials_release(&address);
	buf_release(&body);
	return rc;
}

enum err_code notifier_send(const char *dir, const json_t *item, struct err *e)
{
	struct secrets *secrets;
	enum err_code rc = secrets_open(dir, &secrets, e);

	if (rc != ERR_OK)
		return rc;
	rc = send_item(secrets, item, e);
	secrets_close(secrets);
	return rc;
}
