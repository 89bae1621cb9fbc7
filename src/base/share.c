#include "base/share.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *share_dir(const char *source)
{
	static char path[PATH_MAX + 32];
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct stat st;
	char *slash;

	if (len <= 0)
		return source;
	program[len] = '\0';
	slash = strrchr(program, '/');
	if (!slash)
		return source;
	*slash = '\0';
	snprintf(path, sizeof(path), "%s/../share/switchyard", program);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? path : source;
}
