/*
 * switchyard-web: pages and REST over FastCGI.
 *
 * Chooses the adapters (the store) and the limits of the process; holds no
 * device credentials and is not linked with libssh.
 *
 * Exit status: 0 stopped by a signal, 1 could not start or go on, 2 wrong
 * options.
 */
#include "base/log.h"
#include "base/share.h"
#include "base/text.h"
#include "web/web.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define DEFAULT_THREADS 16
#define MAX_THREADS 256

static const char usage[] =
    "usage: switchyard-web --dir DIR [--socket PATH] [option...]\n"
    "\n"
    "  --dir DIR         the instance's directory (holds store.git)\n"
    "  --socket PATH     Unix socket to serve; without it, descriptor 0\n"
    "  --origin URL      public origin, for example https://portal.example;\n"
    "                    may be repeated\n"
    "  --threads N       requests at once (default 16)\n"
    "  --templates DIR   page templates\n"
    "  --docs DIR        documents that /help shows\n"
    "  --static DIR      static files, for the hashes in their URLs\n"
    "  --dev             notice changed templates and static files\n"
    "  --version, --help\n";

enum option_id {
	OPTION_DIR = 256,
	OPTION_SOCKET,
	OPTION_ORIGIN,
	OPTION_THREADS,
	OPTION_TEMPLATES,
	OPTION_DOCS,
	OPTION_STATIC,
	OPTION_DEV,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option options[] = {
	{ "dir", required_argument, NULL, OPTION_DIR },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "origin", required_argument, NULL, OPTION_ORIGIN },
	{ "threads", required_argument, NULL, OPTION_THREADS },
	{ "templates", required_argument, NULL, OPTION_TEMPLATES },
	{ "docs", required_argument, NULL, OPTION_DOCS },
	{ "static", required_argument, NULL, OPTION_STATIC },
	{ "dev", no_argument, NULL, OPTION_DEV },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static int complain(const char *text)
{
	fprintf(stderr, "switchyard-web: %s\n", text);
	return 2;
}

/* "https://host[:port]", as browsers write it in Origin. */
static bool is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	return host && host[3] && !strchr(host + 3, '/') &&
	       (text_starts_with(text, "http://") ||
		   text_starts_with(text, "https://"));
}

static int add_origin(struct web_options *o, const char *text)
{
	if (!is_origin(text))
		return complain("--origin takes scheme://host[:port], without "
				"a path");
	if (o->n_origins == WEB_MAX_ORIGINS)
		return complain("too many --origin options");
	o->origins[o->n_origins++] = text;
	return 0;
}

static int set_threads(struct web_options *o, const char *text)
{
	long n;

	if (!text_to_long(text, 1, MAX_THREADS, &n))
		return complain("--threads takes a number from 1 to 256");
	o->threads = (unsigned)n;
	return 0;
}

static int tell(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) == 0 ? 0 : 1);
}

static int apply_option(struct web_options *o, int id, const char *value)
{
	switch (id) {
	case OPTION_DIR:
		o->dir = value;
		return 0;
	case OPTION_SOCKET:
		o->socket = value;
		return 0;
	case OPTION_ORIGIN:
		return add_origin(o, value);
	case OPTION_THREADS:
		return set_threads(o, value);
	case OPTION_TEMPLATES:
		o->templates = value;
		return 0;
	case OPTION_DOCS:
		o->docs = value;
		return 0;
	case OPTION_STATIC:
		o->static_dir = value;
		return 0;
	case OPTION_DEV:
		o->dev = true;
		return 0;
	case OPTION_VERSION:
		return tell("switchyard-web " SWITCHYARD_VERSION "\n");
	case OPTION_HELP:
		return tell(usage);
	}
	fputs(usage, stderr);
	return 2;
}

static int read_options(int argc, char **argv, struct web_options *o)
{
	int id, rc;

	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		rc = apply_option(o, id, optarg);
		if (rc != 0)
			return rc;
	}
	if (optind != argc)
		return complain("there is an argument too many; see --help");
	if (!o->dir)
		return complain("--dir is missing; see --help");
	if (o->n_origins == 0) {
		o->origins[o->n_origins++] = "http://127.0.0.1:8080";
		o->origins[o->n_origins++] = "http://localhost:8080";
	}
	return 0;
}

/* No core file (it would hold session keys), nothing for others to read, and
 * no way to gain rights. */
static void limit_process(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose leak check must attach to us */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	umask(077);
	signal(SIGXFSZ, SIG_IGN); /* as store.h asks: an error, not an end */
}

/* The files that came with the program, unless options name others. */
struct shipped {
	char templates[PATH_MAX], docs[PATH_MAX], static_dir[PATH_MAX];
};

static void find_shipped(struct shipped *ret)
{
	const char *share = share_dir(SWITCHYARD_SOURCE);

	snprintf(ret->templates, PATH_MAX, "%s/templates", share);
	snprintf(ret->docs, PATH_MAX, "%s/docs", share);
	snprintf(ret->static_dir, PATH_MAX, "%s/static", share);
}

int main(int argc, char **argv)
{
	static struct shipped shipped;
	struct web_options o = {
		.templates = shipped.templates,
		.docs = shipped.docs,
		.static_dir = shipped.static_dir,
		.threads = DEFAULT_THREADS,
	};
	struct err e = ERR_INIT;
	struct web *web = NULL;
	enum err_code rc;
	int wrong;

	find_shipped(&shipped);
	wrong = read_options(argc, argv, &o);
	if (wrong)
		return wrong;
	limit_process();
	log_setup("web", 2, LOG_INFO);
	rc = web_new(&o, &web, &e);
	if (rc == ERR_OK)
		rc = web_serve(web, &e);
	web_free(web);
	if (rc == ERR_OK)
		return 0;
	log_err(&e, "switchyard-web cannot serve");
	return 1;
}
