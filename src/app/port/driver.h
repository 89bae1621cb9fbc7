/*
 * The driver port: one session with one device, whatever the platform.
 *
 * A driver is a const table of functions.  The provisioning use cases talk to
 * this table only; the adapters live in src/infra/driver and are found by
 * name with driver_find() (infra/driver/registry.h).  docs/drivers.md tells
 * how to add one.
 *
 * Order of calls, as the tables in docs/drivers.md draw it:
 *
 *   open → get_config → stage → diff → commit → close
 *   open → get_config → verify → confirm (timer only) → save → close
 *
 * What every driver keeps, whatever happens: a device ends with its old
 * configuration, with the new one, or the outcome is DRIVER_UNKNOWN and said
 * so.  Nothing is sent that changes the device before
 * driver_hooks.before_effect has answered ERR_OK.
 *
 * Memory: strings in results live in the arena that was passed, or as long as
 * the session where a slot says so.  Targets, candidates and hooks are
 * borrowed: they outlive the session.
 * Threads: a session belongs to one thread; the tables are const.
 * Errors: a slot's struct err holds a sentence for an operator (what happened,
 * what was not done, what to do).  Codes, the same from every slot:
 *   ERR_INVALID          the candidate cannot be sent (control characters, …)
 *   ERR_CONFLICT         someone else holds the configuration
 *   ERR_DENIED           host key or credentials: see struct driver_refusal
 *   ERR_LIMIT            the device sent more than a bound allows
 *   ERR_TIMEOUT          the deadline passed and the device is unchanged
 *   ERR_REMOTE           the device refused, hung up or made no sense, and is
 *                        unchanged (or was put back: see the report)
 *   ERR_CORRUPT          what it sent is incomplete: never store it as good
 *   ERR_CANCELLED        hooks.cancelled said so before the first effect
 *   ERR_UNKNOWN_OUTCOME  the device may be in any state: open a new session,
 *                        then classify() and restore()
 */
#ifndef APP_PORT_DRIVER_H
#define APP_PORT_DRIVER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"

#include <stdint.h>

/* What a platform can do. */
enum driver_capability {
	DRIVER_CAN_MERGE = 1u << 0,
	DRIVER_CAN_REPLACE = 1u << 1,
	DRIVER_CAN_CONFIRM = 1u << 2,	/* reverts by itself after a time */
	DRIVER_CAN_CANDIDATE = 1u << 3, /* the device itself holds the stage */
	DRIVER_CAN_ATOMIC = 1u << 4,	/* applies all lines or none */
	DRIVER_CAN_STARTUP = 1u << 5,	/* has a startup configuration */
	DRIVER_CAN_SAVE = 1u << 6,	/* running must be saved by a command */
};

/* --- Whom to talk to --------------------------------------------------- */

/* A public host key as in an OpenSSH .pub line: "ssh-ed25519", "AAAA…"; or a
 * TLS certificate: "x509", base64 of its DER. */
struct driver_host_key {
	const char *type;
	const char *blob; /* base64 */
};

/* The host one has to pass through (SSH ProxyJump). */
struct driver_jump {
	const char *name; /* for messages; NULL: its address */
	const char *address;
	uint16_t port;
	const char *username;
	const struct secret *password;	  /* NULL: none */
	const struct secret *private_key; /* NULL: none */
	const struct driver_host_key *pins;
	size_t n_pins;
};

struct driver_target {
	const char *name;    /* the device's, for messages */
	const char *address; /* IP address or host name */
	uint16_t port;	     /* 0: the driver's default */
	/* Where files go if commands do not go over SSH; 0: 22. */
	uint16_t ssh_port;
	const char *username;
	const struct secret *password;	  /* NULL: none */
	const struct secret *private_key; /* PEM or OpenSSH; NULL: none */
	const struct secret *enable;	  /* enable password; NULL: none */
	const struct driver_host_key *pins;
	size_t n_pins;
	const struct driver_jump *jump; /* NULL: directly */
	const char *transport; /* one of the driver's; NULL: its first */
	/* Where a transport is HTTPS: PEM of the device's authority.  NULL:
	 * its certificate must be pinned. */
	const char *ca_file;
};

