/*
 * Memory for the simulators: an allocation that fails ends the program with a
 * message, since a simulator that limps on would only confuse the test that
 * uses it.  Everything is released with free().
 */
#ifndef SIM_MEM_H
#define SIM_MEM_H

#include "base/buf.h"

#include <stddef.h>

void *mem_zalloc(size_t size);
void *mem_resize(void *old, size_t count, size_t size);
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
char *mem_printf(const char *fmt, ...) printf_like(1, 2);

/* Frees *slot and puts text (owned from now on) in its place. */
void mem_replace(char **slot, char *text);

/* The text of a buffer, to be free()d; ends the program if an append failed. */
char *mem_take(struct buf *b);

#endif
