#include "unit/domain/config_fixture.h"

#include <stdio.h>

static const char *steps_text(const struct config_plan *p)
{
	struct buf out = BUF_INIT(8u << 20);
	const char *text;

	for (size_t i = 0; i < p->n_steps; i++)
		buf_printf(&out, "%*s%s\n", (int)p->steps[i].depth, "",
		    p->steps[i].line);
	text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return text;
}

static void expect_steps(
    plan_fn *fn, const char *running, const char *other, const char *expected)
{
	struct config_plan p = plan(fn, running, other);

	assert_string_equal(steps_text(&p), expected);
}

/* --- Golden plans ------------------------------------------------------ */

static void test_merge_sends_what_is_missing(void **state)
{
	(void)state;
	expect_steps(config_plan_merge,
	    "hostname r1\nrouter bgp 1\n neighbor 1.1.1.1 remote-as 2\nexit\n",
	    "hostname r1\n"
	    "router bgp 1\n"
	    " neighbor 1.1.1.1 remote-as 2\n"
	    " neighbor 1.1.1.1 description x y\n"
	    " address-family ipv4 unicast\n"
	    "  network 10.0.0.0/8\n"
	    " exit-address-family\n"
	    "exit\n"
	    "ip route 10.0.0.0/8 Null0\n",
	    "router bgp 1\n"
	    " neighbor 1.1.1.1 description x y\n"
	    " address-family ipv4 unicast\n"
	    "  network 10.0.0.0/8\n"
	    "  exit-address-family\n"
	    " exit\n"
	    "ip route 10.0.0.0/8 Null0\n");
}

static void test_merge_of_itself_is_nothing(void **state)
{
	static const char *const names[] = { "broad.conf", "edge.conf" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct buf b = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		assert_int_equal(
		    file_read(arena_printf(arena, "%s/%s", TEST_DATA, names[i]),
			&b, &e),
		    ERR_OK);
		expect_steps(config_plan_merge, buf_text(&b), buf_text(&b), "");
		expect_steps(
		    config_plan_replace, buf_text(&b), buf_text(&b), "");
		buf_release(&b);
	}
}

static void test_merge_negations(void **state)
{
	(void)state;
	/* Gone already, or never there: nothing. */
	expect_steps(config_plan_merge, "", "interface e\n no shutdown\n", "");
	expect_steps(
	    config_plan_merge, "no ip forwarding\n", "no ip forwarding\n", "");
	expect_steps(config_plan_merge, "interface e\n shutdown\n",
	    "interface e\n no shutdown\n",
	    "interface e\n no shutdown\n exit\n");
	/* In force unless negated. */
	expect_steps(config_plan_merge, "router bgp 1\n",
	    "router bgp 1\n no bgp ebgp-requires-policy\n",
	    "router bgp 1\n no bgp ebgp-requires-policy\n exit\n");
	expect_steps(config_plan_merge, "no ip forwarding\n", "ip forwarding\n",
	    "ip forwarding\n");
	/* By its first words. */
	expect_steps(config_plan_merge, "interface e\n description a b\n",
	    "interface e\n no description\n",
	    "interface e\n no description\n exit\n");
	/* A neighbour goes, and what the text wants of it comes again. */
	expect_steps(config_plan_merge,
	    "router bgp 1\n neighbor 1.1.1.1 remote-as 2\n"
	    " neighbor 1.1.1.1 description x\n",
	    "router bgp 1\n no neighbor 1.1.1.1\n"
	    " neighbor 1.1.1.1 remote-as 2\n",
	    "router bgp 1\n no neighbor 1.1.1.1\n"
	    " neighbor 1.1.1.1 remote-as 2\n exit\n");
}

static void test_merge_predicts_what_is_shown(void **state)
{
	struct config_plan p = plan(config_plan_merge,
	    "no ip forwarding\n"
	    "ip prefix-list P seq 7 permit 1.0.0.0/8\n"
	    "route-map RM permit 10\n set metric 1\nexit\n",
	    "ip forwarding\n"
	    "ip prefix-list P permit 2.0.0.0/8\n"
	    "route-map RM deny 10\n set metric 2\nexit\n");
	struct config_tree expected =
	    parse("ip prefix-list P seq 7 permit 1.0.0.0/8\n"
		  "ip prefix-list P seq 10 permit 2.0.0.0/8\n"
		  "route-map RM deny 10\n set metric 2\nexit\n");
	struct config_gaps gaps;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(config_tree_compare(
			     arena, &expected, &p.predicted, true, &gaps, &e),
	    ERR_OK);
	assert_int_equal(gaps.n, 0);
}

static void test_replace_order(void **state)
{
	(void)state;
	/* Users go before what they use, and come after it. */
	expect_steps(config_plan_replace,
	    "ip route 9.0.0.0/8 Null0\n"
	    "interface eth0\n description old one\n ip address 1.1.1.1/24\n"
	    "exit\n"
	    "router bgp 1\n neighbor 1.1.1.2 remote-as 2\nexit\n"
	    "ip prefix-list P seq 5 permit 1.0.0.0/8\n"
	    "route-map RM permit 10\n match ip address prefix-list P\nexit\n",
	    "interface eth0\n description new one\n ip address 2.2.2.2/24\n"
	    "exit\n"
	    "router bgp 7\n neighbor 2.2.2.3 remote-as 8\nexit\n"
	    "ip prefix-list Q seq 5 permit 2.0.0.0/8\n"
	    "route-map NEW permit 10\n match ip address prefix-list Q\nexit\n",
	    "no router bgp 1\n"
	    "interface eth0\n"
	    " no ip address 1.1.1.1/24\n"
	    " exit\n"
	    "no ip route 9.0.0.0/8 Null0\n"
	    "no route-map RM permit 10\n"
	    "no ip prefix-list P seq 5 permit 1.0.0.0/8\n"
	    "ip prefix-list Q seq 5 permit 2.0.0.0/8\n"
	    "route-map NEW permit 10\n"
	    " match ip address prefix-list Q\n"
	    " exit\n"
	    "interface eth0\n"
	    " description new one\n"
	    " ip address 2.2.2.2/24\n"
	    " exit\n"
	    "router bgp 7\n"
	    " neighbor 2.2.2.3 remote-as 8\n"
	    " exit\n");
}

