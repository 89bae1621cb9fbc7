#include "web/markdown.h"

#include "base/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

static struct markdown m;

static const char *render(const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(
	    markdown_render(text, strlen(text), "/help/", &m, &e), ERR_OK);
	return buf_text(&m.html);
}

static void shows(const char *text, const char *html)
{
	assert_string_equal(render(text), html);
	markdown_release(&m);
}

static void writes_blocks_and_spans(void **state)
{
	(void)state;
	shows("One *em* **strong** `a<b`\n",
	    "<p>One <em>em</em> <strong>strong</strong> "
	    "<code>a&lt;b</code></p>\n");
	shows("- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
	shows("    code & more\n",
	    "<pre tabindex=\"0\"><code>code &amp; more\n</code></pre>\n");
	shows("![a picture](x.png)\n", "<p></p>\n");
}

static void raw_html_is_text(void **state)
{
	(void)state;
	shows("<script>alert(1)</script>\n",
	    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
	shows("a <img src=x onerror=y> b\n",
	    "<p>a &lt;img src=x onerror=y&gt; b</p>\n");
}

static void links_lead_to_help_pages(void **state)
{
	(void)state;
	shows("[x](store.md#packs)\n",
	    "<p><a href=\"/help/store#packs\">x</a></p>\n");
	shows("[x](recipes/job.md)\n",
	    "<p><a href=\"/help/recipes/job\">x</a></p>\n");
	shows("[x](../runs.md)\n", "<p><a href=\"/help/runs\">x</a></p>\n");
	shows("[x](https://example.org/?a=\"b\")\n",
	    "<p><a href=\"https://example.org/?a=&#34;b&#34;\">x</a></p>\n");
	shows("[x](#here)\n", "<p><a href=\"#here\">x</a></p>\n");
	/* neither scripts nor files */
	shows("[x](javascript:alert(1))\n", "<p><a>x</a></p>\n");
	shows("[x](../src/main.c)\n", "<p><a>x</a></p>\n");
}

static void knows_title_and_sections(void **state)
{
	(void)state;
	render("# The `store`\n\ntext\n\n## How it works\n\n### Deeper\n\n"
	       "## Faults & <more>\n");
	assert_string_equal(m.title, "The store");
	assert_int_equal(m.n_sections, 2);
	assert_string_equal(m.sections[0].id, "how-it-works");
	assert_string_equal(m.sections[1].title, "Faults & <more>");
	assert_non_null(strstr(
	    buf_text(&m.html), "<h2 id=\"how-it-works\">How it works</h2>"));
	assert_non_null(
	    strstr(buf_text(&m.html), "<h3 id=\"deeper\">Deeper</h3>"));
	assert_null(strstr(buf_text(&m.html), "<h1"));
	markdown_release(&m);
}

static void a_table_can_be_scrolled(void **state)
{
	(void)state;
	assert_non_null(strstr(render("| a | b |\n|---|---|\n| 1 | 2 |\n"),
	    "tabindex=\"0\"><table class=\"rows\">\n<thead>\n<tr>"
	    "<th scope=\"col\">a</th>"));
	markdown_release(&m);
}

/* Every link between our own documents leads somewhere. */
static void check_links(const char *dir, const char *name)
{
	struct buf text = BUF_INIT(1024 * 1024);
	char path[4096];
	const char *p;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_read(path, &text, NULL), ERR_OK);
	p = render(buf_text(&text));
	assert_true(*m.title != '\0');
	while ((p = strstr(p, "<a href=\"/help/"))) {
		size_t len;

		p += strlen("<a href=\"/help/");
		len = strcspn(p, "#\"");
		snprintf(path, sizeof(path), "%s/docs/%.*s.md", SOURCE_DIR,
		    (int)len, p);
		if (access(path, R_OK) != 0)
			fail_msg("%s: there is no %s", name, path);
	}
	markdown_release(&m);
	buf_release(&text);
}

static void our_documents_link_to_each_other(void **state)
{
	static const char *const dirs[] = { SOURCE_DIR "/docs",
		SOURCE_DIR "/docs/recipes" };
	const struct dirent *entry;
	int n = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		DIR *dir = opendir(dirs[i]);

		assert_non_null(dir);
		while ((entry = readdir(dir))) {
			const char *dot = strrchr(entry->d_name, '.');

			if (!dot || strcmp(dot, ".md") != 0)
				continue;
			check_links(dirs[i], entry->d_name);
			n++;
		}
		closedir(dir);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_blocks_and_spans),
		cmocka_unit_test(raw_html_is_text),
		cmocka_unit_test(links_lead_to_help_pages),
		cmocka_unit_test(knows_title_and_sections),
		cmocka_unit_test(a_table_can_be_scrolled),
		cmocka_unit_test(our_documents_link_to_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
