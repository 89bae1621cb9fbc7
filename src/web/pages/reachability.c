/* /reachability: the devices that do not answer as they should. */
#include "web/pages/pages.h"

#include "web/pages/reach_view.h"
#include "web/pages/view.h"

#define MAX_SHOWN 500

static enum err_code reachability_page(
    struct request *r, struct response *out, struct err *e)
{
	size_t counts[REACH_DOWN + 1];
	struct jv ctx = jv_dict(r->arena, 8);
	enum reach_verdict verdict;
	const char *word;

	/* what is worst first */
	reach_count(r, counts);
	word = request_query(r, "verdict",
	    reach_words[counts[REACH_DOWN] ? REACH_DOWN : REACH_DEGRADED]);
	if (!reach_parse(word, &verdict))
		return err_set(e, ERR_NOT_FOUND,
		    "There is no verdict \"%.40s\": it is up, degraded or "
		    "down.",
		    word);
	jv_dict_set(r->arena, ctx, "verdict", jv_text(reach_words[verdict]));
	jv_dict_set(r->arena, ctx, "counts", reach_view_counts(r));
	jv_dict_set(r->arena, ctx, "max", jv_int(MAX_SHOWN));
	jv_dict_set(
	    r->arena, ctx, "states", reach_view_list(r, verdict, MAX_SHOWN));
	return response_page(r, out, 200, "reachability.html", ctx, e);
}

static const struct route routes[] = {
	PAGE_GET("/reachability", MAY_VIEW, reachability_page),
};

const struct route_table pages_reachability_routes = { routes, COUNT(routes) };
