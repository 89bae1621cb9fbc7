#include "infra/ironic/ironic_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static const char *first_of(const json_t *object, const char *const *keys)
{
	for (; *keys; keys++) {
		const char *text = json_text(object, *keys, "");

		if (*text)
			return text;
	}
	return "";
}

/* Ironic's errors are {"error_message": …} with a JSON object, or with a text
 * that holds one; that of its authentication is {"error": {"message": …}}; a
 * proxy's may be anything. */
void ironic_fault_text(
    const char *body, size_t len, char text[IRONIC_MAX_MESSAGE])
{
	static const char *const words[] = { "faultstring", "description",
		"message", "title", NULL };
	json_t *outer = NULL, *inner = NULL;
	const json_t *said;

	text[0] = '\0';
	if (json_read(body, len, IRONIC_MAX_ANSWER, &outer, NULL) != ERR_OK)
		return;
	said = json_object_get(outer, "error_message");
	if (!said)
		said = json_object_get(outer, "error");
	if (json_is_string(said) &&
	    json_read(json_string_value(said), json_string_length(said),
		IRONIC_MAX_ANSWER, &inner, NULL) == ERR_OK)
		said = inner;
	if (json_is_string(said))
		text_append_line(
		    text, IRONIC_MAX_MESSAGE, json_string_value(said));
	else if (json_is_object(said))
		text_append_line(
		    text, IRONIC_MAX_MESSAGE, first_of(said, words));
	json_decref(inner);
	json_decref(outer);
}
