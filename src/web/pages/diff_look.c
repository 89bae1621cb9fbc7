#include "web/pages/diff_look.h"

#include "web/pages/query_link.h"

#include <string.h>

#define ALL_LINES 1000000

static bool says(struct request *r, const char *name, const char *value)
{
	return strcmp(request_query(r, name, ""), value) == 0;
}

struct diff_look diff_look_read(struct request *r)
{
	struct diff_look look = DIFF_LOOK_PLAIN;

	look.split = says(r, "diff", "split");
	look.ignore_space = says(r, "space", "ignore");
	look.hide_volatile = says(r, "volatile", "hide");
	if (says(r, "context", "10"))
		look.context = 10;
	else if (says(r, "context", "all"))
		look.context = ALL_LINES;
	look.request = r->method == METHOD_GET ? r : NULL;
	return look;
}

static const struct choice {
	const char *name;  /* of the parameter */
	const char *value; /* NULL: without it */
	const char *label;
	const char *group; /* begins a group: what it is about */
} choices[] = {
	{ "diff", NULL, "Unified", "Layout" },
	{ "diff", "split", "Side by side", NULL },
	{ "context", NULL, "3 lines", "Lines around a change" },
	{ "context", "10", "10", NULL },
	{ "context", "all", "All", NULL },
	{ "space", NULL, "All white space", "White space" },
	{ "space", "ignore", "Ignored", NULL },
	{ "volatile", NULL, "All lines", "Lines that change by themselves" },
	{ "volatile", "hide", "Hidden", NULL },
};

static struct jv choice_view(struct request *r, const struct choice *c)
{
	struct jv v = jv_dict(r->arena, 3);

	jv_dict_set(r->arena, v, "label", jv_text(c->label));
	jv_dict_set(r->arena, v, "url",
	    jv_text(query_link(r, r->path, c->name, c->value)));
	jv_dict_set(r->arena, v, "current",
	    jv_bool(says(r, c->name, c->value ? c->value : "")));
	return v;
}

struct jv diff_look_view(struct arena *a, const struct diff_look *look)
{
	struct jv groups = jv_list(a, 4), items = jv_none();

	for (size_t i = 0;
	     look->request && i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (choices[i].group) {
			struct jv group = jv_dict(a, 2);

			items = jv_list(a, 3);
			jv_dict_set(
			    a, group, "label", jv_text(choices[i].group));
			jv_dict_set(a, group, "choices", items);
			jv_list_append(a, groups, group);
		}
		jv_list_append(
		    a, items, choice_view(look->request, &choices[i]));
	}
	return groups;
}
