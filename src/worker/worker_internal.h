/*
 * What the master's files share.
 */
#ifndef WORKER_WORKER_INTERNAL_H
#define WORKER_WORKER_INTERNAL_H

#include "app/app.h"
#include "app/port/queue.h"
#include "app/run_doc.h"
#include "base/log.h"
#include "domain/backup_map.h"
#include "domain/managed.h"
#include "worker/worker.h"

#include <sys/types.h>

struct hook;
struct scheduler;
struct fleet;
struct reach_sweep;
struct greet_book;
struct greet_session;

/* Where a run in hand stands with the master.  Its state for people is in the
 * document. */
enum live_phase {
	LIVE_WAITING,  /* claimed, no slot yet */
	LIVE_SESSION,  /* a slot has it; nothing sent that changes a device */
	LIVE_JOURNAL,  /* the slot waits: its intent is to be recorded */
	LIVE_EFFECT,   /* the slot may go on: the device may be changing */
	LIVE_SETTLE,   /* unknown: to be read again at settle_at_ms */
	LIVE_SETTLING, /* a slot reads the device */
	LIVE_FLEET,    /* over many devices: its members are in hand */
	LIVE_GREETING, /* a sweep that waits for NETCONF hellos */
	LIVE_ENDED,    /* to be recorded */
};

struct live_run {
	struct live_run *next;
	char id[RUN_ID_SIZE];
	json_t *doc;
	const struct job *job;
	enum job_scope scope;	 /* of this run of it */
	struct live_run *parent; /* a member: the run that it belongs to */
	size_t row;		 /* a member: its place there */
	struct fleet *fleet;	 /* owned; NULL but in LIVE_FLEET */
	char device[64];
	struct managed target; /* where the device is managed */
	enum live_phase phase;
	struct slot_process *slot; /* NULL: none */
	int log_fd;
	long log_lines;
	off_t log_size;	 /* bytes of whole lines */
	char *backup[2]; /* by phase before/after; owned; NULL: none to save */
	size_t backup_len[2];
	char *diff; /* owned; NULL: none yet */
	/* Answers to the commands of a backup, by name, that are whole; and
	 * the file that is made of them at the end.  Owned; NULL: none. */
	json_t *answers;
	char *outputs;
	size_t outputs_len;
	char outputs_bad[120]; /* names of those that are not */
	bool outputs_cut;      /* one of them came, but not whole */
	json_t *facts;	       /* for the device's record; NULL: none */
	json_t *plan; /* the slot's "effect" message, kept for settling */
	struct reach_sweep *reach; /* owned; NULL: no sweep, or not begun */
	bool met_key; /* its session met a host key that is not approved */
	bool cancel_sent;
	bool unknown_recorded;
	bool quarantined;	/* what was read is not kept as a backup */
	int64_t doc_written_ms; /* when run.json was last written */
	bool in_batch;		/* of the group commit that is being made */
	int settle_attempts;
	int64_t settle_at_ms;
	int64_t record_at_ms; /* LIVE_ENDED: not before this, after a failure */
	long time_limit_s;    /* as the job's settings said when it began */
	int64_t limit_ms;     /* the slot is killed past this */
};

struct slot_process {
	pid_t pid;
	int fd;
	struct buf in;
	struct live_run *run;
	/* owned; both NULL: idle */
	struct greet_session *greeting;
	bool ready; /* it has started */
	int served;
	int64_t idle_since_ms;
};

/* What could not be done now is tried again after this. */
#define RETRY_MS 5000

#define MAX_SLOTS 1024

struct worker {
	struct worker_options options;
	struct app app;
	struct slot_process *slots[MAX_SLOTS];
	size_t n_slots;
	struct live_run *runs;
	struct hook *hook;
	struct scheduler *scheduler;
	struct greet_book *hellos;
	struct commit_id keys_commit; /* of the last look at waiting keys */
	int64_t schedule_at_ms;	      /* wall clock: its next look */
	pid_t notifier;		      /* sends notifications; 0: none runs */
	bool outbox_changed;
	int64_t notifier_at_ms; /* none is started before this */
	bool stopping;
	bool queue_changed;	 /* look for runs to claim */
	bool recover_again;	 /* claimed runs could not be taken up yet */
	int64_t look_again_ms;	 /* queue_changed is set then; 0: never */
	int64_t retention_at_ms; /* old runs are looked for then */
	int slot_failures;	 /* slots that could not even start */
	int64_t slot_start_ms;	 /* no slot is started before this */
	/* metrics.c: single runs and runs over many, by how they ended */
	unsigned long long ended[JOB_COUNT][RUN_STATES];
	unsigned long long sessions_ended; /* of devices in runs over many */
	int64_t metrics_at_ms;		   /* told again then */
};

