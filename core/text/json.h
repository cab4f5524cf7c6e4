/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict JSON (RFC 8259): no duplicate names, no embedded NUL, valid UTF-8, an
 * object or array and nothing after it, at most 64 levels.  Values are read by
 * JSON pointer (RFC 6901).  All strings are wiped when they are freed.
 *
 * If an integer does not fit in 64 bits, all numbers are read as reals.  A real
 * that does not fit in a double is an error.
 */
#ifndef CORE_TEXT_JSON_H
#define CORE_TEXT_JSON_H

#include <apam/module.h>

struct json;
struct json_error_t;

/*
 * Parse.  Returns NULL, or a static text that says what is wrong ("the JSON has
 * a duplicate name") and never quotes the input.
 */
const char *json_new(struct apam_str text, struct json **json);
void json_free(struct json **json);

/* True if json_new returned `why` because memory ran out.  NULL is allowed. */
bool json_is_short(const char *why);

/*
 * The text of json_new for an error of jansson's, whose own texts quote the
 * input.  For files that call jansson directly.
 */
const char *json_why(const struct json_error_t *error);

/*
 * The value at `pointer`; "" is the whole.  The type is APAM_JSON_ABSENT if
 * there is no such value or the pointer is malformed.  Strings live as long as
 * *json.
 */
struct apam_json json_at(const struct json *json, const char *pointer);

/* True for application/json and any type/subtype+json, RFC 6839, 3.1. */
bool json_media_type(struct apam_str content_type);

#endif
