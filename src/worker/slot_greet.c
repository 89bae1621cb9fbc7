/* A NETCONF hello, in a slot's process: see "greet" in worker/slot.h. */
#include "worker/slot.h"

#include "app/port/greet.h"
#include "app/port/secrets.h"
#include "base/crypto.h"
#include "base/json.h"
#include "worker/slot_jump.h"

#include <string.h>

#define ARENA_MAX ((size_t)1024 * 1024)
#define HELLO_MS 5000
#define VALUES_MAX ((size_t)256 * 1024)

/* --- marks of credentials ------------------------------------------------ */

static void put_secret(struct buf *to, const struct secret *s)
{
	buf_putc(to, '\0');
	if (s)
		buf_puts(to, secret_reveal(s));
}

/* What is hashed: crypt(3) takes short texts without a NUL. */
static void digest_of(
    const struct credentials *c, char text[2 * SHA256_SIZE + 1])
{
	struct buf values = BUF_INIT(VALUES_MAX);
	uint8_t sum[SHA256_SIZE];

	buf_puts(&values, c->username);
	put_secret(&values, c->password);
	put_secret(&values, c->private_key);
	sha256_of(values.data, values.len, sum);
	hex_encode(text, sum, sizeof(sum));
	wipe(values.data, values.len);
	wipe(sum, sizeof(sum));
	buf_release(&values);
}

static bool is_same(const struct credentials *c, const char *mark)
{
	char text[2 * SHA256_SIZE + 1];
	bool same;

	digest_of(c, text);
	same = *mark && password_matches(text, mark);
	wipe(text, sizeof(text));
	return same;
}

/* "" if it cannot be made. */
static void make_mark(const struct credentials *c, const char *known,
    char mark[PASSWORD_HASH_SIZE])
{
	char text[2 * SHA256_SIZE + 1];

	mark[0] = '\0';
	digest_of(c, text);
	if (*known && password_matches(text, known))
		memcpy(mark, known, strnlen(known, PASSWORD_HASH_SIZE - 1) + 1);
	else if (password_hash(text, mark, NULL) != ERR_OK)
		mark[0] = '\0';
	wipe(text, sizeof(text));
}

/* --- the session --------------------------------------------------------- */

static json_t *end_unasked(const char *what, const struct err *e)
{
	struct buf text = BUF_INIT(sizeof(e->message) + 64);
	json_t *end;

	buf_printf(&text, "%s: %s", what, e->message);
	end = json_pack("{s:s, s:b, s:b, s:o}", "type", "end", "ok", false,
	    "same", true, "why", slot_text(buf_text(&text), text.len));
	buf_release(&text);
	return end;
}

static json_t *greet(struct slot *slot, const json_t *rq,
    const struct credentials *c, const struct slot_jump *jump,
    struct arena *arena)
{
	const struct driver_hooks hooks = { .ctx = slot,
		.cancelled = slot_cancelled };
	const struct greet_limits limits = {
		.sign_in_ms = (int)json_number(rq, "connect_s", 10) * 1000,
		.hello_ms = HELLO_MS
	};
	struct driver_host_key pins[SLOT_PINS_MAX];
	const struct driver_target target = {
		.name = json_text(rq, "device", ""),
		.address = json_text(rq, "address", ""),
		.port = (uint16_t)json_number(rq, "port", 0),
		.username = c->username,
		.password = c->password,
		.private_key = c->private_key,
		.pins = pins,
		.n_pins = slot_read_pins(rq, arena, pins),
		.jump = jump->used ? &jump->host : NULL,
	};
	char mark[PASSWORD_HASH_SIZE] = "";
	struct greeting g;

	netconf_greet(&target, &hooks, &limits, &g);
	if (g.refused)
		make_mark(c, json_text(rq, "mark", ""), mark);
	return json_pack("{s:s, s:b, s:I, s:o, s:b, s:b, s:s}", "type", "end",
	    "ok", g.probe.ok, "us", (json_int_t)g.probe.latency_us, "why",
	    slot_text(g.probe.why, strlen(g.probe.why)), "signed_in",
	    g.signed_in, "refused", g.refused, "mark", mark);
}

static json_t *greet_by_way(struct slot *slot, const json_t *rq,
    const struct credentials *c, struct arena *arena)
{
	struct slot_jump jump;
	struct err e = ERR_INIT;
	json_t *end;

	if (slot_jump_read(slot->secrets, rq, arena, &jump, &e) != ERR_OK)
		return end_unasked("no credentials", &e);
	end = greet(slot, rq, c, &jump, arena);
	slot_jump_release(&jump);
	return end;
}

json_t *slot_greet_run(struct slot *slot, const json_t *rq)
{
	const struct secret_ref ref =
	    slot_read_ref(json_object_get(rq, "credentials"));
	struct credentials c = { .username = "" };
	struct arena *arena = arena_new(ARENA_MAX);
	struct err e = ERR_INIT;
	json_t *end;

	if (!arena)
		return NULL;
	if (secrets_read(slot->secrets, &ref, &c, &e) != ERR_OK)
		end = end_unasked("no credentials", &e);
	else if (json_flag(rq, "compare", false))
		end = json_pack("{s:s, s:b}", "type", "end", "same",
		    is_same(&c, json_text(rq, "mark", "")));
	else
		end = greet_by_way(slot, rq, &c, arena);
	credentials_release(&c);
	arena_free(arena);
	return end;
}
