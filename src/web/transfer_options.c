#include "web/transfer_options.h"

#include "web/query_word.h"

enum err_code transfer_options_read(struct request *r,
    const char *(*get)(
	struct request *r, const char *name, const char *fallback),
    const char *kind, struct transfer_options *ret, struct err *e)
{
	struct transfer_options o = { .area = get(r, "area", ""),
		.status = get(r, "status", ""),
		.dry_run = query_is_on(get(r, "dry_run", "")),
		.create_missing = query_is_on(get(r, "create_missing", "")),
		.move = query_is_on(get(r, "move", "")) };

	o.kind = kind_find_plural(kind);
	if (!o.kind || !o.kind->library)
		return err_set(e, ERR_NOT_FOUND,
		    "there are no records called \"%.60s\"", kind);
	if (!transfer_format_parse(get(r, "format", "csv"), &o.format))
		return err_set(e, ERR_INVALID,
		    "the format is one of csv, json, oxidized, netbox");
	*ret = o;
	return ERR_OK;
}
