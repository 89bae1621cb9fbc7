/*
 * What a channel is sent.
 */
#include "app/notify.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "jinja/jinja.h"
#include "jinja/value.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_RENDER ((size_t)4 * 1024 * 1024)
#define MAX_TEXT ((size_t)64 * 1024)

/* --- templates ----------------------------------------------------------- */

static struct jinja_env *make_env(void)
{
	struct jinja_options options = { .undefined = JINJA_LENIENT,
		.limits = { .output_bytes = MAX_TEXT, .steps = 100000 } };

	return jinja_env_new(&options);
}

enum err_code notify_check_template(const char *source, struct err *e)
{
	struct jinja_env *env = make_env();
	struct jinja_template *t = NULL;
	enum err_code rc;

	if (!env)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = jinja_compile(env, "template", source, strlen(source), &t, e);
	jinja_template_unref(t);
	jinja_env_free(env);
	return rc;
}

static enum err_code run_template(
    const char *source, const json_t *event, struct buf *out, struct err *e)
{
	struct jinja_env *env = make_env();
	struct arena *a = arena_new(MAX_RENDER);
	struct jinja_template *t = NULL;
	enum err_code rc = ERR_SYSTEM;

	if (env && a) {
		rc = jinja_compile(
		    env, "template", source, strlen(source), &t, e);
		if (rc == ERR_OK)
			rc = jinja_render(t, a, jv_from_json(a, event), out, e);
		jinja_template_unref(t);
	} else {
		err_set(e, rc, "out of memory");
	}
	arena_free(a);
	jinja_env_free(env);
	return rc;
}

static void add_usual_text(const json_t *event, struct buf *out)
{
	const char *title = json_text(event, "title", "");
	const char *text = json_text(event, "text", "");
	bool in_text = json_object_get(event, "states") != NULL;
	const json_t *device;
	size_t i;

	buf_puts(out, title);
	if (*text && strcmp(text, title) != 0)
		buf_printf(out, "\n%s", text);
	json_array_foreach(json_object_get(event, "devices"), i, device)
	{
		if (!in_text)
			buf_printf(out, "%s%s", i ? ", " : "\n",
			    json_string_value(device));
	}
	if ((json_int_t)i < json_number(event, "count", 0))
		buf_printf(out, " and %lld more",
		    (long long)json_number(event, "count", 0) - (long long)i);
	if (*json_text(event, "url", ""))
		buf_printf(out, "\n%s", json_text(event, "url", ""));
	else if (*json_text(json_object_get(event, "run"), "id", ""))
		buf_printf(out, "\nRun %s",
		    json_text(json_object_get(event, "run"), "id", ""));
}

/* No chat takes a message that is blank, and no reader learns from one. */
static bool is_blank(struct buf *text)
{
	const char *s = buf_text(text);

	return s[strspn(s, " \t\r\n")] == '\0';
}

static json_t *slack_string(const char *text)
{
	struct buf safe = BUF_INIT(MAX_TEXT);
	json_t *value = json_object();

	for (; *text; text++) {
		if (*text == '&')
			buf_puts(&safe, "&amp;");
		else if (*text == '<')
			buf_puts(&safe, "&lt;");
		else if (*text == '>')
			buf_puts(&safe, "&gt;");
		else
			buf_putc(&safe, *text);
	}
	if (value && json_set_text(value, "text", buf_text(&safe), safe.len)) {
		json_t *string = json_incref(json_object_get(value, "text"));

		json_decref(value);
		value = string;
	}
	buf_release(&safe);
	return value;
}

/* A copy in which no text of a device can call a channel or be a link: Slack
 * wants these three characters escaped, outside the markup that is meant.  An
 * event is three levels deep. */
static json_t *slack_event(const json_t *value)
{
	json_t *copy;
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_string(value))
		return slack_string(json_string_value(value));
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, one)
		    json_array_append_new(copy, slack_event(one));
		return copy;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	copy = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	    json_object_set_new(copy, key, slack_event(one));
	return copy;
}

static enum err_code make_text(
    const json_t *item, const json_t *event, struct buf *out, struct err *e)
{
	const char *source =
	    json_text(json_object_get(item, "channel"), "template", "");
	struct err wrong = ERR_INIT;

	if (*source && run_template(source, event, out, &wrong) == ERR_OK &&
	    !is_blank(out))
		return ERR_OK;
	/* an alarm with a wrong template is an alarm still */
	buf_clear(out);
	add_usual_text(event, out);
	if (*source && wrong.code != ERR_OK)
		buf_printf(out, "\n(The channel's template is wrong: %s)",
		    wrong.message);
	return buf_check(out, "the notification", e);
}