/* --- What the caller is asked and told --------------------------------- */

struct driver_plan;
struct driver_refusal;

/* All but ctx may be NULL.  Called on the session's thread, from within a
 * slot; they must not call the driver. */
struct driver_hooks {
	void *ctx;
	/* A line for the run's log.  Never holds a secret. */
	void (*log)(void *ctx, enum log_level level, const char *text);
	/* Asked once, immediately before the first line that changes the
	 * device.  The plan, with its reverse plan, must be safe on disk when
	 * this answers ERR_OK; on anything else nothing is sent and commit()
	 * returns that error. */
	enum err_code (*before_effect)(
	    void *ctx, const struct driver_plan *plan, struct err *e);
	/* Polled while waiting, until the first effect; never after it. */
	bool (*cancelled)(void *ctx);
	/* Told of a key that nobody approved, or another one, that is met past
	 * open(): by a connection that copies a file. */
	void (*hostkey)(void *ctx, const struct driver_refusal *refusal);
};

/* --- Why open() failed ------------------------------------------------- */

enum driver_refusal_kind {
	DRIVER_REFUSAL_NONE,	     /* none of the below */
	DRIVER_REFUSAL_UNREACHABLE,  /* no route, refused, no answer */
	DRIVER_REFUSAL_PROTOCOL,     /* it answers, but not this protocol */
	DRIVER_REFUSAL_KEY_UNKNOWN,  /* no key is pinned: may be approved */
	DRIVER_REFUSAL_KEY_CHANGED,  /* another key is pinned: refuse loudly */
	DRIVER_REFUSAL_CREDENTIALS,  /* wrong user, password or key */
	DRIVER_REFUSAL_NOT_PLATFORM, /* logged in, but it is something else */
};

#define DRIVER_KEY_BLOB_SIZE 4096 /* base64 of an RSA key of 16384 bits */
#define DRIVER_FINGERPRINT_SIZE 64

/* Filled on failure, like a struct err; it owns nothing.  Kinds KEY_UNKNOWN
 * and KEY_CHANGED carry the key that the device presented, so that an
 * operator can compare the fingerprint and approve the key. */
struct driver_refusal {
	enum driver_refusal_kind kind;
	char key_type[64];
	char key_blob[DRIVER_KEY_BLOB_SIZE];
	char fingerprint[DRIVER_FINGERPRINT_SIZE]; /* "SHA256:…" */
};

/* --- What is to change ------------------------------------------------- */

enum driver_load {
	DRIVER_MERGE,	/* add these lines, keep all others */
	DRIVER_REPLACE, /* exactly this configuration */
};

struct driver_candidate {
	enum driver_load load;
	const char *text; /* in the device's own language, `\n` at line ends */
};

struct driver_plan {
	bool empty;	  /* the device has it all already: no commit needed */
	const char *diff; /* unified, --- running, +++ candidate; "" if empty */
	size_t added;	  /* lines in diff */
	size_t removed;
	/* What will be sent, in order.  Empty where the device computes it. */
	const char *const *commands;
	size_t n_commands;
	/* What puts it back, should only this list be left.  Empty where the
	 * device reverts by itself. */
	const char *const *reverse;
	size_t n_reverse;
	const char *snapshot;  /* running configuration it was computed from */
	const char *predicted; /* running configuration expected afterwards;
				  NULL where only the device knows */
};

/* --- How it went ------------------------------------------------------- */

enum driver_outcome {
	DRIVER_UNTOUCHED,   /* no line that changes anything was sent */
	DRIVER_APPLIED,	    /* all of it; not yet verified */
	DRIVER_ROLLED_BACK, /* some of it, and the old state is back: read
			       and compared */
	DRIVER_UNKNOWN,	    /* anything: classify() over a new session */
};

