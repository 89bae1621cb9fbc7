/*
 * Any text as an import of devices: rows within bounds, or words.  The first
 * byte chooses the format: CSV, JSON, a router.db, NetBox's table.
 */
#include "app/transfer.h"

#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const json_t *rows)
{
	size_t i;
	json_t *row;

	if (json_array_size(rows) > TRANSFER_MAX_ROWS)
		abort();
	json_array_foreach((json_t *)(uintptr_t)rows, i, row)
	{
		json_t *object = json_object_get(row, "object");
		struct record *record = NULL;

		if (json_number(row, "row", 0) < 1 || !json_is_object(object))
			abort();
		if (record_new(kind_get(KIND_DEVICE), object, NULL, &record,
			NULL) == ERR_OK)
			record_unref(record);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transfer_options o = {
		.kind = kind_get(KIND_DEVICE), .area = "", .status = ""
	};
	json_t *rows = json_array(), *ignored = json_array();
	struct err e = ERR_INIT;

	if (size > 0) {
		o.format = (enum transfer_format)(data[0] % TRANSFER_FORMATS);
		if (transfer_read(&o, (const char *)data + 1, size - 1, rows,
			ignored, &e) == ERR_OK)
			check_rows(rows);
		else if (e.message[0] == '\0')
			abort();
	}
	json_decref(rows);
	json_decref(ignored);
	return 0;
}
