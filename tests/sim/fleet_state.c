#include "sim/fleet.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STATE_CONFIG_MAX (32u << 20)

static char *state_path(
    const char *dir, const struct device *d, const char *suffix)
{
	return mem_printf("%s/%s.%s", dir, d->name, suffix);
}

static ssh_key state_load_key(const char *path)
{
	ssh_key key = NULL;

	if (path &&
	    ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) == SSH_OK)
		return key;
	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
		return NULL;
	if (path &&
	    ssh_pki_export_privkey_file(key, NULL, NULL, NULL, path) == SSH_OK)
		chmod(path, S_IRUSR | S_IWUSR);
	return key;
}

bool fleet_load_keys(const char *state_dir, struct device *d)
{
	static const char *const suffixes[] = { "key", "other-key" };

	for (size_t i = 0; i < 2; i++) {
		char *path =
		    state_dir ? state_path(state_dir, d, suffixes[i]) : NULL;

		d->host_keys[i] = state_load_key(path);
		free(path);
	}
	return d->host_keys[0] && d->host_keys[1];
}

void fleet_load_startup(const char *state_dir, struct device *d)
{
	char *path = state_dir ? state_path(state_dir, d, "startup") : NULL;
	FILE *f = path ? fopen(path, "r") : NULL;
	struct buf text = BUF_INIT(STATE_CONFIG_MAX);
	char part[4096];
	size_t n;

	free(path);
	if (!f)
		return;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&text, part, n);
	fclose(f);
	if (d->platform->set_startup(d, buf_text(&text)))
		d->platform->reload(d);
	else
		fprintf(stderr,
		    "switchyard-sim: %s: the kept startup "
		    "configuration is not valid\n",
		    d->name);
	buf_release(&text);
}

void fleet_save_startup(const char *state_dir, struct device *d)
{
	struct buf text = BUF_INIT(STATE_CONFIG_MAX);
	char *path;
	FILE *f;

	if (!state_dir || d->stats.saves == 0)
		return;
	path = state_path(state_dir, d, "startup");
	d->platform->get_config(d, DEVICE_STARTUP, NULL, &text);
	f = fopen(path, "w");
	if (!f || fwrite(buf_text(&text), 1, text.len, f) != text.len)
		fprintf(stderr, "switchyard-sim: cannot write %s\n", path);
	if (f)
		fclose(f);
	free(path);
	buf_release(&text);
}
