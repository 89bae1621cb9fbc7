#include "unit/domain/config_fixture.h"

#include <stdio.h>
#include <stdlib.h>

/* --- A small device ---------------------------------------------------- */

/*
 * Knows nothing of the code under test: lines as "path|line" in a flat list,
 * with the rules of vtysh that the generator below makes use of.  A command
 * that a router would refuse fails the test.
 */
#define MODEL_MAX 600
#define MODEL_DEPTH 4

struct model {
	char *lines[MODEL_MAX];
	size_t n;
	char path[MODEL_DEPTH][80];
	size_t depth;
};

static void model_path(
    const struct model *m, size_t depth, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < depth; i++) {
		strncat(to, m->path[i], size - strlen(to) - 1);
		strncat(to, "|", size - strlen(to) - 1);
	}
}

static void model_delete(struct model *m, size_t i)
{
	free(m->lines[i]);
	m->lines[i] = m->lines[--m->n];
}

static size_t model_delete_beginning(struct model *m, const char *prefix)
{
	size_t len = strlen(prefix);
	size_t gone = 0;

	for (size_t i = 0; i < m->n;) {
		const char *line = m->lines[i];

		if (strncmp(line, prefix, len) == 0 &&
		    (line[len] == '\0' || line[len] == ' ' ||
			line[len] == '|')) {
			model_delete(m, i);
			gone++;
		} else {
			i++;
		}
	}
	return gone;
}

static bool model_has(const struct model *m, const char *line)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->lines[i], line) == 0)
			return true;
	return false;
}

static void model_add(struct model *m, const char *line)
{
	if (model_has(m, line))
		return;
	assert_true(m->n < MODEL_MAX);
	m->lines[m->n++] = strdup(line);
}

/* "neighbor X" of a line; false if it is another line. */
static bool neighbor_of(const char *line, char name[64])
{
	char who[48];

	if (sscanf(line, "neighbor %47s", who) != 1)
		return false;
	snprintf(name, 64, "neighbor %s", who);
	return true;
}

static bool model_has_neighbor(const struct model *m, const char *name)
{
	char prefix[256];
	size_t len;

	/* Defined in `router bgp`, used in its families, too. */
	model_path(m, 1, prefix, sizeof prefix);
	strcat(prefix, name);
	len = strlen(prefix);
	for (size_t i = 0; i < m->n; i++)
		if (strncmp(m->lines[i], prefix, len) == 0 &&
		    strstr(m->lines[i] + len, " remote-as ") ==
			m->lines[i] + len)
			return true;
	return false;
}

static void model_negate(struct model *m, const char *rest)
{
	char line[512];
	char name[64];
	char path[256];

	model_path(m, m->depth, path, sizeof path);
	if (neighbor_of(rest, name) &&
	    (strcmp(rest, name) == 0 || strstr(rest, " remote-as "))) {
		assert_true(model_has_neighbor(m, name));
		for (size_t i = 0; i < m->n;) {
			const char *last = strrchr(m->lines[i], '|');
			size_t len = strlen(name);

			if (last != NULL &&
			    strncmp(m->lines[i], path, strlen(path)) == 0 &&
			    strncmp(last + 1, name, len) == 0 &&
			    last[1 + len] == ' ')
				model_delete(m, i);
			else
				i++;
		}
		return;
	}
	snprintf(line, sizeof line, "%s%s", path, rest);
	if (strcmp(rest, "ip forwarding") == 0) {
		model_add(m, "no ip forwarding");
		return;
	}
	if (model_delete_beginning(m, line) == 0)
		fail_msg("the router would refuse \"no %s\"", rest);
}

/* A pattern's "=" words tell lines apart, what follows is a value. */
static const char *const model_single[] = { "description", "ip ospf cost",
	"bgp router-id", "set metric", "hostname", "exec-timeout", NULL };