static void test_replace_neighbours(void **state)
{
	(void)state;
	/* One line takes the neighbour and all that belongs to it. */
	expect_steps(config_plan_replace,
	    "router bgp 1\n"
	    " neighbor 1.1.1.2 remote-as 2\n"
	    " neighbor 1.1.1.2 description x\n"
	    " neighbor 1.1.1.3 remote-as 3\n"
	    " address-family ipv4 unicast\n"
	    "  neighbor 1.1.1.2 route-map RM in\n"
	    " exit-address-family\n",
	    "router bgp 1\n neighbor 1.1.1.3 remote-as 3\n",
	    "router bgp 1\n no neighbor 1.1.1.2\n exit\n");
	/* Another AS number takes the old one's place without a removal. */
	expect_steps(config_plan_replace,
	    "router bgp 1\n neighbor 1.1.1.2 remote-as 2\n",
	    "router bgp 1\n neighbor 1.1.1.2 remote-as 5\n",
	    "router bgp 1\n neighbor 1.1.1.2 remote-as 5\n exit\n");
	/* Out of the group: what is still wanted comes back. */
	expect_steps(config_plan_replace,
	    "router bgp 1\n neighbor G peer-group\n"
	    " neighbor 1.1.1.2 peer-group G\n"
	    " neighbor 1.1.1.2 description x\n",
	    "router bgp 1\n neighbor G peer-group\n"
	    " neighbor 1.1.1.2 remote-as 5\n"
	    " neighbor 1.1.1.2 description x\n",
	    "router bgp 1\n no neighbor 1.1.1.2\n exit\n"
	    "router bgp 1\n neighbor 1.1.1.2 remote-as 5\n"
	    " neighbor 1.1.1.2 description x\n exit\n");
}

static void test_replace_removal_forms(void **state)
{
	(void)state;
	expect_steps(config_plan_replace,
	    "no ip forwarding\n"
	    "hostname r1\n"
	    "log syslog informational\n"
	    "vrf RED\n ip route 1.0.0.0/8 Null0\nexit-vrf\n"
	    "interface eth0\n description two words\n shutdown\nexit\n"
	    "router ospf\n area 1 stub no-summary\n"
	    " log-adjacency-changes detail\nexit\n"
	    "line vty\n exec-timeout 3 0\nexit\n",
	    "router ospf\n",
	    "line vty\n exec-timeout 10 0\n exit\n"
	    "router ospf\n no log-adjacency-changes\n no area 1 stub\n exit\n"
	    "interface eth0\n no shutdown\n no description\n exit\n"
	    "no log syslog informational\n"
	    "ip forwarding\n"
	    "vrf RED\n no ip route 1.0.0.0/8 Null0\n exit-vrf\n"
	    "no vrf RED\n");
}

static void expect_refused(
    const char *running, const char *text, const char *part)
{
	struct config_tree r = parse(running);
	struct config_tree t = parse(text);
	struct config_plan p = { .n_steps = 77 };
	struct err e = ERR_INIT;

	assert_int_equal(config_plan_merge(arena, &r, &t, &p, &e), ERR_INVALID);
	assert_int_equal(p.n_steps, 77);
	if (strstr(e.message, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.message, part);
}

static void test_what_must_not_be_sent(void **state)
{
	(void)state;
	expect_refused("", "do start-shell bash\n", "is a command");
	expect_refused("", "interface e\n do write\n", "is a command");
	/* shells take abbreviations: vtysh opens the file for "outp file f" */
	expect_refused("", "outp file /tmp/f\n", "is a command");
	expect_refused("", "interface e\n d write\n", "is a command");
	expect_refused("", "exi\n", "is a command");
	expect_refused("", "interface e\n en\n", "is a command");
	expect_steps(config_plan_merge, "", "log syslog\nenable password x\n",
	    "log syslog\nenable password x\n");
	expect_refused(
	    "", "interface e\n description caf\xc3\xa9\n", "outside ASCII");
	/* A line that is there already is not sent. */
	expect_steps(config_plan_merge,
	    "interface e\n description caf\xc3\xa9\n",
	    "interface e\n description caf\xc3\xa9\n", "");
}

static void test_no_memory_is_an_error(void **state)
{
	struct config_tree a = parse("hostname a\n");
	struct config_tree b = parse("ip route 1.0.0.0/8 Null0\n");
	struct arena *tiny = arena_new(256);
	struct config_plan p = { .n_steps = 77 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(config_plan_replace(tiny, &a, &b, &p, &e), ERR_LIMIT);
	assert_int_equal(p.n_steps, 77);
	arena_free(tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_sends_what_is_missing),
		cmocka_unit_test(test_merge_of_itself_is_nothing),
		cmocka_unit_test(test_merge_negations),
		cmocka_unit_test(test_merge_predicts_what_is_shown),
		cmocka_unit_test(test_replace_order),
		cmocka_unit_test(test_replace_neighbours),
		cmocka_unit_test(test_replace_removal_forms),
		cmocka_unit_test(test_what_must_not_be_sent),
		cmocka_unit_test(test_no_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
