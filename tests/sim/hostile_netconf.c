/*
 * A hostile NETCONF server, as the subsystem of an sshd: speaks on its
 * standard input and output.
 *
 *   hostile_netconf MODE_FILE
 *
 * The file names one of the modes in the table below; tests/system/
 * hostile_netconf.sh says what a client has to make of each.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1u << 20)
#define BASE "urn:ietf:params:xml:ns:netconf:base:1.0"
#define IETF "urn:ietf:params:netconf:"
#define EOM "]]>]]>\n"
#define BOMB                                                         \
	"<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\">"          \
	"<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">" \
	"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">" \
	"<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">" \
	"<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]>"

/* --- Saying ------------------------------------------------------------ */

static void say_bytes(const char *data, size_t len)
{
	if (fwrite(data, 1, len, stdout) != len || fflush(stdout) != 0)
		exit(0); /* the client has gone */
}

static void say(const char *text)
{
	say_bytes(text, strlen(text));
}

static void drip(const char *text)
{
	for (; *text != '\0'; text++) {
		say_bytes(text, 1);
		sleep(1);
	}
}

static void repeat(const char *part, size_t times)
{
	size_t len = strlen(part), per = 32768 / len;
	char chunk[32768];

	for (size_t i = 0; i < per; i++)
		memcpy(chunk + i * len, part, len);
	for (; times > per; times -= per)
		say_bytes(chunk, per * len);
	say_bytes(chunk, times * len);
}

static void chunk(const char *text)
{
	printf("\n#%zu\n", strlen(text));
	say(text);
}

/* Reads until the mark of a message, or of its last chunk. */
static void read_message(const char *mark)
{
	size_t len = strlen(mark), have = 0;
	int c;

	while (have < len) {
		c = getchar();
		if (c == EOF)
			exit(0);
		if (c == mark[have])
			have++;
		else
			have = c == mark[0];
	}
}

/* --- Hellos ------------------------------------------------------------ */

#define HELLO                                                       \
	"<hello xmlns=\"" BASE "\"><capabilities>"                  \
	"<capability>" IETF "base:1.0</capability>"                 \
	"<capability>" IETF "base:1.1</capability>"                 \
	"<capability>" IETF "capability:candidate:1.0</capability>" \
	"</capabilities><session-id>1</session-id></hello>"

static void hello_honest(void)
{
	say(HELLO EOM);
}

static void hello_nothing(void)
{
	pause();
}

static void hello_end(void)
{
	exit(0);
}

static void hello_drip(void)
{
	drip(HELLO EOM);
}

static void hello_flood(void)
{
	repeat("<hello>xxxxxxxxx", 100 * MIB / 16);
}

static void hello_junk(void)
{
	say("HTTP/1.1 400 Bad Request\r\n\r\n" EOM);
}

static void hello_bomb(void)
{
	say(BOMB "<hello xmlns=\"" BASE "\">&e;</hello>" EOM);
}

static void hello_blanks(void)
{
	repeat("\n", 100 * MIB);
}

static void hello_many(void)
{
	say("<hello xmlns=\"" BASE "\"><capabilities>");
	repeat("<capability>x</capability>", 30000);
	say("</capabilities></hello>" EOM);
}

/* --- Replies ----------------------------------------------------------- */

#define REPLY_1 "<rpc-reply xmlns=\"" BASE "\" message-id=\"1\">"

static void reply_honest(void)
{
	chunk(REPLY_1 "<data><s xmlns=\"urn:s\"><h>a</h></s></data>"
		      "</rpc-reply>");
	say("\n##\n");
}

static void reply_flood(void)
{
	for (int i = 0; i < 100; i++) {
		printf("\n#%u\n", MIB);
		repeat("x", MIB);
	}
}

static void reply_huge_chunk(void)
{
	say("\n#4294967295\n");
	repeat("x", 100 * MIB);
}

static void reply_bad_chunk(void)
{
	say("\n#-1\nx\n##\n");
}

static void reply_deep(void)
{
	printf("\n#%u\n", 6 * MIB);
	repeat("<a>", 2 * MIB);
	say("\n##\n");
}