/* --- live.c: a run in hand ----------------------------------------------- */

enum err_code live_claim(struct worker *w, const char *id,
    struct live_run **ret, struct err *e) must_check;
/* A run that was in hand when a master died. */
enum err_code live_adopt(struct worker *w, const char *id,
    struct live_run **ret, struct err *e) must_check;
struct live_run *live_find(struct worker *w, const char *id);
/* Is a session with this device, or one at the same address, in hand or to be
 * settled?  Records may be renamed while a run is under way. */
bool live_device_is_busy(struct worker *w, const char *device);
/* The run that has it in hand; NULL: none. */
const struct live_run *live_device_holder(struct worker *w, const char *device);
/* At the end of the master's list. */
void live_append(struct worker *w, struct live_run *run);
/* Its document says what it is: sets job, scope and device. */
enum err_code live_read_identity(
    struct live_run *run, struct err *e) must_check;
/* Backups and differences that waited for recording when a master died. */
void live_read_texts(struct worker *w, struct live_run *run);
void live_find_target(
    struct worker *w, const char *device, struct managed *ret);
/* Where a device is managed. */
void live_target_of(
    const struct snapshot *s, const struct record *device, struct managed *ret);
/* What the run may change: "device" or "store". */
const char *live_target_noun(const struct live_run *run);
/* How many runs of this job are in hand?  Runs over the store take turns. */
size_t live_count_job(const struct worker *w, const struct job *job);
void live_log(struct worker *w, struct live_run *run, enum log_level level,
    const char *fmt, ...) printf_like(4, 5);
/* As live_log for a text of any length about a device ("": about the run). */
void live_log_text(struct worker *w, struct live_run *run, const char *level,
    const char *device, const char *text);
/* How a store's run came out for a device: { "name", "state", "result",
 * "added", "removed", "diff", "again" }. */
void live_add_row(struct worker *w, struct live_run *run, const json_t *row);
/* Writes run.json; what fails is logged. */
void live_write_doc(struct worker *w, struct live_run *run);
void live_set_state(struct worker *w, struct live_run *run, enum run_state to);
/* Keeps a backup until it is recorded, also over a restart. */
void live_set_backup(
    struct worker *w, struct live_run *run, bool after, const char *text);
/* The same for what belongs into its record. */
void live_set_facts(struct worker *w, struct live_run *run, json_t *facts);
void live_set_diff(struct worker *w, struct live_run *run, const char *text,
    json_int_t added, json_int_t removed);
/* Makes the plan durable before the effect. */
enum err_code live_write_plan(
    struct worker *w, struct live_run *run, struct err *e) must_check;
bool live_has_plan(const struct worker *w, const struct live_run *run);
/* Ends it for the master: to be recorded.  text: the result. */
void live_end(struct worker *w, struct live_run *run, enum run_state state,
    const char *text);
/* Back into the queue, or a member's device among those that wait; nothing was
 * sent. */
void live_requeue(struct worker *w, struct live_run *run, const char *why);
/* Removes what is recorded: directory, spool file, the struct. */
void live_forget(struct worker *w, struct live_run *run);
/* The struct alone: the files stay for a later look. */
void live_let_go(struct worker *w, struct live_run *run);
/* A document that cannot be read is set aside, so that it is not met again at
 * every look. */
void live_set_aside(struct worker *w, const char *id, enum queue_place place,
    const struct err *why);
/* Is it the content that is wrong, and not the moment? */
bool live_is_damage(enum err_code rc);
/* Directories of runs that are in no place of the queue any more. */
void live_sweep(struct worker *w);

/* --- live_files.c: what lies in DIR/live/<id>/ --------------------------- */

#define LIVE_PATH_SIZE 4096
/* file NULL: the directory. */
void live_path(const struct worker *w, const struct live_run *run,
    const char *file, char path[LIVE_PATH_SIZE]);
/* Opens the log for appending; a line that was left half written is cut. */
enum err_code live_open_log(
    struct worker *w, struct live_run *run, struct err *e) must_check;
extern const char *const live_backup_files[2]; /* before, after */

/* --- record.c: commits --------------------------------------------------- */

