#include "infra/driver/config_text.h"

#include "base/text.h"

enum err_code config_text_check(
    const struct buf *text, const char *peer, struct err *e)
{
	if (text_has_no_control(buf_text(text), text->len, true) &&
	    utf8_is_valid(buf_text(text), text->len))
		return ERR_OK;
	return err_set(e, ERR_CORRUPT,
	    "%s sent a configuration with bytes that are no text: it is not "
	    "kept. Nothing was changed.",
	    peer);
}

enum err_code config_text_give(enum err_code code, const struct buf *text,
    struct arena *arena, struct driver_config *ret, struct err *e)
{
	struct driver_config config = { .len = text->len };

	if (code != ERR_OK && code != ERR_CORRUPT)
		return code;
	config.text = arena_memdup(arena, buf_text(text), text->len);
	if (!config.text)
		return err_set(
		    e, ERR_LIMIT, "the configuration needs too much memory");
	*ret = config;
	return code;
}
