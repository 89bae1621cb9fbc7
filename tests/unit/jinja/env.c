/* The environment: cache, functions of the caller, objects, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jinja/jinja.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct store {
	_Atomic int version;
	_Atomic int reads;
};

static enum err_code load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	struct store *s = ctx;
	char current[JINJA_IDENTITY_SIZE];

	snprintf(current, sizeof(current), "%s-%d", name, s->version);
	if (strcmp(name, "none") == 0)
		return err_set(e, ERR_NOT_FOUND, "none");
	if (strcmp(identity, current) == 0) {
		*unchanged = true;
		return ERR_OK;
	}
	memcpy(identity, current, sizeof(current));
	s->reads++;
	if (strcmp(name, "part") == 0)
		buf_puts(out, "[{{ x }}]");
	else
		buf_printf(out, "v%d{%% include 'part' %%}", s->version);
	return ERR_OK;
}

static void render_text(const struct jinja_template *t, struct jv context,
    struct arena *a, const char *expected)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	enum err_code rc = jinja_render(t, a, context, &out, &e);

	if (rc)
		print_message("%s\n", e.message);
	assert_int_equal(rc, ERR_OK);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static void test_cache(void **state)
{
	struct store s = { .version = 1 };
	struct jinja_env *env = jinja_env_new(
	    &(struct jinja_options){ .loader = load, .loader_ctx = &s });
	struct arena *a = arena_new(1 << 20);
	struct jv ctx = jv_dict(a, 1);
	struct jinja_template *first, *again, *changed;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(jv_dict_set(a, ctx, "x", jv_int(5)));
	assert_int_equal(jinja_load(env, "main", &first, &e), ERR_OK);
	assert_int_equal(jinja_load(env, "main", &again, &e), ERR_OK);
	assert_ptr_equal(first, again);
	render_text(first, ctx, a, "v1[5]");
	assert_int_equal(s.reads, 2);
	render_text(first, ctx, a, "v1[5]");
	assert_int_equal(s.reads, 2);
	s.version = 2;
	assert_int_equal(jinja_load(env, "main", &changed, &e), ERR_OK);
	assert_ptr_not_equal(first, changed);
	render_text(changed, ctx, a, "v2[5]");
	render_text(first, ctx, a, "v1[5]"); /* still held */
	assert_int_equal(jinja_load(env, "none", &again, &e), ERR_NOT_FOUND);
	jinja_template_unref(first);
	jinja_template_unref(first);
	jinja_template_unref(changed);
	jinja_env_free(env);
	arena_free(a);
}

static enum err_code url_for(void *ctx, struct arena *a, const struct jv *args,
    size_t n_args, struct jv *ret, struct err *e)
{
	if (n_args != 1 || args[0].kind != JV_STRING)
		return err_set(e, ERR_INVALID, "one name is needed");
	*ret = jv_safe(arena_printf(
	    a, "%s/%.*s", (const char *)ctx, (int)args[0].len, args[0].u.text));
	return ERR_OK;
}

struct port {
	const char *name;
	int vlan;
};

static bool port_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	const struct port *p = self;

	(void)a;
	if (len == 4 && memcmp(name, "name", 4) == 0)
		*ret = jv_text(p->name);
	else if (len == 4 && memcmp(name, "vlan", 4) == 0)
		*ret = jv_int(p->vlan);
	else
		return false;
	return true;
}

static const char *const port_names[] = { "name", "vlan", NULL };
static const struct jv_class port_class = {
	.name = "port", .get = port_get, .names = port_names
};

static void expect_text(struct jinja_env *env, struct arena *a, struct jv ctx,
    const char *template, const char *expected)
{
	struct jinja_template *t;
	struct err e = ERR_INIT;

	assert_int_equal(
	    jinja_compile(env, "t", template, strlen(template), &t, &e),
	    ERR_OK);
	render_text(t, ctx, a, expected);
	jinja_template_unref(t);
}

/* An object that is a text: a role, say, with attributes beside its name. */
static bool role_get(const void *self, const char *name, size_t len,
    struct arena *a, struct jv *ret)
{
	(void)a;
	if (len != 4 || memcmp(name, "name", 4) != 0)
		return false;
	*ret = jv_text(self);
	return true;
}

static const char *role_text(const void *self)
{
	return self;
}

static const struct jv_class role_class = {
	.name = "role", .get = role_get, .text = role_text
};

/* count(2, kind='x') → "2x" */
static enum err_code count(void *ctx, struct arena *a, const struct jv *args,
    size_t n, struct jv keywords, struct jv *ret, struct err *e)
{
	struct jv kind = jv_text("-");

	(void)ctx;
	if (n != 1 || args[0].kind != JV_INT)
		return err_set(e, ERR_INVALID, "needs a number");
	(void)jv_dict_get(keywords, "kind", &kind);
	*ret = jv_text(arena_printf(
	    a, "%d%.*s", (int)args[0].u.integer, (int)kind.len, kind.u.text));
	return ERR_OK;
}

