#include "infra/ironic/ironic_internal.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Control bytes become spaces, what is too long is cut at a character. */
static void copy_line(char text[IRONIC_MAX_MESSAGE], const char *from)
{
	size_t used = 0, len = strlen(from), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_sequence(from + i, len - i);
		if (used + n + 1 > IRONIC_MAX_MESSAGE - 1)
			break;
		if (n == 0 || (unsigned char)from[i] < 0x20 ||
		    from[i] == 0x7f) {
			text[used++] = ' ';
			n = 1;
			continue;
		}
		memcpy(text + used, from + i, n);
		used += n;
	}
	text[used] = '\0';
}

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
		copy_line(text, json_string_value(said));
	else if (json_is_object(said))
		copy_line(text, first_of(said, words));
	json_decref(inner);
	json_decref(outer);
}
