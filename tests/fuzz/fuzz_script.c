/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scripts of `apam module drive`: what is read lies in the copy, in order, and
 * what is refused is said with a line that there is.
 */
#include "drive/script.c"

#include "fuzz.h"

/* A view of the script's own text, or none. */
static void
check_view(const struct script *s, struct apam_str view, size_t size)
{
	if (view.n == 0)
		return;
	HOLDS(view.p >= s->text && view.p + view.n <= s->text + size);
	HOLDS(view.p[view.n] == '\0');
}

static void
check_sections(const struct script *s, size_t size)
{
	unsigned line = 0;

	HOLDS(s->count > 0 && s->count <= SCRIPT_SECTIONS_MAX);
	for (size_t i = 0; i < s->count; i++) {
		const struct script_section *section = &s->all[i];

		HOLDS(section->word < SCRIPT_WORDS);
		HOLDS(script_word_name(section->word)[0] != '\0');
		HOLDS(section->line > line);
		line = section->line;
		check_view(s, section->argument, size);
		check_view(s, section->content, size);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script_fault fault = { 0, "" };
	struct script s;
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (script_read(
		(struct apam_str){ (const char *)data, size }, &s, &fault)) {
		check_sections(&s, size);
	} else {
		HOLDS(fault.text[0] != '\0');
		HOLDS(fault.line <= lines);
		fuzz_says(fault.text);
	}
	script_free(&s);
	return 0;
}
