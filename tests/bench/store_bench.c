/*
 * Measures the store (tests/bench/store_bench.sh compares it with Git):
 *
 *   store_bench stream COUNT ROUND      a fast-import stream of the files
 *   store_bench commit STORE COUNT ROUND  the same files into one commit
 *   store_bench singles STORE SECONDS   one-file commits in a row
 *   store_bench tip STORE               cost of store_tip()
 *   store_bench load STORE              all files read, as at start-up
 *   store_bench records STORE COUNT     COUNT small JSON records, one commit
 *   store_bench diff STORE              cost of following a one-file change
 *   store_bench log STORE               cost of a walk over all commits
 *
 * A figure a line: "<milliseconds or rate> <what>".
 */
#include "app/port/store.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES 8192

static void check(enum err_code rc, const struct err *e)
{
	if (rc == ERR_OK)
		return;
	fprintf(stderr, "store_bench: %s (%s)\n", e->message, e->detail);
	exit(1);
}

static double ms_since(int64_t start_us)
{
	return (double)(clock_mono_us() - start_us) / 1000;
}

/* --- the files ---------------------------------------------------------- */

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

/* A router's configuration: much alike between devices, as real ones are,
 * with addresses, descriptions and keys of its own. */
static void make_config(int device, int round, struct buf *out)
{
	uint64_t seed = (uint64_t)device * 7919 + 1;

	buf_clear(out);
	buf_printf(out,
	    "! round %d\nhostname access%d\nservice password-encryption\n"
	    "ntp server 10.0.0.%u\n!\n",
	    round, device, next_random(&seed) % 250);
	for (int i = 0; out->len < CONFIG_BYTES - 200; i++)
		buf_printf(out,
		    "interface Ethernet%d\n description to %s-%u port %u\n"
		    " ip address 10.%u.%u.%u/30\n mtu 9214\n"
		    " ip ospf authentication-key %08x%08x\n!\n",
		    i, i % 3 ? "access" : "core", next_random(&seed) % 10000,
		    next_random(&seed) % 48, next_random(&seed) % 256,
		    next_random(&seed) % 256, next_random(&seed) % 256,
		    next_random(&seed), next_random(&seed));
	while (out->len < CONFIG_BYTES)
		buf_putc(out, out->len + 1 == CONFIG_BYTES ? '\n' : '!');
}

static void config_path(int device, char path[64])
{
	snprintf(path, 64, "backup/area%d/access%d.cfg", device / 250, device);
}

static void make_record(int device, int round, struct buf *out)
{
	buf_clear(out);
	buf_printf(out,
	    "{\n  \"area\": \"area%d\",\n  \"name\": \"access%d\",\n"
	    "  \"platform\": \"frr\",\n"
	    "  \"primary_ip4\": \"10.%d.%d.%d\",\n  \"role\": \"access\",\n"
	    "  \"serial\": \"SN%08d\",\n  \"status\": \"active\",\n"
	    "  \"tags\": [\n    \"edge\",\n    \"round%d\"\n  ],\n"
	    "  \"vars\": {\n    \"asn\": %d\n  }\n}\n",
	    device / 250, device, device >> 16, device >> 8 & 255, device & 255,
	    device, round, 64512 + device);
}

/* --- writing -------------------------------------------------------------- */

static const struct store_message message = { .author = "bench",
	.subject = "Change every file" };

static int write_stream(int count, int round)
{
	struct buf text = BUF_INIT(1 << 20);
	char path[64];

	printf("commit refs/heads/main\n"
	       "committer bench <bench@switchyard> %" PRId64 " +0000\n"
	       "data 17\nChange every file\nfrom refs/heads/main^0\n",
	    clock_wall_ms() / 1000);
	for (int i = 0; i < count; i++) {
		config_path(i, path);
		make_config(i, round, &text);
		printf("M 100644 inline %s\ndata %zu\n", path, text.len);
		fwrite(text.data, 1, text.len, stdout);
		putchar('\n');
	}
	puts("done");
	buf_release(&text);
	return 0;
}

typedef void (*make_fn)(int device, int round, struct buf *out);

/* The files are made before the clock starts, as fast-import's stream is. */
static double commit_files(struct store *s, int count, int round, make_fn make,
    void (*path_of)(int, char[64]))
{
	struct buf *files = calloc((size_t)count, sizeof(*files));
	struct err e = ERR_INIT;
	struct commit_id id;
	struct store_txn *t;
	char path[64];
	double ms;
	int64_t start;

	for (int i = 0; i < count; i++) {
		buf_init(&files[i], 1 << 20);
		make(i, round, &files[i]);
	}
	start = clock_mono_us();
	check(store_txn_begin(s, STORE_MAIN, &t, &e), &e);
	for (int i = 0; i < count; i++) {
		path_of(i, path);
		check(store_txn_put(
			  t, path, files[i].data, files[i].len, STORE_ANY, &e),
		    &e);
	}
	check(store_txn_commit(t, &message, &id, NULL, &e), &e);
	ms = ms_since(start);
	for (int i = 0; i < count; i++)
		buf_release(&files[i]);
	free(files);
	return ms;
}

static void record_path(int device, char path[64])
{
	snprintf(
	    path, 64, "devices/area%d/access%d.json", device / 250, device);
}

static void put_one(struct store *s, const char *path, const char *text)
{
	struct err e = ERR_INIT;
	struct commit_id id;
	struct store_txn *t;

	check(store_txn_begin(s, STORE_MAIN, &t, &e), &e);
	check(store_txn_put(t, path, text, strlen(text), STORE_ANY, &e), &e);
	check(store_txn_commit(t, &message, &id, NULL, &e), &e);
}

