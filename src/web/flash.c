#include "web/flash.h"

#include "web/cgi.h"
#include "web/session.h"
#include "web/web.h"

#include <string.h>

#define FLASH_COOKIE "__Host-switchyard-flash"
#define FLASH_MAX_TEXT 1000
#define FLASH_ATTRIBUTES "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

/* payload: user, kind and text, a line each */
void response_flash(
    struct request *r, struct response *out, const char *kind, const char *text)
{
	struct buf value = BUF_INIT(SIGNED_MAX);
	const char *payload;

	payload = arena_printf(r->arena, "%s\n%s\n%.*s", r->actor.name, kind,
	    FLASH_MAX_TEXT, text);
	if (payload)
		signed_append(r->web->keys, SIGNED_FLASH, payload,
		    strlen(payload), &value);
	if (payload && buf_ok(&value))
		response_header(out, "Set-Cookie",
		    arena_printf(r->arena,
			FLASH_COOKIE "=%s" FLASH_ATTRIBUTES "60",
			buf_text(&value)));
	buf_release(&value);
}

static struct jv read_payload(struct request *r, char *payload)
{
	char *kind = payload ? strchr(payload, '\n') : NULL;
	char *text = kind ? strchr(kind + 1, '\n') : NULL;
	struct jv flash;

	if (!text)
		return jv_none();
	*kind++ = '\0';
	*text++ = '\0';
	if (strcmp(payload, r->actor.name) != 0)
		return jv_none();
	flash = jv_dict(r->arena, 2);
	jv_dict_set(r->arena, flash, "kind", jv_text(kind));
	jv_dict_set(r->arena, flash, "text", jv_text(text));
	return flash;
}

struct jv flash_take(struct request *r, struct response *out)
{
	struct buf payload = BUF_INIT(SIGNED_MAX);
	struct jv flash = jv_none();
	const char *text;
	size_t len;

	text = cookie_find(r->cgi->value[CGI_HTTP_COOKIE], FLASH_COOKIE, &len);
	if (!text)
		return flash;
	if (signed_open(r->web->keys, SIGNED_FLASH, text, len, &payload))
		flash =
		    read_payload(r, arena_strdup(r->arena, buf_text(&payload)));
	buf_release(&payload);
	response_header(
	    out, "Set-Cookie", FLASH_COOKIE "=" FLASH_ATTRIBUTES "0");
	return flash;
}
