/*
 * Time.  Deadlines and durations use the monotonic clock, so that a jump of
 * the wall clock does no harm; only what people read uses the wall clock.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void); /* milliseconds since some fixed point */
int64_t clock_mono_us(void);
int64_t clock_wall_ms(void); /* milliseconds since 1970-01-01T00:00:00Z */

/* A point in monotonic time that work must not outlast.  Passed down, never
 * restarted by a callee. */
struct deadline {
	int64_t at_ms;
};

#define DEADLINE_NEVER ((struct deadline){ .at_ms = INT64_MAX })

struct deadline deadline_in_ms(int64_t ms);
int64_t deadline_left_ms(struct deadline d); /* 0 when it has passed */
bool deadline_passed(struct deadline d);
struct deadline deadline_sooner(struct deadline a, struct deadline b);
/* For poll(2): the time left, at most INT_MAX; -1 for DEADLINE_NEVER. */
int deadline_poll_ms(struct deadline d);

#define CLOCK_TEXT_SIZE 32
/* "2026-11-21T08:30:00.123Z" */
void clock_format_utc(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);
/* The reverse; also without the fraction.  False if it is not that form. */
bool clock_parse_utc(const char *text, int64_t *ret_wall_ms);

#endif
