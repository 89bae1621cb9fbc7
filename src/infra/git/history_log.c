#include "infra/git/history_log.h"

#include "base/file.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define BYTE_ORDER_MARK 0x01020304u

/* The last character is the version of the layout. */
static const char magic[8] = "SwHlog1";

/* What the file begins with; then the segments. */
struct file_head {
	char magic[8];
	uint32_t order;
	uint32_t n_segments;
	uint64_t generation;
	uint32_t segments_check;
	uint32_t own_check; /* of all before this field */
};

static uint32_t check_of(const void *data, size_t len)
{
	return (uint32_t)crc32_z(0, data, len);
}

static size_t segments_len(uint32_t n)
{
	return n * sizeof(struct history_log_segment);
}

enum err_code history_log_create(const char *path,
    const struct history_log_head *head, uint64_t *ret_end, struct err *e)
{
	struct file_head h = { .order = BYTE_ORDER_MARK,
		.n_segments = head->n_segments,
		.generation = head->generation };
	struct buf out = BUF_INIT(1 << 20);
	size_t len = segments_len(head->n_segments);
	enum err_code rc;

	memcpy(h.magic, magic, sizeof(h.magic));
	h.segments_check = check_of(head->segments, len);
	h.own_check = check_of(&h, offsetof(struct file_head, own_check));
	buf_add(&out, &h, sizeof(h));
	buf_add(&out, head->segments, len);
	rc = buf_check(&out, "the list of segments", e);
	if (rc == ERR_OK)
		rc = file_replace(path, out.data, out.len, 0660, e);
	if (rc == ERR_OK)
		*ret_end = out.len;
	buf_release(&out);
	return rc;
}

static bool head_holds(const struct file_head *h)
{
	return memcmp(h->magic, magic, sizeof(magic)) == 0 &&
	       h->order == BYTE_ORDER_MARK &&
	       h->n_segments <= HISTORY_MAX_SEGMENTS &&
	       h->own_check ==
		   check_of(h, offsetof(struct file_head, own_check));
}

enum err_code history_log_read_head(
    int fd, struct history_log_head *ret, uint64_t *ret_end, struct err *e)
{
	struct file_head h;
	size_t len;

	if (pread(fd, &h, sizeof(h), 0) != sizeof(h) || !head_holds(&h))
		return err_set(
		    e, ERR_CORRUPT, "the log of the history index is damaged");
	len = segments_len(h.n_segments);
	if (pread(fd, ret->segments, len, sizeof(h)) != (ssize_t)len ||
	    check_of(ret->segments, len) != h.segments_check)
		return err_set(e, ERR_CORRUPT,
		    "the list of segments of the history index is damaged");
	ret->generation = h.generation;
	ret->n_segments = h.n_segments;
	*ret_end = sizeof(h) + len;
	return ERR_OK;
}

/* --- records ---------------------------------------------------------- */

/* Then the texts of the commit, and for each change the blob, the path and the
 * old path or "", to the end of the record. */
struct record_head {
	uint32_t len;	/* of the record, with this */
	uint32_t check; /* of all that follows this field */
	int64_t time_ms;
	uint8_t id[STORE_OID_SIZE];
	uint32_t reserved;
};

void history_record_begin(
    struct buf *out, const struct part_source *commit, size_t *ret_start)
{
	struct record_head h = { .time_ms = commit->time_ms };

	*ret_start = out->len;
	memcpy(h.id, commit->id.raw, sizeof(h.id));
	buf_add(out, &h, sizeof(h));
	for (int i = 0; i < PART_TEXTS_OF_COMMIT; i++)
		buf_add(out, commit->text[i], strlen(commit->text[i]) + 1);
}

void history_record_add(struct buf *out, const struct history_change *c)
{
	const char *from = c->from ? c->from : "";

	buf_add(out, c->blob, STORE_OID_SIZE);
	buf_add(out, c->path, strlen(c->path) + 1);
	buf_add(out, from, strlen(from) + 1);
}

enum err_code history_record_end(struct buf *out, size_t start, struct err *e)
{
	struct record_head h;
	enum err_code rc = buf_check(out, "the history of a commit", e);
	size_t len = out->len - start;
	size_t from = offsetof(struct record_head, time_ms);

	if (rc != ERR_OK)
		return rc;
	if (len > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "a commit changes too many files");
	memcpy(&h, out->data + start, sizeof(h));
	h.len = (uint32_t)len;
	h.check = check_of(out->data + start + from, len - from);
	memcpy(out->data + start, &h, sizeof(h));
	return ERR_OK;
}

struct cursor {
	const char *at, *end;
};

static const char *take_text(struct cursor *c)
{
	const char *text = c->at;
	const char *nul = memchr(text, '\0', (size_t)(c->end - text));

	if (!nul)
		return NULL;
	c->at = nul + 1;
	return text;
}

static enum err_code malformed(struct err *e)
{
	return err_set(
	    e, ERR_CORRUPT, "a record of the history index is malformed");
}

static enum err_code apply_changes(
    struct part_builder *b, struct cursor *c, struct err *e)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && c->at < c->end) {
		const uint8_t *blob = (const uint8_t *)c->at;
		const char *path = NULL, *from = NULL;

		if (c->end - c->at > STORE_OID_SIZE) {
			c->at += STORE_OID_SIZE;
			path = take_text(c);
		}
		if (path)
			from = take_text(c);
		if (!from)
			return malformed(e);
		rc = part_add_change(b, path, blob, from, e);
	}
	return rc;
}

/* A whole record at data: its length; 0 if there is none. */
static size_t whole_record(const char *data, size_t len, struct record_head *h)
{
	size_t from = offsetof(struct record_head, time_ms);

	if (len < sizeof(*h))
		return 0;
	memcpy(h, data, sizeof(*h));
	if (h->len < sizeof(*h) || h->len > len ||
	    check_of(data + from, h->len - from) != h->check)
		return 0;
	return h->len;
}

enum err_code history_record_apply(struct part_builder *b, const char *data,
    size_t len, size_t *ret_len, struct commit_id *id, struct err *e)
{
	struct part_source commit;
	struct record_head h;
	struct cursor c;
	enum err_code rc;

	len = whole_record(data, len, &h);
	*ret_len = len;
	if (len == 0)
		return ERR_OK;
	c = (struct cursor){ data + sizeof(h), data + len };
	commit.time_ms = h.time_ms;
	memcpy(commit.id.raw, h.id, STORE_OID_SIZE);
	for (int i = 0; i < PART_TEXTS_OF_COMMIT; i++) {
		commit.text[i] = take_text(&c);
		if (!commit.text[i])
			return malformed(e);
	}
	rc = part_add_commit(b, &commit, e);
	if (rc == ERR_OK)
		rc = apply_changes(b, &c, e);
	if (rc == ERR_OK && id)
		*id = commit.id;
	return rc;
}
