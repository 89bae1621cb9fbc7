/* Sessions over a stream that says what it was told to. */
#include "infra/netconf/datastore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HELLO_10                                                      \
	"<hello xmlns=\"" XML_NETCONF "\"><capabilities><capability>" \
	"urn:ietf:params:netconf:base:1.0</capability><capability>"   \
	"urn:ietf:params:netconf:capability:startup:1.0</capability>" \
	"</capabilities><session-id>7</session-id></hello>]]>]]>\n"
#define REPLY(id, body)                                                    \
	"<rpc-reply xmlns=\"" XML_NETCONF "\" message-id=\"" id "\">" body \
	"</rpc-reply>]]>]]>\n"

struct script {
	const char *says;
	size_t at;
	size_t piece; /* bytes at a time */
	struct buf heard;
};

static enum err_code script_send(void *ctx, const char *data, size_t len,
    struct deadline deadline, struct err *e)
{
	struct script *s = ctx;

	(void)deadline;
	(void)e;
	buf_add(&s->heard, data, len);
	return ERR_OK;
}

static enum err_code script_receive(void *ctx, char *to, size_t size,
    struct deadline deadline, size_t *ret_len, struct err *e)
{
	struct script *s = ctx;
	size_t left = strlen(s->says + s->at);
	size_t n = left < s->piece ? left : s->piece;

	(void)deadline;
	if (n == 0)
		return err_set(e, ERR_REMOTE, "it hung up");
	n = n < size ? n : size;
	memcpy(to, s->says + s->at, n);
	s->at += n;
	*ret_len = n;
	return ERR_OK;
}

struct fixture {
	struct script script;
	struct netconf_stream stream;
	struct netconf *nc;
	struct err e;
	enum err_code code;
};

static void begin(struct fixture *f, const char *says, size_t piece)
{
	memset(f, 0, sizeof *f);
	f->script.says = says;
	f->script.piece = piece;
	buf_init(&f->script.heard, 1 << 20);
	f->stream =
	    (struct netconf_stream){ &f->script, script_send, script_receive };
	f->code = netconf_open(
	    &f->stream, "peer", deadline_in_ms(5000), &f->nc, &f->e);
}

static void end(struct fixture *f)
{
	netconf_free(f->nc);
	buf_release(&f->script.heard);
}

static enum err_code ask(struct fixture *f, struct netconf_reply *reply)
{
	f->code =
	    netconf_call(f->nc, "<x/>", deadline_in_ms(5000), reply, &f->e);
	return f->code;
}

static void hello_and_requests(void **state)
{
	struct netconf_reply reply = { .doc = NULL };
	struct fixture f;

	(void)state;
	for (size_t piece = 1; piece < 400; piece += 57) {
		begin(&f,
		    HELLO_10 REPLY(
			"1", "<ok/>") "<notification "
				      "xmlns=\"urn:n\"><a/></notification>"
				      "]]>]]>" REPLY("2", "<data><a/></data>"),
		    piece);
		assert_int_equal(f.code, ERR_OK);
		assert_int_equal(netconf_session_id(f.nc), 7);
		assert_int_equal(netconf_capabilities(f.nc),
		    NETCONF_BASE_10 | NETCONF_STARTUP);
		assert_int_equal(ask(&f, &reply), ERR_OK);
		assert_non_null(xml_child(reply.root, "ok"));
		netconf_reply_free(&reply);
		assert_int_equal(ask(&f, &reply), ERR_OK);
		assert_non_null(xml_find(reply.root, "data/a"));
		netconf_reply_free(&reply);
		assert_non_null(strstr(buf_text(&f.script.heard),
		    "message-id=\"2\"><x/></rpc>]]>]]>"));
		assert_int_equal(ask(&f, &reply), ERR_REMOTE);
		end(&f);
	}
}