static void model_set(struct model *m, const char *command)
{
	char line[512];
	char path[256];
	char name[64];
	int n = 0;

	model_path(m, m->depth, path, sizeof path);
	if (strcmp(command, "ip forwarding") == 0) {
		model_delete_beginning(m, "no ip forwarding");
		return;
	}
	if (strcmp(command, "exec-timeout 10 0") == 0) {
		snprintf(line, sizeof line, "%sexec-timeout", path);
		model_delete_beginning(m, line);
		return;
	}
	for (size_t i = 0; model_single[i] != NULL; i++) {
		snprintf(line, sizeof line, "%s%s", path, model_single[i]);
		if (strncmp(
			command, model_single[i], strlen(model_single[i])) == 0)
			model_delete_beginning(m, line);
	}
	if (neighbor_of(command, name)) {
		const char *what = command + strlen(name) + 1;
		int word = (int)strcspn(what, " ");

		if (strncmp(what, "remote-as", 9) != 0 &&
		    !model_has_neighbor(m, name))
			fail_msg("no such neighbour: %s", command);
		snprintf(
		    line, sizeof line, "%s%s %.*s", path, name, word, what);
		model_delete_beginning(m, line);
	}
	if (sscanf(command, "ip prefix-list %*s seq %*d%n", &n) == 0 && n > 0) {
		snprintf(line, sizeof line, "%s%.*s", path, n, command);
		model_delete_beginning(m, line);
	}
	snprintf(line, sizeof line, "%s%s", path, command);
	model_add(m, line);
}

static bool is_header(const char *line)
{
	static const char *const starts[] = { "interface ", "router ",
		"route-map ", "vrf ", "address-family ", "line vty", NULL };

	for (size_t i = 0; starts[i] != NULL; i++)
		if (strncmp(line, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void model_enter(struct model *m, const char *line)
{
	char path[256];
	char full[512];

	assert_true(m->depth < MODEL_DEPTH);
	if (strncmp(line, "router bgp ", 11) == 0)
		for (size_t i = 0; i < m->n; i++)
			if (strncmp(m->lines[i], "router bgp ", 11) == 0 &&
			    strchr(m->lines[i], '|') == NULL &&
			    strcmp(m->lines[i], line) != 0)
				fail_msg("BGP is already running");
	model_path(m, m->depth, path, sizeof path);
	snprintf(full, sizeof full, "%s%s", path, line);
	/* Only these are shown when they are empty. */
	if (strncmp(line, "router ", 7) == 0 ||
	    strncmp(line, "route-map ", 10) == 0)
		model_add(m, full);
	snprintf(m->path[m->depth++], sizeof m->path[0], "%s", line);
}

static void model_run(struct model *m, const struct config_plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		const struct config_step *s = &p->steps[i];

		if (s->kind == CONFIG_STEP_ENTER) {
			assert_true(is_header(s->line));
			model_enter(m, s->line);
		} else if (s->kind == CONFIG_STEP_LEAVE) {
			assert_true(m->depth > 0);
			m->depth--;
		} else if (s->kind == CONFIG_STEP_TRY) {
			continue;
		} else if (strncmp(s->line, "no ", 3) == 0) {
			model_negate(m, s->line + 3);
		} else {
			model_set(m, s->line);
		}
	}
	assert_int_equal(m->depth, 0);
}

static void model_load(struct model *m, const char *text)
{
	memset(m, 0, sizeof *m);
	while (*text != '\0') {
		char line[256];
		size_t len = strcspn(text, "\n");
		size_t indent = strspn(text, " ");

		snprintf(line, sizeof line, "%.*s", (int)(len - indent),
		    text + indent);
		text += len + 1;
		if (strncmp(line, "exit", 4) == 0) {
			m->depth = indent;
			continue;
		}
		m->depth = indent;
		if (is_header(line))
			model_enter(m, line);
		else if (strcmp(line, "no ip forwarding") == 0)
			model_add(m, line);
		else
			model_set(m, line);
	}
	m->depth = 0;
}

static void model_release(struct model *m)
{
	while (m->n > 0)
		model_delete(m, m->n - 1);
}

static void expect_same(
    const struct model *is, const struct model *wanted, const char *why)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (!model_has(is, wanted->lines[i]))
			fail_msg("%s: lacks %s", why, wanted->lines[i]);
	for (size_t i = 0; i < is->n; i++)
		if (!model_has(wanted, is->lines[i]))
			fail_msg("%s: still has %s", why, is->lines[i]);
}

/* --- Random configurations --------------------------------------------- */

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 9) % n;
}

static void random_neighbors(struct buf *b, bool present[4])
{
	for (uint32_t i = 0; i < 4; i++) {
		present[i] = random_below(2) == 0;
		if (!present[i])
			continue;
		buf_printf(b, " neighbor 10.0.0.%u remote-as %u\n", i,
		    65000 + random_below(3));
		if (random_below(2))
			buf_printf(b, " neighbor 10.0.0.%u description d%u\n",
			    i, random_below(3));
	}
}

