#include "sim/device.h"

#include "sim/mem.h"

#include <stdlib.h>
#include <string.h>

struct hostile_setting {
	const char *name;
	size_t at;
	bool number;
	uint64_t fallback; /* of a number that is not given */
};

#define NUMBER(word, field, fallback)                                 \
	{                                                             \
		word, offsetof(struct hostile, field), true, fallback \
	}
#define SWITCH(word, field)                                     \
	{                                                       \
		word, offsetof(struct hostile, field), false, 1 \
	}

static const struct hostile_setting hostile_settings[] = {
	NUMBER("latency", latency_ms, 2000),
	NUMBER("trickle", bytes_per_s, 1),
	NUMBER("flood", flood_bytes, 100u << 20),
	NUMBER("drop-at-byte", drop_at_byte, 1),
	NUMBER("drop-after-request", drop_after_request, 1),
	NUMBER("drop-before-response", drop_before_response, 1),
	NUMBER("cut-after", cut_after, 1),
	NUMBER("cut-before", cut_before, 1),
	NUMBER("stall-after-request", stall_after_request, 1),
	NUMBER("api-gateway", api_gateway, 1),
	NUMBER("api-failed", api_failed, 1),
	NUMBER("api-busy", api_busy, 1),
	SWITCH("noise", noise),
	SWITCH("endless-more", endless_more),
	SWITCH("fake-prompt", fake_prompt),
	SWITCH("truncate", truncate),
	SWITCH("change-key", change_key),
	SWITCH("refuse-login", refuse_login),
};

#define N_SETTINGS (sizeof(hostile_settings) / sizeof(*hostile_settings))

bool hostile_set(struct hostile *h, const char *setting)
{
	size_t len = strcspn(setting, "=");
	const char *value = setting[len] == '=' ? setting + len + 1 : NULL;

	if (strcmp(setting, "off") == 0) {
		*h = (struct hostile){ .latency_ms = 0 };
		return true;
	}
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct hostile_setting *s = &hostile_settings[i];
		char *field = (char *)h + s->at;
		char *end = NULL;
		uint64_t number = s->fallback;

		if (strlen(s->name) != len ||
		    strncmp(s->name, setting, len) != 0)
			continue;
		if (value)
			number = strtoull(value, &end, 10);
		if (value && (end == value || *end))
			return false;
		if (s->number)
			memcpy(field, &number, sizeof(number));
		else
			memcpy(field, &(bool){ number != 0 }, sizeof(bool));
		return true;
	}
	return false;
}

bool hostile_due(uint64_t *event)
{
	return *event > 0 && --*event == 0;
}

void hostile_list(struct buf *out)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		buf_printf(out, "%s%s%s", i ? " " : "",
		    hostile_settings[i].name,
		    hostile_settings[i].number ? "[=N]" : "");
}

void hostile_spoil_config(
    const struct hostile *h, const char *prompt, struct buf *text)
{
	if (h->truncate && text->len > 1) {
		text->len /= 2;
		text->data[text->len] = '\0';
	}
	if (h->fake_prompt) {
		buf_puts(text, prompt);
		buf_puts(text, "\nthis line follows a prompt that is none\n");
	}
}

/* After every newline, so that no line is what it seems. */
void hostile_spoil_output(const struct hostile *h, struct buf *text)
{
	static const char noise[] =
	    "\0\x1b[2J\x1b[1;31m\x1b]0;title\x07\x1b[K\xff\xfe\x1b[0m";
	struct buf spoilt = BUF_INIT(text->max);
	const char *p = text->data;

	if (!h->noise || text->len == 0)
		return;
	while (p < text->data + text->len) {
		const char *nl =
		    memchr(p, '\n', (size_t)(text->data + text->len - p));
		const char *end = nl ? nl + 1 : text->data + text->len;

		buf_add(&spoilt, p, (size_t)(end - p));
		if (nl)
			buf_add(&spoilt, noise, sizeof(noise) - 1);
		p = end;
	}
	buf_release(text);
	*text = spoilt;
}
