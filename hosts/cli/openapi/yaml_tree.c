/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the events of libyaml to a tree.  YAML 1.2.2, chapter 3.2: a node is a
 * scalar, a sequence or a mapping; or an alias of one that came before.  Where
 * memory for the tree runs out, the program has ended (lib/json_memory.h).
 */
#include "openapi/yaml_tree.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct builder {
	yaml_parser_t parser;
	json_t *anchors; /* an object: the nodes that have a name */
	json_t *sizes; /* of these: how many nodes are in each */
	unsigned depth, aliases;
	size_t nodes;
	char *problem;
};

/* ---- What is wrong --------------------------------------------------------- */

/* The first problem stays.  Always false. */
static bool
fail(struct builder *b, const yaml_mark_t *at, const char *what)
{
	if (b->problem[0] == '\0')
		(void)snprintf(b->problem, YAML_PROBLEM_SIZE, "line %zu: %s",
		    at->line + 1, what);
	return false;
}

/* libyaml's texts are literals. */
static bool
fail_parse(struct builder *b)
{
	const char *what = b->parser.problem;

	if (b->parser.error == YAML_MEMORY_ERROR || what == NULL)
		what = "out of memory";
	return fail(b, &b->parser.problem_mark, what);
}

/* ---- Nodes ------------------------------------------------------------------ */

static json_t *take_node(struct builder *b, const yaml_event_t *event);

/* Read the next event; false with the problem set, and then there is none. */
static bool
next(struct builder *b, yaml_event_t *event)
{
	return yaml_parser_parse(&b->parser, event) == 1 || fail_parse(b);
}

/* Read the next event and the node that begins with it; NULL at an end. */
static json_t *
read_node(struct builder *b, bool *end)
{
	yaml_event_t event;
	json_t *node;

	if (!next(b, &event))
		return NULL;
	*end = event.type == YAML_SEQUENCE_END_EVENT ||
	    event.type == YAML_MAPPING_END_EVENT;
	node = *end ? NULL : take_node(b, &event);
	yaml_event_delete(&event);
	return node;
}

/* A plain scalar may be a null, which is a value of its own. */
static bool
is_null(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (text[0] == '\0' || strcmp(text, "~") == 0 ||
		strcmp(text, "null") == 0);
}

static json_t *
take_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const size_t n = event->data.scalar.length;

	if (memchr(text, '\0', n) != NULL) {
		(void)fail(b, &event->start_mark, "a text has a NUL");
		return NULL;
	}
	return is_null(event) ? json_null() : json_stringn(text, n);
}

static json_t *
take_sequence(struct builder *b)
{
	json_t *list = json_array(), *item;
	bool end = false;

	while ((item = read_node(b, &end)) != NULL)
		(void)json_array_append_new(list, item);
	if (end)
		return list;
	json_decref(list);
	return NULL;
}

/* A name; NULL at the end of the mapping, or with a problem. */
static json_t *
read_name(struct builder *b, json_t *map, bool *end)
{
	const yaml_mark_t at = b->parser.mark;
	json_t *name = read_node(b, end);

	if (name == NULL)
		return NULL;
	if (!json_is_string(name))
		(void)fail(b, &at, "a name that is not text");
	else if (json_object_get(map, json_string_value(name)) != NULL)
		(void)fail(b, &at, "a name that is given twice");
	else
		return name;
	json_decref(name);
	return NULL;
}

static json_t *
take_mapping(struct builder *b)
{
	json_t *map = json_object(), *name, *value;
	bool end = false, inner;

	while ((name = read_name(b, map, &end)) != NULL &&
	    (value = read_node(b, &inner)) != NULL) {
		(void)json_object_set_new(map, json_string_value(name), value);
		json_decref(name);
	}
	if (end)
		return map;
	json_decref(name);
	json_decref(map);
	return NULL;
}

/*
 * A node that holds itself has no name yet while it is read.  Whoever reads the
 * tree reads it as often as it is named, so that it counts each time.
 */