struct driver_commit {
	/* The device reverts after this many seconds unless confirm() comes.
	 * 0: no timer.  Only with DRIVER_CAN_CONFIRM. */
	unsigned confirm_s;
	/* The load's own time.  Past it the load stops and is put back. */
	struct deadline deadline;
	/* Further time for putting it back after a failure; a driver that
	 * sends lines adds 100 ms for each line it has to undo. */
	int64_t restore_ms;
	/* For the device's own log where it takes one; NULL: none. */
	const char *comment;
};

/* Filled on success and on failure alike; text is in the arena given. */
struct driver_report {
	enum driver_outcome outcome;
	size_t sent;		 /* commands that were sent */
	const char *failed_line; /* the command refused, or NULL */
	const char *device_said; /* its answer, made safe to show, or NULL */
};

enum driver_found {
	DRIVER_FOUND_OLD,     /* equal to the snapshot */
	DRIVER_FOUND_NEW,     /* equal to what was to be */
	DRIVER_FOUND_PARTIAL, /* neither */
	DRIVER_FOUND_PENDING, /* a confirm timer is still running */
};

struct driver_verdict {
	bool matches;
	/* The intended lines that the device lacks, with what it stored in
	 * their place where that can be told; "" if it matches.  For people. */
	const char *text;
	size_t n_missing;    /* intended, not there */
	size_t n_unexpected; /* there, not intended (replace only) */
};

enum driver_source { DRIVER_RUNNING, DRIVER_STARTUP, DRIVER_STAGED };

struct driver_config {
	const char *text; /* no CR, no escapes; ends with a newline */
	size_t len;
};

struct driver_pending {
	bool any;	    /* a commit waits for confirmation */
	bool ours;	    /* it was made by this system */
	int64_t reverts_ms; /* until it reverts; -1: not told */
	const char *who;    /* whose session or comment; "" if not told */
};

struct driver_interface {
	const char *name;
	const char *description; /* "" if none */
	bool enabled;
	bool up;
};

/* Text is "" and numbers are -1 where the platform does not tell. */
struct driver_facts {
	const char *hostname;
	const char *vendor;
	const char *model;
	const char *os_version;
	const char *serial;
	int64_t uptime_s;
	const struct driver_interface *interfaces;
	size_t n_interfaces;
};

/* --- The table --------------------------------------------------------- */

struct driver_session; /* each driver defines its own */

struct driver {
	const char *name;	       /* "frr" */
	const char *label;	       /* "FRRouting over SSH" */
	unsigned capabilities;	       /* enum driver_capability, or-ed */
	uint16_t default_port;	       /* of its first transport */
	const char *const *transports; /* "ssh", …; NULL ends, NULL: just one */
	unsigned confirm_min_s;	       /* bounds of driver_commit.confirm_s; */
	unsigned confirm_max_s;	       /* both 0 without DRIVER_CAN_CONFIRM */

	/* Connects, checks the host key before any credential is sent, signs
	 * in, makes the session quiet (no paging) and checks that it is this
	 * platform.  On failure nothing is left open and *refusal tells why;
	 * refusal may be NULL. */
	enum err_code (*open)(const struct driver_target *target,
	    const struct driver_hooks *hooks, struct deadline deadline,
	    struct driver_session **ret, struct driver_refusal *refusal,
	    struct err *e) must_check;

	/* Reads only. */
	enum err_code (*get_facts)(struct driver_session *s,
	    struct deadline deadline, struct arena *arena,
	    struct driver_facts *ret, struct err *e) must_check;

	/* Reads only, and only whole configurations: the platform's first and
	 * last marks and the prompt were seen.  Otherwise ERR_CORRUPT, and
	 * (the one exception to the rule of out-parameters) ret->text holds
	 * what came, for quarantine, or NULL.  DRIVER_STAGED: what stage()
	 * would lead to.  ERR_NOT_FOUND where there is no such source. */
	enum err_code (*get_config)(struct driver_session *s,
	    enum driver_source source, struct deadline deadline,
	    struct arena *arena, struct driver_config *ret,
	    struct err *e) must_check;

