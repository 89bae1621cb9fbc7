#include "web/session.h"

#include "base/clock.h"
#include "base/text.h"
#include "web/signed_out.h"
#include "web/web.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS_PER_HOUR ((int64_t)3600 * 1000)
#define MAX_PAYLOAD 256

const char *cookie_find(const char *header, const char *name, size_t *ret_len)
{
	size_t name_len = strlen(name);

	while (*header) {
		size_t len;

		header += strspn(header, " \t;");
		len = strcspn(header, ";");
		if (len > name_len && header[name_len] == '=' &&
		    memcmp(header, name, name_len) == 0) {
			*ret_len = len - name_len - 1;
			return header + name_len + 1;
		}
		header += len;
	}
	return NULL;
}

void session_format(
    const struct session_keys *keys, const struct session *s, struct buf *out)
{
	char payload[MAX_PAYLOAD];
	int n;

	n = snprintf(payload, sizeof(payload), "%s|%" PRId64 "|%" PRId64 "|%s",
	    s->user, s->issued_ms, s->expires_ms, s->id);
	signed_append(keys, SIGNED_SESSION, payload, (size_t)n, out);
}

/* The text up to the next "|" (or the end), which becomes a NUL; NULL when
 * there is no further one. */
static char *next_part(char **rest)
{
	char *part = *rest, *bar;

	if (!part)
		return NULL;
	bar = strchr(part, '|');
	if (bar)
		*bar++ = '\0';
	*rest = bar;
	return part;
}

static bool parse_payload(char *payload, struct session *s)
{
	char *user = next_part(&payload);
	char *issued = next_part(&payload);
	char *expires = next_part(&payload);
	char *id = next_part(&payload);
	long issued_ms, expires_ms;

	if (!id || payload || !text_copy(s->user, sizeof(s->user), user) ||
	    !text_copy(s->id, sizeof(s->id), id) ||
	    !text_to_long(issued, 0, INT64_MAX, &issued_ms) ||
	    !text_to_long(expires, 0, INT64_MAX, &expires_ms))
		return false;
	s->issued_ms = issued_ms;
	s->expires_ms = expires_ms;
	return true;
}

bool session_parse(const struct session_keys *keys, const char *text,
    size_t len, int64_t now_ms, struct session *ret)
{
	struct buf payload = BUF_INIT(MAX_PAYLOAD);
	struct session s;
	bool ok;

	ok = signed_open(keys, SIGNED_SESSION, text, len, &payload) &&
	     payload.data && strlen(payload.data) == payload.len &&
	     parse_payload(payload.data, &s) && now_ms < s.expires_ms;
	buf_release(&payload);
	if (ok)
		*ret = s;
	return ok;
}

bool session_stands(const struct session *s, const struct record *user)
{
	const char *after = record_text(user, USER_SESSIONS_AFTER);
	int64_t after_ms;

	if (record_flag(user, USER_DISABLED))
		return false;
	if (!*after)
		return true;
	/* a date that cannot be read lets nobody in */
	return clock_parse_utc(after, &after_ms) && s->issued_ms > after_ms;
}

static void set_cookie(struct request *r, struct response *out,
    const char *value, int64_t max_age_s)
{
	response_header(out, "Set-Cookie",
	    arena_printf(r->arena,
		SESSION_COOKIE "=%s; Path=/; Max-Age=%" PRId64
			       "; Secure; HttpOnly; SameSite=Lax",
		value, max_age_s));
}

void session_start(struct request *r, struct response *out, const char *user)
{
	long hours = record_number(
	    snapshot_settings(r->snapshot), SETTINGS_SESSION_HOURS, 12);
	struct buf text = BUF_INIT(2 * MAX_PAYLOAD);
	struct session s = { .issued_ms = clock_wall_ms() };

	s.expires_ms = s.issued_ms + hours * MS_PER_HOUR;
	text_copy(s.user, sizeof(s.user), user);
	random_hex(s.id, (SESSION_ID_SIZE - 1) / 2);
	session_format(r->web->keys, &s, &text);
	set_cookie(r, out, buf_text(&text), hours * 3600);
	buf_release(&text);
}

enum err_code session_end(
    struct request *r, struct response *out, struct err *e)
{
	const char *dir = r->web->options.dir;

	if (r->session) {
		enum err_code rc = signed_out_add(dir, r->session, e);

		if (rc != ERR_OK)
			return rc;
		signed_out_sweep(dir, clock_wall_ms());
	}
	set_cookie(r, out, "", 0);
	return ERR_OK;
}
