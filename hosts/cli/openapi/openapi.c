/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An OpenAPI document as a whole: its version, its servers, and which of its
 * security schemes are asked for together.
 */
#include "openapi/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "openapi/yaml_tree.h"

static const char *
text_of(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* ---- Choices --------------------------------------------------------------- */

/* The scheme of a name; a reference within the document is followed once. */
static json_t *
scheme_of(const struct openapi *doc, const char *name)
{
	static const char here[] = "#/components/securitySchemes/";
	json_t *all = json_object_get(
	    json_object_get(doc->root, "components"), "securitySchemes");
	json_t *scheme = json_object_get(all, name);
	const char *ref = text_of(scheme, "$ref");

	if (ref != NULL && strncmp(ref, here, sizeof(here) - 1) == 0)
		scheme = json_object_get(all, ref + sizeof(here) - 1);
	return scheme;
}

static struct openapi_choice *
find_choice(struct openapi *doc, const char *name)
{
	for (size_t i = 0; i < doc->choice_count; i++)
		if (strcmp(doc->choices[i].name, name) == 0)
			return &doc->choices[i];
	return NULL;
}

/* A new choice, or the one of that name; NULL: there is no room. */
static struct openapi_choice *
take_choice(struct openapi *doc, const char *name)
{
	struct openapi_choice *choice = find_choice(doc, name);

	if (choice == NULL && doc->choice_count == OPENAPI_CHOICES_MAX)
		doc->more = true;
	else if (choice == NULL) {
		choice = &doc->choices[doc->choice_count++];
		(void)snprintf(choice->name, sizeof(choice->name), "%s", name);
	}
	return choice;
}

/* Add the scheme `name` to a choice that is being made. */
static void
add_part(const struct openapi *doc, struct openapi_choice *choice,
    const char *name, const char *flow, json_t *scopes)
{
	json_t *scheme = scheme_of(doc, name);
	const char *why;

	if (choice->count == OPENAPI_PARTS_MAX) {
		choice->why_not = "it needs too many schemes at once";
		return;
	}
	why = openapi_part_of(
	    &choice->parts[choice->count++], scheme, flow, scopes);
	choice->parts[choice->count - 1].name = name;
	if (choice->why_not == NULL)
		choice->why_not = why;
	if (text_of(scheme, "bearerFormat") != NULL)
		choice->remark = "where the token comes from a login request "
				 "and expires, another scheme gets it: `apam "
				 "module list`";
}

/* The flow that the scheme has, from the i-th of openapi_flows on; or NULL. */
static const char *
flow_of(json_t *scheme, size_t *i)
{
	json_t *flows = json_object_get(scheme, "flows");

	for (; openapi_flows[*i] != NULL; ++*i)
		if (json_object_get(flows, openapi_flows[*i]) != NULL)
			return openapi_flows[(*i)++];
	return NULL;
}

/* A scheme that is enough alone: one choice, or one for each of its flows. */
static void
add_single(struct openapi *doc, const char *name, json_t *scopes, unsigned uses)
{
	json_t *scheme = scheme_of(doc, name);
	char full[OPENAPI_NAME_SIZE];
	struct openapi_choice *choice;
	size_t i = 0;
	const char *flow = flow_of(scheme, &i);

	do {
		(void)snprintf(full, sizeof(full), "%s%s%s", name,
		    flow == NULL ? "" : "/", flow == NULL ? "" : flow);
		choice = take_choice(doc, full);
		if (choice != NULL && choice->count == 0)
			add_part(doc, choice, name, flow, scopes);
		if (choice != NULL)
			choice->uses += uses;
		flow = flow == NULL ? NULL : flow_of(scheme, &i);
	} while (flow != NULL);
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* Schemes that a request needs all at once. */
static void
add_several(struct openapi *doc, json_t *requirement)
{
	const char *names[OPENAPI_PARTS_MAX + 1] = { NULL };
	char full[OPENAPI_NAME_SIZE] = "";
	struct openapi_choice *choice;
	size_t n = 0, end = 0, flow;
	void *at = json_object_iter(requirement);

	for (; at != NULL && n <= OPENAPI_PARTS_MAX;
	     at = json_object_iter_next(requirement, at))
		names[n++] = json_object_iter_key(at);
	qsort(names, n, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < n && end < sizeof(full); i++)
		end += (size_t)snprintf(full + end, sizeof(full) - end, "%s%s",
		    i == 0 ? "" : "+", names[i]);
	choice = take_choice(doc, full);
	for (size_t i = 0; choice != NULL && choice->uses == 0 && i < n; i++) {
		flow = 0;
		add_part(doc, choice, names[i],
		    flow_of(scheme_of(doc, names[i]), &flow),
		    json_object_get(requirement, names[i]));
	}
	if (choice != NULL)
		choice->uses++;
}

/* A list of alternatives; an empty one is a request without a credential. */
static void
add_requirements(struct openapi *doc, json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *one = json_array_get(list, i);
		void *at = json_object_iter(one);

		if (json_object_size(one) > 1)
			add_several(doc, one);
		else if (at != NULL)
			add_single(doc, json_object_iter_key(at),
			    json_object_iter_value(at), 1);
	}
}

/* ---- Operations -------------------------------------------------------------- */

static const char *const methods[] = { "get", "put", "post", "delete",
	"options", "head", "patch", "trace", "query", NULL };

/* A boolean of JSON, or the text that YAML has. */
static bool
is_true(json_t *value)
{
	const char *text = json_string_value(value);

	return json_is_true(value) ||
	    (text != NULL && strcmp(text, "true") == 0);
}

static bool
needs_parameters(json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(
	    list, i, one) if (is_true(json_object_get(one, "required")) ||
	    text_of(one, "$ref") != NULL) return true;
	return false;
}

/* How likely a path says who the key belongs to, which is what a probe wants. */
static unsigned
rank(const char *path)
{
	static const char *const good[] = { "/me", "/whoami", "/user",
		"/account", "/profile", "/self", "/current", "/validate",
		"/status", "/version" };
	const char *last = strrchr(path, '/');

	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(last, good[i]) == 0)
			return i;
	return 100;
}

