/*
 * switchyard render: a template with data from a file, without a portal.
 *
 *   render --template FILE --data FILE.json [--path DIR]… [--autoescape]
 *          [--lenient] [--trim-blocks=on|off] [--lstrip-blocks=on|off]
 *          [--repeat N]
 *
 * Prints the result to stdout; on failure nothing there, the error on stderr.
 * Exit status: 0 rendered, 1 it failed, 2 the words were wrong.  The defaults
 * are those of configurations: strict, trim_blocks on, lstrip_blocks off.
 *
 * Templates are read from the directory of the template and those of --path,
 * and from nowhere else: neither ".." nor a symbolic link leads out.
 */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

int cmd_render(int argc, char **argv);

#endif