static void random_family(
    struct buf *b, const char *name, const bool present[4])
{
	buf_printf(b, " address-family %s\n", name);
	for (uint32_t i = 0; i < 3; i++)
		if (random_below(2))
			buf_printf(b, "  network 10.%u.0.0/16\n", i);
	for (uint32_t i = 0; i < 4; i++)
		if (present[i] && random_below(2))
			buf_printf(b, "  neighbor 10.0.0.%u weight %u\n", i,
			    random_below(3));
	buf_puts(b, " exit-address-family\n");
}

static void random_bgp(struct buf *b)
{
	bool present[4];

	if (random_below(4) == 0)
		return;
	buf_printf(b, "router bgp %u\n", 65001 + random_below(2));
	if (random_below(2))
		buf_printf(b, " bgp router-id 1.1.1.%u\n", random_below(3));
	random_neighbors(b, present);
	if (random_below(2))
		random_family(b, "ipv4 unicast", present);
	if (random_below(2))
		random_family(b, "ipv6 unicast", present);
	buf_puts(b, "exit\n");
}

static void random_config(struct buf *b)
{
	buf_clear(b);
	buf_printf(b, "hostname r%u\n", random_below(3));
	if (random_below(2))
		buf_puts(b, "no ip forwarding\n");
	for (uint32_t i = 0; i < 4; i++)
		if (random_below(2))
			buf_printf(b, "ip route 10.%u.0.0/16 Null0\n", i);
	for (uint32_t i = 0; i < 3; i++) {
		if (random_below(3) == 0)
			continue;
		buf_printf(b, "interface eth%u\n", i);
		if (random_below(2))
			buf_printf(
			    b, " description to %u x\n", random_below(3));
		if (random_below(2))
			buf_printf(b, " ip ospf cost %u\n", random_below(3));
		if (random_below(2))
			buf_puts(b, " shutdown\n");
		buf_puts(b, "exit\n");
	}
	random_bgp(b);
	for (uint32_t i = 1; i < 4; i++)
		if (random_below(2))
			buf_printf(b,
			    "ip prefix-list P seq %u permit %u.0.0.0/8\n",
			    i * 5, random_below(3) + 1);
	for (uint32_t i = 1; i < 4; i++)
		if (random_below(2))
			buf_printf(b, "route-map RM permit %u\n%sexit\n",
			    i * 10, random_below(2) ? " set metric 5\n" : "");
	if (random_below(2))
		buf_printf(
		    b, "line vty\n exec-timeout %u 0\nexit\n", random_below(3));
}

static void check_pair(const char *a, const char *b)
{
	struct config_tree ta = parse(a);
	struct config_plan forth = plan(config_plan_replace, a, b);
	struct config_plan back;
	struct model is, ma, mb;
	struct err e = ERR_INIT;
	bool equal = false;
	struct config_tree tb = parse(b);

	model_load(&is, a);
	model_load(&ma, a);
	model_load(&mb, b);
	model_run(&is, &forth);
	expect_same(&is, &mb, "replaced");
	assert_int_equal(
	    config_tree_equal(arena, &tb, &forth.predicted, &equal, &e),
	    ERR_OK);
	assert_true(equal);
	if (config_plan_replace(arena, &forth.predicted, &ta, &back, &e))
		fail_msg("%s", e.message);
	model_run(&is, &back);
	expect_same(&is, &ma, "put back");
	model_release(&is);
	model_release(&ma);
	model_release(&mb);
}

static void test_random_pairs_there_and_back(void **state)
{
	struct buf a = BUF_INIT(1 << 16);
	struct buf b = BUF_INIT(1 << 16);

	(void)state;
	seed = 20261121;
	for (int i = 0; i < 1500; i++) {
		random_config(&a);
		random_config(&b);
		check_pair(buf_text(&a), buf_text(&b));
		arena_reset(arena);
	}
	buf_release(&a);
	buf_release(&b);
}

static void test_random_merges_hold(void **state)
{
	struct buf a = BUF_INIT(1 << 16);
	struct buf b = BUF_INIT(1 << 16);

	(void)state;
	seed = 42;
	for (int i = 0; i < 800; i++) {
		struct config_plan p, again;
		struct config_tree tb;
		struct config_gaps gaps;
		struct err e = ERR_INIT;

		random_config(&a);
		random_config(&b);
		tb = parse(buf_text(&b));
		p = plan(config_plan_merge, buf_text(&a), buf_text(&b));
		assert_int_equal(config_tree_compare(arena, &tb, &p.predicted,
				     false, &gaps, &e),
		    ERR_OK);
		assert_int_equal(gaps.n, 0);
		assert_int_equal(
		    config_plan_merge(arena, &p.predicted, &tb, &again, &e),
		    ERR_OK);
		assert_int_equal(again.n_steps, 0);
		arena_reset(arena);
	}
	buf_release(&a);
	buf_release(&b);
}

