#include "infra/git/log.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (4 << 20)

static enum err_code commit_text(const struct commit_parts *parts,
    struct buf *text, struct store_commit *ret, struct err *e)
{
	size_t subject = strcspn(parts->message, "\n");
	enum err_code rc;

	buf_clear(text);
	buf_add(text, parts->author, parts->author_len);
	buf_putc(text, '\0');
	buf_add(text, parts->email, parts->email_len);
	buf_putc(text, '\0');
	buf_add(text, parts->message, subject);
	buf_putc(text, '\0');
	buf_add(text, parts->message, parts->message_len);
	rc = buf_check(text, "a commit message", e);
	if (rc != ERR_OK)
		return rc;
	ret->author = text->data;
	ret->author_email = ret->author + parts->author_len + 1;
	ret->subject = ret->author_email + parts->email_len + 1;
	ret->message = ret->subject + subject + 1;
	return ERR_OK;
}

enum err_code log_show(const struct object *o, const struct commit_id *id,
    struct log_reader *reader, bool *stop, struct err *e)
{
	struct commit_parts parts;
	struct store_commit commit = { .id = *id };
	enum err_code rc = commit_parse(o->data, o->len, &parts, e);

	if (rc == ERR_OK)
		rc = commit_text(&parts, &reader->text, &commit, e);
	if (rc != ERR_OK)
		return rc;
	commit.parent = parts.parent;
	commit.time_ms = parts.time_s * 1000;
	return reader->fn(reader->ctx, &commit, stop, e);
}

enum err_code log_start(struct store *s, enum store_branch branch,
    const struct commit_id *from, struct commit_id *ret, struct err *e)
{
	if (!from)
		return store_tip(s, branch, ret, e);
	*ret = *from;
	return ERR_OK;
}

/* The first commit of a walk is the caller's word, the others are history's. */
static enum err_code read_commit(struct git_handle *h,
    const struct commit_id *id, bool first, struct object *ret, struct err *e)
{
	if (first)
		return object_lookup(h, id->raw, GIT_OBJECT_COMMIT, ret, e);
	return object_read(h, id->raw, GIT_OBJECT_COMMIT, ret, e);
}

static enum err_code walk(struct git_handle *h, struct commit_id id,
    struct log_reader *reader, struct err *e)
{
	bool stop = false;
	enum err_code rc = ERR_OK;

	for (bool first = true; !stop && !commit_id_is_zero(&id);
	     first = false) {
		struct commit_parts parts;
		struct object o;

		rc = read_commit(h, &id, first, &o, e);
		if (rc != ERR_OK)
			return rc;
		rc = log_show(&o, &id, reader, &stop, e);
		if (rc == ERR_OK)
			rc = commit_parse(o.data, o.len, &parts, e);
		if (rc == ERR_OK)
			id = parts.parent;
		object_release(&o);
		if (rc != ERR_OK)
			return rc;
	}
	return rc;
}

enum err_code store_log(struct store *s, enum store_branch branch,
    const struct commit_id *from, store_commit_fn fn, void *ctx, struct err *e)
{
	struct log_reader reader = { fn, ctx, BUF_INIT(TEXT_MAX) };
	struct git_handle *h;
	struct commit_id id;
	enum err_code rc = log_start(s, branch, from, &id, e);

	if (rc != ERR_OK)
		return rc;
	rc = handle_take(s, &h, e);
	if (rc != ERR_OK)
		return rc;
	rc = walk(h, id, &reader, e);
	handle_give(s, h);
	buf_release(&reader.text);
	return rc;
}

enum err_code store_commit_read(struct store *s, const struct commit_id *id,
    store_commit_fn fn, void *ctx, struct err *e)
{
	struct log_reader reader = { fn, ctx, BUF_INIT(TEXT_MAX) };
	struct git_handle *h;
	struct object o;
	bool stop = false;
	enum err_code rc = handle_take(s, &h, e);

	if (rc != ERR_OK)
		return rc;
	rc = object_lookup(h, id->raw, GIT_OBJECT_COMMIT, &o, e);
	handle_give(s, h);
	if (rc != ERR_OK)
		return rc;
	rc = log_show(&o, id, &reader, &stop, e);
	object_release(&o);
	buf_release(&reader.text);
	return rc;
}