static int singles(struct store *s, int seconds)
{
	struct buf text = BUF_INIT(4096);
	int64_t start = clock_mono_us();
	int n = 0;
	char path[64];

	for (; ms_since(start) < seconds * 1000.0; n++) {
		record_path(n % 10000, path);
		make_record(n % 10000, n + 1, &text);
		put_one(s, path, text.data);
	}
	printf(
	    "%.0f one-file commits/s, fsynced\n", n / (ms_since(start) / 1000));
	buf_release(&text);
	return 0;
}

/* --- reading -------------------------------------------------------------- */

static int time_tip(struct store *s)
{
	struct err e = ERR_INIT;
	struct commit_id id;
	int64_t start = clock_mono_us();
	const int n = 200000;

	for (int i = 0; i < n; i++)
		check(store_tip(s, STORE_MAIN, &id, &e), &e);
	printf("%.3f us for store_tip\n", ms_since(start) * 1000 / n);
	return 0;
}

struct loading {
	struct store *s;
	struct buf text;
	size_t files, bytes;
};

static enum err_code load_one(
    void *ctx, const struct store_change *c, struct err *e)
{
	struct loading *l = ctx;
	enum err_code rc;

	buf_clear(&l->text);
	rc = store_read_blob(l->s, &c->new_blob, &l->text, e);
	l->files++;
	l->bytes += l->text.len;
	return rc;
}

static int load(struct store *s, const char *prefix)
{
	struct loading l = { .s = s, .text = BUF_INIT(1 << 24) };
	struct err e = ERR_INIT;
	struct commit_id tip;
	int64_t start = clock_mono_us();

	check(store_tip(s, STORE_MAIN, &tip, &e), &e);
	check(store_diff(s, NULL, &tip, prefix, load_one, &l, &e), &e);
	printf("%.1f ms to load %zu files, %.1f MB\n", ms_since(start), l.files,
	    (double)l.bytes / 1e6);
	buf_release(&l.text);
	return 0;
}

static enum err_code count_change(
    void *ctx, const struct store_change *c, struct err *e)
{
	(void)c;
	(void)e;
	++*(int *)ctx;
	return ERR_OK;
}

static int time_diff(struct store *s)
{
	struct err e = ERR_INIT;
	struct commit_id before, after;
	double total = 0;
	int changes = 0;
	const int rounds = 50;

	for (int i = 0; i < rounds; i++) {
		char text[32];
		int64_t start;

		check(store_tip(s, STORE_MAIN, &before, &e), &e);
		snprintf(text, sizeof(text), "{\"round\": %" PRId64 "}\n",
		    clock_mono_us());
		put_one(s, "devices/area7/access1777.json", text);
		start = clock_mono_us();
		check(store_tip(s, STORE_MAIN, &after, &e), &e);
		check(store_diff(
			  s, &before, &after, "", count_change, &changes, &e),
		    &e);
		total += ms_since(start);
	}
	printf("%.3f ms for the difference of a one-file change (%d)\n",
	    total / rounds, changes / rounds);
	return 0;
}

static enum err_code count_commit(
    void *ctx, const struct store_commit *c, bool *stop, struct err *e)
{
	(void)c;
	(void)stop;
	(void)e;
	++*(int *)ctx;
	return ERR_OK;
}

static int time_log(struct store *s)
{
	struct err e = ERR_INIT;
	int all = 0;
	int64_t start = clock_mono_us();

	check(store_log(s, STORE_MAIN, NULL, count_commit, &all, &e), &e);
	printf("%.1f ms for the log of %d commits\n", ms_since(start), all);
	return 0;
}

/* --- the command --------------------------------------------------------- */

static int run(struct store *s, int argc, char **argv)
{
	const char *what = argv[1];
	int n = argc > 3 ? atoi(argv[3]) : 0;
	int round = argc > 4 ? atoi(argv[4]) : 0;

	if (strcmp(what, "commit") == 0) {
		printf("%.1f ms to commit %d files\n",
		    commit_files(s, n, round, make_config, config_path), n);
		return 0;
	}
	if (strcmp(what, "records") == 0) {
		printf("%.1f ms to commit %d records\n",
		    commit_files(s, n, round, make_record, record_path), n);
		return 0;
	}
	if (strcmp(what, "singles") == 0)
		return singles(s, n);
	if (strcmp(what, "tip") == 0)
		return time_tip(s);
	if (strcmp(what, "load") == 0)
		return load(s, argc > 3 ? argv[3] : "");
	if (strcmp(what, "diff") == 0)
		return time_diff(s);
	if (strcmp(what, "log") == 0)
		return time_log(s);
	fprintf(stderr, "store_bench: no measurement \"%s\"\n", what);
	return 2;
}

int main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct store *s;
	int64_t start;
	int rc;

	if (argc == 4 && strcmp(argv[1], "stream") == 0)
		return write_stream(atoi(argv[2]), atoi(argv[3]));
	if (argc < 3) {
		fprintf(stderr, "usage: store_bench WHAT STORE [...]\n");
		return 2;
	}
	if (strcmp(argv[1], "init") == 0) {
		check(store_init(argv[2], NULL, &message, &e), &e);
		return 0;
	}
	start = clock_mono_us();
	check(store_open(argv[2], &s, &e), &e);
	if (strcmp(argv[1], "load") == 0)
		printf("%.1f ms to open\n", ms_since(start));
	rc = run(s, argc, argv);
	store_close(s);
	return rc;
}
