#include "base/secret.h"

#include "base/crypto.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Pages of its own, so that they can be kept out of core dumps whole. */
struct secret {
	size_t mapped;
	size_t len;
	char data[];
};

struct secret *secret_new(const void *data, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t need;
	struct secret *s;

	if (len > SECRET_MAX)
		return NULL;
	need = (sizeof *s + len + 1 + page - 1) / page * page;
	s = mmap(NULL, need, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return NULL;
	/* Best effort: a sandbox may forbid either. */
	(void)madvise(s, need, MADV_DONTDUMP);
	(void)mlock(s, need);
	s->mapped = need;
	s->len = len;
	if (len > 0)
		memcpy(s->data, data, len);
	return s;
}

void secret_free(struct secret *s)
{
	size_t mapped;

	if (s == NULL)
		return;
	mapped = s->mapped;
	wipe(s, mapped);
	munmap(s, mapped);
}

const char *secret_reveal(const struct secret *s)
{
	return s->data;
}

size_t secret_length(const struct secret *s)
{
	return s->len;
}
