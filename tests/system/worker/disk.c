/*
 * A full disk: an effect that cannot be recorded is not begun, reads go on, and
 * with room again everything is as if nothing had been.
 *
 * The instance lies on a small tmpfs of a mount namespace of our own; where
 * that is not allowed the test is skipped (with CI=true it fails).
 */
#include "system/worker/kit.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#define SKIPPED 77

static char base[] = "/tmp/switchyard-disk-XXXXXX";

static int cannot(const char *what)
{
	const char *ci = getenv("CI");

	fprintf(stderr, "no small disk: %s: %s\n", what, strerror(errno));
	rmdir(base);
	return ci && strcmp(ci, "true") == 0 ? 1 : SKIPPED;
}

/* In a chroot "/" is no mount point that could be made our own; then the
 * directory is made one, and that. */
static bool make_private(void)
{
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ||
	    (mount(base, base, NULL, MS_BIND, NULL) == 0 &&
		mount("none", base, NULL, MS_PRIVATE, NULL) == 0);
}

static void fill(struct kit *k, bool full)
{
	static char block[65536];
	char path[300];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/filler", k->dir);
	if (!full) {
		unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	kit_check(k, fd >= 0);
	do
		n = write(fd, block, sizeof(block));
	while (n > 0);
	kit_check(k, errno == ENOSPC);
	close(fd);
}

/* The device's own directory is not on the full disk. */
static void move_device(struct kit *k)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/fake", k->dir);
	kit_check(k, mount("tmpfs", path, "tmpfs", 0, "size=8m") == 0);
	kit_check(k, kit_shell(k, "mkdir $DIR/fake/10000 && "
	    "echo 'hostname fake' >$DIR/fake/10000/running") == 0);
}

static void check_reads(struct kit *k, const char *id)
{
	const struct snapshot *s;
	json_t *p = json_pack("{s:s}", "device", "d0"), *doc;

	kit_ok(k, snapshots_current(k->app.snapshots, &s, e));
	kit_check(k, snapshot_find(s, KIND_DEVICE, "d0") != NULL);
	snapshot_unref(s);
	kit_ok(k, runs_read(&k->app, id, &doc, e));
	json_decref(doc);
	kit_check(k, runs_create(&k->app, &kit_admin,
			 &(struct run_wish){
			     .job = job_get(JOB_PROVISION), .parameters = p },
			 &doc, NULL) == ERR_NO_SPACE);
	json_decref(p);
}

static void full_in_mid_session(struct kit *k)
{
	char id[RUN_ID_SIZE];

	kit_intend(k, 0, "a\nb\n");
	kit_control(k, 0, "latency 150\n");
	kit_start(k);
	kit_provision(k, 0, false, id);
	kit_wait_count(k, 0, "open", 1);
	fill(k, true);
	kit_wait_count(k, 0, "close", 1);
	kit_check(k, kit_count(k, 0, " line ") == 0);
	check_reads(k, id);
	fill(k, false);
	kit_expect(k, id, RUN_FAILED, "No space left");
	kit_check(k, strcmp(kit_device_file(k, 0, "running"),
	    "hostname fake\n") == 0);
	kit_control(k, 0, "");
	kit_provision(k, 0, false, id);
	kit_expect(k, id, RUN_SUCCEEDED, "confirmed");
}

/* A run that is claimed when the disk is full is not lost: it starts when there
 * is room, or is recorded then. */
static void full_at_the_start(struct kit *k)
{
	char id[RUN_ID_SIZE];
	size_t sessions = kit_count(k, 0, "close");

	kill(k->worker, SIGSTOP);
	kit_provision(k, 0, true, id);
	fill(k, true);
	kill(k->worker, SIGCONT);
	/* the document leaves the queue only for good */
	while (kit_shell(k, "test -n \"$(ls $DIR/spool/claimed)\"") != 0 &&
	    kit_count(k, 0, "close") == sessions)
		;
	fill(k, false);
	kit_expect(k, id, RUN_SUCCEEDED, "already as intended");
}

int main(void)
{
	struct kit kit, *k = &kit;
	char path[300];

	if (!mkdtemp(base) || unshare(CLONE_NEWNS) < 0)
		return cannot("a mount namespace");
	if (!make_private() ||
	    mount("tmpfs", base, "tmpfs", 0, "size=24m") < 0)
		return cannot("a tmpfs");
	kit_make(k, 1, base);
	move_device(k);
	full_in_mid_session(k);
	printf("ok full in mid-session\n");
	fflush(stdout);
	full_at_the_start(k);
	printf("ok full at the start\n");
	kit_terminate(k);
	snprintf(path, sizeof(path), "%s/fake", k->dir);
	kit_check(k, umount2(path, MNT_DETACH) == 0);
	kit_end(k);
	while (umount2(base, MNT_DETACH) == 0)
		;
	rmdir(base);
	return 0;
}
