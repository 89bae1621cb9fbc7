/*
 * Each format becomes the same rows.
 */
#include "app/transfer.h"

#include "base/json.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *const transfer_format_words[TRANSFER_FORMATS + 1] = {
	[TRANSFER_CSV] = "csv",
	[TRANSFER_JSON] = "json",
	[TRANSFER_OXIDIZED] = "oxidized",
	[TRANSFER_NETBOX] = "netbox",
	[TRANSFER_FORMATS] = NULL,
};

bool transfer_format_parse(const char *word, enum transfer_format *ret)
{
	for (int i = 0; i < TRANSFER_FORMATS; i++) {
		if (strcmp(word, transfer_format_words[i]) == 0) {
			*ret = (enum transfer_format)i;
			return true;
		}
	}
	return false;
}

/* Takes over `object` and `errors`: why parts of it cannot be read. */
static enum err_code add_row_told(
    json_t *rows, long line, json_t *object, json_t *errors, struct err *e)
{
	json_t *row;

	if (json_array_size(rows) >= TRANSFER_MAX_ROWS) {
		json_decref(object);
		json_decref(errors);
		return err_set(e, ERR_LIMIT, "at most %d rows are taken",
		    TRANSFER_MAX_ROWS);
	}
	row =
	    json_pack("{s:I, s:o}", "row", (json_int_t)line, "object", object);
	if (row && json_array_size(errors) > 0)
		json_object_set(row, "errors", errors);
	json_decref(errors);
	return row && json_array_append_new(rows, row) == 0
		   ? ERR_OK
		   : err_set(e, ERR_SYSTEM, "out of memory");
}

/* error: "" or why it cannot be read. */
static enum err_code add_row(
    json_t *rows, long line, json_t *object, const char *error, struct err *e)
{
	return add_row_told(
	    rows, line, object, *error ? json_pack("[s]", error) : NULL, e);
}

/* --- JSON ---------------------------------------------------------------- */

static enum err_code read_json(
    const char *text, size_t len, json_t *rows, struct err *e)
{
	json_t *all = NULL, *list, *one;
	enum err_code rc = json_read(text, len, TRANSFER_MAX_TEXT, &all, e);
	size_t i;

	if (rc != ERR_OK)
		return rc;
	/* as lists of this portal's REST are */
	list = json_is_object(all) ? json_object_get(all, "items") : all;
	if (!json_is_array(list))
		rc = err_set(e, ERR_INVALID, "a list of objects is wanted");
	json_array_foreach(rc == ERR_OK ? list : NULL, i, one)
	{
		bool fits = json_is_object(one);

		rc = add_row(rows, (long)i + 1,
		    fits ? json_incref(one) : json_object(),
		    fits ? "" : "this is no object", e);
		if (rc != ERR_OK)
			break;
	}
	json_decref(all);
	return rc;
}

/* --- CSV whose columns are fields ---------------------------------------- */

struct table {
	const struct transfer_options *o;
	json_t *rows, *ignored;
	bool has_head;
	size_t n;
	int field[TRANSFER_MAX_CELLS]; /* of each column; -1: ignored */
	int (*find)(const struct schema *s, const char *column);
	/* Makes a cell fit; false: it is left out. */
	bool (*adapt)(const struct field *f, const char *cell, char text[256]);
};

static int find_field(const struct schema *s, const char *column)
{
	int i = schema_find(s, column);

	return i >= 0 && !s->fields[i].hidden ? i : -1;
}

/* Two columns of one name: nobody knows which of them is meant. */
static enum err_code check_columns(
    const char *const *cells, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (*cells[i] && strcmp(cells[i], cells[k]) == 0)
				return err_set(e, ERR_INVALID,
				    "the first line names the column "
				    "\"%.80s\" twice: leave one of them out",
				    cells[i]);
		}
	}
	return ERR_OK;
}

static enum err_code take_head(
    struct table *t, const char *const *cells, size_t n, struct err *e)
{
	bool any = false;

	if (check_columns(cells, n, e) != ERR_OK)
		return ERR_INVALID;

	t->has_head = true;
	t->n = n;
	for (size_t i = 0; i < n; i++) {
		t->field[i] = t->find(&t->o->kind->schema, cells[i]);
		/* of several columns for a field the first counts */
		for (size_t k = 0; k < i; k++) {
			if (t->field[k] == t->field[i])
				t->field[i] = -1;
		}
		any = any || t->field[i] >= 0;
		if (t->field[i] < 0 && *cells[i])
			json_array_append_new(
			    t->ignored, json_string(cells[i]));
	}
	return any ? ERR_OK
		   : err_set(e, ERR_INVALID,
			 "the first line names no field of a %s",
			 t->o->kind->name);
}

/* An export puts one in front of what would be a formula. */
static const char *without_apostrophe(const char *cell)
{
	return cell[0] == '\'' && cell[1] && strchr("=+-@", cell[1]) ? cell + 1
								     : cell;
}