/* One group commit on each branch for all runs that wait for it (LIVE_JOURNAL,
 * LIVE_ENDED, first unknown).  Runs whose intent is recorded get their "go";
 * ended ones are forgotten; on failure nothing goes on that was not
 * recorded. */
void record_flush(struct worker *w);
/* Milliseconds until something waits for recording again; -1: nothing. */
int64_t record_next_ms(const struct worker *w);
/* Is the run with a final state on branch runs?  An error is no answer: what
 * is done must never be done again. */
enum err_code record_is_done(
    struct worker *w, const char *id, bool *ret, struct err *e) must_check;

/* The intent of a run that waits in LIVE_JOURNAL is not on record: the session
 * is told so. */
void record_refuse(struct worker *w, struct live_run *run, const struct err *e);
/* Frees the backups: they are on record. */
void record_release_backups(struct live_run *run);

/* --- retry.c ------------------------------------------------------------- */

/* A run that failed and is on record is started again, if its job says so: then
 * true.  Doing it twice is doing it once. */
bool retry_failed(struct worker *w, const struct live_run *run);

/* --- notify.c ------------------------------------------------------------ */

/* A run is on record: who wants to know of it is told.  Telling twice is
 * telling once. */
void notify_run_ended(
    struct worker *w, const struct live_run *run, bool is_retried);
/* Devices that a sweep found down, or no longer so: [{"device", "verdict",
 * "since", "reason"}]. */
void notify_devices(struct worker *w, const struct live_run *run, bool down,
    const json_t *states);
/* Starts the process that sends, while something waits. */
void notify_tend(struct worker *w);
void notify_stop(struct worker *w);

/* --- slots.c: processes -------------------------------------------------- */

/* An idle slot, started if need be, for the store one that has held no
 * session; NULL with an error, or NULL and ERR_OK if the limit is reached or
 * slots end as soon as they are started. */
enum err_code slots_take(struct worker *w, enum job_scope scope,
    struct slot_process **ret, struct err *e) must_check;
/* Keeps one idle process ready and retires those idle for long. */
void slots_tend(struct worker *w);
/* The slot's process is gone or must go: closes, kills, reaps.  A run that it
 * has is the caller's to end. */
void slots_drop(struct worker *w, struct slot_process *slot);
void slots_release(struct worker *w, struct slot_process *slot);
size_t slots_limit(struct worker *w); /* as the settings say */
void slots_stop_all(struct worker *w);
/* A slot could not start: the next one is not started at once. */
void slots_note_failure(struct worker *w);

/* --- request.c: what a slot is told -------------------------------------- */

/* The record must still allow it: it may have changed since the click.
 * settle: the device is to be read, not changed. */
enum err_code request_make(struct worker *w, struct live_run *run, bool settle,
    json_t **ret, struct err *e) must_check;

/* The host keys that are approved for it; a new list. */
json_t *request_pins(const struct snapshot *s, const char *device);

/* For a session that only awaits the device's NETCONF hello (slot.h). */
enum err_code request_make_greet(const struct snapshot *s, const char *device,
    int port, json_t **ret, struct err *e) must_check;

/* --- dispatch.c: from the queue to a slot -------------------------------- */

void dispatch_queue(struct worker *w); /* claims what can run */
/* Begins a claimed run of one device in an idle slot. */
void dispatch_start(
    struct worker *w, struct live_run *run, struct slot_process *slot);
void dispatch_settle(struct worker *w); /* unknown ones whose time has come */
void dispatch_timeouts(struct worker *w);
int64_t dispatch_next_ms(const struct worker *w);

/* --- cancel.c ------------------------------------------------------------ */

/* Records runs that were cancelled while queued, and obeys the marks on those
 * in hand. */
void cancel_look(struct worker *w);
/* Asks the session to end before its first effect. */
void cancel_send(struct live_run *run);
/* Ends a run that was cancelled before anything was sent. */
void cancel_end(struct worker *w, struct live_run *run);

/* --- metrics.c: DIR/run/worker.metrics, for the portal's /metrics -------- */

void metrics_count_end(
    struct worker *w, const struct live_run *run, enum run_state state);
/* Writes the file if it is time. */
void metrics_tend(struct worker *w);

/* --- recover.c ----------------------------------------------------------- */

/* Takes up the claimed runs that nobody has in hand: what a dead master
 * left. */
enum err_code recover_runs(struct worker *w, struct err *e) must_check;

