/*
 * What the drivers over NETCONF share: a session over SSH, and a commit with
 * a timer that is confirmed over another connection (RFC 6241, 8.4).
 *
 * A server that has :confirmed-commit:1.1 keeps the timer by a name when the
 * session ends (<persist>); the name is made of the device's, so that whoever
 * comes after a session that died can confirm or cancel.  One that has only
 * :confirmed-commit:1.0 takes the change back when the session ends.  There
 * commit() itself reads over a second connection and confirms in the first.
 *
 * Ownership: the caller's struct; netconf_base_close() releases what it holds.
 */
#ifndef INFRA_DRIVER_NETCONF_BASE_H
#define INFRA_DRIVER_NETCONF_BASE_H

#include "app/port/driver.h"
#include "infra/netconf/datastore.h"
#include "infra/ssh/link.h"
#include "infra/ssh/subsystem.h"

#define NETCONF_CONFIG_MAX ((size_t)4 * 1024 * 1024)
#define NETCONF_PERSIST_SIZE 80

struct netconf_base {
	const struct driver *driver;
	const struct driver_target *target;
	const struct driver_hooks *hooks;
	struct ssh_link *link;
	struct ssh_subsystem *channel;
	struct netconf_stream stream;
	struct netconf *nc;
	bool holds_running; /* locks */
	bool holds_candidate;
	bool staged; /* the candidate has a change of ours */
	bool waits;  /* a commit of this session is not confirmed */
	size_t lines;
	char persist[NETCONF_PERSIST_SIZE];
};

enum err_code netconf_base_open(struct netconf_base *b,
    struct deadline deadline, struct driver_refusal *refusal,
    struct err *e) must_check;
/* Discards a stage, gives up the locks, hangs up. */
void netconf_base_close(struct netconf_base *b);

/* One exchange, whatever the run's own deadline is. */
struct deadline netconf_base_exchange(struct deadline deadline);

/* One operation.  On ERR_CORRUPT what came is appended to `out`. */
enum err_code netconf_base_call(struct netconf_base *b, const char *operation,
    struct deadline deadline, struct buf *out, struct netconf_reply *ret,
    struct err *e) must_check;

/* The same for one that only reads, on behalf of a command: ERR_NOT_FOUND if
 * the device refused it.  *ret is the caller's to free on ERR_OK alone. */
enum err_code netconf_base_query(struct netconf_base *b, const char *command,
    const char *operation, struct deadline deadline, struct buf *out,
    struct netconf_reply *ret, struct err *e) must_check;

/* What loading a configuration came to: a refusal is the configuration's fault,
 * not the device's, ERR_INVALID. */
enum err_code netconf_base_load_result(const struct netconf_fault *fault,
    enum err_code code, struct err *e) must_check;

/* Asks the caller whether to go on; from then on it cannot be cancelled. */
enum err_code netconf_base_ask(struct netconf_base *b,
    const struct driver_plan *plan, struct err *e) must_check;

/* The candidate becomes running.  A refusal leaves the device untouched (RFC
 * 6241, 8.3.4.1). */
enum err_code netconf_base_commit(struct netconf_base *b,
    const struct driver_commit *how, const struct driver_plan *plan,
    struct arena *arena, struct driver_report *report,
    struct err *e) must_check;

/* ERR_CONFLICT if no commit of ours waits any more. */
enum err_code netconf_base_confirm(
    struct netconf_base *b, struct deadline deadline, struct err *e) must_check;

/* How a driver reads running, and how it loads and commits an old one. */
struct netconf_restore {
	struct driver_session *session;
	const char *snapshot;
	enum err_code (*read)(struct driver_session *s,
	    struct deadline deadline, struct buf *out, struct err *e);
	enum err_code (*put_back)(struct driver_session *s,
	    const char *snapshot, struct deadline deadline, struct err *e);
};
/* struct driver's restore(): takes a commit of ours back that waits, or puts
 * the snapshot back, and reads. */
enum err_code netconf_base_restore(struct netconf_base *b,
    const struct netconf_restore *how, struct deadline deadline,
    struct driver_report *report, struct err *e) must_check;

/* The lines that a commit is said to have sent. */
void netconf_base_count(struct netconf_base *b, const char *text);

enum err_code netconf_base_discard(
    struct netconf_base *b, struct deadline deadline, struct err *e) must_check;

#endif
