#include "domain/reach.h"

#include <stdio.h>
#include <string.h>

const char *const probe_words[PROBE_KINDS + 1] = { "icmp", "ssh", "snmp",
	"netconf", "api", NULL };

const char *const reach_netconf_words[] = { "ssh", "hello", NULL };

const char *const reach_words[] = { "unknown", "up", "degraded", "down", NULL };

static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

bool probe_parse(const char *word, enum probe_kind *ret)
{
	int i = find_word(probe_words, word);

	if (i >= 0)
		*ret = (enum probe_kind)i;
	return i >= 0;
}

bool reach_parse(const char *word, enum reach_verdict *ret)
{
	int i = find_word(reach_words, word);

	if (i >= 0)
		*ret = (enum reach_verdict)i;
	return i >= 0;
}

void reach_init(struct reach_state *s, const char *device)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->device, sizeof(s->device), "%s", device);
}

enum reach_verdict reach_judge(const struct probe_result results[PROBE_KINDS])
{
	int count = 0, ok = 0;

	for (int k = 0; k < PROBE_KINDS; k++) {
		if (!results[k].asked || !results[k].counts)
			continue;
		count++;
		ok += results[k].ok;
	}
	if (count == 0)
		return REACH_UNKNOWN;
	if (ok == count)
		return REACH_UP;
	return ok > 0 ? REACH_DEGRADED : REACH_DOWN;
}

/* --- damping -------------------------------------------------------------- */

static enum reach_verdict observed_at(const struct reach_state *s, unsigned i)
{
	return (enum reach_verdict)(s->observed >> (2 * i) & 3);
}

/* How many of the newest observations agree with the newest. */
static unsigned streak(const struct reach_state *s)
{
	unsigned n = 1;

	while (n < 32 && observed_at(s, n) == observed_at(s, 0))
		n++;
	return n;
}

static unsigned changes(const struct reach_state *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i + 1 < REACH_WINDOW; i++) {
		if (observed_at(s, i + 1) == REACH_UNKNOWN)
			break; /* there was none yet */
		n += observed_at(s, i) != observed_at(s, i + 1);
	}
	return n;
}

static bool is_believed(const struct reach_state *s, unsigned damping)
{
	if (s->verdict == REACH_UNKNOWN)
		return true;
	if (s->flapping)
		return false;
	return streak(s) >= (damping ? damping : 1);
}

static void note_flapping(struct reach_state *s)
{
	if (s->flapping)
		s->flapping = streak(s) < REACH_STEADY;
	else
		s->flapping = changes(s) >= REACH_FLAPS;
}

static uint16_t quickest(const struct probe_result results[PROBE_KINDS])
{
	uint32_t best = UINT32_MAX;

	for (int k = 0; k < PROBE_KINDS; k++) {
		if (results[k].asked && results[k].ok &&
		    results[k].latency_us < best)
			best = results[k].latency_us;
	}
	if (best == UINT32_MAX)
		return REACH_NOT_MEASURED;
	if (best / 10 >= UINT16_MAX)
		return UINT16_MAX;
	return best < 10 ? 1 : (uint16_t)(best / 10);
}

static void add_history(struct reach_state *s, uint16_t value)
{
	if (s->n_history == REACH_HISTORY)
		memmove(s->history, s->history + 1,
		    (REACH_HISTORY - 1) * sizeof(s->history[0]));
	else
		s->n_history++;
	s->history[s->n_history - 1] = value;
}

bool reach_observe(struct reach_state *s,
    const struct probe_result results[PROBE_KINDS], int64_t now_ms,
    unsigned damping, enum reach_verdict *ret_from)
{
	enum reach_verdict now = reach_judge(results);
	enum reach_verdict before = (enum reach_verdict)s->verdict;

	memcpy(s->probes, results, sizeof(s->probes));
	s->checked_ms = now_ms;
	if (now == REACH_UNKNOWN)
		return false;
	add_history(s, quickest(results));
	s->observed = s->observed << 2 | now;
	note_flapping(s);
	if (now == before || !is_believed(s, damping))
		return false;
	s->verdict = (uint8_t)now;
	s->since_ms = now_ms;
	*ret_from = before;
	return before != REACH_UNKNOWN || now != REACH_UP;
}

/* --- words ---------------------------------------------------------------- */

static void add_result(
    enum probe_kind kind, const struct probe_result *r, char *text, size_t size)
{
	size_t used = strlen(text);

	if (r->ok)
		snprintf(text + used, size - used, "%s%s %.1f ms%s%s%s",
		    used ? ", " : "", probe_words[kind],
		    (double)r->latency_us / 1000, *r->why ? " (" : "", r->why,
		    *r->why ? ")" : "");
	else
		snprintf(text + used, size - used, "%s%s %s", used ? "; " : "",
		    probe_words[kind], r->why);
}

void reach_explain(
    const struct probe_result results[PROBE_KINDS], char *text, size_t size)
{
	enum reach_verdict verdict = reach_judge(results);

	text[0] = '\0';
	for (int k = 0; k < PROBE_KINDS; k++) {
		const struct probe_result *r = &results[k];

		if (r->asked && r->counts && (verdict == REACH_UP || !r->ok))
			add_result((enum probe_kind)k, r, text, size);
	}
}
