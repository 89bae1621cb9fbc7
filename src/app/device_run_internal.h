/*
 * Steps that the use cases of a device session share.
 */
#ifndef APP_DEVICE_RUN_INTERNAL_H
#define APP_DEVICE_RUN_INTERNAL_H

#include "app/device_run.h"

/* What one run carries from step to step. */
struct device_run {
	const struct device_run_input *in;
	const struct device_run_io *io;
	struct arena *arena;
	struct device_run_outcome *out;
	struct driver_session *session; /* NULL: none is open */
	struct driver_hooks hooks;
	int64_t started_ms;
	const char *before; /* running configuration at the start */
	size_t before_len;
};

void device_run_begin(struct device_run *run, const struct device_run_input *in,
    const struct device_run_io *io, struct arena *arena,
    struct device_run_outcome *out);

/* A line for the run's log. */
void device_run_log(struct device_run *run, enum log_level level,
    const char *fmt, ...) printf_like(3, 4);
/* Sets the outcome; the text is prefixed with the device's name. */
void device_run_end(struct device_run *run, enum run_state state,
    const char *fmt, ...) printf_like(3, 4);
/* The outcome after an error before anything was sent. */
void device_run_fail(struct device_run *run, const struct err *e);

/* The deadline of one exchange, within that of the run. */
struct deadline device_run_exchange(const struct device_run *run);

/* Opens a session; reports keys that wait for approval. */
enum err_code device_run_open(struct device_run *run, struct err *e) must_check;
void device_run_close(struct device_run *run);

/* Reads running; an incomplete one goes to quarantine. */
enum err_code device_run_read(struct device_run *run, struct driver_config *ret,
    struct err *e) must_check;

/* "in 2.1 s" */
const char *device_run_took(const struct device_run *run);

#endif
