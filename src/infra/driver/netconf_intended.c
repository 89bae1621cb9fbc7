/* Intended configurations of the netconf driver: XML from people. */
#include "infra/driver/netconf_internal.h"

#include "base/text.h"
#include "infra/driver/text_plan.h"

#include <string.h>

/* Several elements may stand side by side; a document has one root. */
#define WRAPPER "switchyard"

static const char *skip_declaration(const char *text)
{
	const char *end;

	if (text_starts_with(text, "\xef\xbb\xbf"))
		text += 3;
	while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
		text++;
	end = text_starts_with(text, "<?xml ") ? strstr(text, "?>") : NULL;
	return end != NULL ? end + 2 : text;
}

/* <config> and <data> are what it may stand in (RFC 6241, 7.1 and 7.2). */
static const struct xml_node *find_content(const struct xml_doc *doc)
{
	const struct xml_node *root = xml_root(doc);
	const struct xml_node *only = xml_child(root, NULL);

	if (only != NULL && xml_next(only, NULL) == NULL &&
	    (strcmp(xml_name(only), "config") == 0 ||
		strcmp(xml_name(only), "data") == 0) &&
	    (*xml_namespace(only) == '\0' ||
		strcmp(xml_namespace(only), XML_NETCONF) == 0))
		return only;
	return root;
}

static enum err_code check_content(
    const struct xml_node *content, struct err *e)
{
	const struct xml_node *c = xml_child(content, NULL);

	if (xml_has_text(content) || c == NULL)
		return err_set(e, ERR_INVALID,
		    "the configuration of this platform has to be XML, "
		    "elements only; nothing was changed");
	for (; c != NULL; c = xml_next(c, NULL))
		if (*xml_namespace(c) == '\0' ||
		    strcmp(xml_namespace(c), XML_NETCONF) == 0)
			return err_set(e, ERR_INVALID,
			    "<%.60s> has no namespace: give it its model's, as "
			    "<%.60s xmlns=\"urn:…\">; nothing was changed",
			    xml_name(c), xml_name(c));
	return ERR_OK;
}

static enum err_code parse(
    const char *text, struct xml_doc **ret, struct err *e)
{
	struct buf whole = BUF_INIT(NETCONF_CONFIG_MAX);
	enum err_code code;

	buf_puts(&whole, "<" WRAPPER ">");
	buf_puts(&whole, skip_declaration(text));
	buf_puts(&whole, "</" WRAPPER ">");
	code = buf_check(&whole, "the configuration", e);
	if (code == ERR_OK)
		code = xml_parse(buf_text(&whole), whole.len, ret, e);
	buf_release(&whole);
	return code;
}

enum err_code netconf_intended_read(
    const char *text, struct buf *out, struct err *e)
{
	struct xml_doc *doc = NULL;
	struct err why = ERR_INIT;
	enum err_code code = parse(text, &doc, &why);

	if (code != ERR_OK)
		return err_set(e, ERR_INVALID,
		    "the configuration of this platform has to be XML: %s; "
		    "nothing was changed",
		    why.message);
	code = check_content(find_content(doc), e);
	if (code == ERR_OK) {
		xml_format_children(find_content(doc), out);
		code = buf_check(out, "the configuration", e);
	}
	xml_free(doc);
	return code;
}

static size_t count_missing(const struct xml_node *intended,
    const struct xml_node *running, struct buf *out)
{
	const struct xml_node *c = xml_child(intended, NULL);
	size_t n = 0;

	for (; c != NULL; c = xml_next(c, NULL)) {
		const struct xml_node *have = xml_child(running, xml_name(c));

		while (have != NULL && !xml_contains(have, c))
			have = xml_next(have, xml_name(c));
		if (have != NULL)
			continue;
		buf_printf(out, "missing, all of it or a part: <%.100s>\n",
		    xml_name(c));
		n++;
	}
	return n;
}

enum err_code netconf_intended_verify(const char *intended, const char *running,
    struct arena *arena, struct driver_verdict *ret, struct err *e)
{
	struct buf text = BUF_INIT(64 * 1024);
	struct xml_doc *want = NULL, *have = NULL;
	enum err_code code = parse(intended, &want, e);
	size_t missing = 0;
	const char *copy;

	if (code == ERR_OK)
		code = parse(running, &have, e);
	if (code == ERR_OK)
		missing =
		    count_missing(find_content(want), xml_root(have), &text);
	xml_free(want);
	xml_free(have);
	copy = arena_strdup(arena, buf_text(&text));
	buf_release(&text);
	if (code == ERR_OK && copy == NULL)
		code = err_set(
		    e, ERR_LIMIT, "the comparison needs too much memory");
	if (code == ERR_OK)
		*ret = (struct driver_verdict){ .matches = missing == 0,
			.text = copy,
			.n_missing = missing };
	return code;
}
