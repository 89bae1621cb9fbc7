#include "domain/config_block.h"

#include "base/text.h"
#include "domain/config_dialect.h"

#include <string.h>

#define LINE_END CONFIG_BLOCK_LINE_END
#define SHOWN "^C"
#define ETX "\x03"

/* None of them ends a prompt, and none means anything in a banner: `$` begins
 * a token that IOS replaces. */
static const char typed_delimiters[] = "~@|%&*+=";

static size_t match_words(const char *words, const char *text)
{
	size_t at = 0;

	for (; *words != '\0'; words++) {
		if (*words == '*') {
			size_t n = strcspn(text + at, " \n\r");

			if (n == 0)
				return 0;
			at += n;
		} else if (text[at++] != *words) {
			return 0;
		}
	}
	return at;
}

/* Bytes up to the delimiter, "banner motd "; 0 if no block begins here. */
static size_t head_length(
    const struct config_dialect *dialect, const char *text)
{
	const char *const *b = dialect->blocks;

	for (; b != NULL && *b != NULL; b++) {
		size_t n = match_words(*b, text);

		if (n > 0 && text[n] == ' ' &&
		    strchr("\r\n", text[n + 1]) == NULL)
			return n + 1;
	}
	return 0;
}

static size_t delimiter_length(const char *at)
{
	return text_starts_with(at, SHOWN) ? strlen(SHOWN) : 1;
}

static void put_body(const char *body, size_t len, struct buf *line)
{
	for (size_t i = 0; i < len; i++) {
		if (body[i] == '\n')
			buf_puts(line, LINE_END);
		else if (body[i] != '\r') /* a tab is a key stroke */
			buf_putc(line, body[i] == '\t' ? ' ' : body[i]);
	}
}

size_t config_block_read(
    const struct config_dialect *dialect, const char *text, struct buf *line)
{
	size_t head = head_length(dialect, text);
	const char *delimiter = text + head;
	size_t n;
	char mark[3] = "";
	const char *end;

	if (head == 0)
		return 0;
	n = delimiter_length(delimiter);
	memcpy(mark, delimiter, n);
	end = strstr(delimiter + n, mark);
	buf_clear(line);
	if (end == NULL)
		return strlen(text);
	buf_add(line, text, head);
	buf_puts(line, SHOWN);
	put_body(delimiter + n, (size_t)(end - delimiter) - n, line);
	buf_puts(line, SHOWN);
	if (!buf_ok(line) || !utf8_is_valid(line->data, line->len) ||
	    !text_has_no_control(line->data, line->len, false))
		buf_clear(line);
	/* What follows the delimiter on its line means nothing to IOS. */
	end += strcspn(end, "\n");
	return (size_t)(end - text) + (*end == '\n');
}

bool config_block_is(const struct config_dialect *dialect, const char *line)
{
	size_t head = head_length(dialect, line);

	return head > 0 && text_starts_with(line + head, SHOWN) &&
	       strlen(line) >= head + 2 * strlen(SHOWN) &&
	       text_ends_with(line, SHOWN);
}

/* A delimiter that the text does not hold; NULL if there is none. */
static const char *choose_delimiter(
    const char *body, size_t len, enum config_block_style style, char space[2])
{
	if (style == CONFIG_BLOCK_ETX)
		return ETX; /* a tree holds no control character */
	if (style == CONFIG_BLOCK_SHOWN && memmem(body, len, SHOWN, 2) == NULL)
		return SHOWN;
	for (const char *c = typed_delimiters; *c != '\0'; c++) {
		if (memchr(body, *c, len) != NULL)
			continue;
		space[0] = *c;
		space[1] = '\0';
		return space;
	}
	return NULL;
}

bool config_block_write(const struct config_dialect *dialect, const char *line,
    enum config_block_style style, struct buf *out)
{
	size_t head = head_length(dialect, line);
	const char *body = line + head + strlen(SHOWN);
	size_t len = strlen(body) - strlen(SHOWN);
	char space[2];
	const char *delimiter = choose_delimiter(body, len, style, space);

	if (delimiter == NULL)
		return false;
	buf_add(out, line, head);
	buf_puts(out, delimiter);
	for (size_t i = 0; i < len;) {
		bool end = strncmp(body + i, LINE_END, strlen(LINE_END)) == 0;

		buf_putc(out, end ? '\n' : body[i]);
		i += end ? strlen(LINE_END) : 1;
	}
	buf_puts(out, delimiter);
	buf_putc(out, '\n');
	return true;
}
