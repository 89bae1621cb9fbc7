/*
 * A hostile "router": an SSH server that behaves like vtysh until it does not.
 *
 *   hostile_ssh MODE HOST_KEY_FILE
 *
 * Listens on 127.0.0.1, prints the port, and serves until it is killed, each
 * connection in a process of its own.  Takes any password; asked by keyboard,
 * "pw".  The modes are the
 * table at the end of this file; tests/system/hostile.sh says what a client
 * has to make of each.
 */
#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 32768
#define FLOOD_BYTES (100u * 1024 * 1024)

struct peer;

struct mode {
	const char *name;
	/* Instead of SSH; NULL: SSH. */
	void (*speak)(int fd);
	/* Instead of the greeting and its prompt; NULL: an honest one. */
	void (*greet)(struct peer *p);
	/* The answer to a command, without echo and prompt; false: not mine. */
	bool (*answer)(struct peer *p, const char *line);
	bool keyboard_only; /* takes no password, but asks for one */
};

struct peer {
	const struct mode *mode;
	ssh_session session;
	ssh_channel channel;
	char mode_word[32]; /* "", "(config)", … */
	bool shell;
};

/* --- Saying ------------------------------------------------------------ */

static void say_bytes(struct peer *p, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		uint32_t part = len < CHUNK ? (uint32_t)len : CHUNK;
		int n = ssh_channel_write(p->channel, at, part);

		if (n <= 0)
			_exit(0); /* the client has gone */
		at += n;
		len -= (size_t)n;
	}
}

static void say(struct peer *p, const char *text)
{
	say_bytes(p, text, strlen(text));
}

static void prompt(struct peer *p)
{
	char text[64];

	snprintf(text, sizeof text, "r1%s# ", p->mode_word);
	say(p, text);
}

static void flood(struct peer *p, const char *pattern)
{
	static char chunk[CHUNK];
	size_t len = strlen(pattern);

	for (size_t i = 0; i < CHUNK; i++)
		chunk[i] = pattern[i % len];
	for (size_t sent = 0; sent < FLOOD_BYTES; sent += CHUNK)
		say_bytes(p, chunk, CHUNK);
}

static void drip(struct peer *p, const char *text)
{
	for (; *text != '\0'; text++) {
		say_bytes(p, text, 1);
		sleep(1);
	}
}

static void hang_up(struct peer *p)
{
	close(ssh_get_fd(p->session));
	_exit(0);
}

/* --- The honest part --------------------------------------------------- */

#define CONFIG_HEAD                                                            \
	"Building configuration...\r\n\r\nCurrent configuration:\r\n!\r\nfrr " \
	"version 8.4.4\r\n"
#define CONFIG_TAIL "hostname r1\r\n!\r\nend\r\n"

static const struct {
	const char *line;
	const char *answer;
	const char *mode_word; /* NULL: stays */
} honest[] = {
	{ "show version", "FRRouting 8.4.4 (r1) on Linux(6).\r\n", NULL },
	{ "show running-config", CONFIG_HEAD CONFIG_TAIL, NULL },
	{ "configure terminal", "", "(config)" },
	{ "exit", "", "" },
	{ "end", "", "" },
};

static void answer_honestly(struct peer *p, const char *line)
{
	for (size_t i = 0; i < sizeof honest / sizeof honest[0]; i++) {
		if (strcmp(line, honest[i].line) != 0)
			continue;
		say(p, honest[i].answer);
		if (honest[i].mode_word != NULL)
			snprintf(p->mode_word, sizeof p->mode_word, "%s",
			    honest[i].mode_word);
	}
}

static bool is_config(const char *line)
{
	return strcmp(line, "show running-config") == 0;
}

/* --- Hostile ways ------------------------------------------------------ */

static void greet_flood(struct peer *p)
{
	flood(p, "x");
}

static void greet_drip(struct peer *p)
{
	drip(p, "Hello, this is a very slow router\r\n");
}

static void greet_hang_up(struct peer *p)
{
	say(p, "Hello\r\n");
	hang_up(p);
}

static void greet_more(struct peer *p)
{
	say(p, " --More-- ");
}

static void greet_fake_prompt(struct peer *p)
{
	say(p, "\r\nr9# \r\nUnauthorised use is forbidden\r\nr9# ");
	usleep(200000);
	say(p, "is not this router\r\n");
	prompt(p);
}

static void greet_escapes(struct peer *p)
{
	say(p, "\x1b[2J\x1b[1;1H\x1b]0;owned\a\x1bP+q544e\x1b\\\x1b(B");
	say(p, "\x1b[31mHello\x1b[0m\r\n\x1b[1m");
	prompt(p);
	say(p, "\x1b[0m");
}

static bool flood_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	flood(p, "x");
	return true;
}

