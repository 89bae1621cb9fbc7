#include "infra/git/store_internal.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define AUTHOR_MAX 128
#define SUBJECT_MAX 200
#define BODY_MAX (64 << 10)
#define VALUE_MAX 1024
#define OPERATION_ID "Operation-Id"
#define OPERATION_ID_BYTES 16

static const char key_chars[] = "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
/* What an address made from an author's name keeps. */
static const char email_chars[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";

static bool is_clean_text(const char *text, size_t max, bool multiline)
{
	size_t len = strnlen(text, max + 1);

	if (len > max || !text_has_no_control(text, len, multiline))
		return false;
	for (size_t i = 0; i < len;) {
		size_t n = utf8_sequence(text + i, len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* Git's header line takes neither angle brackets nor line ends. */
static bool is_header_text(const char *text)
{
	return text[0] != '\0' && text[0] != ' ' &&
	       text[strlen(text) - 1] != ' ' && !strpbrk(text, "<>") &&
	       is_clean_text(text, AUTHOR_MAX, false);
}

static enum err_code check_trailers(
    const struct store_message *m, struct err *e)
{
	if (m->n_trailers > STORE_MAX_TRAILERS)
		return err_set(e, ERR_INVALID,
		    "A commit has at most %d trailers.", STORE_MAX_TRAILERS);
	for (size_t i = 0; i < m->n_trailers; i++) {
		const struct store_trailer *t = &m->trailers[i];
		size_t n = strspn(t->key, key_chars);

		if (n == 0 || t->key[n] != '\0' ||
		    strcmp(t->key, OPERATION_ID) == 0)
			return err_set(e, ERR_INVALID,
			    "\"%.60s\" cannot be the name of a trailer.",
			    t->key);
		if (t->value[0] == '\0' ||
		    !is_clean_text(t->value, VALUE_MAX, false))
			return err_set(e, ERR_INVALID,
			    "The trailer %s must be one line of text of at "
			    "most %d bytes.",
			    t->key, VALUE_MAX);
	}
	return ERR_OK;
}

static enum err_code check_message(const struct store_message *m, struct err *e)
{
	if (!is_header_text(m->author) ||
	    (m->author_email && !is_header_text(m->author_email)))
		return err_set(e, ERR_INVALID,
		    "The author of a commit needs a name of at most %d bytes "
		    "without \"<\", \">\" and control characters.",
		    AUTHOR_MAX);
	if (m->subject[strspn(m->subject, " ")] == '\0' ||
	    !is_clean_text(m->subject, SUBJECT_MAX, false))
		return err_set(e, ERR_INVALID,
		    "The subject of a commit must be one line of text of at "
		    "most %d bytes.",
		    SUBJECT_MAX);
	if (m->body && !is_clean_text(m->body, BODY_MAX, true))
		return err_set(e, ERR_INVALID,
		    "The message of a commit must be text of at most %d "
		    "bytes.",
		    BODY_MAX);
	if (m->time_ms < 0)
		return err_set(
		    e, ERR_INVALID, "A commit cannot be older than 1970.");
	return check_trailers(m, e);
}

static void add_author(const struct store_message *m, struct buf *out)
{
	buf_printf(out, "author %s <", m->author);
	if (m->author_email) {
		buf_puts(out, m->author_email);
		return;
	}
	for (const char *p = m->author; *p; p++)
		buf_putc(out, strchr(email_chars, *p) ? *p : '-');
	buf_puts(out, "@switchyard");
}

/* The last paragraph is ours alone, so that nothing in the body can pass for
 * a trailer. */
static void add_text(const struct store_message *m, struct buf *out)
{
	char operation[2 * OPERATION_ID_BYTES + 1];
	size_t body_len = m->body ? strlen(m->body) : 0;

	buf_printf(out, "%s\n\n", m->subject);
	while (body_len > 0 && strchr(" \t\n", m->body[body_len - 1]))
		body_len--;
	if (body_len > 0) {
		buf_add(out, m->body, body_len);
		buf_puts(out, "\n\n");
	}
	for (size_t i = 0; i < m->n_trailers; i++)
		buf_printf(
		    out, "%s: %s\n", m->trailers[i].key, m->trailers[i].value);
	random_hex(operation, OPERATION_ID_BYTES);
	buf_printf(out, OPERATION_ID ": %s\n", operation);
}

enum err_code message_compose(
    const struct store_message *m, struct buf *out, struct err *e)
{
	int64_t seconds;
	enum err_code rc = check_message(m, e);

	if (rc != ERR_OK)
		return rc;
	seconds = (m->time_ms ? m->time_ms : clock_wall_ms()) / 1000;
	add_author(m, out);
	buf_printf(out,
	    "> %" PRId64 " +0000\n"
	    "committer Switchyard <switchyard@localhost> %" PRId64 " +0000\n\n",
	    seconds, clock_wall_ms() / 1000);
	add_text(m, out);
	return buf_check(out, "a commit message", e);
}

/* The last paragraph that is not the first: where trailers are. */
static const char *last_paragraph(const char *message, const char **ret_end)
{
	const char *end = message + strlen(message);
	const char *p;

	while (end > message && end[-1] == '\n')
		end--;
	*ret_end = end;
	for (p = end; p - message >= 2; p--)
		if (p[-1] == '\n' && p[-2] == '\n')
			return p;
	return NULL;
}

const char *store_message_trailer(
    const char *message, const char *key, size_t *ret_len)
{
	const char *end, *found = NULL;
	const char *line = last_paragraph(message, &end);
	size_t n = strlen(key);

	while (line && line < end) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));

		if (!eol)
			eol = end;
		if ((size_t)(eol - line) >= n + 2 &&
		    memcmp(line, key, n) == 0 &&
		    memcmp(line + n, ": ", 2) == 0) {
			found = line + n + 2;
			*ret_len = (size_t)(eol - found);
		}
		line = eol + 1;
	}
	return found;
}