static void test_objects_that_are_text(void **state)
{
	static const struct {
		const char *source, *expected;
	} cases[] = {
		{ "{{ role }} {{ role.name }} {{ role|upper }}",
		    "leaf leaf LEAF" },
		{ "{{ role == 'leaf' }}{{ 'leaf' == role }}{{ role != 'x' }}",
		    "TrueTrueTrue" },
		{ "{{ role in ['leaf'] }}{{ role in 'leaf-1' }}", "TrueTrue" },
		{ "{{ {'leaf': 7}[role] }}{{ 'a' ~ role }}", "7aleaf" },
		{ "{{ [{'r': role}]|selectattr('r', 'equalto', 'leaf')"
		  "|list|length }}",
		    "1" },
		{ "{{ count(2, kind='x') }} {{ count(3) }}", "2x 3-" },
	};
	struct jinja_options options = { .undefined = JINJA_STRICT };
	struct jinja_env *env = jinja_env_new(&options);
	struct arena *a = arena_new(1 << 20);
	struct jv context = jv_dict(a, 2);
	struct jinja_template *t;
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(1000);

	(void)state;
	jv_dict_set(a, context, "role", jv_object(a, &role_class, "leaf"));
	jv_dict_set(a, context, "count", jv_function(a, "count", count, NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(jinja_compile(env, "t", cases[i].source,
				     strlen(cases[i].source), &t, &e),
		    ERR_OK);
		render_text(t, context, a, cases[i].expected);
		jinja_template_unref(t);
	}
	assert_int_equal(
	    jinja_compile(env, "t", "{{ count() }}", 13, &t, &e), ERR_OK);
	assert_int_equal(jinja_render(t, a, context, &out, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "count(): needs a number"));
	jinja_template_unref(t);
	buf_release(&out);
	arena_free(a);
	jinja_env_free(env);
}

static void test_functions_and_objects(void **state)
{
	struct jinja_env *env =
	    jinja_env_new(&(struct jinja_options){ .autoescape = true });
	struct arena *a = arena_new(1 << 20);
	struct port port = { "<eth1>", 7 };
	struct jv ctx = jv_dict(a, 1);
	struct jinja_template *t;
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;
	char root[] = "/app";

	(void)state;
	assert_true(jinja_env_add_function(env, "url_for", url_for, root));
	assert_true(jinja_env_add_filter(env, "link", url_for, root));
	assert_true(jv_dict_set(a, ctx, "p", jv_object(a, &port_class, &port)));
	expect_text(
	    env, a, ctx, "{{ url_for('x') }} {{ 'y'|link }}", "/app/x /app/y");
	expect_text(env, a, ctx,
	    "{{ p.name }}{{ p['vlan'] }}{{ p.no is defined }}",
	    "&lt;eth1&gt;7False");
	expect_text(env, a, ctx,
	    "{% for k in p %}{{ k }},{% endfor %}{{ p|tojson }}",
	    "name,vlan,{\"name\": \"\\u003ceth1\\u003e\", \"vlan\": 7}");
	assert_int_equal(
	    jinja_compile(env, "t", "{{ url_for() }}", 15, &t, &e), ERR_OK);
	assert_int_equal(jinja_render(t, a, ctx, &out, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "t:1:4: url_for(): one name"));
	jinja_template_unref(t);
	buf_release(&out);
	jinja_env_free(env);
	arena_free(a);
}

/* What belongs to another arena than the render's is not changed. */
static void test_shared_values(void **state)
{
	struct jinja_env *env = jinja_env_new(&(struct jinja_options){ 0 });
	struct arena *shared = arena_new(1 << 20), *a = arena_new(1 << 20);
	struct jv ctx = jv_dict(shared, 1), list = jv_list(shared, 1);
	struct jv inner = jv_dict(shared, 1);

	(void)state;
	assert_true(jv_list_append(shared, list, inner));
	assert_true(jv_dict_set(shared, ctx, "l", list));
	expect_text(env, a, ctx,
	    "{% set m = l %}{% do l.append(1) %}{% do l[0].update({'k': 2}) %}"
	    "{{ l }}{{ m }}{{ m|length }}{% for i in l %}{{ i }};{% endfor %}",
	    "[{'k': 2}, 1][{'k': 2}, 1]2{'k': 2};1;");
	assert_int_equal(jv_list_len(list), 1);
	expect_text(env, a, ctx, "{{ l }}", "[{}]");
	jinja_env_free(env);
	arena_free(shared);
	arena_free(a);
}

#define THREADS 4
#define RENDERS 200

struct worker {
	struct jinja_env *env;
	struct jv shared;
	int failures;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < RENDERS; i++) {
		struct arena *a = arena_new(1 << 20);
		struct buf out = BUF_INIT(1000);
		struct err e = ERR_INIT;
		struct jinja_template *t;

		if (jinja_load(w->env, "main", &t, &e)) {
			w->failures++;
		} else {
			w->failures +=
			    jinja_render(t, a, w->shared, &out, &e) != ERR_OK ||
			    !strstr(buf_text(&out), "[5]");
			jinja_template_unref(t);
		}
		buf_release(&out);
		arena_free(a);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct store s = { .version = 1 };
	struct jinja_env *env = jinja_env_new(
	    &(struct jinja_options){ .loader = load, .loader_ctx = &s });
	struct arena *a = arena_new(1 << 20);
	struct jv ctx = jv_dict(a, 1);
	struct worker workers[THREADS];
	pthread_t ids[THREADS];

	(void)state;
	assert_true(jv_dict_set(a, ctx, "x", jv_int(5)));
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .env = env, .shared = ctx };
		assert_int_equal(
		    pthread_create(&ids[i], NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 50; i++)
		s.version++;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(ids[i], NULL);
		assert_int_equal(workers[i].failures, 0);
	}
	jinja_env_free(env);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_functions_and_objects),
		cmocka_unit_test(test_objects_that_are_text),
		cmocka_unit_test(test_shared_values),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