static void chunks_once_both_speak_them(void **state)
{
	struct netconf_reply reply = { .doc = NULL };
	struct fixture f;

	(void)state;
	begin(&f,
	    "<hello xmlns=\"" XML_NETCONF "\"><capabilities><capability>"
	    "urn:ietf:params:netconf:base:1.1</capability></capabilities>"
	    "<session-id>1</session-id></hello>]]>]]>"
	    "\n#11\n<rpc-reply \n#80\nxmlns=\"" XML_NETCONF
	    "\" message-id=\"1\"><ok/></rpc-reply>\n##\n",
	    5);
	assert_int_equal(f.code, ERR_OK);
	assert_int_equal(ask(&f, &reply), ERR_OK);
	assert_int_equal(reply.fault.n_errors, 0);
	netconf_reply_free(&reply);
	assert_non_null(strstr(buf_text(&f.script.heard), "\n##\n"));
	end(&f);
}

static void hellos_that_are_none(void **state)
{
	static const struct {
		const char *says;
		enum err_code code;
	} cases[] = {
		{ "", ERR_REMOTE },
		{ "SSH-2.0-x\r\n]]>]]>", ERR_CORRUPT },
		{ "<rpc-reply/>]]>]]>", ERR_REMOTE },
		{ "<hello/>]]>]]>", ERR_REMOTE },
		{ "<!DOCTYPE hello [<!ENTITY a \"b\">]><hello>&a;</hello>"
		  "]]>]]>",
		    ERR_CORRUPT },
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(&f, cases[i].says, 100);
		assert_int_equal(f.code, cases[i].code);
		assert_null(f.nc);
		end(&f);
	}
}

static void replies_that_end_the_session(void **state)
{
	static const struct {
		const char *says;
		enum err_code code;
	} cases[] = {
		{ REPLY("2", "<ok/>"), ERR_REMOTE },
		{ "<rpc-reply xmlns=\"" XML_NETCONF
		  "\"><ok/></rpc-reply>]]>]]>",
		    ERR_REMOTE },
		{ "<hello/>]]>]]>", ERR_REMOTE },
		{ "<rpc-reply message-id=\"1\"/>]]>]]>", ERR_REMOTE },
		{ REPLY("1", "<data><a>"), ERR_CORRUPT },
		{ "<rpc-reply", ERR_REMOTE },
	};
	struct netconf_reply reply = { .doc = NULL };
	struct fixture f;
	char says[1024];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(says, sizeof says, "%s%s", HELLO_10, cases[i].says);
		begin(&f, says, 1000);
		assert_int_equal(f.code, ERR_OK);
		assert_int_equal(ask(&f, &reply), cases[i].code);
		/* nothing is asked of it any more */
		buf_clear(&f.script.heard);
		assert_int_equal(ask(&f, &reply), ERR_REMOTE);
		assert_int_equal(f.script.heard.len, 0);
		end(&f);
	}
}

#define ERROR(severity, tag, message, info)                           \
	"<rpc-error><error-type>protocol</error-type><error-tag>" tag \
	"</error-tag><error-severity>" severity                       \
	"</error-severity><error-message xml:lang=\"en\">\n" message  \
	".\n</error-message><error-info>" info "</error-info></rpc-error>"

static void refusals_in_words(void **state)
{
	static const struct {
		const char *body;
		enum err_code code;
		const char *words;
		unsigned long session;
	} cases[] = {
		{ "<ok/>", ERR_OK, "", 0 },
		{ ERROR("error", "lock-denied", "lock denied",
		      "<session-id>42</session-id>"),
		    ERR_CONFLICT, "session 42 stands in the way", 42 },
		{ ERROR("error", "unknown-element", "unknown object",
		      "<bad-element>sys:bogus</bad-element>"),
		    ERR_REMOTE, "unknown object: sys:bogus", 0 },
		/* Junos: warnings are no failure, errors stand further in */
		{ ERROR("warning", "x", "statement not found", "") "<ok/>",
		    ERR_OK, "", 0 },
		{ "<commit-results>" ERROR("warning", "x", "w", "")
			ERROR("error", "operation-failed", "no such AS",
			    "") "</commit-results>",
		    ERR_REMOTE, "no such AS", 0 },
		{ ERROR("error", "t", "a\x1b[2Jb", ""), ERR_CORRUPT, "", 0 },
	};
	struct fixture f;
	char says[4096];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct netconf_fault fault;

		snprintf(says, sizeof says,
		    "%s<rpc-reply xmlns=\"" XML_NETCONF
		    "\" message-id=\"1\">%s</rpc-reply>]]>]]>",
		    HELLO_10, cases[i].body);
		begin(&f, says, 1000);
		assert_int_equal(netconf_lock(f.nc, "running",
				     deadline_in_ms(5000), &fault, &f.e),
		    cases[i].code);
		if (cases[i].words[0] != '\0')
			assert_non_null(strstr(f.e.message, cases[i].words));
		assert_int_equal(fault.session, cases[i].session);
		end(&f);
	}
}

