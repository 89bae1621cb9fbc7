#include "worker/greet_book.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define BOOK_MAX ((size_t)64 * 1024 * 1024)
#define REQUEST_MAX ((size_t)256 * 1024)

struct greet_book {
	char path[PATH_SIZE];
	json_t *root;
	json_t *devices; /* borrowed from root */
	json_t *secrets;
	bool changed;
};

void greet_digest(const json_t *request, char digest[GREET_DIGEST_SIZE])
{
	struct buf text = BUF_INIT(REQUEST_MAX);
	uint8_t sum[SHA256_SIZE];

	/* one that cannot be written is equal to none: it is asked anew */
	if (json_write_line(request, &text, NULL) != ERR_OK)
		random_bytes(sum, sizeof(sum));
	else
		sha256_of(buf_text(&text), text.len, sum);
	hex_encode(digest, sum, sizeof(sum));
	buf_release(&text);
}

/* --- the file ------------------------------------------------------------- */

static json_t *member(json_t *root, const char *key)
{
	json_t *v = json_object_get(root, key);

	if (json_is_object(v))
		return v;
	v = json_object();
	return json_object_set_new(root, key, v) == 0 ? v : NULL;
}

static enum err_code read_file(struct greet_book *b, struct err *e)
{
	struct buf text = BUF_INIT(BOOK_MAX);
	enum err_code rc = file_read_regular(b->path, &text, e);

	if (rc == ERR_OK)
		rc =
		    json_read(buf_text(&text), text.len, text.max, &b->root, e);
	buf_release(&text);
	return rc;
}

enum err_code greet_book_open(
    const char *dir, struct greet_book **ret, struct err *e)
{
	struct greet_book *b = calloc(1, sizeof(*b));
	struct err why = ERR_INIT;

	if (!b)
		return err_set(e, ERR_SYSTEM, "out of memory");
	snprintf(b->path, sizeof(b->path), "%s/reach/hellos", dir);
	if (read_file(b, &why) != ERR_OK && why.code != ERR_NOT_FOUND)
		log_err(&why, "the hellos of earlier sweeps");
	if (!json_is_object(b->root)) {
		json_decref(b->root);
		b->root = json_object();
	}
	b->devices = member(b->root, "devices");
	b->secrets = member(b->root, "secrets");
	if (!b->devices || !b->secrets) {
		greet_book_free(b);
		return err_set(e, ERR_SYSTEM, "out of memory");
	}
	*ret = b;
	return ERR_OK;
}

void greet_book_free(struct greet_book *b)
{
	if (b)
		json_decref(b->root);
	free(b);
}

enum err_code greet_book_save(struct greet_book *b, struct err *e)
{
	struct buf text = BUF_INIT(BOOK_MAX);
	char dir[PATH_SIZE];
	enum err_code rc;

	if (!b->changed)
		return ERR_OK;
	text_copy(dir, sizeof(dir), b->path);
	*strrchr(dir, '/') = '\0';
	rc = json_write_line(b->root, &text, e);
	if (rc == ERR_OK)
		rc = dir_create(dir, 0750, e);
	if (rc == ERR_OK)
		rc = file_replace(b->path, buf_text(&text), text.len, 0600, e);
	if (rc == ERR_OK)
		b->changed = false;
	buf_release(&text);
	return rc;
}

/* --- devices ------------------------------------------------------------- */

static void forget(struct greet_book *b, const char *device)
{
	json_object_del(b->devices, device);
	b->changed = true;
}

void greet_book_forget_refusal(struct greet_book *b, const char *device)
{
	if (json_flag(json_object_get(b->devices, device), "refused", false))
		forget(b, device);
}

bool greet_book_find(struct greet_book *b, const char *device,
    const char *digest, struct greet_past *ret)
{
	const json_t *v = json_object_get(b->devices, device);

	if (!v)
		return false;
	if (strcmp(json_text(v, "request", ""), digest) != 0) {
		forget(b, device);
		return false;
	}
	*ret = (struct greet_past){ .at_ms = json_number(v, "at", 0),
		.refused = json_flag(v, "refused", false),
		.probe = { .asked = true,
		    .ok = json_flag(v, "ok", false),
		    .latency_us = (uint32_t)json_number(v, "us", 0) } };
	text_copy(
	    ret->probe.why, sizeof(ret->probe.why), json_text(v, "why", ""));
	return true;
}

/* --- credentials --------------------------------------------------------- */

const char *greet_book_mark(const struct greet_book *b, const char *secret)
{
	return json_text(json_object_get(b->secrets, secret), "mark", "");
}

static bool refuses(const json_t *device, const char *secret)
{
	return json_flag(device, "refused", false) &&
	       strcmp(json_text(device, "secret", ""), secret) == 0;
}

size_t greet_book_refusals(const struct greet_book *b, const char *secret)
{
	json_int_t taken =
	    json_number(json_object_get(b->secrets, secret), "taken_at", 0);
	const char *name;
	json_t *v;
	size_t n = 0;

	json_object_foreach(b->devices, name, v) n +=
	    refuses(v, secret) && json_number(v, "at", 0) > taken;
	return n;
}

void greet_book_forget_mark(struct greet_book *b, const char *secret)
{
	const char *name;
	void *next;
	json_t *v;

	json_object_foreach_safe(b->devices, next, name, v)
	{
		if (refuses(v, secret))
			forget(b, name);
	}
	json_object_del(b->secrets, secret);
	b->changed = true;
}

static bool note_secret(struct greet_book *b, const struct greet_outcome *o)
{
	json_t *v = member(b->secrets, o->secret);

	if (!v)
		return false;
	/* not before what was refused in the same sweep */
	if (o->signed_in &&
	    json_object_set_new(v, "taken_at", json_integer(o->past.at_ms)))
		return false;
	return !o->past.refused || !*o->mark ||
	       json_object_set_new(v, "mark", json_string(o->mark)) == 0;
}

bool greet_book_put(struct greet_book *b, const struct greet_outcome *o)
{
	const struct probe_result *r = &o->past.probe;
	json_t *v = json_pack("{s:s, s:s, s:I, s:b, s:I, s:b}", "request",
	    o->digest, "secret", o->secret, "at", (json_int_t)o->past.at_ms,
	    "ok", r->ok, "us", (json_int_t)r->latency_us, "refused",
	    o->past.refused);

	b->changed = true;
	if (v && !json_set_text(v, "why", r->why, strlen(r->why))) {
		json_decref(v);
		v = NULL;
	}
	return json_object_set_new(b->devices, o->device, v) == 0 &&
	       note_secret(b, o);
}

void greet_book_prune(
    struct greet_book *b, bool (*wanted)(void *ctx, const char *), void *ctx)
{
	const char *name;
	void *next;
	json_t *v;

	json_object_foreach_safe(b->devices, next, name, v)
	{
		if (!wanted(ctx, name))
			forget(b, name);
	}
}
