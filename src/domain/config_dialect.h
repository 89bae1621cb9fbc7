/*
 * What a platform's configuration language needs beyond indentation, as data.
 * Lists of patterns (config_pattern.h) end with NULL.
 */
#ifndef DOMAIN_CONFIG_DIALECT_H
#define DOMAIN_CONFIG_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

/* How a section goes away. */
enum config_removal {
	CONFIG_REMOVE_WHOLE, /* `no <header>` */
	CONFIG_REMOVE_LINES, /* line by line; empty is as good as absent */
	/* line by line, then `no <header>`, which the device may refuse
	 * (a vrf that the kernel has) */
	CONFIG_REMOVE_LINES_THEN_TRY,
};

struct config_section_rule {
	const char *pattern; /* of the header; its key tells sections apart */
	enum config_removal removal;
	const char *leave; /* the word that leaves it */
};

/* A line that matches brings something into being (a BGP neighbour).  It is
 * removed by `no` and its first words, and with it every line of this section,
 * and of the sections within, that begins with these words. */
struct config_owner_rule {
	const char *pattern;
	size_t words;
	const char *scope; /* all lines that may go with it */
};

/* `no` + the first `words` words removes the line; further words are refused,
 * or leave a part of the line behind. */
struct config_cut_rule {
	const char *pattern;
	size_t words;
	/* Not NULL: the line is removed by setting this, the default, which
	 * is not shown; `no` would set something else. */
	const char *instead;
};

/* In force unless negated, and then shown as `no <line>` only. */
struct config_default_rule {
	const char *pattern;
	const char *section; /* only in such a section; NULL: anywhere */
	const char *unless;  /* not if the section around has this line */
};

struct config_dialect {
	const char *name;
	const char *comment; /* characters that begin a comment line */
	const char *negation;
	bool ascii_only; /* its shell takes other bytes for key strokes */
	unsigned indent; /* spaces a level where it writes texts; 0: one */
	bool bare;	 /* no word closes a section there */

	const char *const *exits; /* leave the innermost section */
	const char *end;	  /* leaves all; nothing follows */
	const char *const *volatiles;
	/* Never removed, and no difference if only the device has them. */
	const char *const *kept;
	/* At most one value: a new line takes the old one's place. */
	const char *const *single;
	/* Stored scrambled, so that what was sent cannot be compared. */
	const char *const *scrambled;
	/* The device numbers them itself where `seq N` is left out. */
	const char *const *sequenced;
	/* Never sent, nor what a shell would take for an abbreviation of their
	 * first words: they would act, not configure. */
	const char *const *forbidden;
	/* The value of `?` and `...` is a password or a key. */
	const char *const *secret;
	/* Shown whether they are in force or negated: neither form is a
	 * default that would be hidden.  NULL: none. */
	const char *const *both;
	/* Lines whose value is a text between two delimiters, which may go on
	 * over lines (a banner): the words before the delimiter.  NULL: the
	 * language has none.  See config_block.h. */
	const char *const *blocks;
	/* At the top: to be there before what refers to them, in this order,
	 * and to go after it. */
	const char *const *definitions;

	const struct config_section_rule *sections; /* pattern NULL ends */
	const struct config_owner_rule *owners;
	const struct config_cut_rule *cuts;
	const struct config_default_rule *defaults;
};

/* FRRouting's vtysh, 8.x; seen on 8.4.4. */
extern const struct config_dialect config_dialect_frr;

/* Arista EOS, for comparing texts; the switch itself computes its changes. */
extern const struct config_dialect config_dialect_eos;

/* Cisco IOS and IOS-XE, as `show running-config` prints it. */
extern const struct config_dialect config_dialect_ios;

/* Cisco NX-OS. */
extern const struct config_dialect config_dialect_nxos;

/* NULL if there is none of that name. */
const struct config_dialect *config_dialect_find(const char *name);
/* All of them; NULL ends. */
const struct config_dialect *const *config_dialects(void);

#endif