static void floods_end_at_the_bound(void **state)
{
	size_t len = NETCONF_MESSAGE_MAX + (1 << 20);
	char *says = malloc(len + 1);
	struct netconf_reply reply = { .doc = NULL };
	struct fixture f;

	(void)state;
	assert_non_null(says);
	memset(says, 'x', len);
	says[len] = '\0';
	begin(&f, says, 1 << 16);
	assert_int_equal(f.code, ERR_LIMIT);
	end(&f);
	memcpy(says, HELLO_10, strlen(HELLO_10));
	begin(&f, says, 1 << 16);
	assert_int_equal(f.code, ERR_OK);
	assert_int_equal(ask(&f, &reply), ERR_LIMIT);
	end(&f);
	free(says);
}

static void configurations_in_one_form(void **state)
{
	struct buf out = BUF_INIT(1024);
	struct fixture f;

	(void)state;
	begin(&f,
	    HELLO_10 REPLY("1", "<data><s xmlns=\"urn:s\"><h>a</h></s></data>")
		REPLY("2", "<ok/>"),
	    100);
	assert_int_equal(netconf_get_config(
			     f.nc, "running", deadline_in_ms(5000), &out, &f.e),
	    ERR_OK);
	assert_string_equal(
	    buf_text(&out), "<s xmlns=\"urn:s\">\n  <h>a</h>\n</s>\n");
	assert_int_equal(netconf_get_config(
			     f.nc, "running", deadline_in_ms(5000), &out, &f.e),
	    ERR_CORRUPT);
	buf_release(&out);
	end(&f);
}

/* A server that quotes what it refuses, also when it does so later. */
static void secrets_are_not_told(void **state)
{
	struct netconf_reply reply = { .doc = NULL };
	struct fixture f;

	(void)state;
	begin(&f,
	    HELLO_10 REPLY("1", ERROR("error", "invalid-value",
				    "'s3cr3t' is no good password",
				    "<bad-value>s3cr3t</bad-value>"))
		REPLY("2", ERROR("error", "operation-failed",
			       "user joe, s3cr3t: no", "")),
	    4096);
	assert_int_equal(f.code, ERR_OK);
	assert_int_equal(netconf_call(f.nc,
			     "<edit><user>joe</user><password>s3cr3t"
			     "</password></edit>",
			     deadline_in_ms(5000), &reply, &f.e),
	    ERR_OK);
	assert_string_equal(
	    reply.fault.text, "'<hidden>' is no good password");
	netconf_reply_free(&reply);
	assert_int_equal(ask(&f, &reply), ERR_OK);
	assert_string_equal(reply.fault.text, "user joe, <hidden>: no");
	netconf_reply_free(&reply);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_and_requests),
		cmocka_unit_test(chunks_once_both_speak_them),
		cmocka_unit_test(hellos_that_are_none),
		cmocka_unit_test(replies_that_end_the_session),
		cmocka_unit_test(refusals_in_words),
		cmocka_unit_test(secrets_are_not_told),
		cmocka_unit_test(floods_end_at_the_bound),
		cmocka_unit_test(configurations_in_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
