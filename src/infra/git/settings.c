#include "infra/git/settings.h"

#include "base/buf.h"
#include "base/file.h"

#include <git2.h>
#include <stdio.h>

#define CONFIG_MAX (1 << 20) /* bytes */

static const struct {
	const char *section, *key, *value;
} settings[] = {
	{ "core", "logAllRefUpdates", "false" },
	{ "core", "fsync", "all" },
	{ "receive", "fsckObjects", "true" },
	{ "receive", "autogc", "false" },
	{ "receive", "denyNonFastForwards", "true" },
	{ "receive", "denyDeletes", "true" },
	{ "gc", "auto", "0" },
	{ "gc", "pruneExpire", "2.weeks.ago" },
};

/* A section may be written more than once: Git reads them as one. */
static void append_missing(git_config *config, struct buf *text)
{
	const char *open = "";

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *section = settings[i].section;
		git_config_entry *entry = NULL;
		char name[64];
		int rc;

		snprintf(name, sizeof(name), "%s.%s", section, settings[i].key);
		rc = git_config_get_entry(&entry, config, name);
		git_config_entry_free(entry);
		if (rc != GIT_ENOTFOUND)
			continue;
		if (open != section)
			buf_printf(text, "[%s]\n", section);
		open = section;
		buf_printf(
		    text, "\t%s = %s\n", settings[i].key, settings[i].value);
	}
}

static enum err_code write_missing(
    const char *path, git_config *config, struct err *e)
{
	struct buf text = BUF_INIT(CONFIG_MAX);
	enum err_code rc = file_read(path, &text, e);
	size_t before = text.len;

	if (rc == ERR_OK) {
		if (before && text.data[before - 1] != '\n')
			buf_putc(&text, '\n');
		before = text.len;
		append_missing(config, &text);
	}
	if (rc == ERR_OK && text.failed)
		rc = err_set(e, ERR_LIMIT, "%s is too large", path);
	if (rc == ERR_OK && text.len > before)
		rc = file_write_durable(
		    path, buf_text(&text), text.len, 0644, e);
	buf_release(&text);
	return rc;
}

enum err_code settings_complete(const char *config_path, struct err *e)
{
	git_config *config = NULL;
	enum err_code rc;

	if (git_libgit2_init() < 0)
		return err_set(e, ERR_SYSTEM, "libgit2 does not start");
	if (git_config_open_ondisk(&config, config_path) < 0)
		rc = err_set(e, ERR_INVALID,
		    "%s cannot be read as Git's "
		    "configuration: %s",
		    config_path,
		    git_error_last() ? git_error_last()->message : "");
	else
		rc = write_missing(config_path, config, e);
	git_config_free(config);
	git_libgit2_shutdown();
	return rc;
}
