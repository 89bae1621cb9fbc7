/*
 * The fuzzers without libFuzzer: each file of the directories given, and a few
 * bytes of it changed, always the same.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE ((size_t)1 << 20)
#define VARIANTS 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t pick(uint32_t *seed, size_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((*seed >> 8) % n);
}

/* A copy of its own, exactly as long: a byte too far is seen. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_variants(uint8_t *data, size_t size)
{
	uint32_t seed = (uint32_t)size;

	run(data, size);
	for (int i = 0; i < VARIANTS && size > 0; i++) {
		size_t at = pick(&seed, size);
		uint8_t was = data[at];

		data[at] = (uint8_t)pick(&seed, 256);
		run(data, size);
		run(data, at);
		data[at] = was;
	}
}

static size_t run_directory(const char *name)
{
	static uint8_t data[MAX_FILE];
	DIR *dir = opendir(name);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir)) != NULL) {
		char path[4096];
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
		file = fopen(path, "rb");
		if (!file) {
			perror(path);
			exit(1);
		}
		run_variants(data, fread(data, 1, sizeof(data), file));
		fclose(file);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++)
		n += run_directory(argv[i]);
	printf("%zu files\n", n);
	return n > 0 ? 0 : 1;
}
