/*
 * Juniper Junos: one candidate for all (or private, or exclusive), commit,
 * commit confirmed with and without persist, rollback 0-49, over the CLI and
 * NETCONF 1.0/1.1.  Sources: "Junos OS CLI User Guide", "NETCONF XML
 * Management Protocol Developer Guide", RFC 6241 and 6242.
 *
 * Everything with the device locked.
 */
#ifndef SIM_JUNOS_H
#define SIM_JUNOS_H

#include "sim/cli.h"
#include "sim/device.h"
#include "sim/junos_tree.h"

#define JUNOS_HISTORY 50
#define JUNOS_CONFIRM_DEFAULT_S 600

struct junos_commit {
	struct jnode *config; /* NULL: no such rollback */
	char user[64];
	char client[16]; /* "cli", "netconf" */
	char comment[256];
	int64_t made_ms;
};

/* A CLI or NETCONF session, as locks and timers know it. */
struct junos_session {
	unsigned id;
	char user[64];
	char client[16];
	struct jnode *private_config; /* `configure private`; or NULL */
};

struct junos {
	struct jnode *active;
	struct jnode *candidate;		    /* the shared one */
	struct junos_commit history[JUNOS_HISTORY]; /* [0]: the active one */
	unsigned lock_id; /* session that holds the lock, 0: none */
	char lock_user[64];
	unsigned next_id;

	struct jnode *before_confirm; /* NULL: no timer runs */
	int64_t confirm_ms;	      /* when it fires */
	unsigned confirm_id;	      /* session; 0 with persist */
	char persist[128];	      /* "" without */
};

/* How a commit is made. */
struct junos_commit_options {
	unsigned confirm_s;	/* 0: for good */
	const char *persist;	/* "" or NULL: none */
	const char *persist_id; /* of the commit being confirmed; or NULL */
	const char *comment;	/* or NULL */
};

struct junos *junos_of(struct device *d);
const char *junos_hostname(const struct device *d);

/* --- junos_store.c: false with a message in refusal -------------------- */

void junos_store_init(struct device *d);
void junos_store_release(struct device *d);
void junos_store_restart(struct device *d);
void junos_store_tick(struct device *d, int64_t now_ms);
void junos_session_open(struct device *d, struct junos_session *s,
    const char *user, const char *client);
/* Gives up locks; a confirmed commit of its own without persist reverts. */
void junos_session_close(struct device *d, struct junos_session *s);
/* What this session edits. */
struct jnode *junos_edited(struct device *d, struct junos_session *s);
void junos_set_edited(
    struct device *d, struct junos_session *s, struct jnode *config);
bool junos_lock(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE]);
bool junos_unlock(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE]);
/* False if another session holds the lock. */
bool junos_may_edit(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE]);
void junos_discard(struct device *d, struct junos_session *s);
bool junos_rollback(struct device *d, struct junos_session *s, unsigned n,
    char refusal[CONF_REFUSAL_SIZE]);
/* NULL if there is no rollback n; 0 is the active configuration. */
const struct jnode *junos_get_rollback(struct device *d, unsigned n);
bool junos_check(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE]);
bool junos_commit(struct device *d, struct junos_session *s,
    const struct junos_commit_options *o, char refusal[CONF_REFUSAL_SIZE]);
bool junos_cancel_commit(struct device *d, struct junos_session *s,
    const char *persist_id, char refusal[CONF_REFUSAL_SIZE]);

/* --- junos_show.c ------------------------------------------------------ */

void junos_show_version(struct device *d, struct buf *out);
void junos_show_interfaces(struct device *d, struct buf *out);
void junos_show_hardware(struct device *d, struct buf *out);
void junos_show_uptime(struct device *d, struct buf *out);
void junos_show_commits(struct device *d, struct buf *out);
void junos_xml_software(struct device *d, struct buf *out);
void junos_xml_system(struct device *d, struct buf *out);
void junos_xml_interfaces(struct device *d, struct buf *out);
void junos_xml_inventory(struct device *d, struct buf *out);
void junos_xml_uptime(struct device *d, struct buf *out);
void junos_xml_engine(struct device *d, struct buf *out);
void junos_xml_escape(const char *text, struct buf *out);

/* --- the rest ---------------------------------------------------------- */

extern const struct cli_platform junos_cli_platform; /* junos_cli.c */
struct endpoint *junos_netconf_open(struct device *d, const char *user);

struct junos_rpc; /* junos_netconf.h */

extern const struct platform junos_platform;

#endif
