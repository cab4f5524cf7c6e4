/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict JSON (RFC 8259): no duplicate names, no embedded NUL, valid UTF-8,
 * an object or array and nothing after it, at most 64 levels.  Reads by JSON
 * pointer (RFC 6901).  The strings are wiped when freed.
 *
 * Where an integer does not fit in 64 bits, all numbers are read as reals; a
 * real that does not fit in a double is an error.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <apam/module.h>

struct json;
struct json_error_t;

/*
 * Parse.  Returns NULL, or static text that says what is wrong ("the JSON has
 * a duplicate name"), never a piece of the input.
 */
const char *json_new(struct apam_str text, struct json **json);
void json_free(struct json **json);

/* Did json_new say so because memory ran out?  NULL is fine. */
bool json_is_short(const char *why);

/*
 * The same text for what jansson says, whose own texts quote the input: for
 * those that use it as it is.
 */
const char *json_why(const struct json_error_t *error);

/*
 * The value at `pointer`, "" for the whole; type APAM_JSON_ABSENT where there
 * is none or the pointer is malformed.  Strings live as long as *json.
 */
struct apam_json json_at(const struct json *json, const char *pointer);

/* True for application/json and any type/subtype+json, RFC 6839, 3.1. */
bool json_media_type(struct apam_str content_type);

#endif
