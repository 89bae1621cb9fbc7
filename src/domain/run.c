#include "domain/run.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *const run_state_words[RUN_STATES + 1] = {
	[RUN_QUEUED] = "queued",
	[RUN_CLAIMED] = "claimed",
	[RUN_RUNNING] = "running",
	[RUN_SUCCEEDED] = "succeeded",
	[RUN_FAILED] = "failed",
	[RUN_ROLLED_BACK] = "rolled-back",
	[RUN_CANCELLED] = "cancelled",
	[RUN_UNKNOWN] = "unknown",
	[RUN_STATES] = NULL,
};

const char *const run_trigger_words[TRIGGERS + 1] = {
	[TRIGGER_FORM] = "form",
	[TRIGGER_BUTTON] = "button",
	[TRIGGER_HOOK] = "hook",
	[TRIGGER_API] = "api",
	[TRIGGER_CLI] = "cli",
	[TRIGGER_SCHEDULE] = "schedule",
	[TRIGGER_MCP] = "mcp",
	[TRIGGER_BULK] = "bulk",
	[TRIGGER_PUSH] = "push",
	[TRIGGERS] = NULL,
};

static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

bool run_state_parse(const char *word, enum run_state *ret)
{
	int i = find_word(run_state_words, word);

	if (i >= 0)
		*ret = (enum run_state)i;
	return i >= 0;
}

bool run_trigger_parse(const char *word, enum run_trigger *ret)
{
	int i = find_word(run_trigger_words, word);

	if (i >= 0)
		*ret = (enum run_trigger)i;
	return i >= 0;
}

#define BIT(s) (1u << (s))

/* A claimed or running run goes back to the queue only when nothing was sent
 * to the device; what is unknown ends by what was read from it. */
static const unsigned legal[RUN_STATES] = {
	[RUN_QUEUED] = BIT(RUN_CLAIMED) | BIT(RUN_CANCELLED) | BIT(RUN_FAILED),
	[RUN_CLAIMED] = BIT(RUN_RUNNING) | BIT(RUN_QUEUED) |
			BIT(RUN_CANCELLED) | BIT(RUN_FAILED),
	[RUN_RUNNING] = BIT(RUN_SUCCEEDED) | BIT(RUN_FAILED) |
			BIT(RUN_ROLLED_BACK) | BIT(RUN_CANCELLED) |
			BIT(RUN_UNKNOWN) | BIT(RUN_QUEUED),
	[RUN_UNKNOWN] =
	    BIT(RUN_SUCCEEDED) | BIT(RUN_FAILED) | BIT(RUN_ROLLED_BACK),
};

bool run_state_may_follow(enum run_state from, enum run_state to)
{
	return (legal[from] & BIT(to)) != 0;
}

bool run_state_is_final(enum run_state state)
{
	return legal[state] == 0;
}

void run_id_format(int64_t wall_ms, uint32_t random, char id[RUN_ID_SIZE])
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(id, RUN_ID_SIZE, "%Y%m%d-%H%M%S", &tm);
	/* 999 << 22 still fits */
	snprintf(id + n, RUN_ID_SIZE - n, "-%08x",
	    (uint32_t)(wall_ms % 1000) << 22 | (random & 0x3fffff));
}

bool run_id_is_valid(const char *id)
{
	static const char form[] = "dddddddd-dddddd-xxxxxxxx";

	if (strlen(id) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		const char *set = form[i] == 'd'   ? "0123456789"
				  : form[i] == 'x' ? "0123456789abcdef"
						   : "-";

		if (!strchr(set, id[i]))
			return false;
	}
	return true;
}

void run_dir_of(const char *id, char dir[RUN_DIR_SIZE])
{
	snprintf(
	    dir, RUN_DIR_SIZE, "%.4s/%.2s/%.2s/%.24s", id, id + 4, id + 6, id);
}
