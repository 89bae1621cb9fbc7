#include "app/server_list.h"

#include "app/server_internal.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX ((size_t)128 * 1024 * 1024)

struct server_list {
	atomic_int refs;
	struct arena *arena; /* holds the nodes */
	struct baremetal_nodes nodes;
	struct deadline fresh_until;
	/* what it was asked with: other settings are another Ironic */
	uint8_t settings_version[20], secret_version[20];
};

static struct server_list *writable(const struct server_list *list)
{
	/* only the count is ever changed after the list was made */
	return (struct server_list *)(uintptr_t)list;
}

void server_list_unref(const struct server_list *list)
{
	struct server_list *w = writable(list);

	if (!w || atomic_fetch_sub(&w->refs, 1) > 1)
		return;
	arena_free(w->arena);
	free(w);
}

const struct baremetal_nodes *server_list_nodes(const struct server_list *list)
{
	return &list->nodes;
}

static bool is_of(
    const struct server_list *list, const struct server_connection *c)
{
	return memcmp(list->settings_version, c->settings_version, 20) == 0 &&
	       memcmp(list->secret_version, c->secret_version, 20) == 0;
}

/* The kept one, a new reference; NULL if there is none that will do.
 * *ret_round tells a list that is asked for now from one asked for before
 * something was changed. */
static struct server_list *find_kept(
    struct servers *sv, const struct server_connection *c, uint64_t *ret_round)
{
	struct server_list *list;

	pthread_mutex_lock(&sv->lock);
	*ret_round = sv->list_round;
	list = sv->list;
	if (list && (!is_of(list, c) || deadline_passed(list->fresh_until)))
		list = NULL;
	if (list)
		atomic_fetch_add(&list->refs, 1);
	pthread_mutex_unlock(&sv->lock);
	return list;
}

static void keep(struct servers *sv, struct server_list *list, uint64_t round)
{
	const struct server_list *old = NULL;

	pthread_mutex_lock(&sv->lock);
	if (round == sv->list_round) {
		old = sv->list;
		atomic_fetch_add(&list->refs, 1);
		sv->list = list;
	}
	pthread_mutex_unlock(&sv->lock);
	server_list_unref(old);
}

void server_list_forget(struct servers *sv)
{
	const struct server_list *old;

	pthread_mutex_lock(&sv->lock);
	old = sv->list;
	sv->list = NULL;
	sv->list_round++;
	pthread_mutex_unlock(&sv->lock);
	server_list_unref(old);
}

static enum err_code ask(struct servers *sv, const struct server_connection *c,
    struct server_list **ret, struct err *e)
{
	static const struct baremetal_filter all = { .limit =
							 BAREMETAL_MAX_NODES };
	struct server_list *list = calloc(1, sizeof(*list));
	enum err_code rc = ERR_OK;

	if (!list)
		return err_set(e, ERR_SYSTEM, "out of memory");
	atomic_init(&list->refs, 1);
	memcpy(list->settings_version, c->settings_version, 20);
	memcpy(list->secret_version, c->secret_version, 20);
	/* from the question on: an answer may be on its way for seconds */
	list->fresh_until = deadline_in_ms(SERVER_LIST_FRESH_MS);
	list->arena = arena_new(LIST_MAX);
	if (!list->arena)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == ERR_OK)
		rc = servers_list(sv, &all, list->arena, &list->nodes, e);
	if (rc == ERR_OK)
		*ret = list;
	else
		server_list_unref(list);
	return rc;
}

enum err_code server_list_get(
    struct servers *sv, const struct server_list **ret, struct err *e)
{
	struct server_connection *c = NULL;
	struct server_list *list;
	uint64_t round = 0;
	enum err_code rc = server_connect(sv, &c, e);

	if (rc != ERR_OK)
		return rc;
	list = find_kept(sv, c, &round);
	if (!list) {
		rc = ask(sv, c, &list, e);
		if (rc == ERR_OK)
			keep(sv, list, round);
	}
	server_disconnect(c);
	if (rc == ERR_OK)
		*ret = list;
	return rc;
}