/* {"text": …}: Slack, Mattermost, Rocket.Chat, and Teams' workflows. */
static enum err_code wrap_text(
    const json_t *item, struct buf *out, struct err *e)
{
	const json_t *event = json_object_get(item, "event");
	bool slack =
	    strcmp(json_text(json_object_get(item, "channel"), "type", ""),
		"slack") == 0;
	struct buf text = BUF_INIT(MAX_TEXT);
	json_t *o = json_object();
	json_t *safe = slack ? slack_event(event) : json_deep_copy(event);
	enum err_code rc = make_text(item, safe, &text, e);

	if (rc == ERR_OK &&
	    (!o || !json_set_text(o, "text", buf_text(&text), text.len)))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = json_write_line(o, out, e);
	json_decref(safe);
	json_decref(o);
	buf_release(&text);
	return rc;
}

enum err_code notify_render(const json_t *item, struct buf *out, struct err *e)
{
	const json_t *channel = json_object_get(item, "channel");
	const json_t *event = json_object_get(item, "event");
	const char *type = json_text(channel, "type", "");

	if (strcmp(type, "email") == 0)
		return make_text(item, event, out, e);
	if (strcmp(type, "webhook") != 0)
		return wrap_text(item, out, e);
	if (*json_text(channel, "template", ""))
		return make_text(item, event, out, e);
	return json_write_line(event, out, e);
}

void notify_sign(const char *key, size_t key_len, int64_t now_s,
    const char *body, size_t len, char signature[120])
{
	struct buf text = BUF_INIT(MAX_TEXT * 8);
	char hex[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];

	buf_printf(&text, "%lld.", (long long)now_s);
	buf_add(&text, body, len);
	hmac_sha256_of(key, key_len, buf_text(&text), text.len, digest);
	hex_encode(hex, digest, sizeof(digest));
	snprintf(signature, 120, "t=%lld,v1=%s", (long long)now_s, hex);
	buf_release(&text);
}

/* --- email --------------------------------------------------------------- */

/* One line of a header's text, as encoded words where it is not ASCII
 * (RFC 2047): each holds whole characters. */
static void add_subject(struct buf *out, const char *text)
{
	size_t len = strlen(text), at = 0;
	bool ascii = true;

	for (size_t i = 0; i < len; i++)
		ascii = ascii && text[i] >= ' ' && text[i] < 0x7f;
	buf_puts(out, "Subject: ");
	if (ascii) {
		buf_printf(out, "%.900s\r\n", text);
		return;
	}
	while (at < len) {
		size_t n = 0, step;

		while (at + n < len && n < 40 &&
		       (step = utf8_sequence(text + at + n, len - at - n)) > 0)
			n += step;
		if (n == 0)
			break;
		buf_puts(out, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		base64_append(out, text + at, n);
		buf_puts(out, "?=");
		at += n;
	}
	buf_puts(out, "\r\n");
}

static void add_lines(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(out, "\r\n");
		else if (*text != '\r')
			buf_putc(out, *text);
	}
	buf_puts(out, "\r\n");
}

enum err_code notify_make_mail(const json_t *item, const char *text,
    int64_t now_ms, struct buf *out, struct err *e)
{
	const json_t *channel = json_object_get(item, "channel");
	const json_t *event = json_object_get(item, "event"), *to;
	time_t now = (time_t)(now_ms / 1000);
	char date[64];
	struct tm tm;
	size_t i;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	buf_printf(out, "Date: %s\r\nFrom: Switchyard <%s>\r\n", date,
	    json_text(channel, "from", ""));
	json_array_foreach(json_object_get(channel, "to"), i, to) buf_printf(
	    out, "%s%s", i ? ",\r\n " : "To: ", json_string_value(to));
	buf_puts(out, "\r\n");
	add_subject(out, json_text(event, "title", "Switchyard"));
	buf_printf(out,
	    "Message-ID: <%s@switchyard>\r\nMIME-Version: 1.0\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n",
	    json_text(event, "id", ""));
	add_lines(out, text);
	return buf_check(out, "the email", e);
}
