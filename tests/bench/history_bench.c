/*
 * A store with a long history, and what it costs to read: history_bench VERB …
 *
 *   stream DEVICES COMMITS   what follows in the store, for git fast-import
 *   build STORE              the index from nothing
 *   page STORE PATH…         history pages of these paths
 *   extend STORE             one commit more, indexed
 *   audit STORE              the timeline filtered by what nobody did
 *
 * Devices are in areas of 250; one commit changes one file, but for one in
 * 5,000 that writes 500 configurations and one in 1,000 that moves a device.
 */
#include "app/port/history.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AREA_SIZE 250
#define PAGE 50
#define FAVOURITE 77 /* the device that every hundredth commit changes */
#define ROUNDS 200

static void check(enum err_code rc, const struct err *e)
{
	if (rc == ERR_OK)
		return;
	fprintf(stderr, "history_bench: %s (%s)\n", e->message, e->detail);
	exit(1);
}

/* --- the stream --------------------------------------------------------- */

struct device {
	unsigned version;
	unsigned area;
};

enum file_kind { RECORD, INTENDED, BACKUP, FILE_KINDS };

static const struct {
	const char *dir, *ending;
} kinds[FILE_KINDS] = {
	[RECORD] = { "devices", "json" },
	[INTENDED] = { "intended", "cfg" },
	[BACKUP] = { "backup", "cfg" },
};

static unsigned next_random(void)
{
	static uint64_t seed = 1;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33);
}

static void put_path(enum file_kind kind, unsigned device, unsigned area)
{
	printf("%s/site%03u/sw%05u.%s", kinds[kind].dir, area, device,
	    kinds[kind].ending);
}

static void put_file(enum file_kind kind, unsigned i, const struct device *d)
{
	char text[16384];
	size_t n = 0;

	if (kind == RECORD)
		n += (size_t)snprintf(text, sizeof(text),
		    "{\n  \"area\": \"site%03u\",\n  \"credentials\": "
		    "\"lab\",\n"
		    "  \"name\": \"sw%05u\",\n  \"platform\": \"frr\",\n"
		    "  \"primary_ip4\": \"10.1.%u.%u\",\n"
		    "  \"role\": \"access-switch\",\n"
		    "  \"serial\": \"SN%u\",\n  \"status\": \"%s\"\n}\n",
		    d->area, i, i >> 8, i & 255, d->version,
		    i % 10 ? "active" : "planned");
	for (unsigned port = 0; kind != RECORD && port < 40; port++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "interface eth%u\n description port %u of sw%05u, %u\n"
		    " ip address 10.%u.%u.%u/30\nexit\n!\n",
		    port, port, i,
		    d->version % 40 >= port ? d->version / 40 : 0, port, i >> 8,
		    i & 255);
	printf("M 100644 inline ");
	put_path(kind, i, d->area);
	printf("\ndata %zu\n%.*s\n", n, (int)n, text);
}

static void put_area(unsigned area)
{
	char text[64];
	int n = snprintf(
	    text, sizeof(text), "{\n  \"name\": \"site%03u\"\n}\n", area);

	printf("M 100644 inline areas/site%03u.json\ndata %d\n%s\n", area, n,
	    text);
}

static void put_commit(unsigned number, unsigned device, const char *what)
{
	char message[512];
	int n = snprintf(message, sizeof(message),
	    "%s sw%05u\n\nRun-Id: 20261121T%06uZ-%04x\nJob: %s\nTrigger: %s\n"
	    "Actor: user%u\nDevice: sw%05u\nResult: succeeded\n"
	    "Operation-Id: %032x\n",
	    what, device, number, number % 65536, what,
	    number % 3 ? "form" : "hook", number % 17, device, number);

	printf("commit refs/heads/main\nauthor user%u <user%u@switchyard> %u "
	       "+0000\ncommitter Switchyard <switchyard@localhost> %u "
	       "+0000\ndata %d\n%s\n",
	    number % 17, number % 17, 1700000000 + number * 60,
	    1700000000 + number * 60, n, message);
}

static void put_move(struct device *d, unsigned i, unsigned n_areas)
{
	unsigned area = (d->area + 1) % n_areas;

	for (int kind = 0; kind < FILE_KINDS; kind++) {
		printf("R ");
		put_path((enum file_kind)kind, i, d->area);
		putchar(' ');
		put_path((enum file_kind)kind, i, area);
		putchar('\n');
	}
	d->area = area;
}

