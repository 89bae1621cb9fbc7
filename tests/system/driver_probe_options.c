#include "driver_probe.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)16 * 1024 * 1024)

enum err_code probe_fail(const struct err *e)
{
	printf("error: %s\nmessage: %s\n", err_code_word(e->code), e->message);
	if (e->detail[0] != '\0')
		printf("detail: %s\n", e->detail);
	return e->code;
}

const char *probe_read_text(struct probe *p, const char *path)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	struct err e = ERR_INIT;
	const char *text = NULL;

	if (file_read(path, &b, &e) == ERR_OK)
		text = arena_strdup(p->arena, buf_text(&b));
	else
		probe_fail(&e);
	buf_release(&b);
	if (text == NULL)
		exit(2);
	return text;
}

static struct secret *read_secret(struct probe *p, const char *path)
{
	const char *text = probe_read_text(p, path);
	size_t len = strlen(text);

	/* A password file may end in a newline, a key must. */
	if (memchr(text, '\n', len) == text + len - 1)
		len--;
	return secret_new(text, len);
}

static void read_pin(
    struct probe *p, const char *path, struct driver_host_key *to)
{
	char type[64];
	char blob[DRIVER_KEY_BLOB_SIZE];

	if (sscanf(probe_read_text(p, path), "%63s %4095s", type, blob) != 2)
		exit(2);
	to->type = arena_strdup(p->arena, type);
	to->blob = arena_strdup(p->arena, blob);
}

static void set_driver(struct probe *p, char **values)
{
	p->driver = driver_find(values[0]);
	if (p->driver == NULL)
		exit(2);
}

static void set_password(struct probe *p, char **values)
{
	p->target.password = read_secret(p, values[0]);
}

static void set_key(struct probe *p, char **values)
{
	p->target.private_key = read_secret(p, values[0]);
}

static void set_pin(struct probe *p, char **values)
{
	read_pin(p, values[0], &p->pin);
	p->target.pins = &p->pin;
	p->target.n_pins = 1;
}

static void set_enable(struct probe *p, char **values)
{
	p->target.enable = read_secret(p, values[0]);
}

static void set_jump(struct probe *p, char **values)
{
	char *colon = strchr(values[0], ':');

	if (colon == NULL)
		exit(2);
	*colon = '\0';
	read_pin(p, values[2], &p->jump_pin);
	p->jump = (struct driver_jump){
		.address = values[0],
		.port = (uint16_t)atoi(colon + 1),
		.username = values[1],
		.pins = &p->jump_pin,
		.n_pins = 1,
	};
	p->target.jump = &p->jump;
}

static void set_confirm(struct probe *p, char **values)
{
	p->confirm_s = (unsigned)atoi(values[0]);
}

static void set_leave(struct probe *p, char **values)
{
	(void)values;
	p->leave = true;
}

static void set_transport(struct probe *p, char **values)
{
	p->target.transport = values[0];
}

static void set_ca(struct probe *p, char **values)
{
	p->target.ca_file = values[0];
}

static void set_deadline(struct probe *p, char **values)
{
	p->deadline = deadline_in_ms(atol(values[0]));
}

static void set_snapshot(struct probe *p, char **values)
{
	p->snapshot_file = values[0];
}

static void set_predicted(struct probe *p, char **values)
{
	p->predicted_file = values[0];
}

static void set_at_line(struct probe *p, char **values)
{
	p->at_line = atol(values[0]);
	p->command = values[1];
}

static void set_refuse(struct probe *p, char **values)
{
	(void)values;
	p->refuse = true;
}

static void set_verbose(struct probe *p, char **values)
{
	(void)values;
	p->verbose = true;
}

static const struct {
	const char *name;
	int n_values;
	void (*set)(struct probe *p, char **values);
} options[] = {
	{ "--driver", 1, set_driver },
	{ "--password-file", 1, set_password },
	{ "--key", 1, set_key },
	{ "--pin", 1, set_pin },
	{ "--transport", 1, set_transport },
	{ "--ca", 1, set_ca },
	{ "--deadline", 1, set_deadline },
	{ "--snapshot", 1, set_snapshot },
	{ "--predicted", 1, set_predicted },
	{ "--at-line", 2, set_at_line },
	{ "--enable-file", 1, set_enable },
	{ "--jump", 3, set_jump },
	{ "--confirm", 1, set_confirm },
	{ "--leave", 0, set_leave },
	{ "--refuse", 0, set_refuse },
	{ "--verbose", 0, set_verbose },
};

#define N_OPTIONS (sizeof options / sizeof options[0])

int probe_parse_options(struct probe *p, int argc, char **argv)
{
	int i = 1;

	while (i < argc && text_starts_with(argv[i], "--")) {
		size_t o = 0;

		while (o < N_OPTIONS && strcmp(options[o].name, argv[i]) != 0)
			o++;
		if (o == N_OPTIONS || argc - i <= options[o].n_values)
			return -1;
		options[o].set(p, argv + i + 1);
		i += 1 + options[o].n_values;
	}
	return i;
}
