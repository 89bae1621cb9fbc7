#include "web/pages/text_view.h"

#include "base/escape.h"

#include <string.h>

struct jv text_view_lines(struct arena *a, const char *text)
{
	size_t len = strlen(text);
	struct buf safe = BUF_INIT(3 * len + 1);
	struct jv view = jv_dict(a, 3), lines = jv_list(a, 64);
	int64_t n = 0, left_out = 0;
	const char *p;

	escape_device_text(&safe, text, len);
	p = arena_memdup(a, buf_text(&safe), safe.len);
	buf_release(&safe);
	while (p && *p) {
		size_t line = strcspn(p, "\n");

		n++;
		if (n <= TEXT_VIEW_MAX_LINES)
			jv_list_append(a, lines, jv_textn(p, line));
		else
			left_out++;
		p += line + (p[line] == '\n');
	}
	jv_dict_set(a, view, "lines", lines);
	jv_dict_set(a, view, "n", jv_int(n));
	jv_dict_set(a, view, "left_out", jv_int(left_out));
	return view;
}
