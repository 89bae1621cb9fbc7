/*
 * switchyard-sim: simulated network devices for tests and demonstrations.
 */
#include "sim/control.h"
#include "sim/fleet.h"
#include "sim/mem.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <libssh/server.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define DEFAULT_SSH_PORT 2200
#define DEFAULT_USER "admin"
#define DEFAULT_PASSWORD "admin"

static const char usage[] =
    "usage: switchyard-sim --platform P [group options] [--platform …] "
    "[options]\n"
    "       switchyard-sim ctl SOCKET REQUEST…\n"
    "A group of devices begins with --platform:\n"
    "  --platform P      one of those below\n"
    "  --count N         so many (1)\n"
    "  --listen A        address of the first (127.0.10.1); the next has A+1\n"
    "  --port N          SSH (2200)\n"
    "  --netconf-port N  SSH again, as on port 830 (none)\n"
    "  --https-port N    eAPI, NX-API (none)\n"
    "  --one-address     the next device has port + 1 instead\n"
    "  --name PREFIX     devices are PREFIX1, PREFIX2, … (the platform)\n"
    "  --os-version V    what they say they run\n"
    "For all:\n"
    "  --user U  --password-file F   who may sign in (admin, admin)\n"
    "  --enable-file F   enable password; without it none is asked\n"
    "  --authorized-key F            public key that may sign in\n"
    "  --auth M,M        password, publickey, keyboard-interactive (all)\n"
    "  --control SOCKET  control socket; `ctl SOCKET help` lists requests\n"
    "  --state DIR       keep host keys and startup configurations there\n"
    "  --workers N       threads for SSH (2)\n"
    "Prints \"ready\" once all ports are open; ends on SIGINT and SIGTERM.\n"
    "Platforms:\n";

enum option_code {
	OPT_PLATFORM = 256,
	OPT_COUNT,
	OPT_LISTEN,
	OPT_PORT,
	OPT_NETCONF_PORT,
	OPT_HTTPS_PORT,
	OPT_ONE_ADDRESS,
	OPT_NAME,
	OPT_OS_VERSION,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_ENABLE_FILE,
	OPT_AUTHORIZED_KEY,
	OPT_AUTH,
	OPT_CONTROL,
	OPT_STATE,
	OPT_WORKERS,
};

static const struct option options_table[] = {
	{ "platform", required_argument, NULL, OPT_PLATFORM },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "netconf-port", required_argument, NULL, OPT_NETCONF_PORT },
	{ "https-port", required_argument, NULL, OPT_HTTPS_PORT },
	{ "one-address", no_argument, NULL, OPT_ONE_ADDRESS },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "os-version", required_argument, NULL, OPT_OS_VERSION },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "enable-file", required_argument, NULL, OPT_ENABLE_FILE },
	{ "authorized-key", required_argument, NULL, OPT_AUTHORIZED_KEY },
	{ "auth", required_argument, NULL, OPT_AUTH },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ NULL, 0, NULL, 0 },
};

struct settings {
	struct fleet_options fleet;
	const char *control;
	char *password;
	char *enable;
	ssh_key authorized;
};

/* --- options ----------------------------------------------------------- */

static bool read_first_line(const char *path, char **ret)
{
	FILE *f = fopen(path, "r");
	char line[256];
	bool ok = f && fgets(line, sizeof(line), f);

	if (f)
		fclose(f);
	if (!ok)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	mem_replace(ret, mem_strdup(line));
	return true;
}

static bool parse_number(const char *text, long max, unsigned *ret)
{
	long number;

	if (!text_to_long(text, 1, max, &number))
		return false;
	*ret = (unsigned)number;
	return true;
}

static bool parse_port(const char *text, uint16_t *ret)
{
	unsigned number;

	if (!parse_number(text, 65535, &number))
		return false;
	*ret = (uint16_t)number;
	return true;
}

static bool parse_methods(const char *text, int *ret)
{
	static const struct {
		const char *word;
		int method;
	} methods[] = {
		{ "password", SSH_AUTH_METHOD_PASSWORD },
		{ "publickey", SSH_AUTH_METHOD_PUBLICKEY },
		{ "keyboard-interactive", SSH_AUTH_METHOD_INTERACTIVE },
	};

	for (*ret = 0; *text; text += *text == ',') {
		size_t len = strcspn(text, ",");
		int found = 0;

		for (size_t i = 0; i < 3; i++)
			if (strlen(methods[i].word) == len &&
			    strncmp(methods[i].word, text, len) == 0)
				found = methods[i].method;
		if (!found)
			return false;
		*ret |= found;
		text += len;
	}
	return *ret != 0;
}

static bool begin_group(struct settings *s, const char *name)
{
	struct fleet_group *g = &s->fleet.groups[s->fleet.n_groups];

	if (s->fleet.n_groups == FLEET_GROUPS_MAX)
		return false;
	g->platform = platform_find(name);
	g->count = 1;
	g->ssh_port = DEFAULT_SSH_PORT;
	g->name = name;
	inet_pton(AF_INET, "127.0.10.1", &g->listen);
	s->fleet.n_groups++;
	return g->platform != NULL;
}

