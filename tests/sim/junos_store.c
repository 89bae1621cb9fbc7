/*
 * Active and candidate configuration, locks, commits and their timers.
 */
#include "sim/junos.h"

#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct junos *junos_of(struct device *d)
{
	return d->state;
}

const char *junos_hostname(const struct device *d)
{
	static const char *const path[] = { "system", "host-name", NULL };
	const struct junos *j = d->state;
	const char *name = jnode_value(j->active, path);

	return name ? name : "Amnesiac";
}

/* --- life -------------------------------------------------------------- */

#define JUNOS_FIRST_TEXT                                                \
	"version 21.4R1.12;\n"                                          \
	"system {\n"                                                    \
	"    host-name %s;\n"                                           \
	"    root-authentication {\n"                                   \
	"        encrypted-password \"$6$sim$Q1n0bW4vT2ZQeYlC\";\n"     \
	"    }\n"                                                       \
	"    login {\n"                                                 \
	"        user admin {\n"                                        \
	"            uid 2000;\n"                                       \
	"            class super-user;\n"                               \
	"            authentication {\n"                                \
	"                encrypted-password \"$6$sim$Tq1n0bW4vT2Z\";\n" \
	"            }\n"                                               \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"    services {\n"                                              \
	"        ssh;\n"                                                \
	"        netconf {\n"                                           \
	"            ssh;\n"                                            \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"    syslog {\n"                                                \
	"        file messages {\n"                                     \
	"            any notice;\n"                                     \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"}\n"                                                           \
	"interfaces {\n"                                                \
	"    fxp0 {\n"                                                  \
	"        unit 0 {\n"                                            \
	"            family inet {\n"                                   \
	"                address 192.0.2.%u/24;\n"                      \
	"            }\n"                                               \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"    ge-0/0/0 {\n"                                              \
	"        description \"uplink to spine1\";\n"                   \
	"        unit 0 {\n"                                            \
	"            family inet {\n"                                   \
	"                address 10.%u.%u.1/31;\n"                      \
	"            }\n"                                               \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"    lo0 {\n"                                                   \
	"        unit 0 {\n"                                            \
	"            family inet {\n"                                   \
	"                address 10.255.0.1/32;\n"                      \
	"            }\n"                                               \
	"        }\n"                                                   \
	"    }\n"                                                       \
	"}\n"                                                           \
	"routing-options {\n"                                           \
	"    static {\n"                                                \
	"        route 0.0.0.0/0 next-hop 192.0.2.1;\n"                 \
	"    }\n"                                                       \
	"    autonomous-system 65001;\n"                                \
	"}\n"

static void store_record(struct device *d, const struct jnode *config,
    const char *user, const char *client, const char *comment)
{
	struct junos *j = junos_of(d);
	struct junos_commit *c = &j->history[0];

	jnode_free(j->history[JUNOS_HISTORY - 1].config);
	memmove(j->history + 1, j->history,
	    (JUNOS_HISTORY - 1) * sizeof(*j->history));
	*c = (struct junos_commit){ .config = jnode_clone(config) };
	snprintf(c->user, sizeof(c->user), "%s", user);
	snprintf(c->client, sizeof(c->client), "%s", client);
	snprintf(c->comment, sizeof(c->comment), "%s", comment ? comment : "");
	c->made_ms = device_now_ms(d);
}

static void store_set_active(struct device *d, struct jnode *config)
{
	struct junos *j = junos_of(d);

	jnode_free(j->active);
	jnode_free(j->candidate);
	j->active = config;
	j->candidate = jnode_clone(config);
}

void junos_store_init(struct device *d)
{
	struct junos *j = mem_zalloc(sizeof(*j));
	struct jnode *config = jnode_new();
	struct junos_load load = { .errors = 0 };
	char *text = mem_printf(JUNOS_FIRST_TEXT, d->name, 10 + d->index % 240,
	    d->index / 250 % 250, d->index % 250);

	d->state = j;
	junos_load_text(config, text, JUNOS_MERGE, &load);
	if (load.errors > 0)
		abort(); /* our own text does not fit our own schema */
	free(text);
	store_set_active(d, config);
	store_record(d, config, "root", "other", NULL);
}

void junos_store_release(struct device *d)
{
	struct junos *j = junos_of(d);

	for (size_t i = 0; i < JUNOS_HISTORY; i++)
		jnode_free(j->history[i].config);
	jnode_free(j->active);
	jnode_free(j->candidate);
	jnode_free(j->before_confirm);
	free(j);
}

