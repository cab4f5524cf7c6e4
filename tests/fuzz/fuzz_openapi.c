/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * openapi_read: the input is an OpenAPI document, in JSON or in YAML.  What it
 * gives out can be shown, and each choice has a scheme or a reason.  jansson has
 * all memory, as the program ends where that runs out (lib/json_memory.h).
 */
#include "fuzz.h"
#include "openapi/openapi.h"

#include <string.h>

#include "base/utf8.h"

static void
check_choice(const struct openapi_choice *c)
{
	HOLDS(utf8_is_plain(apam_str(c->name)));
	HOLDS(c->count <= OPENAPI_PARTS_MAX);
	HOLDS(c->count > 0 || c->why_not != NULL);
	for (size_t i = 0; i < c->count && c->why_not == NULL; i++) {
		const struct openapi_part *part = &c->parts[i];

		HOLDS(part->scheme != NULL);
		HOLDS(part->count <= OPENAPI_SETTINGS_MAX);
		for (size_t s = 0; s < part->count; s++)
			HOLDS(utf8_is_plain(apam_str(part->settings[s].value)));
	}
}

static void
check_document(const struct openapi *doc)
{
	HOLDS(utf8_is_plain(apam_str(doc->title)));
	HOLDS(doc->probe == NULL || doc->probe[0] == '/');
	for (size_t i = 0; i < doc->server_count; i++)
		HOLDS(utf8_is_plain(apam_str(doc->servers[i].url)));
	for (size_t i = 0; i < doc->choice_count; i++)
		check_choice(&doc->choices[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct openapi doc;
	char *copy = fuzz_copy(data, size);
	char problem[OPENAPI_TEXT_SIZE] = "";
	const char *why;

	json_set_alloc_funcs(fuzz_alloc, free);
	why = openapi_read(&doc, (struct apam_str){ copy, size }, problem);
	fuzz_says(why);
	HOLDS(why == NULL || utf8_is_plain(apam_str(why)));
	if (why == NULL)
		check_document(&doc);
	openapi_free(&doc);
	free(copy);
	return 0;
}
