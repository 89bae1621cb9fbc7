#include "app/port/store.h"

#include <string.h>

#define SEGMENT_MAX 255
#define PATH_MAX_BYTES 1024

/* Git takes far more than this and refuses some of it only on some platforms;
 * what is allowed here has one spelling everywhere. */
static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789._-";

static enum err_code check_segment(
    const char *segment, size_t len, struct err *e)
{
	if (len == 0)
		return err_set(e, ERR_INVALID,
		    "A path in the store has no empty parts, and does not "
		    "begin or end with \"/\".");
	if (len > SEGMENT_MAX)
		return err_set(e, ERR_INVALID,
		    "A part of a path in the store has at most %d bytes; this "
		    "one has %zu.",
		    SEGMENT_MAX, len);
	if (segment[0] == '.' || segment[0] == '-')
		return err_set(e, ERR_INVALID,
		    "A part of a path in the store does not begin with "
		    "\"%c\".",
		    segment[0]);
	if (strspn(segment, allowed) < len)
		return err_set(e, ERR_INVALID,
		    "A path in the store has only letters, digits, \".\", "
		    "\"_\" and \"-\".");
	return ERR_OK;
}

enum err_code store_path_check(const char *path, struct err *e)
{
	size_t len = strnlen(path, PATH_MAX_BYTES + 1);

	if (len > PATH_MAX_BYTES)
		return err_set(e, ERR_INVALID,
		    "A path in the store has at most %d bytes.",
		    PATH_MAX_BYTES);
	for (;;) {
		size_t n = strcspn(path, "/");
		enum err_code rc = check_segment(path, n, e);

		if (rc != ERR_OK || path[n] == '\0')
			return rc;
		path += n + 1;
	}
}
