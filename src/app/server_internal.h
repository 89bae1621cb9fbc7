/*
 * What the files of the server use cases share.
 */
#ifndef APP_SERVER_INTERNAL_H
#define APP_SERVER_INTERNAL_H

#include "app/port/secrets.h"
#include "app/servers.h"

#include <pthread.h>
#include <stdatomic.h>

#define SERVER_UUID_SIZE 37
/* Of the lines that a request leaves, bytes. */
#define SERVER_MAX_LOG ((size_t)1024 * 1024)

/* One request's time, well below the minute that nginx waits. */
#define SERVER_REQUEST_MS 25000

/* --- the connection (servers.c) ------------------------------------------ */

/* To the Ironic that one version of the settings names. */
struct server_connection {
	atomic_int refs;
	struct baremetal *baremetal;
	struct credentials credentials;
	int timeout_ms;
	uint8_t settings_version[20], secret_version[20];
};

struct servers {
	const struct app *app;
	pthread_mutex_t lock; /* of current, stopping, list, list_round */
	struct server_connection *current;
	struct server_list *list; /* server_list.c; NULL: none is kept */
	uint64_t list_round;	  /* grows whenever something is asked */
	bool stopping;
	bool has_thread;
	pthread_cond_t wake;
	pthread_t thread; /* server_settle.c */
};

enum err_code server_connect(struct servers *sv, struct server_connection **ret,
    struct err *e) must_check;
void server_disconnect(struct server_connection *c); /* NULL is fine */
/* Ironic refused the credentials: they are read anew next time. */
void server_forget_connection(struct servers *sv, struct server_connection *c);

/* The error of a call to Ironic about server `id` in the words of servers.h;
 * returns the new code. */
enum err_code server_explain(const char *id, enum err_code rc, struct err *e);

/* --- the record of a request (server_run.c) ------------------------------ */

struct server_run {
	const struct app *app;
	enum server_action action;
	char id[32];
	json_t *doc;
	json_t *log; /* lines, as in run_doc.h */
	int lock;    /* of DIR/servers/<id>, which is held while it lasts */
};

/* Commits the request.  run: new; with app, action and no lock.  parameters:
 * without secrets.  With a key that is bound already *ret_prior is the earlier
 * run's document, a new reference, and the rest is left alone. */
enum err_code server_run_begin(struct server_run *run,
    const struct actor *actor, const struct server_wish *wish,
    const json_t *parameters, json_t **ret_prior, struct err *e) must_check;

/* Notes what Ironic says of the server before the first write: what settling
 * compares with. */
enum err_code server_run_note(struct server_run *run,
    const struct baremetal_node *node, struct err *e) must_check;

void server_run_log(struct server_run *run, const char *level, const char *fmt,
    ...) printf_like(3, 4);

/* Commits how it ended and releases `run`, whatever comes of it.  state:
 * succeeded, failed or unknown.  answer: for whoever repeats the request; may
 * be NULL.  If the store refuses the commit, settling makes up for it. */
void server_run_end(struct server_run *run, enum run_state state,
    const json_t *answer, const struct err *problem, const char *result);

/* Takes up a run whose process is gone or gave up: ERR_NOT_FOUND if there is
 * none or somebody has it in hand. */
enum err_code server_run_take(const struct app *app, const char *id,
    struct server_run *run, int64_t *ret_age_ms, struct err *e) must_check;
/* Lets go of it as it is. */
void server_run_drop(struct server_run *run);
/* Removes the note of a run that has ended, or never begun. */
void server_run_forget(struct server_run *run);
/* server_run_commit.c: commits the document and the log as they are. */
enum err_code server_run_commit(
    struct server_run *run, struct err *e) must_check;

/* The directory of the notes. */
void server_run_dir(const struct app *app, char *path, size_t size);

/* The instance that attempt n of a run claims a node as: known before Ironic
 * is asked, and found again after a crash. */
