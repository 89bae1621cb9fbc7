#include "domain/read_command.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum read_language read_language_of(const char *driver)
{
	return strcmp(driver, "netconf") == 0 ? READ_NETCONF : READ_CLI;
}

/* --- command lines ----------------------------------------------------- */

/* They act, redirect, complete, expand or comment, on one platform or another.
 */
static const char forbidden[] = "<>;&`$?!\\'";

static const char *const verbs[] = { "show", "dir", NULL };

/* Filters that print. */
static const char *const filters[] = { "include", "exclude", "begin", "section",
	"count", "match", "except", "no-more", "display", "json", "xml", NULL };

static bool is_word(const char *text, const char *const *list)
{
	size_t len = strcspn(text, " |");

	for (; *list; list++) {
		if (strlen(*list) == len && memcmp(*list, text, len) == 0)
			return true;
	}
	return false;
}

static const char *refuse_line(const char *command)
{
	if (command[strcspn(command, forbidden)])
		return "one of < > ; & ` $ ? ! \\ ' stands in it";
	if (!is_word(command, verbs))
		return "only commands that begin with show or dir, written "
		       "whole, are sent";
	for (const char *p = strchr(command, '|'); p; p = strchr(p + 1, '|')) {
		if (!is_word(p + 1 + strspn(p + 1, " "), filters))
			return "behind a | only filters that print are sent: "
			       "include, exclude, begin, section, count, "
			       "match, except, no-more, display, json, xml";
	}
	return NULL;
}

/* --- queries ----------------------------------------------------------- */

static const char *const datastores[] = { "running", "candidate", "startup",
	NULL };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
static const char name_bytes[] = LETTERS DIGITS "-_.";
static const char uri_bytes[] = LETTERS DIGITS "-_.:/~#+%=@,";

/* The next word, of these bytes only; *text goes behind it. */
static bool take_word(
    const char **text, const char *bytes, char *to, size_t size)
{
	size_t len = strspn(*text, bytes);

	if (len == 0 || len >= size ||
	    ((*text)[len] != ' ' && (*text)[len] != '\0'))
		return false;
	memcpy(to, *text, len);
	to[len] = '\0';
	*text += len + strspn(*text + len, " ");
	return true;
}

bool read_command_parse_query(const char *command, struct read_query *ret)
{
	struct read_query q = { .datastore = "" };
	char verb[16];

	if (!take_word(&command, name_bytes, verb, sizeof(verb)))
		return false;
	if (strcmp(verb, "get-config") == 0) {
		if (!take_word(&command, name_bytes, q.datastore,
			sizeof(q.datastore)) ||
		    !is_word(q.datastore, datastores))
			return false;
	} else if (strcmp(verb, "get") != 0) {
		return false;
	}
	if ((*command || !*q.datastore) &&
	    (!take_word(&command, name_bytes, q.element, sizeof(q.element)) ||
		!take_word(
		    &command, uri_bytes, q.namespace_, sizeof(q.namespace_))))
		return false;
	if (*command)
		return false;
	*ret = q;
	return true;
}

static const char *refuse_query(const char *command)
{
	struct read_query query;

	return read_command_parse_query(command, &query)
		   ? NULL
		   : "a NETCONF server is asked with \"get NAME NAMESPACE\" "
		     "or \"get-config running|candidate|startup [NAME "
		     "NAMESPACE]\"";
}

const char *read_command_refusal(
    enum read_language language, const char *command)
{
	size_t len = strlen(command);

	if (len > READ_COMMAND_MAX)
		return "it is too long";
	if (!text_has_no_control(command, len, false))
		return "it has to be one line";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)command[i] > 0x7e)
			return "only ASCII is sent";
	}
	return language == READ_NETCONF ? refuse_query(command)
					: refuse_line(command);
}
