/*
 * Upper and lower case of Unicode's letters, one code point to one.
 *
 * Source: Unicode 15.0 simple case mapping (UnicodeData.txt), compressed to
 * ranges.  Letters whose other case is several code points (ß) stay as they
 * are, except that ß becomes SS.
 */
#ifndef JINJA_CASE_MAP_H
#define JINJA_CASE_MAP_H

#include "jinja/runtime.h"

uint32_t case_lower(uint32_t code);
uint32_t case_upper(uint32_t code);
/* Appends the text in the other case. */
bool emit_lower(struct run *r, const char *text, size_t len);
bool emit_upper(struct run *r, const char *text, size_t len);
/* A letter with (at least one) case. */
bool case_is_upper(uint32_t code);
bool case_is_lower(uint32_t code);
bool case_is_alpha(uint32_t code); /* letters, as far as they have a case,
				      and all other letters above U+00AA */

#endif
