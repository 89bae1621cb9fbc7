#include "infra/netconf/fault.h"

#include "base/escape.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Errors stand in <rpc-reply> (RFC 6241, 4.3), or in Junos's results. */
#define MAX_DEPTH 3
#define PART_MAX 4096

struct reading {
	const struct netconf_hidden *hidden;
	struct netconf_fault *to;
};

/* One line, without blanks around it, safe to show. */
static void take_text(
    const struct reading *r, const struct xml_node *node, char *to, size_t size)
{
	struct buf raw = BUF_INIT(PART_MAX), told = BUF_INIT(8 * PART_MAX);
	struct buf safe = BUF_INIT(32 * PART_MAX);
	const char *p;
	size_t n = 0;

	xml_text(node, &raw);
	netconf_hidden_redact(r->hidden, buf_text(&raw), &told);
	escape_device_text(&safe, buf_text(&told), told.len);
	for (p = buf_text(&safe); *p != '\0' && n + 1 < size; p++) {
		bool blank = strchr(" \t\n", *p) != NULL;

		if (blank && (n == 0 || to[n - 1] == ' '))
			continue;
		to[n++] = blank ? ' ' : *p;
	}
	while (n > 0 && (to[n - 1] == ' ' || to[n - 1] == '.'))
		n--;
	to[n] = '\0';
	buf_release(&raw);
	buf_release(&told);
	buf_release(&safe);
}

/* What is at fault; servers tell one or two of these. */
static const char *const culprits[] = { "error-info/bad-element",
	"error-info/bad-attribute", "error-info/bad-namespace",
	"error-info/bad-value", "error-path" };

static void take_sentence(const struct reading *r, const struct xml_node *error,
    char *to, size_t size)
{
	char part[160];
	size_t n;

	take_text(r, xml_child(error, "error-message"), to, size);
	if (*to == '\0')
		take_text(r, xml_child(error, "error-tag"), to, size);
	for (size_t i = 0; i < sizeof culprits / sizeof culprits[0]; i++) {
		take_text(r, xml_find(error, culprits[i]), part, sizeof part);
		if (*part == '\0' || strstr(to, part) != NULL)
			continue;
		n = strlen(to);
		snprintf(to + n, size - n, "%s%s",
		    strcmp(culprits[i], "error-path") == 0 ? " at " : ": ",
		    part);
	}
}

static void take_error(const struct reading *r, const struct xml_node *error)
{
	static const struct netconf_hidden nothing = { .all = false };
	const struct reading plain = { &nothing, r->to };
	struct netconf_fault *to = r->to;
	char severity[16], session[24];
	bool warning;

	/* a word of the protocol, and there may be thousands of errors */
	take_text(&plain, xml_child(error, "error-severity"), severity,
	    sizeof severity);
	warning = strcmp(severity, "warning") == 0;
	if (warning)
		to->n_warnings++;
	else
		to->n_errors++;
	/* The first error; a warning only where there is none. */
	if (warning ? to->n_errors > 0 || to->n_warnings > 1 : to->n_errors > 1)
		return;
	take_text(r, xml_child(error, "error-tag"), to->tag, sizeof to->tag);
	take_text(r, xml_find(error, "error-info/session-id"), session,
	    sizeof session);
	to->session = strtoul(session, NULL, 10);
	take_sentence(r, error, to->text, sizeof to->text);
}

static void find_errors(
    const struct reading *r, const struct xml_node *in, unsigned depth)
{
	const struct xml_node *c = xml_child(in, NULL);

	for (; c != NULL; c = xml_next(c, NULL)) {
		/* A configuration may hold an element of any name. */
		if (strcmp(xml_name(c), "rpc-error") == 0)
			take_error(r, c);
		else if (depth < MAX_DEPTH && strcmp(xml_name(c), "data") != 0)
			find_errors(r, c, depth + 1);
	}
}

void netconf_fault_read(const struct xml_node *reply,
    const struct netconf_hidden *hidden, struct netconf_fault *ret)
{
	const struct reading r = { hidden, ret };

	*ret = (struct netconf_fault){ .n_errors = 0 };
	find_errors(&r, reply, 1);
}

bool netconf_fault_is(const struct netconf_fault *fault, const char *tag)
{
	return fault->n_errors > 0 && strcmp(fault->tag, tag) == 0;
}
