#include "app/aside.h"

#include "base/file.h"
#include "domain/schema.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096
#define MAX_NAME 63

/* The command whose answer this file is, "" of a configuration.  Names of
 * devices may have dots, those of commands none. */
static bool parse_name(
    const char *file, const char *device, char command[MAX_NAME + 1])
{
	size_t n = strlen(device), len;

	if (strncmp(file, device, n) != 0 || file[n] != '.')
		return false;
	file += n + 1;
	command[0] = '\0';
	if (strcmp(file, "cfg") == 0)
		return true;
	len = strcspn(file, ".");
	if (len == 0 || len > MAX_NAME || strcmp(file + len, ".txt") != 0)
		return false;
	memcpy(command, file, len);
	command[len] = '\0';
	return true;
}

static bool make_path(const char *dir, const char *device, const char *command,
    char path[PATH_SIZE])
{
	int n;

	if (!schema_is_name(device, MAX_NAME) ||
	    (*command && !schema_is_name(command, MAX_NAME)))
		return false;
	n = *command ? snprintf(path, PATH_SIZE, "%s/quarantine/%s.%s.txt", dir,
			   device, command)
		     : snprintf(path, PATH_SIZE, "%s/quarantine/%s.cfg", dir,
			   device);
	return n > 0 && n < PATH_SIZE;
}

static bool look(const char *dir, const char *device, struct aside *a)
{
	char path[PATH_SIZE];
	struct stat st;

	if (!make_path(dir, device, a->command, path) ||
	    lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	a->read_ms =
	    (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	a->size = st.st_size;
	return true;
}

static int by_command(const void *a, const void *b)
{
	return strcmp(((const struct aside *)a)->command,
	    ((const struct aside *)b)->command);
}

size_t aside_list(
    const char *dir, const char *device, struct aside list[ASIDE_MAX])
{
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t n = 0;
	DIR *d;

	if (snprintf(path, sizeof(path), "%s/quarantine", dir) >= PATH_SIZE)
		return 0;
	d = opendir(path);
	while (d && n < ASIDE_MAX && (entry = readdir(d)) != NULL) {
		if (parse_name(entry->d_name, device, list[n].command) &&
		    look(dir, device, &list[n]))
			n++;
	}
	if (d)
		closedir(d);
	qsort(list, n, sizeof(list[0]), by_command);
	return n;
}

enum err_code aside_read(const char *dir, const char *device,
    const char *command, struct buf *out, struct err *e)
{
	char path[PATH_SIZE];

	if (!make_path(dir, device, command, path))
		return err_set(e, ERR_NOT_FOUND, "nothing is put aside");
	return file_read_regular(path, out, e);
}
