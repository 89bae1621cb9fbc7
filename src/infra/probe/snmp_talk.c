#include "infra/probe/snmp_talk.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

enum { VERSION_2C = 1, VERSION_3 = 3 };
enum { FLAG_AUTH = 1, FLAG_PRIVACY = 2, FLAG_REPORTABLE = 4 };
#define MODEL_USM 3
#define MAX_MESSAGE 2048

/* 1.3.6.1.2.1.1.3.0 */
static const uint8_t sys_up_time[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
/* 1.3.6.1.6.3.15.1.1: usmStats; then the counter and 0 */
static const uint8_t usm_stats[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1 };
enum { STATS_NOT_IN_TIME = 2, STATS_UNKNOWN_ENGINE = 4 };

/* By the counter that a report names. */
static const char *const report_words[] = {
	[1] = "refuses this SNMPv3 security level",
	[STATS_NOT_IN_TIME] = "finds the time of the SNMPv3 request wrong",
	[3] = "does not know the SNMPv3 user",
	[STATS_UNKNOWN_ENGINE] = "does not know its own SNMPv3 engine",
	[5] = "refuses the SNMPv3 authentication password",
	[6] = "cannot decrypt: the SNMPv3 privacy password is wrong",
};
#define N_REPORTS (sizeof(report_words) / sizeof(report_words[0]))

/* RFC 3416, 3: error-status */
enum { ERROR_AUTHORIZATION = 16 };

static enum hello_step fail(struct snmp_talk *t, const char *why)
{
	snprintf(t->why, sizeof(t->why), "%s", why);
	return HELLO_FAILED;
}

void snmp_talk_begin(struct snmp_talk *t, const struct probe_snmp *snmp,
    const struct usm_user *user, int32_t id)
{
	memset(t, 0, sizeof(*t));
	t->snmp = snmp;
	t->user = user;
	t->id = id;
}

const char *snmp_talk_silence(const struct snmp_talk *t)
{
	if (t->snmp->community)
		return "no answer (or a wrong community)";
	/* it told its engine, and drops what it cannot decrypt */
	return t->engine_len > 0
		   ? "no answer to the SNMPv3 user (privacy password?)"
		   : "no answer";
}

void snmp_talk_end(struct snmp_talk *t)
{
	usm_wipe(&t->keys, sizeof(t->keys));
}

/* --- requests ------------------------------------------------------------- */

static void put_get(struct ber_out *out, int32_t id, bool with_name)
{
	size_t end = out->at;

	if (with_name) {
		ber_put(out, BER_NULL, NULL, 0);
		ber_put(out, BER_OID, sys_up_time, sizeof(sys_up_time));
		ber_wrap(out, BER_SEQUENCE, end);
	}
	ber_wrap(out, BER_SEQUENCE, end);
	ber_put_int(out, 0);
	ber_put_int(out, 0);
	ber_put_int(out, id);
	ber_wrap(out, BER_GET, end);
}

static void make_v2c(const struct snmp_talk *t, struct ber_out *out)
{
	size_t end = out->at;

	put_get(out, t->id, true);
	ber_put(out, BER_OCTETS, secret_reveal(t->snmp->community),
	    secret_length(t->snmp->community));
	ber_put_int(out, VERSION_2C);
	ber_wrap(out, BER_SEQUENCE, end);
}

/* The scoped PDU, encrypted if the user has a privacy key. */
static void put_scoped(const struct snmp_talk *t, bool sealed,
    const uint8_t salt[USM_SALT], struct ber_out *out)
{
	static const uint8_t zeros[8];
	struct ber_out plain;
	size_t len, end;

	ber_begin(&plain);
	end = plain.at;
	put_get(&plain, t->id, t->engine_len > 0);
	ber_put(&plain, BER_OCTETS, NULL, 0);
	ber_put(&plain, BER_OCTETS, t->engine, t->engine_len);
	ber_wrap(&plain, BER_SEQUENCE, end);
	len = BER_MAX - plain.at;
	if (!sealed) {
		ber_put_raw(out, plain.data + plain.at, len);
		return;
	}
	end = usm_padding(t->user, len);
	memmove(plain.data + plain.at - end, plain.data + plain.at, len);
	memcpy(plain.data + BER_MAX - end, zeros, end);
	plain.at -= end;
	usm_encrypt(
	    &t->keys, t->engine_time, salt, plain.data + plain.at, len + end);
	ber_put(out, BER_OCTETS, plain.data + plain.at, len + end);
}

/* Where the authentication parameters are; NULL: there are none. */
static uint8_t *put_security(const struct snmp_talk *t, size_t mac_size,
    bool sealed, const uint8_t salt[USM_SALT], struct ber_out *out)
{
	static const uint8_t zeros[USM_MAX_AUTH];
	const char *user = t->engine_len ? t->snmp->user : "";
	size_t end = out->at, mac;

	ber_put(out, BER_OCTETS, salt, sealed ? USM_SALT : 0);
	mac = out->at - mac_size;
	ber_put(out, BER_OCTETS, zeros, mac_size);
	ber_put(out, BER_OCTETS, user, strlen(user));
	ber_put_int(out, t->engine_time[1]);
	ber_put_int(out, t->engine_time[0]);
	ber_put(out, BER_OCTETS, t->engine, t->engine_len);
	ber_wrap(out, BER_SEQUENCE, end);
	ber_wrap(out, BER_OCTETS, end);
	return mac_size && !out->full ? out->data + mac : NULL;
}

static void put_header(
    const struct snmp_talk *t, uint8_t flags, struct ber_out *out)
{
	size_t end = out->at;

	ber_put_int(out, MODEL_USM);
	ber_put(out, BER_OCTETS, &flags, 1);
	ber_put_int(out, MAX_MESSAGE);
	ber_put_int(out, t->id);
	ber_wrap(out, BER_SEQUENCE, end);
}

static void make_v3(struct snmp_talk *t, struct ber_out *out)
{
	bool known = t->engine_len > 0;
	bool sealed = known && t->user->privacy;
	size_t mac_size = known ? usm_auth_size(t->user) : 0, end = out->at;
	uint8_t salt[USM_SALT], sum[USM_MAX_AUTH], *mac;
	uint8_t flags = FLAG_REPORTABLE;

	random_bytes(salt, sizeof(salt));
	flags |= mac_size ? FLAG_AUTH : 0;
	flags |= sealed ? FLAG_PRIVACY : 0;
	put_scoped(t, sealed, salt, out);
	mac = put_security(t, mac_size, sealed, salt, out);
	put_header(t, flags, out);
	ber_put_int(out, VERSION_3);
	ber_wrap(out, BER_SEQUENCE, end);
	if (mac && !out->full) {
		usm_authenticate(
		    &t->keys, out->data + out->at, end - out->at, sum);
		memcpy(mac, sum, mac_size);
	}
}

void snmp_talk_request(struct snmp_talk *t, struct ber_out *out)
{
	ber_begin(out);
	if (t->snmp->community)
		make_v2c(t, out);
	else
		make_v3(t, out);
}

/* --- answers -------------------------------------------------------------- */

/* What a response or a report says: its first variable. */
struct answer {
	uint8_t pdu; /* enum ber_tag */
	int32_t id, error;
	struct ber_in name, value;
	uint8_t value_tag;
};

static bool read_pdu(struct ber_in *in, struct answer *a)
{
	struct ber_in pdu, list, binding;
	int32_t index;

	if (!ber_take_any(in, &a->pdu, &pdu) || !ber_take_int(&pdu, &a->id) ||
	    !ber_take_int(&pdu, &a->error) || !ber_take_int(&pdu, &index) ||
	    !ber_take(&pdu, BER_SEQUENCE, &list))
		return false;
	return ber_take(&list, BER_SEQUENCE, &binding) &&
	       ber_take(&binding, BER_OID, &a->name) &&
	       ber_take_any(&binding, &a->value_tag, &a->value);
}

static enum hello_step on_response(struct snmp_talk *t, const struct answer *a)
{
	uint32_t ticks = 0;

	if (a->error == ERROR_AUTHORIZATION)
		return fail(
		    t, "does not let these SNMP credentials read, or not so");
	if (a->error != 0)
		return fail(t, "answers the SNMP request with an error");
	if (!ber_is(&a->name, sys_up_time, sizeof(sys_up_time)))
		return fail(t, "answers another SNMP question");
	/* It answers, and that is what was asked; a view may hide the value. */
	if (a->value_tag != BER_TIMETICKS || a->value.len > 5)
		return HELLO_DONE;
	for (size_t i = 0; i < a->value.len; i++)
		ticks = ticks << 8 | a->value.p[i];
	t->uptime_s = ticks / 100;
	return HELLO_DONE;
}

static enum hello_step feed_v2c(struct snmp_talk *t, struct ber_in *message)
{
	struct ber_in community;
	struct answer a;

	if (!ber_take(message, BER_OCTETS, &community) ||
	    !read_pdu(message, &a) || a.id != t->id || a.pdu != BER_RESPONSE)
		return HELLO_MORE;
	return on_response(t, &a);
}

struct security {
	struct ber_in engine, user, mac, salt;
	int32_t time[2]; /* boots, seconds */
};

static bool read_security(struct ber_in octets, struct security *s)
{
	struct ber_in in;

	return ber_take(&octets, BER_SEQUENCE, &in) &&
	       ber_take(&in, BER_OCTETS, &s->engine) &&
	       ber_take_int(&in, &s->time[0]) &&
	       ber_take_int(&in, &s->time[1]) &&
	       ber_take(&in, BER_OCTETS, &s->user) &&
	       ber_take(&in, BER_OCTETS, &s->mac) &&
	       ber_take(&in, BER_OCTETS, &s->salt);
}

/* whole: our copy of the datagram, in which s->mac lies. */
static bool is_authentic(const struct snmp_talk *t, uint8_t *whole, size_t len,
    const struct security *s)
{
	size_t size = usm_auth_size(t->user);
	uint8_t told[USM_MAX_AUTH], sum[USM_MAX_AUTH];

	if (s->mac.len != size)
		return false;
	memcpy(told, s->mac.p, size);
	memset(whole + (s->mac.p - whole), 0, size);
	usm_authenticate(&t->keys, whole, len, sum);
	return equal_in_constant_time(told, sum, size);
}

static int report_of(const struct answer *a)
{
	if (a->name.len < sizeof(usm_stats) + 1 ||
	    memcmp(a->name.p, usm_stats, sizeof(usm_stats)) != 0)
		return 0;
	return a->name.p[sizeof(usm_stats)];
}

/* The next request is another one: a late answer to this one is passed over. */
static enum hello_step ask_again(
    struct snmp_talk *t, const struct security *s, bool *ret_again)
{
	memcpy(t->engine_time, s->time, sizeof(t->engine_time));
	t->id = t->id == INT32_MAX ? 1 : t->id + 1;
	*ret_again = true;
	return HELLO_MORE;
}

static enum hello_step on_report(struct snmp_talk *t, const struct answer *a,
    const struct security *s, bool *ret_again)
{
	int report = report_of(a);

	if (report == STATS_UNKNOWN_ENGINE && t->engine_len == 0) {
		if (s->engine.len == 0 || s->engine.len > USM_MAX_ENGINE)
			return fail(t, "tells no SNMPv3 engine id");
		memcpy(t->engine, s->engine.p, s->engine.len);
		t->engine_len = s->engine.len;
		usm_localize(&t->keys, t->user, t->engine, t->engine_len);
		return ask_again(t, s, ret_again);
	}
	if (report == STATS_NOT_IN_TIME && !t->corrected) {
		t->corrected = true;
		return ask_again(t, s, ret_again);
	}
	if (report <= 0 || (size_t)report >= N_REPORTS)
		return fail(t, "refuses the SNMPv3 request");
	return fail(t, report_words[report]);
}

/* The scoped PDU's content, decrypted in place if need be. */
static bool read_scoped(const struct snmp_talk *t, struct ber_in *message,
    uint8_t flags, const struct security *s, struct answer *a)
{
	struct ber_in sealed, scoped, context;

	if (flags & FLAG_PRIVACY) {
		if (!t->user->privacy || s->salt.len != USM_SALT ||
		    !ber_take(message, BER_OCTETS, &sealed) ||
		    !usm_decrypt(&t->keys, s->time, s->salt.p,
			(uint8_t *)(uintptr_t)sealed.p, sealed.len))
			return false;
		message = &sealed;
	}
	return ber_take(message, BER_SEQUENCE, &scoped) &&
	       ber_take(&scoped, BER_OCTETS, &context) &&
	       ber_take(&scoped, BER_OCTETS, &context) && read_pdu(&scoped, a);
}

static enum hello_step feed_v3(struct snmp_talk *t, struct ber_in *message,
    uint8_t *whole, size_t len, bool *ret_again)
{
	struct ber_in header, flags, security;
	int32_t id, size, model;
	struct security s;
	struct answer a;
	uint8_t wanted;

	if (!ber_take(message, BER_SEQUENCE, &header) ||
	    !ber_take_int(&header, &id) || !ber_take_int(&header, &size) ||
	    !ber_take(&header, BER_OCTETS, &flags) || flags.len != 1 ||
	    !ber_take_int(&header, &model) || model != MODEL_USM ||
	    !ber_take(message, BER_OCTETS, &security) ||
	    !read_security(security, &s) || id != t->id)
		return HELLO_MORE;
	/* RFC 3414, 3.2: what claims to be authentic must be */
	if ((flags.p[0] & FLAG_AUTH) && (t->engine_len == 0 || !t->user->auth ||
					    !is_authentic(t, whole, len, &s)))
		return HELLO_MORE;
	if (!read_scoped(t, message, flags.p[0], &s, &a))
		return HELLO_MORE;
	if (a.pdu == BER_REPORT)
		return on_report(t, &a, &s, ret_again);
	wanted = (uint8_t)((t->user->auth ? FLAG_AUTH : 0) |
			   (t->user->privacy ? FLAG_PRIVACY : 0));
	if (a.pdu != BER_RESPONSE || t->engine_len == 0 || a.id != t->id ||
	    (flags.p[0] & wanted) != wanted)
		return HELLO_MORE;
	return on_response(t, &a);
}

enum hello_step snmp_talk_feed(
    struct snmp_talk *t, const void *data, size_t len, bool *ret_again)
{
	uint8_t whole[MAX_MESSAGE];
	struct ber_in in = { whole, len }, message;
	int32_t version;

	*ret_again = false;
	if (len > sizeof(whole))
		return HELLO_MORE;
	memcpy(whole, data, len);
	if (!ber_take(&in, BER_SEQUENCE, &message) ||
	    !ber_take_int(&message, &version))
		return HELLO_MORE;
	if (t->snmp->community)
		return version == VERSION_2C ? feed_v2c(t, &message)
					     : HELLO_MORE;
	if (version != VERSION_3)
		return HELLO_MORE;
	return feed_v3(t, &message, whole, (size_t)(in.p - whole), ret_again);
}
