#include "infra/git/history_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- files ------------------------------------------------------------ */

enum err_code history_place_file(const struct history_place *at,
    const char *suffix, char path[STORE_PATH_SIZE], struct err *e)
{
	int n = snprintf(
	    path, STORE_PATH_SIZE, "%s/%s%s", at->dir, at->branch, suffix);

	return n < STORE_PATH_SIZE
		   ? ERR_OK
		   : err_set(e, ERR_LIMIT, "the path of the store is too long");
}

#define SEGMENT_SUFFIX_SIZE 32

static void segment_suffix(uint64_t name, char suffix[SEGMENT_SUFFIX_SIZE])
{
	snprintf(suffix, SEGMENT_SUFFIX_SIZE, "-%016" PRIx64 ".part", name);
}

enum err_code history_place_segment(const struct history_place *at,
    uint64_t name, char path[STORE_PATH_SIZE], struct err *e)
{
	char suffix[SEGMENT_SUFFIX_SIZE];

	segment_suffix(name, suffix);
	return history_place_file(at, suffix, path, e);
}

static bool is_in_use(const struct history_state *state, const char *suffix)
{
	for (size_t i = 0; i < state->n_segments; i++) {
		char own[SEGMENT_SUFFIX_SIZE];

		segment_suffix(state->segments[i].name, own);
		if (strcmp(own, suffix) == 0)
			return true;
	}
	return false;
}

void history_place_sweep(
    const struct history_place *at, const struct history_state *state)
{
	size_t len = strlen(at->branch);
	const struct dirent *entry;
	DIR *dir = opendir(at->dir);

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		const char *suffix = entry->d_name + len;

		if (strncmp(entry->d_name, at->branch, len) == 0 &&
		    *suffix == '-' && !is_in_use(state, suffix))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

/* --- the state -------------------------------------------------------- */

static bool has_map(const struct history_state *s, const void *map)
{
	for (size_t i = 0; s && i < s->n_segments; i++) {
		if (s->segments[i].map == map)
			return true;
	}
	return false;
}

void history_state_release(
    struct history_state *s, const struct history_state *other)
{
	for (size_t i = 0; i < s->n_segments; i++) {
		if (!has_map(other, s->segments[i].map))
			history_segment_unmap(&s->segments[i]);
	}
	free(s->segments);
	part_builder_release(&s->tail);
	*s = (struct history_state){ .n_segments = 0 };
}

static void set_tip(struct history_state *s, const struct part *newest)
{
	uint32_t n = newest->n[PART_COMMITS];

	if (n > 0)
		memcpy(
		    s->tip.raw, part_commit(newest, n - 1)->id, STORE_OID_SIZE);
}

enum err_code history_state_add_segment(struct history_state *s,
    const struct history_segment *segment, struct err *e)
{
	struct history_segment *grown;

	if (s->n_segments == HISTORY_MAX_SEGMENTS)
		return err_set(e, ERR_LIMIT, "the history index is full");
	grown =
	    reallocarray(s->segments, s->n_segments + 1, sizeof(*s->segments));
	if (!grown)
		return err_set(e, ERR_SYSTEM, "out of memory");
	s->segments = grown;
	s->segments[s->n_segments++] = *segment;
	set_tip(s, &segment->part);
	return ERR_OK;
}

enum err_code history_state_apply(
    struct history_state *s, const char *data, size_t len, struct err *e)
{
	size_t done = 0, taken;
	enum err_code rc;

	do {
		rc = history_record_apply(
		    &s->tail, data + done, len - done, &taken, &s->tip, e);
		done += taken;
		s->log_end += taken;
	} while (rc == ERR_OK && taken > 0);
	return rc;
}

/* --- the log ---------------------------------------------------------- */

static enum err_code take_segment(const struct history_place *at,
    const struct history_state *old, const struct history_log_segment *wanted,
    struct history_state *ret, struct err *e)
{
	struct history_segment segment;
	char path[STORE_PATH_SIZE];
	enum err_code rc;

	for (size_t i = 0; i < old->n_segments; i++) {
		if (old->segments[i].name == wanted->name)
			return history_state_add_segment(
			    ret, &old->segments[i], e);
	}
	rc = history_place_segment(at, wanted->name, path, e);
	if (rc == ERR_OK)
		rc = history_segment_map(path, &segment, e);
	if (rc != ERR_OK)
		return rc;
	segment.name = wanted->name;
	if (segment.check != wanted->check ||
	    segment.part.n[PART_COMMITS] != wanted->n_commits)
		rc = err_set(e, ERR_CORRUPT, "%s is another one", path);
	else
		rc = history_state_add_segment(ret, &segment, e);
	if (rc != ERR_OK)
		history_segment_unmap(&segment);
	return rc;
}

static enum err_code read_rest(
    int fd, uint64_t from, struct buf *out, struct err *e)
{
	enum { STEP = 1 << 16 };
	ssize_t n;

	do {
		char *to = buf_reserve(out, STEP);

		if (!to)
			return buf_check(
			    out, "the log of the history index", e);
		n = pread(fd, to, STEP, (off_t)(from + out->len));
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0 ? ERR_OK
		      : err_set_errno(
			    e, "cannot read the log of the history index");
}

static enum err_code load(const struct history_place *at,
    const struct history_state *old, const struct history_log_head *head,
    struct history_state *ret, const struct buf *records, struct err *e)
{
	enum err_code rc = ERR_OK;

	ret->generation = head->generation;
	for (uint32_t i = 0; rc == ERR_OK && i < head->n_segments; i++)
		rc = take_segment(at, old, &head->segments[i], ret, e);
	if (rc == ERR_OK)
		rc = history_state_apply(
		    ret, buf_text(records), records->len, e);
	return rc;
}

static enum err_code read_open_log(int fd, const struct history_place *at,
    const struct history_state *old, struct history_state *ret, bool *ret_new,
    struct buf *ret_rest, struct err *e)
{
	struct history_log_head *head = malloc(sizeof(*head));
	struct history_state loaded = { .n_segments = 0 };
	enum err_code rc;

	if (!head)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = history_log_read_head(fd, head, &loaded.log_end, e);
	if (rc == ERR_OK) {
		*ret_new = head->generation != old->generation;
		rc = read_rest(
		    fd, *ret_new ? loaded.log_end : old->log_end, ret_rest, e);
	}
	if (rc == ERR_OK && *ret_new)
		rc = load(at, old, head, &loaded, ret_rest, e);
	free(head);
	if (rc == ERR_OK && *ret_new)
		*ret = loaded;
	else
		history_state_release(&loaded, old);
	return rc;
}

enum err_code history_state_read(const struct history_place *at,
    const struct history_state *old, struct history_state *ret, bool *ret_new,
    struct buf *ret_rest, struct err *e)
{
	char path[STORE_PATH_SIZE];
	enum err_code rc = history_place_file(at, ".log", path, e);
	int fd;

	if (rc != ERR_OK)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(e, "cannot open %s", path);
	rc = read_open_log(fd, at, old, ret, ret_new, ret_rest, e);
	close(fd);
	return rc;
}