	/* What a command that only reads says, as text; domain/read_command.h
	 * tells which do: others are ERR_DENIED, and nothing is sent.  Where
	 * there is no command line it is a query by name.  ERR_NOT_FOUND: the
	 * device refused it, and the session is as good as before; so it is
	 * after ERR_CORRUPT (no text, or not whole), with *ret as above. */
	enum err_code (*read_output)(struct driver_session *s,
	    const char *command, struct deadline deadline, struct arena *arena,
	    struct driver_config *ret, struct err *e) must_check;

	/* Loads the candidate: on the device where it has a candidate store,
	 * else in memory against a running configuration read now.  The
	 * running configuration does not change.  A second call replaces the
	 * first stage.  ERR_INVALID names the line.  ERR_CONFLICT if another
	 * session is pending. */
	enum err_code (*stage)(struct driver_session *s,
	    const struct driver_candidate *candidate, struct deadline deadline,
	    struct err *e) must_check;

	/* What commit() would do; after stage().  The plan lives as long as
	 * the arena. */
	enum err_code (*diff)(struct driver_session *s,
	    struct deadline deadline, struct arena *arena,
	    struct driver_plan *ret, struct err *e) must_check;

	/* Applies the stage.  ERR_OK means DRIVER_APPLIED: every line was sent
	 * and none refused; verification is the caller's, over a new session,
	 * by get_config() and verify().  On a refused line the driver itself
	 * restores the snapshot, reads it back, and says ERR_REMOTE with
	 * DRIVER_ROLLED_BACK, or ERR_UNKNOWN_OUTCOME with DRIVER_UNKNOWN if
	 * that could not be shown.  Session lost after the first line:
	 * ERR_UNKNOWN_OUTCOME.  An empty stage is ERR_OK, DRIVER_UNTOUCHED, and
	 * before_effect is not asked. */
	enum err_code (*commit)(struct driver_session *s,
	    const struct driver_commit *how, struct arena *arena,
	    struct driver_report *report, struct err *e) must_check;

	/* Makes a commit with a timer permanent; NULL without
	 * DRIVER_CAN_CONFIRM.  Over a new session, after verify(). */
	enum err_code (*confirm)(struct driver_session *s,
	    struct deadline deadline, struct err *e) must_check;

	/* Forgets the stage; ERR_OK if there is none. */
	enum err_code (*discard)(struct driver_session *s,
	    struct deadline deadline, struct err *e) must_check;

	/* Reads running and tells which of the two it is.  predicted may be
	 * NULL.  Never changes anything. */
	enum err_code (*classify)(struct driver_session *s,
	    const char *snapshot, const char *predicted,
	    struct deadline deadline, enum driver_found *ret,
	    struct err *e) must_check;

	/* Brings running back to the snapshot (a text from get_config() or
	 * driver_plan.snapshot), cancels a pending timer of ours, and reads it
	 * back: ERR_OK only if it is equal, DRIVER_ROLLED_BACK, or
	 * DRIVER_UNTOUCHED if it was equal from the start.  before_effect is
	 * not asked: undoing was agreed to with the effect.  Does nothing to
	 * startup. */
	enum err_code (*restore)(struct driver_session *s, const char *snapshot,
	    struct deadline deadline, struct arena *arena,
	    struct driver_report *report, struct err *e) must_check;

	/* Compares texts; pure, needs no session.  Merge: every intended line
	 * is in its section of running, every `no` line took effect.  Replace:
	 * nothing else is there.  running: from get_config() over the new
	 * session. */
	enum err_code (*verify)(const struct driver_candidate *intended,
	    const char *running, struct arena *arena,
	    struct driver_verdict *ret, struct err *e) must_check;

	/* Is somebody's commit waiting for confirmation? */
	enum err_code (*get_pending)(struct driver_session *s,
	    struct deadline deadline, struct arena *arena,
	    struct driver_pending *ret, struct err *e) must_check;

	/* Running → startup, and the device said that it worked. */
	enum err_code (*save)(struct driver_session *s,
	    struct deadline deadline, struct err *e) must_check;

	/* Discards a stage on the device, signs out if that takes no time,
	 * frees.  NULL is fine. */
	void (*close)(struct driver_session *s);
};

#endif