static void reply_many(void)
{
	printf("\n#%u\n", 6 * MIB);
	repeat("<abcd/>x", 6 * MIB / 8);
	say("\n##\n");
}

/* As many elements as are taken, in one that is a whole reply. */
static void reply_full(void)
{
	chunk(REPLY_1 "<data><s xmlns=\"urn:s\">");
	printf("\n#%u\n", 18 * 149000);
	repeat("<abc>xyz</abc>\n\n\n\n", 149000);
	chunk("</s></data></rpc-reply>");
	say("\n##\n");
}

static void reply_bomb(void)
{
	chunk(BOMB REPLY_1 "<data>&e;</data></rpc-reply>");
	say("\n##\n");
}

static void reply_wrong_id(void)
{
	chunk("<rpc-reply xmlns=\"" BASE "\" message-id=\"7\"><data/>"
	      "</rpc-reply>");
	say("\n##\n");
}

static void reply_notifications(void)
{
	for (;;) {
		chunk("<notification xmlns=\"urn:n\"><a/></notification>");
		say("\n##\n");
	}
}

static void reply_cut(void)
{
	say("\n#400\n" REPLY_1 "<data><s xmlns=\"urn:s\"><h>a");
	exit(0);
}

static void reply_drip(void)
{
	drip("\n#400\n" REPLY_1);
}

static void reply_nothing(void)
{
	pause();
}

static void reply_no_text(void)
{
	chunk(REPLY_1 "<data><s>\xff\xfe\x01</s></data></rpc-reply>");
	say("\n##\n");
}

static void reply_truncated(void)
{
	chunk(REPLY_1 "<data><s xmlns=\"urn:s\"><h>a");
	say("\n##\n");
}

/* Escapes and endless words in what is shown to people. */
static void reply_error(void)
{
	chunk(REPLY_1 "<rpc-error><error-severity>error</error-severity>"
		      "<error-message>&#x202e;no&#xfffd;");
	printf("\n#%u\n", MIB);
	repeat("x", MIB);
	chunk("</error-message></rpc-error></rpc-reply>");
	say("\n##\n");
}

static const struct {
	const char *name;
	void (*hello)(void);
	void (*reply)(void);
} modes[] = {
	{ "honest", hello_honest, reply_honest },
	{ "hello-nothing", hello_nothing, NULL },
	{ "hello-end", hello_end, NULL },
	{ "hello-drip", hello_drip, NULL },
	{ "hello-flood", hello_flood, NULL },
	{ "hello-junk", hello_junk, NULL },
	{ "hello-bomb", hello_bomb, NULL },
	{ "hello-blanks", hello_blanks, NULL },
	{ "hello-many", hello_many, NULL },
	{ "reply-flood", hello_honest, reply_flood },
	{ "reply-huge-chunk", hello_honest, reply_huge_chunk },
	{ "reply-bad-chunk", hello_honest, reply_bad_chunk },
	{ "reply-deep", hello_honest, reply_deep },
	{ "reply-many", hello_honest, reply_many },
	{ "reply-full", hello_honest, reply_full },
	{ "reply-bomb", hello_honest, reply_bomb },
	{ "reply-wrong-id", hello_honest, reply_wrong_id },
	{ "reply-notifications", hello_honest, reply_notifications },
	{ "reply-cut", hello_honest, reply_cut },
	{ "reply-drip", hello_honest, reply_drip },
	{ "reply-nothing", hello_honest, reply_nothing },
	{ "reply-no-text", hello_honest, reply_no_text },
	{ "reply-truncated", hello_honest, reply_truncated },
	{ "reply-error", hello_honest, reply_error },
};

int main(int argc, char **argv)
{
	char mode[64] = "";
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	size_t i = 0;

	if (f == NULL || fscanf(f, "%63s", mode) != 1)
		return 2;
	while (i < sizeof modes / sizeof modes[0] &&
	       strcmp(modes[i].name, mode) != 0)
		i++;
	if (i == sizeof modes / sizeof modes[0])
		return 2;
	alarm(60);
	modes[i].hello();
	read_message("]]>]]>");
	for (;;) {
		read_message("\n##\n");
		if (modes[i].reply != NULL)
			modes[i].reply();
	}
}
