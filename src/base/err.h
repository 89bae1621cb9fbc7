/*
 * One error type for the whole program.
 *
 * A fallible function returns an enum err_code (ERR_OK is zero) and takes a
 * struct err to fill in.  Each code is a different decision for the caller;
 * `message` is safe to show to a user and says what happened, what was not
 * done and what to do; `detail` is for the log.  Neither ever holds a secret.
 *
 * Results travel through out-parameters that are written only on success.
 * `struct err *` may be NULL where the caller has no use for the words.
 * A struct err owns nothing and needs no release.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))

enum err_code {
	ERR_OK = 0,
	ERR_INVALID,	     /* the input is wrong: say which part (400/422) */
	ERR_NOT_FOUND,	     /* no such object (404) */
	ERR_CONFLICT,	     /* the state forbids it (409) */
	ERR_STALE,	     /* it changed since it was read (412) */
	ERR_DENIED,	     /* the actor may not (403) */
	ERR_LIMIT,	     /* a bound was hit: size, count, depth (413/429) */
	ERR_NO_SPACE,	     /* the disk is full; reads go on (507) */
	ERR_TIMEOUT,	     /* a deadline passed; nothing is half done (504) */
	ERR_REMOTE,	     /* the peer answered with an error (502) */
	ERR_CORRUPT,	     /* stored data is not what we wrote (500) */
	ERR_SYSTEM,	     /* the operating system or memory failed (500) */
	ERR_UNKNOWN_OUTCOME, /* it may or may not have happened: read, don't
				repeat */
	ERR_CANCELLED,	     /* someone asked for it to stop */
};

struct err {
	enum err_code code;
	char message[1024];
	char detail[512];
};

#define ERR_INIT               \
	{                      \
		.code = ERR_OK \
	}

/* Fills `e` and returns `code`, so that `return err_set(...)` reads well. */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
    printf_like(3, 4);

/* As err_set; the code is chosen from errno (ENOSPC/EDQUOT → ERR_NO_SPACE, …)
 * and strerror(errno) is appended. */
enum err_code err_set_errno(struct err *e, const char *fmt, ...)
    printf_like(2, 3);

/* Puts "fmt: " before the message; returns e->code. */
enum err_code err_context(struct err *e, const char *fmt, ...)
    printf_like(2, 3);

/* Sets the detail for the log; keeps the code and the message. */
void err_detail(struct err *e, const char *fmt, ...) printf_like(2, 3);

/* A short stable word for a code: "invalid", "not-found", … */
const char *err_code_word(enum err_code code);

#endif
