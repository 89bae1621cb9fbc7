/*
 * Texts that go on over several lines of a configuration: a banner between
 * two delimiters of the writer's choice (Cisco IOS and NX-OS).
 *
 *   banner motd ^C            in a tree the same, on one line:
 *   Authorised only.            banner motd ^CAuthorised only.␤Go away.^C
 *   Go away.^C
 *
 * The delimiter in a tree is always `^C`, which is how IOS shows the byte 3,
 * and a line's end is U+2424, so that two texts with other delimiters compare
 * equal and a node holds no control character.
 *
 * Pure.
 */
#ifndef DOMAIN_CONFIG_BLOCK_H
#define DOMAIN_CONFIG_BLOCK_H

#include "base/buf.h"

struct config_dialect;

#define CONFIG_BLOCK_LINE_END "\xe2\x90\xa4" /* U+2424 SYMBOL FOR NEWLINE */

/* Bytes of text, up to and with the newline behind the closing delimiter, that
 * are one block; 0 if no block begins here.  Its node goes to `line`, which is
 * empty if the block is longer than line->max, does not end, or is not text. */
size_t config_block_read(
    const struct config_dialect *dialect, const char *text, struct buf *line);

bool config_block_is(const struct config_dialect *dialect, const char *line);

enum config_block_style {
	CONFIG_BLOCK_SHOWN, /* `^C`, as `show running-config` prints it */
	CONFIG_BLOCK_ETX,   /* the byte 3, as IOS reads it from a file */
	CONFIG_BLOCK_TYPED, /* a character that the text does not hold */
};

/* Appends the node as the lines it stands for, with the last newline.  False
 * if the text leaves no character to be its delimiter. */
bool config_block_write(const struct config_dialect *dialect, const char *line,
    enum config_block_style style, struct buf *out);

#endif
