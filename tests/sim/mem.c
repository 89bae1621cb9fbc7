#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *mem_check(void *p)
{
	if (p)
		return p;
	fputs("switchyard-sim: out of memory\n", stderr);
	abort();
}

void *mem_zalloc(size_t size)
{
	return mem_check(calloc(1, size ? size : 1));
}

void *mem_resize(void *old, size_t count, size_t size)
{
	return mem_check(reallocarray(old, count ? count : 1, size));
}

char *mem_strndup(const char *text, size_t len)
{
	return mem_check(strndup(text, len));
}

char *mem_strdup(const char *text)
{
	return mem_check(strdup(text));
}

char *mem_printf(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return mem_check(text);
}

void mem_replace(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}

char *mem_take(struct buf *b)
{
	if (!b->data && !b->failed)
		return mem_strdup("");
	return mem_check(buf_steal(b, NULL));
}