/* A GET of which anybody who has the key can make use, and nobody else. */
static void
consider_probe(struct openapi *doc, const char *path, json_t *item)
{
	json_t *get = json_object_get(item, "get");
	json_t *security = json_object_get(get, "security");

	if (security == NULL)
		security = json_object_get(doc->root, "security");
	if (get == NULL || path[0] != '/' || strpbrk(path, "{}?# ") != NULL ||
	    json_array_size(security) == 0 ||
	    json_object_size(json_array_get(security, 0)) == 0 ||
	    needs_parameters(json_object_get(get, "parameters")) ||
	    needs_parameters(json_object_get(item, "parameters")))
		return;
	if (doc->probe == NULL || rank(path) < rank(doc->probe))
		doc->probe = path;
}

static void
read_path(struct openapi *doc, const char *path, json_t *item)
{
	json_t *operation;

	for (size_t i = 0; methods[i] != NULL; i++) {
		operation = json_object_get(item, methods[i]);
		add_requirements(doc, json_object_get(operation, "security"));
		doc->elsewhere += json_object_get(operation, "servers") != NULL;
	}
	doc->elsewhere += json_object_get(item, "servers") != NULL;
	consider_probe(doc, path, item);
}

static void
read_operations(struct openapi *doc)
{
	json_t *paths = json_object_get(doc->root, "paths");
	void *at = json_object_iter(paths);

	for (; at != NULL; at = json_object_iter_next(paths, at))
		read_path(
		    doc, json_object_iter_key(at), json_object_iter_value(at));
}

/* Those that are defined and never asked for come last. */
static void
read_defined(struct openapi *doc)
{
	json_t *all = json_object_get(
	    json_object_get(doc->root, "components"), "securitySchemes");
	void *at = json_object_iter(all);

	for (; at != NULL; at = json_object_iter_next(all, at))
		add_single(doc, json_object_iter_key(at), NULL, 0);
}

/* ---- Servers ------------------------------------------------------------------ */

static const char *
server_problem(const char *url)
{
	if (strpbrk(url, "{}") != NULL)
		return "it has variables, which nobody has filled in";
	if (strstr(url, "://") == NULL)
		return "it is relative to where the document lies";
	return NULL;
}