static enum err_code take_line(
    void *ctx, long line, const char *const *cells, size_t n, struct err *e)
{
	struct table *t = ctx;
	json_t *object, *errors;
	char text[300];

	if (!t->has_head)
		return take_head(t, cells, n, e);
	object = json_object();
	errors = json_array();
	for (size_t i = 0; i < n && i < t->n; i++) {
		struct schema_errors wrong = { 0 };
		const struct field *f;
		char adapted[256];
		json_t *v;

		if (t->field[i] < 0 || !*cells[i])
			continue; /* an empty cell changes nothing */
		f = &t->o->kind->schema.fields[t->field[i]];
		if (t->adapt && !t->adapt(f, cells[i], adapted))
			continue;
		v = schema_value_from_text(f,
		    t->adapt ? adapted : without_apostrophe(cells[i]), &wrong);
		if (v)
			json_object_set_new(object, f->name, v);
		else {
			snprintf(text, sizeof(text), "%s: %s", f->name,
			    wrong.item[0].message);
			json_array_append_new(errors, json_string(text));
		}
	}
	if (n > t->n) {
		snprintf(text, sizeof(text),
		    "it has %zu cells, and the first line %zu", n, t->n);
		json_array_append_new(errors, json_string(text));
	}
	return add_row_told(t->rows, line, object, errors, e);
}

/* --- NetBox and Nautobot ------------------------------------------------- */

/* What they call the fields of a device, in their own exports and in those made
 * for imports. */
static const struct {
	const char *column;
	int field;
} columns[] = {
	{ "name", DEVICE_NAME },
	{ "device", DEVICE_NAME },
	{ "hostname", DEVICE_NAME },
	{ "status", DEVICE_STATUS },
	{ "platform", DEVICE_PLATFORM },
	{ "primary_ip4", DEVICE_PRIMARY_IP4 },
	{ "primary_ip", DEVICE_PRIMARY_IP4 },
	{ "ipv4_address", DEVICE_PRIMARY_IP4 },
	{ "ip_address", DEVICE_PRIMARY_IP4 },
	{ "role", DEVICE_ROLE },
	{ "device_role", DEVICE_ROLE },
	{ "site", DEVICE_AREA },
	{ "location", DEVICE_AREA },
	{ "area", DEVICE_AREA },
	{ "serial", DEVICE_SERIAL },
	{ "serial_number", DEVICE_SERIAL },
	{ "tags", DEVICE_TAGS },
	{ "description", DEVICE_DESCRIPTION },
	{ "comments", DEVICE_DESCRIPTION },
};

static const struct {
	const char *theirs, *ours;
} platforms[] = {
	{ "cisco-ios", "ios" },
	{ "cisco-ios-xe", "ios" },
	{ "iosxe", "ios" },
	{ "ios-xe", "ios" },
	{ "cisco-nx-os", "nxos" },
	{ "cisco-nxos", "nxos" },
	{ "nx-os", "nxos" },
	{ "arista-eos", "eos" },
	{ "juniper-junos", "junos" },
	{ "frrouting", "frr" },
	{ "frr-linux", "frr" },
}, statuses[] = {
	{ "staging", "staged" },
	{ "offline", "inventory" },
	{ "provisioning", "staged" },
	{ "retired", "decommissioning" },
	{ "maintenance", "failed" },
};

/* "Primary IP4", "primary_ip4__host" → "primary_ip4" */
static int find_column(const struct schema *s, const char *column)
{
	char name[64];
	size_t n = 0;

	(void)s;
	for (; *column && n < sizeof(name) - 1; column++) {
		if (text_starts_with(column, "__"))
			break;
		name[n++] = *column == ' ' || *column == '-' || *column == '.'
				? '_'
				: (char)tolower((unsigned char)*column);
	}
	name[n] = '\0';
	for (size_t i = 0; i < COUNT(columns); i++) {
		if (strcmp(columns[i].column, name) == 0)
			return columns[i].field;
	}
	return -1;
}

/* "Access Switch" → "access-switch" */
static void make_slug(const char *cell, char text[256])
{
	size_t n = 0;

	for (; *cell && n < 63; cell++) {
		if (isalnum((unsigned char)*cell) || *cell == '.' ||
		    *cell == '_')
			text[n++] = (char)tolower((unsigned char)*cell);
		else if (n && text[n - 1] != '-')
			text[n++] = '-';
	}
	while (n && text[n - 1] == '-')
		n--;
	text[n] = '\0';
}

static void make_platform(const char *cell, char text[256])
{
	make_slug(cell, text);
	for (char *p = text; *p; p++) {
		if (*p == '_')
			*p = '-';
	}
	for (size_t i = 0; i < COUNT(platforms); i++) {
		if (strcmp(text, platforms[i].theirs) == 0)
			text_copy(text, 256, platforms[i].ours);
	}
}

static void make_status(const char *cell, char text[256])
{
	make_slug(cell, text);
	for (size_t i = 0; i < COUNT(statuses); i++) {
		if (strcmp(text, statuses[i].theirs) == 0)
			text_copy(text, 256, statuses[i].ours);
	}
}