static void store_revert(struct device *d)
{
	struct junos *j = junos_of(d);
	struct jnode *before = j->before_confirm;

	j->before_confirm = NULL;
	j->persist[0] = '\0';
	store_set_active(d, before);
	store_record(d, before, "root", "other", NULL);
	d->stats.reverts++;
}

/* An unconfirmed commit does not survive; nor does the candidate. */
void junos_store_restart(struct device *d)
{
	struct junos *j = junos_of(d);

	if (j->before_confirm)
		store_revert(d);
	else
		store_set_active(d, jnode_clone(j->active));
	j->lock_id = 0;
}

void junos_store_tick(struct device *d, int64_t now_ms)
{
	struct junos *j = junos_of(d);

	if (j->before_confirm && now_ms >= j->confirm_ms)
		store_revert(d);
}

/* --- sessions and locks ------------------------------------------------ */

void junos_session_open(struct device *d, struct junos_session *s,
    const char *user, const char *client)
{
	*s = (struct junos_session){ .id = ++junos_of(d)->next_id };
	snprintf(s->user, sizeof(s->user), "%s", user);
	snprintf(s->client, sizeof(s->client), "%s", client);
}

void junos_session_close(struct device *d, struct junos_session *s)
{
	struct junos *j = junos_of(d);

	if (j->lock_id == s->id) {
		j->lock_id = 0;
		junos_discard(d, s);
	}
	if (j->before_confirm && j->confirm_id == s->id)
		store_revert(d);
	jnode_free(s->private_config);
	s->private_config = NULL;
}

struct jnode *junos_edited(struct device *d, struct junos_session *s)
{
	return s->private_config ? s->private_config : junos_of(d)->candidate;
}

void junos_set_edited(
    struct device *d, struct junos_session *s, struct jnode *config)
{
	struct jnode **slot =
	    s->private_config ? &s->private_config : &junos_of(d)->candidate;

	jnode_free(*slot);
	*slot = config;
}

bool junos_may_edit(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE])
{
	const struct junos *j = junos_of(d);

	if (j->lock_id == 0 || j->lock_id == s->id || s->private_config)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE,
	    "configuration database locked by:\n  %s terminal  (pid %u) on "
	    "since now\n      exclusive",
	    j->lock_user, 4000 + j->lock_id);
	return false;
}

bool junos_lock(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE])
{
	struct junos *j = junos_of(d);

	if (!junos_may_edit(d, s, refusal))
		return false;
	if (!jnode_equal(j->active, j->candidate)) {
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "configuration database modified");
		return false;
	}
	j->lock_id = s->id;
	snprintf(j->lock_user, sizeof(j->lock_user), "%s", s->user);
	return true;
}

/* What was not committed under the lock is gone with it. */
bool junos_unlock(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE])
{
	struct junos *j = junos_of(d);

	if (j->lock_id != s->id) {
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "configuration database is not locked by this session");
		return false;
	}
	j->lock_id = 0;
	junos_discard(d, s);
	return true;
}

/* --- candidate --------------------------------------------------------- */

void junos_discard(struct device *d, struct junos_session *s)
{
	junos_set_edited(d, s, jnode_clone(junos_of(d)->active));
}

const struct jnode *junos_get_rollback(struct device *d, unsigned n)
{
	const struct junos *j = junos_of(d);

	if (n == 0)
		return j->active;
	return n < JUNOS_HISTORY ? j->history[n].config : NULL;
}

bool junos_rollback(struct device *d, struct junos_session *s, unsigned n,
    char refusal[CONF_REFUSAL_SIZE])
{
	const struct jnode *config = junos_get_rollback(d, n);

	if (!config) {
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "could not open configuration database: rollback %u: No "
		    "such file or directory",
		    n);
		return false;
	}
	junos_set_edited(d, s, jnode_clone(config));
	return true;
}

/* --- commit ------------------------------------------------------------ */

static bool check_root_password(
    const struct jnode *config, char refusal[CONF_REFUSAL_SIZE])
{
	static const char *const path[] = { "system", "root-authentication",
		NULL };
	const struct jnode *n = config;

	for (const char *const *p = path; *p && n; p++) {
		const struct jschema *s = junos_schema_child(n->schema, *p);

		n = jnode_find(n, s, NULL);
	}
	if (n && n->first)
		return true;
	snprintf(refusal, CONF_REFUSAL_SIZE,
	    "Missing mandatory statement: 'root-authentication'");
	return false;
}

static const char *leaf_value(const struct jnode *n, const char *name)
{
	return jnode_value(n, (const char *[]){ name, NULL });
}