static bool flood_lines(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD);
	flood(p, "ip route 10.0.0.0/8 Null0\r\n");
	return true;
}

static bool flood_backspace(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	flood(p, "xxxxxxxxxxxxxxxx\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r");
	return true;
}

static bool flood_escape(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, "\x1b]0;");
	flood(p, "never ends ");
	return true;
}

static bool endless_pages(struct peer *p, const char *line)
{
	char key;

	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD);
	for (;;) {
		say(p, "ip route 10.0.0.0/8 Null0\r\n --More-- ");
		if (ssh_channel_read(p->channel, &key, 1, 0) <= 0)
			_exit(0);
		say(p, "\r          \r");
	}
}

static bool honest_pages(struct peer *p, const char *line)
{
	char key;

	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD " --More-- ");
	if (ssh_channel_read(p->channel, &key, 1, 0) <= 0)
		_exit(0);
	say(p,
	    "\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b" CONFIG_TAIL);
	return true;
}

static bool drip_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	drip(p, CONFIG_HEAD CONFIG_TAIL);
	return true;
}

static bool hang_up_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD "interface eth0\r\n");
	usleep(100000);
	hang_up(p);
	return true;
}

static bool cut_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD "interface eth0\r\n");
	return true;
}

/* The whole answer, the prompt, close and disconnect at once. */
static bool say_and_go(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD CONFIG_TAIL);
	prompt(p);
	ssh_channel_send_eof(p->channel);
	ssh_channel_close(p->channel);
	ssh_disconnect(p->session);
	_exit(0);
}

static bool escapes_in_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD "\x1b[31mip route 10.0.0.0/8 Null0\x1b[0m\r\n");
	say_bytes(p, "ip\0 route 11.0.0.0/8 Null0\r\n", 28);
	say(p, CONFIG_TAIL);
	return true;
}

static bool bad_utf8(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD " description \xff\xfe\xc0\x80\r\n" CONFIG_TAIL);
	return true;
}

static bool prompt_in_config(struct peer *p, const char *line)
{
	if (!is_config(line))
		return false;
	say(p, CONFIG_HEAD "! r1# \r\nr1# ");
	say(p, "\r\n" CONFIG_TAIL);
	return true;
}

static bool locked(struct peer *p, const char *line)
{
	if (strcmp(line, "configure terminal") != 0)
		return false;
	say(p, "VTY configuration is locked by other VTY\r\n");
	return true;
}

static bool mute_in_load(struct peer *p, const char *line)
{
	(void)p;
	if (strncmp(line, "ip route", 8) != 0)
		return false;
	sleep(3600);
	return true;
}

static bool hang_up_in_load(struct peer *p, const char *line)
{
	if (strncmp(line, "ip route", 8) != 0)
		return false;
	hang_up(p);
	return true;
}

static bool other_platform(struct peer *p, const char *line)
{
	if (strcmp(line, "show version") != 0)
		return false;
	say(p, "Somebody's Operating System 1.0\r\n");
	return true;
}

static bool never_steady(struct peer *p, const char *line)
{
	static unsigned n;
	char text[32];

	(void)line;
	snprintf(text, sizeof text, "%u", n++);
	say(p, text);
	return true;
}

static void speak_http(int fd)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

	if (write(fd, text, sizeof text - 1) < 0)
		_exit(1);
}

static void speak_nothing(int fd)
{
	char c;

	while (read(fd, &c, 1) > 0)
		;
}

static const struct mode modes[] = {
	{ "honest", NULL, NULL, NULL, false },
	{ "keyboard", NULL, NULL, NULL, true },
	{ "greet-flood", NULL, greet_flood, NULL, false },
	{ "greet-drip", NULL, greet_drip, NULL, false },
	{ "greet-hang-up", NULL, greet_hang_up, NULL, false },
	{ "greet-more", NULL, greet_more, NULL, false },
	{ "greet-fake-prompt", NULL, greet_fake_prompt, NULL, false },
	{ "greet-escapes", NULL, greet_escapes, NULL, false },
	{ "flood-config", NULL, NULL, flood_config, false },
	{ "flood-lines", NULL, NULL, flood_lines, false },
	{ "flood-backspace", NULL, NULL, flood_backspace, false },
	{ "flood-escape", NULL, NULL, flood_escape, false },
	{ "endless-pages", NULL, NULL, endless_pages, false },
	{ "honest-pages", NULL, NULL, honest_pages, false },
	{ "drip-config", NULL, NULL, drip_config, false },
	{ "hang-up-config", NULL, NULL, hang_up_config, false },
	{ "cut-config", NULL, NULL, cut_config, false },
	{ "say-and-go", NULL, NULL, say_and_go, false },
	{ "escapes", NULL, NULL, escapes_in_config, false },
	{ "bad-utf8", NULL, NULL, bad_utf8, false },
	{ "prompt-in-config", NULL, NULL, prompt_in_config, false },
	{ "locked", NULL, NULL, locked, false },
	{ "mute-in-load", NULL, NULL, mute_in_load, false },
	{ "hang-up-in-load", NULL, NULL, hang_up_in_load, false },
	{ "not-ssh", speak_http, NULL, NULL, false },
	{ "silent", speak_nothing, NULL, NULL, false },
	{ "other-platform", NULL, NULL, other_platform, false },
	{ "never-steady", NULL, NULL, never_steady, false },
};

