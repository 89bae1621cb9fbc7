#include "infra/probe/snmp_talk.h"

#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t up_time[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
static const uint8_t engine_id[12] = { [11] = 2 };

/* --- the field's own vectors --------------------------------------------- */

static void localizes(const char *protocol, const char *want)
{
	struct secret *password = secret_new("maplesyrup", 10);
	struct probe_snmp snmp = { .user = "u",
		.auth_protocol = protocol,
		.auth_password = password };
	struct err e = ERR_INIT;
	struct usm_user user;
	struct usm_keys keys;
	uint8_t bytes[USM_MAX_KEY];
	size_t len = strlen(want) / 2;

	assert_int_equal(usm_user_init(&user, &snmp, &e), ERR_OK);
	usm_localize(&keys, &user, engine_id, sizeof(engine_id));
	assert_true(hex_decode(want, bytes, len));
	assert_memory_equal(keys.auth, bytes, len);
	secret_free(password);
}

/* RFC 3414, A.3 */
static void makes_the_keys_of_the_rfc(void **state)
{
	(void)state;
	localizes("MD5", "526f5eed9fcce26f8964c2930787d82b");
	localizes("SHA", "6695febc9288e36282235fc7151f128497b38f3f");
}

static void refuses_what_no_device_would_take(void **state)
{
	struct secret *password = secret_new("short", 5);
	struct probe_snmp snmp = {
		.user = "u", .auth_protocol = "SHA", .auth_password = password
	};
	struct err e = ERR_INIT;
	struct usm_user user;

	(void)state;
	assert_int_equal(usm_user_init(&user, &snmp, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "at least 8"));
	snmp.auth_protocol = "ROT13";
	assert_int_equal(usm_user_init(&user, &snmp, &e), ERR_INVALID);
	assert_non_null(strstr(e.message, "ROT13"));
	secret_free(password);
}

/* --- version 2c ---------------------------------------------------------- */

static void make_response(struct ber_out *out, int32_t id, uint32_t ticks)
{
	const uint8_t value[4] = { (uint8_t)(ticks >> 24),
		(uint8_t)(ticks >> 16), (uint8_t)(ticks >> 8), (uint8_t)ticks };
	size_t end;

	ber_begin(out);
	end = out->at;
	ber_put(out, BER_TIMETICKS, value, sizeof(value));
	ber_put(out, BER_OID, up_time, sizeof(up_time));
	ber_wrap(out, BER_SEQUENCE, end);
	ber_wrap(out, BER_SEQUENCE, end);
	ber_put_int(out, 0);
	ber_put_int(out, 0);
	ber_put_int(out, id);
	ber_wrap(out, BER_RESPONSE, end);
	ber_put(out, BER_OCTETS, "public", 6);
	ber_put_int(out, 1);
	ber_wrap(out, BER_SEQUENCE, end);
}

static void asks_and_hears_by_v2c(void **state)
{
	struct secret *community = secret_new("public", 6);
	struct probe_snmp snmp = { .community = community };
	/* snmpget -v2c -c public … 1.3.6.1.2.1.1.3.0, request id 5 */
	static const uint8_t want[] = { 0x30, 0x26, 2, 1, 1, 4, 6, 'p', 'u',
		'b', 'l', 'i', 'c', 0xa0, 0x19, 2, 1, 5, 2, 1, 0, 2, 1, 0, 0x30,
		0x0e, 0x30, 0x0c, 6, 8, 0x2b, 6, 1, 2, 1, 1, 3, 0, 5, 0 };
	struct snmp_talk talk;
	struct ber_out out;
	bool again;

	(void)state;
	snmp_talk_begin(&talk, &snmp, NULL, 5);
	snmp_talk_request(&talk, &out);
	assert_int_equal(BER_MAX - out.at, sizeof(want));
	assert_memory_equal(out.data + out.at, want, sizeof(want));
	/* an answer to something else is passed over */
	make_response(&out, 6, 100);
	assert_int_equal(
	    snmp_talk_feed(&talk, out.data + out.at, BER_MAX - out.at, &again),
	    HELLO_MORE);
	make_response(&out, 5, 360000);
	/* so is one that was cut, at any place */
	for (size_t len = 0; len < BER_MAX - out.at; len++)
		assert_int_equal(
		    snmp_talk_feed(&talk, out.data + out.at, len, &again),
		    HELLO_MORE);
	assert_int_equal(
	    snmp_talk_feed(&talk, out.data + out.at, BER_MAX - out.at, &again),
	    HELLO_DONE);
	assert_int_equal(talk.uptime_s, 3600);
	snmp_talk_end(&talk);
	secret_free(community);
}

/* --- version 3 ------------------------------------------------------------ */

static const uint8_t agent[] = { 0x80, 0, 0x1f, 0x88, 4, 'a', 'g', 't' };

/* The agent's report of a counter below usmStats (RFC 3414, 5), unsigned. */
static void make_report(
    struct ber_out *out, int32_t id, uint8_t counter, int32_t seconds)
{
	uint8_t name[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1, counter, 0 };
	uint8_t one = 1, flags = 0;
	size_t end;

