/*
 * Any file of the store as a record of each kind; the first byte chooses it.
 * What is taken is written so that it reads as the same.
 */
#include "domain/record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_fields(const struct record *r)
{
	const struct schema *s = &record_kind(r)->schema;

	if (!*record_key(r) || !*record_path(r))
		abort();
	for (int i = 0; i < (int)s->n_fields; i++) {
		size_t n = record_field_is_list(&s->fields[i])
			       ? record_count(r, i)
			       : 0;

		(void)strlen(record_text(r, i));
		for (size_t k = 0; k < n; k++)
			if (!record_contains(r, i, record_item(r, i, k)))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kind *kind;
	struct record *r = NULL, *same = NULL;
	struct err e = ERR_INIT;
	const char *text, *again;
	size_t len, len_again;

	if (size == 0)
		return 0;
	kind = kind_get((enum kind_id)(data[0] % (KIND_COUNT - 1) + 1));
	if (record_parse(kind, (const char *)data + 1, size - 1, NULL, &r,
		&e) != ERR_OK) {
		if (e.message[0] == '\0')
			abort();
		return 0;
	}
	read_fields(r);
	text = record_json(r, &len);
	if (record_parse(kind, text, len, NULL, &same, &e) != ERR_OK)
		abort();
	again = record_json(same, &len_again);
	if (len != len_again || memcmp(text, again, len) != 0)
		abort();
	record_unref(same);
	record_unref(r);
	return 0;
}