static void
read_servers(struct openapi *doc)
{
	json_t *list = json_object_get(doc->root, "servers"), *one;
	const char *url;
	size_t i;

	json_array_foreach(list, i, one)
	{
		url = text_of(one, "url");
		if (url == NULL || doc->server_count == OPENAPI_SERVERS_MAX)
			continue;
		doc->servers[doc->server_count++] = (struct openapi_server){
			url, server_problem(url)
		};
	}
}

/* ---- The document --------------------------------------------------------------- */

/*
 * jansson's own text quotes the document.  Where memory runs out, the program has
 * ended before (lib/json_memory.h).
 */
static const char *
json_problem(const json_error_t *error, char problem[OPENAPI_TEXT_SIZE])
{
	const char *what = "not JSON";

	if (json_error_code(error) == json_error_duplicate_key)
		what = "a name that is given twice";
	else if (json_error_code(error) == json_error_stack_overflow)
		what = "nested too deeply";
	(void)snprintf(problem, OPENAPI_TEXT_SIZE, "line %d, column %d: %s",
	    error->line, error->column, what);
	return problem;
}

/* An object begins with a brace in JSON alone, but for YAML in JSON's style. */
static const char *
parse(
    struct openapi *doc, struct apam_str text, char problem[OPENAPI_TEXT_SIZE])
{
	char where[YAML_PROBLEM_SIZE];
	json_error_t error;
	size_t at = 0;

	while (at < text.n && memchr(" \t\r\n", text.p[at], 4) != NULL)
		at++;
	if (at < text.n && text.p[at] == '{') {
		doc->root = json_loadb(text.p, text.n,
		    JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
		return doc->root != NULL ? NULL : json_problem(&error, problem);
	}
	doc->root = yaml_tree(text, where);
	if (doc->root != NULL)
		return NULL;
	(void)snprintf(problem, OPENAPI_TEXT_SIZE, "%s", where);
	return problem;
}

static const char *
check_version(const struct openapi *doc)
{
	const char *version = text_of(doc->root, "openapi");

	if (text_of(doc->root, "swagger") != NULL)
		return "it is Swagger 2: convert it to OpenAPI 3, as by "
		       "swagger-converter or `npx swagger2openapi`, or give "
		       "--url and --scheme";
	if (version == NULL || strncmp(version, "3.", 2) != 0)
		return "it is not an OpenAPI 3 document: it does not begin "
		       "with openapi: 3";
	return NULL;
}

static bool
is_plain(const char *text)
{
	return text == NULL || utf8_is_plain(apam_str(text));
}

/* Its name as a whole: the choice's is cut where it is long. */
static bool
is_plain_part(const struct openapi_part *part)
{
	bool plain = is_plain(part->name);

	for (size_t i = 0; i < part->count; i++)
		plain = plain && is_plain(part->settings[i].value);
	return plain;
}

/* True where all that may be shown of it can be. */
static bool
all_plain(const struct openapi *doc)
{
	bool plain = is_plain(doc->title) && is_plain(doc->probe);

	for (size_t i = 0; i < doc->server_count; i++)
		plain = plain && is_plain(doc->servers[i].url);
	for (size_t i = 0; i < doc->choice_count; i++) {
		const struct openapi_choice *c = &doc->choices[i];

		plain = plain && is_plain(c->name);
		for (size_t p = 0; p < c->count; p++)
			plain = plain && is_plain_part(&c->parts[p]);
	}
	return plain;
}

const char *
openapi_read(
    struct openapi *doc, struct apam_str text, char problem[OPENAPI_TEXT_SIZE])
{
	const char *why = parse(doc, text, problem);

	if (why == NULL)
		why = check_version(doc);
	if (why != NULL)
		return why;
	doc->title = text_of(json_object_get(doc->root, "info"), "title");
	if (doc->title == NULL)
		doc->title = "";
	read_servers(doc);
	add_requirements(doc, json_object_get(doc->root, "security"));
	read_operations(doc);
	read_defined(doc);
	return all_plain(doc) ? NULL :
				"it has characters that cannot be shown in a "
				"name or a URL";
}

void
openapi_free(struct openapi *doc)
{
	json_decref(doc->root);
	*doc = (struct openapi){ 0 };
}
