/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON by jansson, made strict, in a pool, so that everything that jansson
 * copies while it reads is wiped, too.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/pool.h"
#include "base/str.h"
#include "text/header.h"
#include "text/json.h"

#define DEPTH_MAX 64

static const char no_memory[] = "out of memory";

/*
 * The size of the pools, in bytes, for a text of n bytes: enough for most
 * texts, and more than enough for any (tests/unit/text/check_json.c).
 */
#define POOL_FIRST(n) (4096 + 16 * (n))
#define POOL_MOST(n) (16384 + 256 * (n))

struct json {
	json_t *root;
	struct pool *pool; /* the memory in which it lies */
};

/* ---- Parsing ---------------------------------------------------------- */

/*
 * The deepest level of nesting.  For text that is not JSON the result does not
 * matter, because the text will be refused.  This comes before parsing, because
 * jansson recurses.
 */
static size_t
depth_of(struct apam_str text)
{
	size_t depth = 0, deepest = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '[' || c == '{'))
			depth++;
		else if (!in_string && depth > 0 && (c == ']' || c == '}'))
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

const char *
json_why(const struct json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_out_of_memory:
		return no_memory;
	case json_error_invalid_utf8:
		return "the JSON is not valid UTF-8";
	case json_error_premature_end_of_input:
		return "the JSON ends too early";
	case json_error_end_of_input_expected:
		return "something follows the JSON";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "the JSON has an embedded NUL";
	case json_error_duplicate_key:
		return "the JSON has a duplicate name";
	case json_error_numeric_overflow:
		return "the JSON has a number that is too large";
	default:
		return "the JSON is malformed";
	}
}

/* A text and what is read from it. */
struct loading {
	struct apam_str text;
	json_t *root;
	json_error_t error;
};

/* Called by pool_run. */
static void
run_jansson(void *arg)
{
	struct loading *l = arg;

	memset(&l->error, 0, sizeof(l->error));
	l->root = json_loadb(
	    l->text.p, l->text.n, JSON_REJECT_DUPLICATES, &l->error);
	/*
	 * An integer of more than 64 bits does no harm if it is not used, or
	 * used as a lifetime: then read all numbers as reals.
	 */
	if (l->root == NULL &&
	    json_error_code(&l->error) == json_error_numeric_overflow)
		l->root = json_loadb(l->text.p, l->text.n,
		    JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL,
		    &l->error);
}

static const char *
load_text(struct apam_str text, struct json *json)
{
	struct loading l = { .text = text };

	switch (pool_run(&json->pool, POOL_FIRST(text.n), POOL_MOST(text.n),
	    run_jansson, &l)) {
	case POOL_DONE:
		json->root = l.root;
		return l.root == NULL ? json_why(&l.error) : NULL;
	case POOL_NO_MEMORY:
		return no_memory;
	case POOL_LEFT:
		break;
	}
	return "the JSON needs more memory than is set aside for its size";
}

const char *
json_new(struct apam_str text, struct json **json)
{
	const char *why;

	*json = NULL;
	if (text.n == 0)
		return "the JSON is empty";
	if (depth_of(text) > DEPTH_MAX)
		return "the JSON is nested deeper than 64 levels";
	*json = calloc(1, sizeof(**json));
	if (*json == NULL)
		return no_memory;
	why = load_text(text, *json);
	if (why != NULL)
		json_free(json);
	return why;
}

bool
json_is_short(const char *why)
{
	return why == no_memory;
}

void
json_free(struct json **json)
{
	if (json == NULL || *json == NULL)
		return;
	pool_free(&(*json)->pool);
	free(*json);
	*json = NULL;
}

/* ---- Reading ---------------------------------------------------------- */

/* True if `token` of a pointer, with its ~0 and ~1, is `name`.  RFC 6901, 4. */
static bool
token_is(struct apam_str token, const char *name)
{
	for (size_t i = 0; i < token.n; i++, name++) {
		char c = token.p[i];

		if (c == '~') {
			if (++i == token.n)
				return false;
			if (token.p[i] != '0' && token.p[i] != '1')
				return false;
			c = token.p[i] == '0' ? '~' : '/';
		}
		/* The NUL at the name's end differs from every byte. */
		if (*name != c || c == '\0')
			return false;
	}
	return *name == '\0';
}