static bool set_group(struct fleet_group *g, int code, const char *value)
{
	switch (code) {
	case OPT_COUNT:
		return parse_number(value, FLEET_DEVICES_MAX, &g->count);
	case OPT_LISTEN:
		return inet_pton(AF_INET, value, &g->listen) == 1;
	case OPT_PORT:
		return parse_port(value, &g->ssh_port);
	case OPT_NETCONF_PORT:
		return parse_port(value, &g->netconf_port);
	case OPT_HTTPS_PORT:
		return parse_port(value, &g->https_port);
	case OPT_ONE_ADDRESS:
		return g->one_address = true;
	case OPT_NAME:
		g->name = value;
		return true;
	case OPT_OS_VERSION:
		g->os_version = value;
		return true;
	}
	return false;
}

static bool set_common(struct settings *s, int code, const char *value)
{
	switch (code) {
	case OPT_USER:
		s->fleet.login.user = value;
		return true;
	case OPT_PASSWORD_FILE:
		return read_first_line(value, &s->password);
	case OPT_ENABLE_FILE:
		return read_first_line(value, &s->enable);
	case OPT_AUTHORIZED_KEY:
		return ssh_pki_import_pubkey_file(value, &s->authorized) ==
		       SSH_OK;
	case OPT_AUTH:
		return parse_methods(value, &s->fleet.ssh.methods);
	case OPT_CONTROL:
		s->control = value;
		return true;
	case OPT_STATE:
		s->fleet.state_dir = value;
		return true;
	case OPT_WORKERS:
		return parse_number(
		    value, SSH_FRONT_WORKERS_MAX, &s->fleet.ssh.workers);
	}
	return false;
}

static bool parse_options(struct settings *s, int argc, char **argv)
{
	int code;

	while (
	    (code = getopt_long(argc, argv, "", options_table, NULL)) != -1) {
		bool ok;

		if (code == OPT_PLATFORM)
			ok = begin_group(s, optarg);
		else if (code >= OPT_USER)
			ok = set_common(s, code, optarg);
		else
			ok = s->fleet.n_groups > 0 &&
			     set_group(&s->fleet.groups[s->fleet.n_groups - 1],
				 code, optarg);
		if (!ok) {
			fprintf(stderr, "switchyard-sim: option %s\n",
			    argv[optind - 1]);
			return false;
		}
	}
	s->fleet.login.password = s->password;
	s->fleet.login.enable = s->enable;
	s->fleet.ssh.authorized = s->authorized;
	return s->fleet.n_groups > 0 && optind == argc;
}

/* --- running ----------------------------------------------------------- */

static void run(struct fleet *fleet, int quit_fd, int signal_fd)
{
	struct signalfd_siginfo info;

	puts("ready");
	fflush(stdout);
	for (;;) {
		uint64_t quit;

		if (fleet_serve(fleet, signal_fd, 500) &&
		    read(signal_fd, &info, sizeof(info)) > 0)
			return;
		if (read(quit_fd, &quit, sizeof(quit)) > 0)
			return;
	}
}

static int serve(struct settings *s)
{
	int quit_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct fleet *fleet;
	struct control *control = NULL;
	sigset_t signals;
	int signal_fd;
	int rc = 1;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	/* Before any thread, so that all of them inherit it. */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	fleet = fleet_open(&s->fleet);
	if (!fleet)
		return 1;
	if (s->control)
		control = control_open(s->control, fleet, quit_fd);
	if (control || !s->control) {
		run(fleet, quit_fd, signal_fd);
		rc = 0;
	}
	control_close(control);
	fleet_close(fleet);
	close(signal_fd);
	close(quit_fd);
	return rc;
}

static int ask(int argc, char **argv)
{
	struct buf request = BUF_INIT(1u << 20);
	int rc = 2;

	for (int i = 3; i < argc; i++) {
		buf_puts(&request, i > 3 ? " " : "");
		buf_puts(&request, argv[i]);
	}
	if (argc > 3 && buf_ok(&request))
		rc = control_ask(argv[2], buf_text(&request));
	buf_release(&request);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings s = {
		.fleet.login.user = DEFAULT_USER,
		.fleet.ssh = { .workers = 2,
		    .methods = SSH_AUTH_METHOD_PASSWORD |
			       SSH_AUTH_METHOD_PUBLICKEY |
			       SSH_AUTH_METHOD_INTERACTIVE },
		.password = mem_strdup(DEFAULT_PASSWORD),
	};
	struct buf platforms = BUF_INIT(4096);
	int rc = 2;

	if (argc > 2 && strcmp(argv[1], "ctl") == 0) {
		rc = ask(argc, argv);
	} else if (parse_options(&s, argc, argv)) {
		ssh_init();
		rc = serve(&s);
		ssh_finalize();
	} else {
		platform_list(&platforms);
		fprintf(stderr, "%s%s", usage, buf_text(&platforms));
	}
	buf_release(&platforms);
	ssh_key_free(s.authorized);
	free(s.password);
	free(s.enable);
	return rc;
}
