#include "infra/netconf/hidden.h"

#include "base/crypto.h"
#include "base/text.h"

#include <string.h>

#define VALUES_MAX ((size_t)1024 * 1024)
#define VALUE_MAX ((size_t)4096)
/* Shorter ones would be found in half of all words. */
#define VALUE_MIN 3
#define MASK "<hidden>"
#define NAME_CHARS                                                    \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456" \
	"789-_."

/* Parts of names before a secret. */
static const char *const stems[] = { "password", "passwd", "passphrase",
	"secret", "community", "-key", "key-string", "psk", NULL };

/* Words between such a name and its value, in the text of Junos. */
static const char *const fillers[] = { "ascii-text", "hexadecimal", "type",
	"md5", "sha1", "value", "key", NULL };

static const struct {
	const char *entity;
	char meant;
} entities[] = {
	{ "&lt;", '<' },
	{ "&gt;", '>' },
	{ "&amp;", '&' },
	{ "&quot;", '"' },
	{ "&apos;", '\'' },
};

#define N_ENTITIES (sizeof entities / sizeof entities[0])

void netconf_hidden_init(struct netconf_hidden *h)
{
	*h = (struct netconf_hidden){ .all = false };
	buf_init(&h->values, VALUES_MAX);
}

void netconf_hidden_release(struct netconf_hidden *h)
{
	if (h->values.data != NULL)
		wipe(h->values.data, h->values.len);
	buf_release(&h->values);
}

/* --- learning ---------------------------------------------------------- */

static bool names_secret(const char *name, size_t len)
{
	if (len == 3 && memcmp(name, "key", 3) == 0)
		return true;
	for (const char *const *s = stems; *s != NULL; s++)
		if (memmem(name, len, *s, strlen(*s)) != NULL)
			return true;
	return false;
}

static bool is_filler(const char *word)
{
	const char *const *f = fillers;

	while (*f != NULL && strcmp(*f, word) != 0)
		f++;
	return *f != NULL;
}

/* One character of XML text; the bytes that it takes. */
static size_t decode(const char *at, char *ret)
{
	for (size_t i = 0; i < N_ENTITIES; i++)
		if (text_starts_with(at, entities[i].entity)) {
			*ret = entities[i].meant;
			return strlen(entities[i].entity);
		}
	*ret = *at;
	return 1;
}

static bool ends_value(char c, char quote)
{
	return quote != '\0' ? c == quote || c == '\n'
			     : strchr(" \t\r\n;{}<>\"'", c) != NULL;
}

static void remember(struct netconf_hidden *h, const struct buf *value)
{
	const char *text = buf_text(value);

	if (value->len < VALUE_MIN || is_filler(text))
		return;
	buf_add(&h->values, text, value->len + 1);
	h->all = h->all || !buf_ok(&h->values);
}

static void forget(struct netconf_hidden *h, struct buf *value)
{
	h->all = h->all || !buf_ok(value);
	if (value->data != NULL)
		wipe(value->data, value->len);
	buf_release(value);
}

/* A word, or what stands between quotes; where it ends. */
static const char *take_value(struct netconf_hidden *h, const char *at)
{
	struct buf value = BUF_INIT(VALUE_MAX);
	char c, quote = '\0';
	size_t n = decode(at, &c);

	if (c == '"' || c == '\'') {
		quote = c;
		at += n;
	}
	while (*at != '\0' && *at != '<') {
		n = decode(at, &c);
		if (ends_value(c, quote))
			break;
		buf_putc(&value, c);
		at += n;
	}
	remember(h, &value);
	forget(h, &value);
	/* behind the closing quote */
	return quote != '\0' && *at != '\0' && *at != '<' && *at != '\n'
		   ? at + decode(at, &c)
		   : at;
}

/* Every word behind the name, up to the statement's end. */
static const char *take_words(struct netconf_hidden *h, const char *at)
{
	while (*at != '\0' && strchr(";{}\n<", *at) == NULL) {
		const char *end = at;
		char c;

		if (strchr(" \t\r=", *at) == NULL)
			end = take_value(h, at);
		at = end > at ? end : at + decode(at, &c);
	}
	return at;
}

/* The whole text of an element; at: behind its start tag. */
static const char *take_element(struct netconf_hidden *h, const char *at)
{
	struct buf value = BUF_INIT(VALUE_MAX);
	char c;

	while (*at != '\0' && *at != '<') {
		at += decode(at, &c);
		buf_putc(&value, c);
	}
	remember(h, &value);
	forget(h, &value);
	return at;
}

static const char *take_values(struct netconf_hidden *h, const char *at)
{
	size_t len = strcspn(at, "<>;{}\n");

	if (at[len] != '>')
		return take_words(h, at);
	at += len + 1;
	return at[-2] == '/' ? at : take_element(h, at);
}

void netconf_hidden_learn(struct netconf_hidden *h, const char *operation)
{
	const char *at = operation;

	while (*at != '\0') {
		size_t len = strspn(at, NAME_CHARS);
		bool closing = at > operation && at[-1] == '/';

		if (len == 0)
			at++;
		else if (!closing && names_secret(at, len))
			at = take_values(h, at + len);
		else
			at += len;
	}
}

/* --- hiding ------------------------------------------------------------ */

/* "$6$salt$hash", "$9$…": the digits say which. */
static size_t hash_length(const char *at)
{
	size_t digits = at[0] == '$' ? strspn(at + 1, "0123456789y") : 0;

	if (digits == 0 || digits > 2 || at[1 + digits] != '$')
		return 0;
	return strcspn(at, " \t\r\n\"';,<>");
}

/* The longest one that stands here; 0: none. */
static size_t secret_length_at(const struct netconf_hidden *h, const char *at)
{
	const char *value = buf_text(&h->values);
	const char *end = value + h->values.len;
	size_t longest = hash_length(at);

	while (value < end) {
		size_t len = strlen(value);

		if (len > longest && strncmp(at, value, len) == 0)
			longest = len;
		value += len + 1;
	}
	return longest;
}

void netconf_hidden_redact(
    const struct netconf_hidden *h, const char *message, struct buf *out)
{
	if (h->all) {
		buf_puts(out, MASK);
		return;
	}
	while (*message != '\0') {
		size_t len = secret_length_at(h, message);

		if (len > 0)
			buf_puts(out, MASK);
		else
			buf_putc(out, *message);
		message += len > 0 ? len : 1;
	}
}
