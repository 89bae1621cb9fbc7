/* Expressions in words, and those that are better left as they are. */
#include "domain/cron_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
	const char *expression, *words; /* "": none */
} rows[] = {
	{ "* * * * *", "every minute" },
	{ "*/5 * * * *", "every 5 minutes" },
	{ "0,10,20,30,40,50 * * * *", "every 10 minutes" },
	{ "0,30 * * * *", "every 30 minutes" },
	{ "*/7 * * * *", "" },
	{ "3-59/5 * * * *", "" },
	{ "@hourly", "every hour" },
	{ "15 * * * *", "every hour at minute 15" },
	{ "5,35 * * * *", "every hour at minutes 5 and 35" },
	{ "0-10 * * * *", "every hour at minutes 0 to 10" },
	{ "1,3,7,19,40 * * * *", "" },
	{ "@daily", "at 00:00 every day" },
	{ "30 2 * * *", "at 02:30 every day" },
	{ "30 2,14 * * *", "at 02:30 and 14:30 every day" },
	{ "0,30 8,9 * * *", "at 08:00, 08:30, 09:00 and 09:30 every day" },
	{ "0 */2 * * *", "every 2 hours" },
	{ "20 */3 * * *", "every 3 hours at minute 20" },
	{ "0 */5 * * *", "" },
	{ "0 8-17 * * *", "every hour from 08:00 to 17:00" },
	{ "*/15 8-17 * * *", "every 15 minutes from 08:00 to 17:45" },
	{ "* 3 * * *", "every minute from 03:00 to 03:59" },
	{ "*/20 8,12,16 * * *", "" },
	{ "30 2 * * mon-fri", "at 02:30 on Monday to Friday" },
	{ "30 2 * * 1-5", "at 02:30 on Monday to Friday" },
	{ "0 4 * * sat,sun", "at 04:00 on Saturday and Sunday" },
	{ "0 4 * * 7", "at 04:00 on Sunday" },
	{ "@weekly", "at 00:00 on Sunday" },
	{ "0 4 * * 5-7", "at 04:00 on Friday to Sunday" },
	{ "0 4 * * mon,wed,fri", "at 04:00 on Monday, Wednesday and Friday" },
	{ "*/5 * * * mon-fri", "every 5 minutes on Monday to Friday" },
	{ "@monthly", "at 00:00 on day 1 of each month" },
	{ "0 6 1,15 * *", "at 06:00 on days 1 and 15 of each month" },
	{ "0 6 1-7 * *", "at 06:00 on days 1 to 7 of each month" },
	{ "0 6 31 * *", "at 06:00 on day 31 of each month that has it" },
	{ "0 6 */2 * *", "" },
	{ "@yearly", "at 00:00 on day 1 of January" },
	{ "0 6 1 3-5 *", "at 06:00 on day 1 of March to May" },
	{ "0 6 * 12 *", "at 06:00 every day in December" },
	{ "0 6 * jan,jul mon", "at 06:00 on Monday in January and July" },
	{ "0 * * 6-8 *", "every hour in June to August" },
	/* either of them is enough, as in crontab(5) */
	{ "0 6 13 * fri", "at 06:00 on day 13 of each month and on every "
			  "Friday" },
	{ "0 6 13 * mon-fri", "" },
	{ "0 6 13 2 fri", "" },
	{ "0 6 1-31 * fri", "at 06:00 every day" },
	/* both have to meet */
	{ "0 6 */2 * fri", "" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[CRON_WORDS_SIZE];
		struct err e = ERR_INIT;
		struct cron c;

		if (cron_parse(rows[i].expression, &c, &e) != ERR_OK)
			fail_msg("%s: %s", rows[i].expression, e.message);
		assert_int_equal(cron_to_words(&c, text), *rows[i].words != 0);
		if (strcmp(text, rows[i].words) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"",
			    rows[i].expression, text, rows[i].words);
	}
}

static void test_hours_are_of_a_zone(void **state)
{
	static const struct {
		const char *expression;
		bool names;
	} cases[] = { { "*/5 * * * *", false }, { "15 * * * *", false },
		{ "30 2 * * *", true }, { "*/5 * * * mon", true } };
	struct err e = ERR_INIT;
	struct cron c;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    cron_parse(cases[i].expression, &c, &e), ERR_OK);
		assert_int_equal(cron_names_hours(&c), cases[i].names);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_hours_are_of_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
