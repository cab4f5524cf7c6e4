/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_new and json_at.  The input is a JSON pointer, a newline and a text;
 * without a newline it is a text alone.
 */
#include "base/str.h"
#include "fuzz.h"
#include "text/json.h"
#include "text/lifetime.h"

static void
check_value(struct apam_json value)
{
	int64_t lifetime = lifetime_from_json(value);

	HOLDS(lifetime >= LIFETIME_UNSTATED && lifetime <= LIFETIME_MAX);
	HOLDS(value.type == APAM_JSON_STRING || value.str.p == NULL);
	if (value.type != APAM_JSON_STRING)
		return;
	/* No embedded NUL, and one at the end. */
	HOLDS(strlen(value.str.p) == value.str.n);
	HOLDS(value.num == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str text = { (const char *)data, size };
	size_t newline = str_find(text, '\n');
	char *pointer = NULL;
	struct json *json;
	const char *why;

	if (newline < size) {
		pointer = fuzz_copy(text.p, newline);
		text = str_skip(text, newline + 1);
	}
	why = json_new(text, &json);
	fuzz_says(why);
	if (why != NULL) {
		HOLDS(json == NULL);
		free(pointer);
		return 0;
	}
	HOLDS(json_at(json, "").type == APAM_JSON_OBJECT ||
	    json_at(json, "").type == APAM_JSON_ARRAY);
	HOLDS(json_at(json, "x").type == APAM_JSON_ABSENT);
	check_value(json_at(json, pointer == NULL ? "/a" : pointer));
	check_value(json_at(json, "/0"));
	json_free(&json);
	HOLDS(json == NULL);
	free(pointer);
	return 0;
}
