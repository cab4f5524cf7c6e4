/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * YAML as the tree that JSON has, for documents that may be written in either.
 *
 * Every scalar is a string, as nothing here needs the numbers and the dates that
 * plain ones may stand for; only a null stays one.  An alias shares its anchor's
 * value and copies nothing, so that aliases of aliases cost no memory; but it
 * counts as many values as its anchor has, as a reader looks at them again.
 * Refused are names that are not text or are given twice, more than one
 * document, and what goes beyond the bounds below.
 */
#ifndef HOSTS_CLI_OPENAPI_YAML_TREE_H
#define HOSTS_CLI_OPENAPI_YAML_TREE_H

#include <jansson.h>

#include <apam/types.h>

enum {
	YAML_DEPTH_MAX = 128,		/* a list in a list in a list ... */
	YAML_NODES_MAX = 4000000,	/* values and names */
	YAML_ALIASES_MAX = 10000,
	YAML_PROBLEM_SIZE = 160
};

/*
 * The tree of `text`, which is the caller's; free it with json_decref.  NULL
 * with what is wrong and its line in `problem`, which quotes nothing of the
 * text.
 */
json_t *yaml_tree(struct apam_str text, char problem[YAML_PROBLEM_SIZE]);

#endif