/* Some lines of a real configuration, headers and exits among them, at random
 * depths: sense is not asked for, only that nothing breaks. */
static void mutate(const char *text, struct buf *out)
{
	buf_clear(out);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		size_t indent = strspn(text, " ");

		switch (random_below(12)) {
		case 0:
			break; /* left out */
		case 1:
			buf_printf(out, "%*s%.*s\n", (int)random_below(5), "",
			    (int)(len - indent), text + indent);
			break;
		case 2:
			buf_printf(out, "%.*s\n", (int)random_below(40) % 40,
			    "no neighbor 10.0.0.2 route-map X in and on");
			/* fall through */
		default:
			buf_add(out, text, len);
			buf_putc(out, '\n');
		}
		text += len + (text[len] == '\n');
	}
}

static void test_mutated_configurations(void **state)
{
	struct buf real = BUF_INIT(1 << 20);
	struct buf a = BUF_INIT(1 << 20);
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	int planned = 0;

	(void)state;
	seed = 99;
	assert_int_equal(
	    file_read(
		arena_printf(arena, "%s/broad.conf", TEST_DATA), &real, &e),
	    ERR_OK);
	for (int i = 0; i < 400; i++) {
		struct config_tree ta, tb;
		struct config_plan p, back;
		bool equal;

		mutate(buf_text(&real), &a);
		mutate(buf_text(&real), &b);
		arena_reset(arena);
		if (config_tree_parse(arena, frr, buf_text(&a), &ta, &e) ||
		    config_tree_parse(arena, frr, buf_text(&b), &tb, &e) ||
		    config_plan_replace(arena, &ta, &tb, &p, &e) ||
		    config_plan_replace(arena, &p.predicted, &ta, &back, &e) ||
		    config_plan_merge(arena, &ta, &tb, &back, &e))
			continue;
		assert_int_equal(
		    config_tree_equal(arena, &tb, &p.predicted, &equal, &e),
		    ERR_OK);
		planned++;
	}
	assert_true(planned > 40);
	buf_release(&real);
	buf_release(&a);
	buf_release(&b);
}

/* A real configuration without some of its lines; headers, exits and what
 * brings neighbours into being stay. */
static void thin_out(const char *text, struct buf *out)
{
	buf_clear(out);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char line[256];
		bool leaf;

		snprintf(line, sizeof line, "%.*s", (int)len, text);
		leaf = line[0] == ' ' && strstr(line, "exit") == NULL &&
		       strstr(line, "address-family") == NULL &&
		       strstr(line, "remote-as") == NULL &&
		       strstr(line, "peer-group") == NULL &&
		       strstr(line, "profile") == NULL &&
		       strstr(line, "peer ") == NULL;
		if (!leaf || random_below(3) > 0)
			buf_printf(out, "%s\n", line);
		text += len + (text[len] == '\n');
	}
}

static void test_thinned_real_configurations(void **state)
{
	struct buf real = BUF_INIT(1 << 20);
	struct buf a = BUF_INIT(1 << 20);
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	seed = 7;
	assert_int_equal(
	    file_read(
		arena_printf(arena, "%s/broad.conf", TEST_DATA), &real, &e),
	    ERR_OK);
	for (int i = 0; i < 200; i++) {
		struct config_plan p;
		struct config_tree tb;
		struct config_gaps gaps;

		arena_reset(arena);
		thin_out(buf_text(&real), &a);
		thin_out(buf_text(&real), &b);
		p = plan(config_plan_replace, buf_text(&a), buf_text(&b));
		tb = parse(buf_text(&b));
		assert_int_equal(config_tree_compare(
				     arena, &tb, &p.predicted, true, &gaps, &e),
		    ERR_OK);
		for (size_t g = 0; g < gaps.n; g++)
			fail_msg("%s %s",
			    gaps.list[g].intended ? "missing" : "unexpected",
			    gaps.list[g].intended ? gaps.list[g].intended->line
						  : gaps.list[g].stored->line);
	}
	buf_release(&real);
	buf_release(&a);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_pairs_there_and_back),
		cmocka_unit_test(test_random_merges_hold),
		cmocka_unit_test(test_mutated_configurations),
		cmocka_unit_test(test_thinned_real_configurations),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
