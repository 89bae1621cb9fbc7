/*
 * A command line session: views, commands, questions, pipes and the pager.
 *
 * A platform supplies a table of commands and the words for prompts and
 * errors (struct cli_platform).  The same session runs behind a terminal over
 * SSH (cli_open), for one command (`ssh host show version`) and, without a
 * terminal, for the HTTP interfaces (cli_new, cli_execute).
 *
 * Threads: with the device locked.  Ownership: the endpoint owns the session.
 */
#ifndef SIM_CLI_H
#define SIM_CLI_H

#include "sim/conf_edit.h"
#include "sim/endpoint.h"
#include "sim/grammar.h"

#define CLI_TEXT_MAX (64u << 20)
#define CLI_FILTERS_MAX 4

enum cli_view {
	CLI_USER = 1 << 0,
	CLI_PRIV = 1 << 1,
	CLI_CONFIG = 1 << 2,
	CLI_SESSION = 1 << 3, /* configuration of a named session */
};

#define CLI_EXEC (CLI_USER | CLI_PRIV)
#define CLI_CONFIGS (CLI_CONFIG | CLI_SESSION)

struct cli;

struct cli_command {
	unsigned views;
	const char *syntax;
	void (*run)(struct cli *cli, const struct grammar_match *m);
	/* The same as a JSON value, where the platform has one; or NULL. */
	json_t *(*model)(struct cli *cli, const struct grammar_match *m);
};

struct cli_fault {
	enum grammar_result result;
	size_t column; /* of the word at fault, in the line */
};

struct cli_platform {
	const struct cli_command *commands;
	size_t n_commands;
	const struct grammar_ifname *ifnames;
	const struct conf_lang *lang; /* NULL: no indented configuration */
	const char *more;	      /* the pager's question */
	const char *more_erase;	      /* what wipes it away */
	unsigned char first_view;
	void (*prompt)(struct cli *cli, struct buf *out);
	void (*greet)(struct cli *cli, struct buf *out);
	/* The platform's words for a line that it did not understand. */
	void (*complain)(
	    struct cli *cli, const char *line, const struct cli_fault *fault);
	/* A line in a configuration view that is no command. */
	void (*configure)(
	    struct cli *cli, const char *line, struct cli_fault *ret);
	/* Changes a line before it is looked at; may be NULL. */
	void (*rewrite)(char line[GRAMMAR_LINE_MAX]);
	void (*finish)(struct cli *cli); /* frees cli->state; may be NULL */
};

/* An answer to cli_ask(); NULL: the question was broken off (^C). */
typedef void (*cli_answer)(struct cli *cli, const char *answer);

struct cli_pager {
	char *text; /* what is still to be shown; NULL: the pager is off */
	size_t at;
};

struct cli {
	struct endpoint ep; /* first: an endpoint is a cli */
	const struct cli_platform *platform;
	struct device *device;
	char user[64];
	char tty[16];
	enum cli_view view;
	struct conf_cursor cursor;
	struct conf_block block;
	bool interactive;
	bool dont_ask; /* `terminal dont-ask` */
	unsigned width;
	unsigned length; /* 0: no paging */

	struct buf text; /* what the command at hand says, `\n` at line ends */
	bool failed;	 /* the command at hand was refused */
	bool show_model; /* answer with the model instead of text */
	json_t *model;	 /* of the command at hand, or NULL */
	const char *input; /* lines that answer questions without a terminal */

	cli_answer answer;
	char question[160];
	bool hidden;
	void *asked; /* what the answer is about: owned text or NULL */

	char line[GRAMMAR_LINE_MAX];
	size_t line_len;
	bool after_cr;
	bool quoted; /* ^V: the next byte stands for itself */
	struct cli_pager pager;

	void *state; /* the platform's */
};

struct cli *cli_new(
    struct device *d, const struct cli_platform *platform, const char *user);
void cli_free(struct cli *cli);

/* With a terminal (exec_command NULL) or for one command. */
struct endpoint *cli_open(struct device *d, const struct cli_platform *platform,
    const char *user, const char *exec_command);

/* One line, without a terminal: cli->text, cli->model and cli->failed tell.
 * input: lines that answer what it asks for, or NULL. */
void cli_execute(struct cli *cli, const char *line, const char *input);

/* --- for the platforms' commands --------------------------------------- */

void cli_printf(struct cli *cli, const char *fmt, ...) printf_like(2, 3);
/* As cli_printf; the command counts as refused. */
void cli_fail(struct cli *cli, const char *fmt, ...) printf_like(2, 3);
void cli_ask(struct cli *cli, bool hidden, cli_answer answer, const char *fmt,
    ...) printf_like(4, 5);
/* Matches and runs a line in a given view; what `do` does. */
void cli_run_in_view(struct cli *cli, enum cli_view view, const char *line);
void cli_set_view(struct cli *cli, enum cli_view view);
void cli_close(struct cli *cli);
/* The prompt, as text. */
void cli_prompt(struct cli *cli, struct buf *out);

/* For cli_platform.configure of the platforms with indented lines. */
void cli_configure(struct cli *cli, struct conf_node *root, const char *line,
    struct cli_fault *ret);

/* Commands that every platform here has in common. */
void cli_run_exit_config(struct cli *cli, const struct grammar_match *m);
void cli_run_end(struct cli *cli, const struct grammar_match *m);
void cli_run_disable(struct cli *cli, const struct grammar_match *m);
void cli_run_enable(struct cli *cli, const struct grammar_match *m);
void cli_run_logout(struct cli *cli, const struct grammar_match *m);
void cli_run_length(struct cli *cli, const struct grammar_match *m);
void cli_run_width(struct cli *cli, const struct grammar_match *m);
void cli_run_nothing(struct cli *cli, const struct grammar_match *m);

/* --- pieces (cli_pipe.c, cli_term.c) ----------------------------------- */

/* Applies "include x | json | no-more"; false if a filter is unknown.
 * ret_model is set for `json`. */
bool cli_pipe_apply(const char *filters, struct buf *text, bool *ret_model);

void cli_term_input(struct endpoint *ep, const char *data, size_t len);
void cli_term_resize(struct endpoint *ep, unsigned columns, unsigned rows);
/* Sends the text at hand, paged, then question or prompt. */
void cli_term_finish(struct cli *cli);
void cli_term_send(struct cli *cli, const char *text, size_t len);
/* A whole line was typed (cli.c). */
void cli_take_line(struct cli *cli, const char *line);

#endif
