/*
 * Junos configurations as text: what form one is in, whether it is whole, and
 * whether one holds another.
 *
 * The forms: sections in braces, `set` commands, XML.
 *
 * Pure but for the arena.
 */
#ifndef INFRA_DRIVER_JUNOS_TEXT_H
#define INFRA_DRIVER_JUNOS_TEXT_H

#include "app/port/driver.h"

enum junos_form { JUNOS_TEXT, JUNOS_COMMANDS, JUNOS_XML };

/* ERR_INVALID for text whose braces do not match, and for a line among
 * commands that would act instead of configure. */
enum err_code junos_text_sniff(
    const char *text, enum junos_form *ret, struct err *e) must_check;

/* Sections in braces: does every one end, and every statement? */
bool junos_text_is_whole(const char *text);

/* Is every statement of the one in the other, and did every `delete` take
 * effect?  ERR_INVALID for XML, which only the device can compare. */
enum err_code junos_text_verify(const char *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e) must_check;

#endif
