/*
 * The renderer of differences over a corpus, hostile texts among it: each pair
 * of files becomes HTML in each look, compared byte by byte with what was
 * looked at and found right.  With GOLDEN_WRITE in the environment the files
 * are written instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "jinja/jinja.h"
#include "web/pages/diff_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT ((size_t)8 << 20)
#define CORPUS SOURCE_DIR "/tests/golden/diff/"

static const char *const corpus[] = { "interface", "markup", "directions",
	"controls", "bytes", "noeol", "spaces", "signs" };

static const struct {
	const char *name;
	struct diff_look look;
} looks[] = {
	{ "unified", { .context = 3 } },
	{ "split", { .context = 3, .split = true } },
	{ "ignoring",
	    { .context = 1, .ignore_space = true, .hide_volatile = true } },
	{ "all", { .context = 1000000, .split = true, .ignore_space = true } },
};

static struct arena *arena;
static struct jinja_env *env;

static enum err_code load(void *ctx, const char *name,
    char identity[JINJA_IDENTITY_SIZE], bool *unchanged, struct buf *out,
    struct err *e)
{
	char path[400];

	(void)ctx;
	(void)unchanged;
	text_copy(identity, JINJA_IDENTITY_SIZE, name);
	snprintf(path, sizeof(path), SOURCE_DIR "/templates/%s", name);
	return file_read_regular(path, out, e);
}

static int set_up(void **state)
{
	struct jinja_options options = { .autoescape = true,
		.trim_blocks = true,
		.lstrip_blocks = true,
		.undefined = JINJA_LENIENT,
		.loader = load };

	(void)state;
	arena = arena_new((size_t)128 << 20);
	env = jinja_env_new(&options);
	return arena && env ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	jinja_env_free(env);
	arena_free(arena);
	return 0;
}

static void must(enum err_code rc, const struct err *e)
{
	if (rc != ERR_OK)
		fail_msg("%s", e->message);
}

static void read_file(const char *name, const char *suffix, struct buf *out)
{
	struct err e = ERR_INIT;
	char path[400];

	snprintf(path, sizeof(path), CORPUS "%s.%s", name, suffix);
	must(file_read_regular(path, out, &e), &e);
}

static void render(const struct diff_look *look, const char *old_text,
    const char *new_text, struct buf *html)
{
	static const char source[] =
	    "{% from 'diffs.html' import diff_table, diff_counts %}"
	    "{{ diff_counts(d) }}\n{{ diff_table(d, 'd', 'Golden') }}";
	struct jv context, view = jv_none();
	struct jinja_template *t = NULL;
	struct err e = ERR_INIT;

	arena_reset(arena);
	context = jv_dict(arena, 1);
	must(diff_view_from_texts(arena, look, old_text, new_text, &view, &e),
	    &e);
	jv_dict_set(arena, context, "d", view);
	must(jinja_compile(env, "golden", source, strlen(source), &t, &e), &e);
	must(jinja_render(t, arena, context, html, &e), &e);
	jinja_template_unref(t);
}

static void check(const char *name, size_t which)
{
	struct buf old_text = BUF_INIT(MAX_TEXT), new_text = BUF_INIT(MAX_TEXT);
	struct buf html = BUF_INIT(MAX_TEXT), golden = BUF_INIT(MAX_TEXT);
	struct err e = ERR_INIT;
	char path[400], suffix[40];

	read_file(name, "old", &old_text);
	read_file(name, "new", &new_text);
	render(&looks[which].look, buf_text(&old_text), buf_text(&new_text),
	    &html);
	snprintf(suffix, sizeof(suffix), "%s.html", looks[which].name);
	snprintf(path, sizeof(path), CORPUS "%s.%s", name, suffix);
	if (getenv("GOLDEN_WRITE"))
		must(file_replace(path, buf_text(&html), html.len, 0644, &e),
		    &e);
	read_file(name, suffix, &golden);
	if (strcmp(buf_text(&html), buf_text(&golden)) != 0)
		fail_msg("%s is not what was made: %s", path, buf_text(&html));
	assert_true(utf8_is_valid(buf_text(&html), html.len));
	assert_true(text_has_no_control(buf_text(&html), html.len, true));
	buf_release(&old_text);
	buf_release(&new_text);
	buf_release(&html);
	buf_release(&golden);
}

static void test_the_corpus_in_each_look(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(corpus) / sizeof(corpus[0]); i++) {
		for (size_t j = 0; j < sizeof(looks) / sizeof(looks[0]); j++)
			check(corpus[i], j);
	}
}

/* Nothing of what a device says becomes an element. */
static void test_only_our_own_markup(void **state)
{
	static const char *const ours[] = { "<span", "</span", "<b>", "</b>",
		"<mark>", "</mark>", "<p", "</p>", "<div", "</div>", "<table",
		"</table>", "<caption", "</caption>", "<thead", "</thead>",
		"<tbody>", "</tbody>", "<tr", "</tr>", "<th", "</th>", "<td",
		"</td>", "<a ", "</a>", "<col", "</colgroup>" };
	struct buf html = BUF_INIT(MAX_TEXT);
	struct buf a = BUF_INIT(MAX_TEXT), b = BUF_INIT(MAX_TEXT);

	(void)state;
	read_file("markup", "old", &a);
	read_file("markup", "new", &b);
	render(&looks[1].look, buf_text(&a), buf_text(&b), &html);
	for (const char *p = buf_text(&html); (p = strchr(p, '<')); p++) {
		bool known = false;

		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			known = known || text_starts_with(p, ours[i]);
		if (!known)
			fail_msg("%.60s", p);
	}
	buf_release(&html);
	buf_release(&a);
	buf_release(&b);
}

static void test_lines_of_a_megabyte(void **state)
{
	size_t n = (size_t)1 << 20;
	char *one = malloc(n + 2), *two = malloc(n + 2);
	struct buf html = BUF_INIT(MAX_TEXT);

	(void)state;
	assert_true(one && two);
	for (size_t i = 0; i < n; i++)
		one[i] = two[i] = "ab <\x1b\xff"[i % 6];
	two[n / 2] = 'x';
	two[10] = 'y';
	memcpy(one + n, "\n", 2);
	memcpy(two + n, "\n", 2);
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		buf_clear(&html);
		render(&looks[i].look, one, two, &html);
		assert_true(html.len < (size_t)64 * 1024);
	}
	buf_release(&html);
	free(one);
	free(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_corpus_in_each_look),
		cmocka_unit_test(test_only_our_own_markup),
		cmocka_unit_test(test_lines_of_a_megabyte),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
