#include "infra/netconf/fault.h"

#include "base/escape.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Errors stand in <rpc-reply> (RFC 6241, 4.3), or in Junos's results. */
#define MAX_DEPTH 3
#define PART_MAX 4096

/* One line, without blanks around it, safe to show. */
static void take_text(const struct xml_node *node, char *to, size_t size)
{
	struct buf raw = BUF_INIT(PART_MAX), safe = BUF_INIT(4 * PART_MAX);
	const char *p;
	size_t n = 0;

	xml_text(node, &raw);
	escape_device_text(&safe, buf_text(&raw), raw.len);
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
	buf_release(&safe);
}

/* What is at fault; servers tell one or two of these. */
static const char *const culprits[] = { "error-info/bad-element",
	"error-info/bad-attribute", "error-info/bad-namespace",
	"error-info/bad-value", "error-path" };

static void take_sentence(const struct xml_node *error, char *to, size_t size)
{
	char part[160];
	size_t n;

	take_text(xml_child(error, "error-message"), to, size);
	if (*to == '\0')
		take_text(xml_child(error, "error-tag"), to, size);
	for (size_t i = 0; i < sizeof culprits / sizeof culprits[0]; i++) {
		take_text(xml_find(error, culprits[i]), part, sizeof part);
		if (*part == '\0' || strstr(to, part) != NULL)
			continue;
		n = strlen(to);
		snprintf(to + n, size - n, "%s%s",
		    strcmp(culprits[i], "error-path") == 0 ? " at " : ": ",
		    part);
	}
}

static void take_error(const struct xml_node *error, struct netconf_fault *to)
{
	char severity[16], session[24];
	bool warning;

	take_text(
	    xml_child(error, "error-severity"), severity, sizeof severity);
	warning = strcmp(severity, "warning") == 0;
	if (warning)
		to->n_warnings++;
	else
		to->n_errors++;
	/* The first error; a warning only where there is none. */
	if (warning ? to->n_errors > 0 || to->n_warnings > 1 : to->n_errors > 1)
		return;
	take_text(xml_child(error, "error-tag"), to->tag, sizeof to->tag);
	take_text(
	    xml_find(error, "error-info/session-id"), session, sizeof session);
	to->session = strtoul(session, NULL, 10);
	take_sentence(error, to->text, sizeof to->text);
}

static void find_errors(
    const struct xml_node *in, unsigned depth, struct netconf_fault *to)
{
	const struct xml_node *c = xml_child(in, NULL);

	for (; c != NULL; c = xml_next(c, NULL)) {
		/* A configuration may hold an element of any name. */
		if (strcmp(xml_name(c), "rpc-error") == 0)
			take_error(c, to);
		else if (depth < MAX_DEPTH && strcmp(xml_name(c), "data") != 0)
			find_errors(c, depth + 1, to);
	}
}

void netconf_fault_read(const struct xml_node *reply, struct netconf_fault *ret)
{
	*ret = (struct netconf_fault){ .n_errors = 0 };
	find_errors(reply, 1, ret);
}

bool netconf_fault_is(const struct netconf_fault *fault, const char *tag)
{
	return fault->n_errors > 0 && strcmp(fault->tag, tag) == 0;
}