/* lost.c: once, after recover_runs(): runs that are under way by the store and
 * not in the queue end as unknown. */
enum err_code lost_settle(struct worker *w, struct err *e) must_check;
/* Lines may have been sent when a master died: the device is read, nothing is
 * repeated. */
void recover_settle(struct worker *w, struct live_run *run);

/* --- events.c: what slots say -------------------------------------------- */

void events_from_slot(struct worker *w, struct slot_process *slot);
/* The answers to a slot that asks whether it may change its device. */
void events_allow_effect(struct live_run *run);
void events_refuse_effect(
    struct live_run *run, const char *why, bool cancelled);

/* --- fleet*.c: runs over many devices; see fleet.h ---------- */

/* A claimed run over many devices: chooses them. */
void fleet_begin(struct worker *w, struct live_run *run);
/* One that was under way when a master died. */
enum err_code fleet_resume(
    struct worker *w, struct live_run *run, struct err *e) must_check;
void fleet_free(struct fleet *f);
/* Starts sessions as long as there are slots for them. */
void fleet_dispatch(struct worker *w);
/* Starts one session of the run that has the fewest; false: none. */
bool fleet_start_one(struct worker *w);
/* May one more session of many be started?  One slot is left to runs of single
 * devices, where there are several. */
bool fleet_has_slot(struct worker *w);
/* Ends runs whose rows have all ended; shows how far the others are. */
void fleet_tend(struct worker *w);
/* Group commits of what their members wait for. */
void fleet_record(struct worker *w);
void fleet_cancel(struct worker *w, struct live_run *run, const char *by);
/* A member's state is shown in its row. */
void fleet_note_state(struct live_run *member);
/* A member goes back among those that wait, for as long. */
void fleet_put_back(struct worker *w, struct live_run *member, int64_t delay_ms,
    const char *why);
/* A session failed before anything was sent and may do better: true if its
 * device is tried again. */
bool fleet_retry(struct worker *w, struct live_run *member, const char *why);
/* Milliseconds until one of them has to be looked at; -1: none. */
int64_t fleet_next_ms(const struct worker *w);

/* --- backup.c ------------------------------------------------------------ */

/* A slot's messages "backup" and "bad". */
void backup_take(struct worker *w, struct live_run *run, const json_t *message);
void backup_put_aside(
    struct worker *w, struct live_run *run, const json_t *message);
/* A run of the job backup that says it succeeded, and yet nothing is kept: its
 * result in `text`. */
bool backup_is_refused(
    const struct live_run *run, enum run_state state, char text[300]);

/* Keeps a text that is not whole in DIR/quarantine/<file>, and says so in the
 * device's row. */
void backup_keep_aside(
    struct worker *w, struct live_run *run, const char *file, const char *text);

/* --- outputs.c ----------------------------------------------------------- */

/* The platform's map of a device; an empty one if it has no platform. */
enum err_code outputs_map_of(const struct snapshot *s, const char *device,
    struct arena *arena, struct backup_map *ret, struct err *e) must_check;
/* A slot's message "output". */
void outputs_take(
    struct worker *w, struct live_run *run, const json_t *message);
/* The session has ended: makes the file of what is whole, and of what was kept
 * before where an answer is not. */
void outputs_settle(struct worker *w, struct live_run *run);
/* A backup whose configuration is kept, but not every answer: its result. */
bool outputs_are_refused(
    const struct live_run *run, enum run_state state, char text[300]);
extern const char outputs_live_file[];

/* --- waiting_keys.c ------------------------------------------------------ */

/* A slot's message "hostkey". */
void waiting_keys_keep(
    struct worker *w, struct live_run *run, const json_t *message);
/* The run has succeeded: the device has shown an approved key. */
void waiting_keys_settle(struct worker *w, const struct live_run *run);
/* The store may have moved, and settled one. */
void waiting_keys_tend(struct worker *w);

/* --- retention.c --------------------------------------------------------- */

/* Takes one day of old runs off the tip of the branch, if it is time to look.
 */
void retention_run(struct worker *w);

/* --- hook.c: the change hook --------------------------------------------- */

enum err_code hook_new(
    struct worker *w, struct hook **ret, struct err *e) must_check;
void hook_free(struct hook *h);
/* The branch may have moved. */
void hook_notice(struct hook *h);
/* Evaluates what is due. */
void hook_run(struct hook *h);
int64_t hook_next_ms(const struct hook *h); /* -1: nothing is due */

#endif
