/*
 * Import and export of records: JSON and CSV of any kind in the library, and
 * devices from where people come from: an Oxidized router.db, and the device
 * tables of NetBox and Nautobot.
 *
 * An import is all or nothing: one commit (and one for each area and role that
 * has to be there first), or a report that says for each row what is wrong with
 * it.  A dry run makes the same report and writes nothing.
 */
#ifndef APP_TRANSFER_H
#define APP_TRANSFER_H

#include "app/inventory.h"
#include "base/buf.h"

enum transfer_format {
	TRANSFER_CSV,  /* a line of field names, then a line for each record */
	TRANSFER_JSON, /* a list of objects */
	TRANSFER_OXIDIZED, /* name:model[:group], name:address:model[:group] */
	TRANSFER_NETBOX,   /* CSV of NetBox or Nautobot, columns as they name
			      them */
	TRANSFER_FORMATS,
};
extern const char *const transfer_format_words[TRANSFER_FORMATS + 1];
bool transfer_format_parse(const char *word, enum transfer_format *ret);

#define TRANSFER_MAX_TEXT ((size_t)8 * 1024 * 1024)
#define TRANSFER_MAX_ROWS 20000

struct transfer_options {
	const struct kind *kind;
	enum transfer_format format;
	bool dry_run;
	bool create_missing; /* areas and roles that devices name */
	bool move;	     /* devices to the areas that their rows name */
	const char *area;    /* of new devices that name none; "": none */
	/* The same, whatever TRANSFER_NETBOX's say; "": as the schema says. */
	const char *status;
};

/* The report, a new reference:
 *   { "dry_run", "saved", "total", "created", "updated", "moved", "unchanged",
 *     "wrong", "creates": ["area far"], "ignored": ["Rack"],
 *     "rows": [ { "row": 2, "name": "r1",
 *                 "action": "create" | "update" | "move" | "same" | "wrong",
 *                 "from": "lab", "to": "row1", of one that moves
 *                 "errors": ["…"] } ] }
 * ERR_OK also where rows are wrong: then nothing was saved.  ERR_INVALID: the
 * text is not of the format.  ERR_DENIED, ERR_LIMIT. */
enum err_code transfer_import(const struct app *app, const struct actor *actor,
    const struct transfer_options *o, const char *text, size_t len,
    json_t **ret_report, struct err *e) must_check;

/* All records of the kind, without hidden fields; csv or JSON. */
enum err_code transfer_export(const struct snapshot *s, const struct kind *kind,
    bool csv, struct buf *out, struct err *e) must_check;

/* --- between the files of this module ------------------------------------ */

/* Rows as { "row": line, "object": {…}, "errors": texts or absent }; `ignored`
 * gets the names of columns that mean nothing here. */
enum err_code transfer_read(const struct transfer_options *o, const char *text,
    size_t len, json_t *rows, json_t *ignored, struct err *e) must_check;

/* CSV as in RFC 4180; the separator is the one of , ; and tab that the first
 * line has most of.  Calls fn for each line with its cells. */
typedef enum err_code (*transfer_cells_fn)(
    void *ctx, long line, const char *const *cells, size_t n, struct err *e);
#define TRANSFER_MAX_CELLS 128
enum err_code transfer_read_csv(const char *text, size_t len,
    transfer_cells_fn fn, void *ctx, struct err *e) must_check;

#endif