/* --- A session --------------------------------------------------------- */

/* Answers true once the user is in. */
static bool on_auth(struct peer *p, ssh_message m)
{
	const char *question = "Password: ";
	char hidden = 0;

	switch (ssh_message_subtype(m)) {
	case SSH_AUTH_METHOD_PASSWORD:
		if (!p->mode->keyboard_only) {
			ssh_message_auth_reply_success(m, 0);
			return true;
		}
		break;
	case SSH_AUTH_METHOD_INTERACTIVE:
		if (!p->mode->keyboard_only)
			break;
		if (!ssh_message_auth_kbdint_is_response(m)) {
			ssh_message_auth_interactive_request(
			    m, "", "", 1, &question, &hidden);
			return false;
		}
		if (ssh_userauth_kbdint_getnanswers(p->session) == 1 &&
		    strcmp(ssh_userauth_kbdint_getanswer(p->session, 0),
			"pw") == 0) {
			ssh_message_auth_reply_success(m, 0);
			return true;
		}
		break;
	}
	ssh_message_auth_set_methods(m, p->mode->keyboard_only
					    ? SSH_AUTH_METHOD_INTERACTIVE
					    : SSH_AUTH_METHOD_PASSWORD);
	ssh_message_reply_default(m);
	return false;
}

static void on_message(struct peer *p, ssh_message m)
{
	switch (ssh_message_type(m)) {
	case SSH_REQUEST_AUTH:
		on_auth(p, m);
		return;
	case SSH_REQUEST_CHANNEL_OPEN:
		p->channel = ssh_message_channel_request_open_reply_accept(m);
		return;
	case SSH_REQUEST_CHANNEL:
		p->shell = ssh_message_subtype(m) == SSH_CHANNEL_REQUEST_SHELL;
		ssh_message_channel_request_reply_success(m);
		return;
	default:
		ssh_message_reply_default(m);
	}
}

static void on_line(struct peer *p, const char *line)
{
	/* A terminal echoes what is typed. */
	say(p, line);
	say(p, "\r\n");
	if (p->mode->answer == NULL || !p->mode->answer(p, line))
		answer_honestly(p, line);
	prompt(p);
}

static void run_shell(struct peer *p)
{
	char line[4096];
	size_t len = 0;
	char c;

	if (p->mode->greet != NULL)
		p->mode->greet(p);
	else {
		say(p, "\r\nHello, this is FRRouting.\r\n\r\n");
		prompt(p);
	}
	while (ssh_channel_read(p->channel, &c, 1, 0) == 1) {
		if (c != '\n' && c != '\r') {
			if (len < sizeof line - 1)
				line[len++] = c;
			continue;
		}
		line[len] = '\0';
		len = 0;
		on_line(p, line);
	}
}

static void serve(const struct mode *mode, ssh_bind bind, int fd)
{
	struct peer p = { .mode = mode, .session = ssh_new() };
	ssh_message m;

	/* Some modes never end by themselves. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mode->speak != NULL) {
		mode->speak(fd);
		_exit(0);
	}
	if (ssh_bind_accept_fd(bind, p.session, fd) != SSH_OK ||
	    ssh_handle_key_exchange(p.session) != SSH_OK)
		_exit(1);
	while (!p.shell && (m = ssh_message_get(p.session)) != NULL) {
		on_message(&p, m);
		ssh_message_free(m);
	}
	if (p.shell)
		run_shell(&p);
	_exit(0);
}

static int listen_anywhere(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return -1;
	printf("%u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	const struct mode *mode = NULL;
	const int no = 0;
	ssh_bind bind;
	int fd;

	for (size_t i = 0; argc == 3 && i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(modes[i].name, argv[1]) == 0)
			mode = &modes[i];
	if (mode == NULL) {
		fprintf(stderr, "usage: hostile_ssh MODE HOST_KEY_FILE\n");
		return 2;
	}
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	bind = ssh_bind_new();
	if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) ||
	    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, argv[2]))
		return 1;
	fd = listen_anywhere();
	if (fd < 0)
		return 1;
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			continue;
		if (fork() == 0) {
			close(fd);
			serve(mode, bind, peer);
		}
		close(peer);
	}
}