#define SERVER_MAX_CLAIMS 9
void server_claim_uuid(const char *run_id, int n, char uuid[SERVER_UUID_SIZE]);

/* --- asking Ironic and making sure (server_effect.c) --------------------- */

/* One request in progress. */
struct server_work {
	struct servers *sv;
	struct server_connection *c;
	struct server_run *run;
	struct arena *arena;
	struct deadline deadline;
	struct baremetal_node node; /* as it was read last */
	char claim[SERVER_UUID_SIZE];
	bool claimed;	/* the node, or an allocation, may be ours */
	bool allocated; /* by an allocation */
};

enum server_seen { SEEN_DONE, SEEN_NOT_DONE, SEEN_UNCLEAR };

struct server_step {
	const char *what; /* "the deployment", for the log */
	enum err_code (*ask)(struct server_work *w, void *ctx, struct err *e);
	/* By the node as it is now. */
	enum server_seen (*seen)(const struct server_work *w,
	    const struct baremetal_node *now, void *ctx);
};

/* Carries out a write on w->node.  ERR_OK: it was accepted, or the node shows
 * that it was.  ERR_STALE: the node stayed locked; ERR_UNKNOWN_OUTCOME: not
 * even the node told; others: nothing was done. */
enum err_code server_step_run(struct server_work *w,
    const struct server_step *step, void *ctx, struct err *e) must_check;

/* Whether an action has taken effect, from the note of server_run_note(). */
enum server_seen server_has_happened(enum server_action action,
    const json_t *before, const struct baremetal_node *now);

/* Gives back what was claimed: the instance_info first, while the node is
 * surely ours. */
enum err_code server_release(struct server_work *w, struct err *e) must_check;

/* Asks for w->node's new state by the table of domain/server.h. */
struct server_asking {
	enum server_action action;
	const char *target;
	const json_t *config_drive;
	const char *reason;
};
enum err_code server_ask_action(struct server_work *w,
    const struct server_asking *asking, struct err *e) must_check;

/* --- how a request begins and ends (server_request.c) -------------------- */

/* Commits the request; *ret_replayed: the answer to an earlier one with the
 * same key, and no run to go on with. */
enum err_code server_begin(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct server_run *run,
    json_t **ret_replayed, struct err *e) must_check;
enum err_code server_work_begin(struct servers *sv, struct server_run *run,
    struct server_work *w, struct err *e) must_check;
/* Records the end, gives back what a failure left claimed, and releases
 * everything.  result: the sentence of success.  The error is put in the words
 * of servers.h; returns its code. */
enum err_code server_work_end(struct server_work *w, const char *id,
    enum err_code rc, const char *result, json_t **ret,
    struct err *e) must_check;

/* --- what servers_ask() chooses from ------------------------------------- */

/* server_provision.c */
enum err_code server_provision(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, struct schema_errors *errors, json_t **ret,
    struct err *e) must_check;
/* server_act.c: everything else, of wish->server_id. */
enum err_code server_act(struct servers *sv, const struct actor *actor,
    const struct server_wish *wish, json_t **ret, struct err *e) must_check;

/* --- images (server_image.c) --------------------------------------------- */

/* instance_info for an image of the store or of Glance: a new reference.
 * ERR_INVALID "Image x not found". */
enum err_code server_image_resolve(struct servers *sv,
    struct server_connection *c, struct deadline deadline, const char *id,
    json_t **ret, struct err *e) must_check;

/* --- the list of all (server_list.c) ------------------------------------- */

/* Something may have changed: the next one is asked for. */
void server_list_forget(struct servers *sv);

/* --- settling (server_settle.c) ------------------------------------------ */

enum err_code server_settle_start(struct servers *sv, struct err *e) must_check;
void server_settle_stop(struct servers *sv);
/* Tries one run now. */
void server_settle_one(struct servers *sv, const char *id);

#endif
