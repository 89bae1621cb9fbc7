/*
 * What a device's shell may send: the terminal, the search for a prompt, and
 * what drivers read out of answers.  The first byte says where the bytes are
 * cut in two; the text must not depend on it.
 */
#include "base/text.h"
#include "infra/driver/cli_facts.h"
#include "infra/driver/ios_internal.h"
#include "infra/ssh/prompt.h"
#include "infra/ssh/terminal.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool feed(const char *data, size_t len, size_t cut, struct buf *out)
{
	struct terminal t = { .state = TERMINAL_TEXT };
	size_t first = cut < len ? cut : len;
	bool ok = terminal_feed(&t, data, first, out);

	return terminal_feed(&t, data + first, len - first, out) && ok;
}

static void look_for_prompt(const struct buf *text)
{
	size_t line = terminal_last_line(text);
	struct prompt p, same;

	must(line <= text->len);
	must(memchr(buf_text(text) + line, '\n', text->len - line) == NULL);
	if (!prompt_parse(buf_text(text) + line, text->len - line, &p))
		return;
	must(p.name[0] != '\0' && (p.end == '#' || p.end == '>'));
	must(strlen(p.name) + strlen(p.mode) < text->len - line + 1);
	must(prompt_is(buf_text(text) + line, text->len - line, p.name, &same));
}

static void read_answer(const struct buf *text)
{
	struct arena *arena = arena_new(TEXT_MAX * 64);
	struct buf diff = BUF_INIT(TEXT_MAX * 2);
	struct driver_facts facts = { 0 };
	struct cisco_timer ios, nxos;
	size_t added, removed;

	if (ios_parse_timer(buf_text(text), &ios, NULL) == ERR_OK)
		must(strlen(ios.user) < sizeof ios.user);
	nxos_parse_timer(buf_text(text), &nxos);
	must(strlen(nxos.user) < sizeof nxos.user);
	(void)ios_parse_differences(buf_text(text), &diff, &added, &removed);
	(void)cli_parse_uptime(buf_text(text));
	if (arena != NULL &&
	    cli_parse_interfaces(arena, buf_text(text), &facts, NULL) == ERR_OK)
		for (size_t i = 0; i < facts.n_interfaces; i++)
			must(facts.interfaces[i].name[0] != '\0');
	buf_release(&diff);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT(TEXT_MAX), parts = BUF_INIT(TEXT_MAX);
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	if (feed(text, size - 1, 0, &whole)) {
		must(feed(text, size - 1, data[0], &parts));
		must(
		    whole.len == parts.len &&
		    memcmp(buf_text(&whole), buf_text(&parts), whole.len) == 0);
		must(text_has_no_control(buf_text(&whole), whole.len, true));
		look_for_prompt(&whole);
		read_answer(&whole);
	}
	buf_release(&whole);
	buf_release(&parts);
	return 0;
}
