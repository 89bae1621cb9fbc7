/*
 * The part of YAML 1.1 that data of networks uses.
 *
 * Written: what PyYAML's dump() writes, without folding of long lines.
 * Read: block and flow collections, plain and quoted scalars, | and > text,
 * comments; no anchors, tags, several documents or complex keys.
 */
#ifndef JINJA_YAML_H
#define JINJA_YAML_H

#include "jinja/filters.h"

enum yaml_flow {
	YAML_BLOCK,
	YAML_FLOW,
	YAML_LEAVES, /* collections of scalars only are written inline */
};

struct yaml_style {
	int indent;
	enum yaml_flow flow;
	bool sort_keys;
};

bool emit_yaml(struct run *r, const struct yaml_style *style, struct jv v);
bool yaml_read(struct run *r, struct jv text, struct jv *ret);

/* A plain scalar as the value that YAML 1.1 makes of it. */
bool yaml_scalar(struct run *r, struct jv text, struct jv *ret);

#endif
