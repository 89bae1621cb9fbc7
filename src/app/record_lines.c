#include "app/record_lines.h"

#include "app/snapshot_internal.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_LEN ((size_t)1 << 30)

/* In the order in which records are told. */
static const struct place {
	enum kind_id kind;
	int fields[6];
} places[] = {
	{ KIND_DEVICE, { DEVICE_NAME, DEVICE_PRIMARY_IP4, DEVICE_SERIAL,
			   DEVICE_TAGS, DEVICE_DESCRIPTION, -1 } },
	{ KIND_VLAN, { VLAN_VID, VLAN_NAME, VLAN_DESCRIPTION, -1 } },
	{ KIND_AREA, { AREA_NAME, AREA_DESCRIPTION, -1 } },
	{ KIND_ROLE, { ROLE_NAME, ROLE_DESCRIPTION, -1 } },
	{ KIND_PLATFORM, { PLATFORM_NAME, PLATFORM_DESCRIPTION, -1 } },
	{ KIND_IMAGE, { IMAGE_NAME, IMAGE_URL, -1 } },
};

const int *record_lines_fields(enum kind_id kind)
{
	static const int none[] = { -1 };

	for (size_t i = 0; i < COUNT(places); i++) {
		if (places[i].kind == kind)
			return places[i].fields;
	}
	return none;
}

/* --- making -------------------------------------------------------------- */

struct maker {
	struct buf text;
	uint32_t *start;
	const struct record **records;
	size_t n;
};

static bool add_line(struct buf *to, const char *text)
{
	return buf_puts(to, text) && buf_puts(to, "\n");
}

static bool add_field(struct buf *to, const struct record *r, int field)
{
	const char *text = record_text(r, field);
	size_t n = *text ? 0 : record_count(r, field);

	if (*text && !add_line(to, text))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!add_line(to, record_item(r, field, i)))
			return false;
	}
	return true;
}

static bool add_records(
    struct maker *m, const struct snapshot *s, const struct place *place)
{
	size_t n;
	const struct record *const *all = snapshot_all(s, place->kind, &n);

	for (size_t i = 0; i < n; i++) {
		m->start[m->n] = (uint32_t)m->text.len;
		m->records[m->n++] = all[i];
		for (const int *field = place->fields; *field >= 0; field++) {
			if (!add_field(&m->text, all[i], *field))
				return false;
		}
	}
	return true;
}

static bool fill(struct maker *m, const struct snapshot *s)
{
	size_t total = 0, n;

	for (size_t i = 0; i < COUNT(places); i++) {
		(void)snapshot_all(s, places[i].kind, &n);
		total += n;
	}
	m->start = calloc(total + 1, sizeof(*m->start));
	m->records = calloc(total + 1, sizeof(*m->records));
	if (!m->start || !m->records)
		return false;
	for (size_t i = 0; i < COUNT(places); i++) {
		if (!add_records(m, s, &places[i]))
			return false;
	}
	m->start[m->n] = (uint32_t)m->text.len;
	return true;
}

static struct record_lines *make(const struct snapshot *s)
{
	struct maker m = { .text = BUF_INIT(MAX_LEN) };
	struct record_lines *lines = calloc(1, sizeof(*lines));
	size_t len;
	char *text = NULL;

	if (lines && fill(&m, s)) {
		len = m.text.len;
		text = malloc(len + 1);
		if (text)
			memcpy(text, buf_text(&m.text), len + 1);
	}
	buf_release(&m.text);
	if (!text) {
		free(m.start);
		free(m.records);
		free(lines);
		return NULL;
	}
	*lines = (struct record_lines){ text, m.start, m.records, m.n };
	return lines;
}

void record_lines_free(struct record_lines *lines)
{
	if (!lines)
		return;
	free((void *)(uintptr_t)lines->text);
	free((void *)(uintptr_t)lines->start);
	free((void *)(uintptr_t)lines->records);
	free(lines);
}

/* --- asking -------------------------------------------------------------- */

const struct record_lines *snapshot_lines(const struct snapshot *s)
{
	/* to all others the snapshot looks as it did before */
	struct snapshot *own = (struct snapshot *)(uintptr_t)s;
	struct record_lines *lines = atomic_load(&own->lines), *mine;

	if (lines)
		return lines;
	mine = make(s);
	if (!mine || atomic_compare_exchange_strong(&own->lines, &lines, mine))
		return mine;
	/* another thread was there first */
	record_lines_free(mine);
	return lines;
}

size_t record_lines_find(const struct record_lines *lines, size_t at)
{
	size_t low = 0, high = lines->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (lines->start[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}