static bool check_bgp_group(
    const struct jnode *group, char refusal[CONF_REFUSAL_SIZE])
{
	const char *type = leaf_value(group, "type");

	for (const struct jnode *n = group->first; n; n = n->next) {
		if (strcmp(n->schema->name, "neighbor") != 0 ||
		    (type && strcmp(type, "internal") == 0) ||
		    leaf_value(group, "peer-as") || leaf_value(n, "peer-as"))
			continue;
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "Error in neighbor %.40s of group %.60s:\npeer AS number "
		    "must be configured for an external peer",
		    n->value, group->value);
		return false;
	}
	return true;
}

static bool check_bgp(
    const struct jnode *config, char refusal[CONF_REFUSAL_SIZE])
{
	const struct jschema *s =
	    junos_schema_child(junos_schema(), "protocols");
	const struct jnode *n = jnode_find(config, s, NULL);

	n = n ? jnode_find(n, junos_schema_child(s, "bgp"), NULL) : NULL;
	for (const struct jnode *g = n ? n->first : NULL; g; g = g->next)
		if (!check_bgp_group(g, refusal))
			return false;
	return true;
}

bool junos_check(
    struct device *d, struct junos_session *s, char refusal[CONF_REFUSAL_SIZE])
{
	const struct jnode *config = junos_edited(d, s);

	return check_root_password(config, refusal) &&
	       check_bgp(config, refusal);
}

/* Whoever wants to confirm has to know the token of a persistent commit. */
static bool commit_may_confirm(const struct junos *j,
    const struct junos_session *s, const struct junos_commit_options *o,
    char refusal[CONF_REFUSAL_SIZE])
{
	const char *given = o->persist_id ? o->persist_id : "";

	if (!j->before_confirm) {
		if (*given)
			snprintf(refusal, CONF_REFUSAL_SIZE,
			    "invalid value for persist-id: %.100s", given);
		return !*given;
	}
	if (j->persist[0]
		? strcmp(j->persist, given) == 0
		: j->confirm_id == s->id || strcmp(s->client, "cli") == 0)
		return true;
	snprintf(
	    refusal, CONF_REFUSAL_SIZE, "another confirmed commit is pending");
	return false;
}

static void commit_set_timer(struct device *d, const struct junos_session *s,
    const struct junos_commit_options *o)
{
	struct junos *j = junos_of(d);
	const char *persist = o->persist ? o->persist : "";

	if (o->confirm_s == 0) {
		jnode_free(j->before_confirm);
		j->before_confirm = NULL;
		j->persist[0] = '\0';
		return;
	}
	if (!j->before_confirm)
		j->before_confirm = jnode_clone(j->active);
	j->confirm_ms = device_now_ms(d) + (int64_t)o->confirm_s * 1000;
	snprintf(j->persist, sizeof(j->persist), "%s", persist);
	/* Only over NETCONF does the end of the session revert. */
	j->confirm_id = *persist || strcmp(s->client, "cli") == 0 ? 0 : s->id;
}

bool junos_commit(struct device *d, struct junos_session *s,
    const struct junos_commit_options *o, char refusal[CONF_REFUSAL_SIZE])
{
	struct junos *j = junos_of(d);
	struct jnode *config;
	struct jnode *shared = NULL;

	if (!junos_may_edit(d, s, refusal) || !junos_check(d, s, refusal) ||
	    !commit_may_confirm(j, s, o, refusal))
		return false;
	config = jnode_clone(junos_edited(d, s));
	commit_set_timer(d, s, o);
	if (jnode_equal(j->active, config)) {
		jnode_free(config);
	} else {
		/* A private commit leaves others' changes in place. */
		if (s->private_config)
			shared = jnode_clone(j->candidate);
		store_set_active(d, config);
		store_record(d, config, s->user, s->client, o->comment);
		if (shared && !jnode_equal(shared, j->history[1].config)) {
			jnode_free(j->candidate);
			j->candidate = shared;
		} else {
			jnode_free(shared);
		}
	}
	d->stats.commits++;
	d->stats.saves++;
	return true;
}

bool junos_cancel_commit(struct device *d, struct junos_session *s,
    const char *persist_id, char refusal[CONF_REFUSAL_SIZE])
{
	struct junos *j = junos_of(d);
	struct junos_commit_options o = { .persist_id = persist_id };

	if (!j->before_confirm) {
		snprintf(refusal, CONF_REFUSAL_SIZE,
		    "no confirmed commit is pending");
		return false;
	}
	if (!commit_may_confirm(j, s, &o, refusal))
		return false;
	store_revert(d);
	return true;
}