	ber_begin(out);
	end = out->at;
	ber_put(out, 0x41, &one, 1); /* Counter32 */
	ber_put(out, BER_OID, name, sizeof(name));
	ber_wrap(out, BER_SEQUENCE, end);
	ber_wrap(out, BER_SEQUENCE, end);
	ber_put_int(out, 0);
	ber_put_int(out, 0);
	ber_put_int(out, id);
	ber_wrap(out, BER_REPORT, end);
	ber_put(out, BER_OCTETS, "", 0);
	ber_put(out, BER_OCTETS, agent, sizeof(agent));
	ber_wrap(out, BER_SEQUENCE, end);
	end = out->at;
	ber_put(out, BER_OCTETS, "", 0);
	ber_put(out, BER_OCTETS, "", 0);
	ber_put(out, BER_OCTETS, "reader", 6);
	ber_put_int(out, seconds);
	ber_put_int(out, 7); /* boots */
	ber_put(out, BER_OCTETS, agent, sizeof(agent));
	ber_wrap(out, BER_SEQUENCE, end);
	ber_wrap(out, BER_OCTETS, end);
	end = out->at;
	ber_put_int(out, 3);
	ber_put(out, BER_OCTETS, &flags, 1);
	ber_put_int(out, 65507);
	ber_put_int(out, id);
	ber_wrap(out, BER_SEQUENCE, end);
	ber_put_int(out, 3);
	ber_wrap(out, BER_SEQUENCE, BER_MAX);
}

struct v3_test {
	struct secret *password;
	struct probe_snmp snmp;
	struct usm_user user;
	struct snmp_talk talk;
};

static void begin_v3(struct v3_test *v)
{
	struct err e = ERR_INIT;

	v->password = secret_new("auth-secret", 11);
	v->snmp = (struct probe_snmp){ .user = "reader",
		.auth_protocol = "SHA-256",
		.auth_password = v->password,
		.privacy_protocol = "AES",
		.privacy_password = v->password };
	assert_int_equal(usm_user_init(&v->user, &v->snmp, &e), ERR_OK);
	snmp_talk_begin(&v->talk, &v->snmp, &v->user, 100);
}

static void end_v3(struct v3_test *v)
{
	snmp_talk_end(&v->talk);
	secret_free(v->password);
}

static enum hello_step report(
    struct v3_test *v, uint8_t counter, int32_t seconds, bool *again)
{
	struct ber_out out;

	make_report(&out, v->talk.id, counter, seconds);
	assert_false(out.full);
	return snmp_talk_feed(
	    &v->talk, out.data + out.at, BER_MAX - out.at, again);
}

static void takes_the_engine_and_its_time(void **state)
{
	struct v3_test v;
	bool again;

	(void)state;
	begin_v3(&v);
	assert_string_equal(snmp_talk_silence(&v.talk), "no answer");
	assert_int_equal(report(&v, 4, 1000, &again), HELLO_MORE);
	assert_true(again);
	assert_int_equal(v.talk.engine_len, sizeof(agent));
	assert_non_null(strstr(snmp_talk_silence(&v.talk), "privacy password"));
	/* it has been started anew, or our idea is old */
	assert_int_equal(report(&v, 2, 5, &again), HELLO_MORE);
	assert_true(again);
	assert_int_equal(v.talk.engine_time[0], 7);
	assert_int_equal(v.talk.engine_time[1], 5);
	assert_int_equal(report(&v, 2, 6, &again), HELLO_FAILED);
	assert_false(again);
	assert_non_null(strstr(v.talk.why, "time"));
	end_v3(&v);
}

static void says_what_a_report_means(void **state)
{
	static const struct {
		uint8_t counter;
		const char *words;
	} rows[] = {
		{ 1, "security level" },
		{ 3, "does not know the SNMPv3 user" },
		{ 4, "engine" },
		{ 5, "authentication password" },
		{ 6, "privacy password" },
		{ 9, "refuses the SNMPv3 request" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct v3_test v;
		bool again;

		begin_v3(&v);
		assert_int_equal(report(&v, 4, 1, &again), HELLO_MORE);
		assert_int_equal(
		    report(&v, rows[i].counter, 1, &again), HELLO_FAILED);
		assert_non_null(strstr(v.talk.why, rows[i].words));
		end_v3(&v);
	}
}

static void writes_the_shortest_integers(void **state)
{
	static const struct {
		int32_t v;
		uint8_t bytes[6];
		size_t len;
	} cases[] = {
		{ 0, { 2, 1, 0 }, 3 },
		{ 127, { 2, 1, 127 }, 3 },
		{ 128, { 2, 2, 0, 128 }, 4 },
		{ -1, { 2, 1, 0xff }, 3 },
		{ -129, { 2, 2, 0xff, 0x7f }, 4 },
		{ INT32_MAX, { 2, 4, 0x7f, 0xff, 0xff, 0xff }, 6 },
	};
	struct ber_out out;
	struct ber_in in;
	int32_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ber_begin(&out);
		ber_put_int(&out, cases[i].v);
		assert_int_equal(BER_MAX - out.at, cases[i].len);
		assert_memory_equal(
		    out.data + out.at, cases[i].bytes, cases[i].len);
		in = (struct ber_in){ out.data + out.at, BER_MAX - out.at };
		assert_true(ber_take_int(&in, &v));
		assert_int_equal(v, cases[i].v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_keys_of_the_rfc),
		cmocka_unit_test(refuses_what_no_device_would_take),
		cmocka_unit_test(asks_and_hears_by_v2c),
		cmocka_unit_test(takes_the_engine_and_its_time),
		cmocka_unit_test(says_what_a_report_means),
		cmocka_unit_test(writes_the_shortest_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