static json_t *
take_alias(struct builder *b, const yaml_event_t *event)
{
	const char *anchor = (const char *)event->data.alias.anchor;
	json_t *node = json_object_get(b->anchors, anchor);

	b->nodes += (size_t)json_integer_value(
	    json_object_get(b->sizes, anchor));
	if (++b->aliases > YAML_ALIASES_MAX)
		(void)fail(b, &event->start_mark, "too many aliases");
	else if (node == NULL)
		(void)fail(b, &event->start_mark,
		    "an alias of what did not come before");
	else if (b->nodes > YAML_NODES_MAX)
		(void)fail(b, &event->start_mark, "too many values");
	else
		return json_incref(node);
	return NULL;
}

static const char *
anchor_of(const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL;

	if (event->type == YAML_SCALAR_EVENT)
		anchor = event->data.scalar.anchor;
	else if (event->type == YAML_SEQUENCE_START_EVENT)
		anchor = event->data.sequence_start.anchor;
	else if (event->type == YAML_MAPPING_START_EVENT)
		anchor = event->data.mapping_start.anchor;
	return (const char *)anchor;
}

static json_t *
take_value(struct builder *b, const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return take_scalar(b, event);
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return take_sequence(b);
	if (event->type == YAML_MAPPING_START_EVENT)
		return take_mapping(b);
	assert(event->type == YAML_ALIAS_EVENT);
	return take_alias(b, event);
}

static void
keep_anchor(struct builder *b, const char *anchor, json_t *node, size_t size)
{
	(void)json_object_set(b->anchors, anchor, node);
	(void)json_object_set_new(
	    b->sizes, anchor, json_integer((json_int_t)size));
}

static json_t *
take_node(struct builder *b, const yaml_event_t *event)
{
	const char *anchor = anchor_of(event);
	const size_t before = b->nodes;
	json_t *node;

	if (++b->nodes > YAML_NODES_MAX || b->depth >= YAML_DEPTH_MAX) {
		(void)fail(b, &event->start_mark,
		    b->depth >= YAML_DEPTH_MAX ? "nested too deeply" :
						 "too many values");
		return NULL;
	}
	b->depth++;
	node = take_value(b, event);
	b->depth--;
	if (node != NULL && anchor != NULL)
		keep_anchor(b, anchor, node, b->nodes - before);
	return node;
}

/* ---- The document ------------------------------------------------------------ */

/* True where the next event is of this type; `what` says it is not. */
static bool
skip(struct builder *b, yaml_event_type_t type, const char *what)
{
	yaml_event_t event;
	bool is;

	if (!next(b, &event))
		return false;
	is = event.type == type || fail(b, &event.start_mark, what);
	yaml_event_delete(&event);
	return is;
}

static json_t *
read_document(struct builder *b)
{
	json_t *root = NULL;
	bool end;

	if (skip(b, YAML_STREAM_START_EVENT, "not YAML") &&
	    skip(b, YAML_DOCUMENT_START_EVENT, "there is nothing in it"))
		root = read_node(b, &end);
	if (root != NULL &&
	    skip(b, YAML_DOCUMENT_END_EVENT, "more than one value") &&
	    skip(b, YAML_STREAM_END_EVENT, "more than one document"))
		return root;
	json_decref(root);
	return NULL;
}

json_t *
yaml_tree(struct apam_str text, char problem[YAML_PROBLEM_SIZE])
{
	struct builder b = { .problem = problem };
	json_t *root = NULL;

	problem[0] = '\0';
	if (yaml_parser_initialize(&b.parser) == 1) {
		b.anchors = json_object();
		b.sizes = json_object();
		yaml_parser_set_input_string(
		    &b.parser, (const unsigned char *)text.p, text.n);
		root = read_document(&b);
		yaml_parser_delete(&b.parser);
		json_decref(b.sizes);
		json_decref(b.anchors);
	}
	if (root == NULL && problem[0] == '\0')
		(void)snprintf(problem, YAML_PROBLEM_SIZE, "out of memory");
	return root;
}