static int stream(unsigned n_devices, unsigned n_commits)
{
	struct device *all = calloc(n_devices, sizeof(*all));

	if (!all)
		return 1;
	put_commit(0, 0, "Begin");
	puts("from refs/heads/main^0");
	for (unsigned i = 0; i < n_devices / AREA_SIZE; i++)
		put_area(i);
	for (unsigned i = 0; i < n_devices; i++) {
		all[i].area = i / AREA_SIZE;
		for (int kind = 0; kind < FILE_KINDS; kind++)
			put_file((enum file_kind)kind, i, &all[i]);
	}
	for (unsigned number = 1; number < n_commits; number++) {
		unsigned i =
		    number % 100 ? next_random() % n_devices : FAVOURITE;
		unsigned many = number % 5000 ? 1 : 500;

		put_commit(number, i, many > 1 ? "Generate" : "Change");
		if (number % 1000 == 1)
			put_move(&all[i], i, n_devices / AREA_SIZE);
		for (unsigned k = 0; k < many; k++) {
			struct device *d = &all[(i + k) % n_devices];

			d->version++;
			put_file(
			    many > 1 ? INTENDED : (enum file_kind)(number % 3),
			    (i + k) % n_devices, d);
		}
		putchar('\n');
	}
	puts("done");
	free(all);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* --- reading ------------------------------------------------------------- */

static struct store *open_store(const char *path)
{
	struct err e = ERR_INIT;
	struct store *s;

	check(store_open(path, &s, &e), &e);
	return s;
}

static void build(const char *path)
{
	struct store *s = open_store(path);
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();

	check(store_history_update(s, STORE_MAIN, &e), &e);
	printf("index: %.2f s (%.2f s of processor time)\n",
	    (double)(clock_mono_us() - start) / 1e6,
	    (double)clock() / CLOCKS_PER_SEC);
	store_close(s);
}

static size_t ask(struct store *s, const struct history_query *q)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct err e = ERR_INIT;
	struct history_page page;

	check(store_history(s, q, a, &page, &e), &e);
	arena_free(a);
	return page.n;
}

static void time_query(
    struct store *s, const struct history_query *q, const char *what)
{
	size_t n = ask(s, q);
	int64_t start = clock_mono_us();

	for (int i = 0; i < ROUNDS; i++)
		n = ask(s, q);
	printf("%s: %.3f ms (%zu commits)\n", what,
	    (double)(clock_mono_us() - start) / 1000 / ROUNDS, n);
}

static void page(const char *path, const char *const *paths, size_t n)
{
	struct store *s = open_store(path);
	struct history_query q = {
		.paths = paths, .n_paths = n, .limit = PAGE
	};
	int64_t start = clock_mono_us();

	ask(s, &q);
	printf("the first query of a process: %.3f ms\n",
	    (double)(clock_mono_us() - start) / 1000);
	time_query(s, &q, "a page of one device");
	store_close(s);
}

static void audit(const char *path)
{
	struct store *s = open_store(path);
	struct history_filter filter = { .author = "nobody" };
	struct history_query q = { .limit = PAGE };

	time_query(s, &q, "a page of the timeline");
	q.filter = &filter;
	time_query(s, &q, "the whole timeline, filtered");
	store_close(s);
}

static void extend(const char *path)
{
	struct store *s = open_store(path);
	struct store_message m = { .author = "bench", .subject = "Change" };
	int64_t spent = 0, worst = 0;
	struct err e = ERR_INIT;

	check(store_history_update(s, STORE_MAIN, &e), &e);
	for (int i = 0; i < ROUNDS; i++) {
		char file[64], text[32];
		struct store_txn *t;
		struct commit_id id;
		int64_t start;

		snprintf(file, sizeof(file), "backup/site%03d/sw%05d.cfg",
		    i % 40, i % 40 * AREA_SIZE);
		snprintf(
		    text, sizeof(text), "%d %" PRId64 "\n", i, clock_wall_ms());
		check(store_txn_begin(s, STORE_MAIN, &t, &e), &e);
		check(store_txn_put(t, file, text, strlen(text), STORE_ANY, &e),
		    &e);
		check(store_txn_commit(t, &m, &id, NULL, &e), &e);
		start = clock_mono_us();
		check(store_history_update(s, STORE_MAIN, &e), &e);
		start = clock_mono_us() - start;
		spent += start;
		worst = start > worst ? start : worst;
	}
	printf("one commit more: %.3f ms, at worst %.3f ms\n",
	    (double)spent / 1000 / ROUNDS, (double)worst / 1000);
	store_close(s);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	if (strcmp(verb, "stream") == 0 && argc == 4)
		return stream((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
	if (strcmp(verb, "build") == 0)
		build(argv[2]);
	else if (strcmp(verb, "page") == 0 && argc > 3)
		page(argv[2], (const char *const *)argv + 3, (size_t)argc - 3);
	else if (strcmp(verb, "extend") == 0)
		extend(argv[2]);
	else if (strcmp(verb, "audit") == 0)
		audit(argv[2]);
	else
		return fprintf(
			   stderr, "history_bench: see its first comment\n"),
		       2;
	return 0;
}