static const struct {
	int field;
	void (*make)(const char *cell, char text[256]);
} adapters[] = {
	{ DEVICE_STATUS, make_status },
	{ DEVICE_PLATFORM, make_platform },
	{ DEVICE_ROLE, make_slug },
	{ DEVICE_AREA, make_slug },
};

static bool adapt_cell(const struct field *f, const char *cell, char text[256])
{
	const struct field *fields = kind_get(KIND_DEVICE)->schema.fields;

	for (size_t i = 0; i < COUNT(adapters); i++) {
		if (f == &fields[adapters[i].field]) {
			adapters[i].make(cell, text);
			return *text != '\0';
		}
	}
	text_copy(text, 256, cell);
	return true;
}

/* --- Oxidized ------------------------------------------------------------ */

static bool is_address(const char *text)
{
	char address[16];
	int prefix, port;

	return schema_parse_ipv4(text, address, &prefix, &port);
}

/* name:model[:group…] or name:address:model[:group…]; user names and passwords
 * that may stand behind them are not read. */
static enum err_code take_router(
    json_t *rows, long line, char *text, struct err *e)
{
	char *cells[4] = { NULL }, *p = text, platform[256], group[256];
	json_t *o = json_object();
	bool has_address;
	size_t n = 0;

	for (; p && n < 4; n++) {
		cells[n] = p;
		p = strchr(p, ':');
		if (p)
			*p++ = '\0';
	}
	if (n < 2)
		return add_row(
		    rows, line, o, "it is not of the form name:model", e);
	has_address = n > 2 && is_address(cells[1]);
	json_object_set_new(o, "name", json_string(cells[0]));
	if (has_address || is_address(cells[0]))
		json_object_set_new(
		    o, "primary_ip4", json_string(cells[has_address ? 1 : 0]));
	make_platform(cells[has_address ? 2 : 1], platform);
	json_object_set_new(o, "platform", json_string(platform));
	if (n > (has_address ? 3U : 2U)) {
		make_slug(cells[has_address ? 3 : 2], group);
		if (*group)
			json_object_set_new(o, "area", json_string(group));
	}
	return add_row(rows, line, o, "", e);
}

static enum err_code read_routers(
    const char *text, size_t len, json_t *rows, struct err *e)
{
	const char *end = text + len;
	enum err_code rc = ERR_OK;

	for (long line = 1; text < end && rc == ERR_OK; line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		char copy[512];

		snprintf(copy, sizeof(copy), "%.*s", (int)(stop - text), text);
		copy[strcspn(copy, "\r")] = '\0';
		if (*copy && *copy != '#')
			rc = stop - text < (long)sizeof(copy)
				 ? take_router(rows, line, copy, e)
				 : add_row(rows, line, json_object(),
				       "it is too long", e);
		text = newline ? newline + 1 : end;
	}
	return rc;
}

/* --- all of them --------------------------------------------------------- */

static enum err_code read_table(const struct transfer_options *o,
    const char *text, size_t len, json_t *rows, json_t *ignored, struct err *e)
{
	bool netbox = o->format == TRANSFER_NETBOX;
	struct table t = { .o = o,
		.rows = rows,
		.ignored = ignored,
		.find = netbox ? find_column : find_field,
		.adapt = netbox ? adapt_cell : NULL };

	return transfer_read_csv(text, len, take_line, &t, e);
}

/* Spreadsheets save in the encoding of their country unless told otherwise. */
static enum err_code check_encoding(const char *text, size_t len, struct err *e)
{
	long line = 1;

	for (size_t i = 0; i < len;) {
		size_t n = text[i] ? utf8_sequence(text + i, len - i) : 0;

		if (n == 0)
			return err_set(e, ERR_INVALID,
			    "line %ld holds a byte that is no UTF-8 text: save "
			    "the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
			    line);
		line += text[i] == '\n';
		i += n;
	}
	return ERR_OK;
}

enum err_code transfer_read(const struct transfer_options *o, const char *text,
    size_t len, json_t *rows, json_t *ignored, struct err *e)
{
	bool devices =
	    o->format == TRANSFER_OXIDIZED || o->format == TRANSFER_NETBOX;

	if (devices && o->kind->id != KIND_DEVICE)
		return err_set(e, ERR_INVALID,
		    "this format holds devices, and no %s", o->kind->plural);
	if (len > TRANSFER_MAX_TEXT)
		return err_set(e, ERR_LIMIT, "at most %zu MiB are taken",
		    TRANSFER_MAX_TEXT >> 20);
	if (check_encoding(text, len, e) != ERR_OK)
		return e->code;
	if (o->format == TRANSFER_JSON)
		return read_json(text, len, rows, e);
	if (o->format == TRANSFER_OXIDIZED)
		return read_routers(text, len, rows, e);
	return read_table(o, text, len, rows, ignored, e);
}
