/*
 * Any JSON as a node, any bytes as an error: either is read, or refused in
 * words that can be shown.
 */
#include "infra/ironic/node_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_error(const char *text, size_t len)
{
	char message[IRONIC_MAX_MESSAGE];

	ironic_fault_text(text, len, message);
	if (!text_has_no_control(message, strlen(message), false) ||
	    !utf8_is_valid(message, strlen(message)))
		abort();
}

static void read_as_node(const char *text, size_t len)
{
	struct arena *arena = arena_new((size_t)1 << 20);
	struct baremetal_node node;
	struct err e = ERR_INIT;
	json_t *json = NULL;

	if (arena && json_read(text, len, len, &json, NULL) == ERR_OK &&
	    ironic_node_read(json, arena, &node, &e) == ERR_OK &&
	    (!*node.uuid || node.step_index >= node.n_steps))
		abort();
	json_decref(json);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as_error((const char *)data, size);
	read_as_node((const char *)data, size);
	return 0;
}