static const json_t *
object_member(const json_t *object, struct apam_str token)
{
	const char *name;
	json_t *member, *from = (json_t *)(uintptr_t)object;

	json_object_foreach(from, name, member)
	{
		if (token_is(token, name))
			return member;
	}
	return NULL;
}

/* An index must not have a leading zero.  RFC 6901, 4. */
static const json_t *
array_member(const json_t *array, struct apam_str token)
{
	int64_t i;

	if (token.n > 1 && token.p[0] == '0')
		return NULL;
	if (!str_number(token, INT32_MAX, &i))
		return NULL;
	return json_array_get(array, (size_t)i);
}

static const json_t *
find_value(const json_t *value, struct apam_str pointer)
{
	while (value != NULL && pointer.n > 0) {
		struct apam_str token;

		if (pointer.p[0] != '/')
			return NULL;
		pointer = str_skip(pointer, 1);
		token = str_cut(pointer, str_find(pointer, '/'));
		pointer = str_skip(pointer, token.n);
		if (json_is_object(value))
			value = object_member(value, token);
		else
			value = json_is_array(value) ?
			    array_member(value, token) :
			    NULL;
	}
	return value;
}

/* Cut to an integer; the cast alone would be undefined for large numbers. */
static int64_t
cut_real(double real)
{
	if (real >= 9223372036854775808.0)
		return INT64_MAX;
	if (real <= -9223372036854775808.0)
		return INT64_MIN;
	return (int64_t)real;
}

static enum apam_json_type
type_of(const json_t *value)
{
	static const enum apam_json_type TYPES[] = {
		[JSON_NULL] = APAM_JSON_NULL,
		[JSON_TRUE] = APAM_JSON_BOOLEAN,
		[JSON_FALSE] = APAM_JSON_BOOLEAN,
		[JSON_INTEGER] = APAM_JSON_INTEGER,
		[JSON_REAL] = APAM_JSON_REAL,
		[JSON_STRING] = APAM_JSON_STRING,
		[JSON_ARRAY] = APAM_JSON_ARRAY,
		[JSON_OBJECT] = APAM_JSON_OBJECT,
	};

	return value == NULL ? APAM_JSON_ABSENT : TYPES[json_typeof(value)];
}

static int64_t
number_of(const json_t *value)
{
	switch (type_of(value)) {
	case APAM_JSON_BOOLEAN:
		return json_is_true(value);
	case APAM_JSON_INTEGER:
		return json_integer_value(value);
	case APAM_JSON_REAL:
		return cut_real(json_real_value(value));
	case APAM_JSON_ARRAY:
		return (int64_t)json_array_size(value);
	case APAM_JSON_OBJECT:
		return (int64_t)json_object_size(value);
	default:
		return 0;
	}
}

struct apam_json
json_at(const struct json *json, const char *pointer)
{
	const json_t *value = find_value(json->root, apam_str(pointer));
	struct apam_json out = { .type = type_of(value),
		.num = number_of(value) };

	if (out.type == APAM_JSON_STRING) {
		out.str.p = json_string_value(value);
		out.str.n = json_string_length(value);
	}
	return out;
}

/* ---- Media types ------------------------------------------------------ */

static bool
ends_nocase(struct apam_str s, struct apam_str end)
{
	return s.n > end.n && str_equal_nocase(str_skip(s, s.n - end.n), end);
}

bool
json_media_type(struct apam_str content_type)
{
	size_t n = str_find(content_type, ';');
	struct apam_str type = str_trim(str_cut(content_type, n)), subtype;
	size_t slash = str_find(type, '/');

	if (str_equal_nocase(type, APAM_STR("application/json")))
		return true;
	if (slash == type.n)
		return false;
	subtype = str_skip(type, slash + 1);
	return header_name_ok(str_cut(type, slash)) &&
	    header_name_ok(subtype) && ends_nocase(subtype, APAM_STR("+json"));
}
