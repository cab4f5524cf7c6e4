/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_line: whatever the texts of an event are, each form is of its bounded
 * size, one line or one field a line, and as JSON it is JSON.  The input's
 * first byte chooses what happened, and the texts are what NULs or newlines
 * part.
 */
#include <string.h>

#include "audit/line.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "text/json.h"

#define TEXTS 8

/* Copy the input with an end to each text; those that are missing are NULL. */
static char *
split(const uint8_t *data, size_t size, const char *texts[TEXTS])
{
	char *copy = fuzz_copy(data, size);
	size_t n = 0;

	for (char *p = copy; n < TEXTS && p <= copy + size; p += strlen(p) + 1)
		texts[n++] = p;
	return copy;
}

static void
check_plain(struct apam_str line)
{
	struct apam_str rest = line;

	while (rest.n > 0) {
		const size_t n = utf8_plain_length(rest);

		HOLDS(n > 0 || rest.p[0] == '\n');
		rest = (struct apam_str){ rest.p + (n == 0 ? 1 : n),
			rest.n - (n == 0 ? 1 : n) };
	}
}

static void
check_json(struct apam_str line)
{
	struct json *json = NULL;

	HOLDS(line.n > 0 && line.p[line.n - 1] == '\n');
	HOLDS(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
	fuzz_feed();
	HOLDS(json_new(line, &json) == NULL);
	fuzz_starve();
	HOLDS(json_at(json, "/APAM_EVENT").type == APAM_JSON_STRING);
	json_free(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *texts[TEXTS] = { NULL };
	char *copy = split(data, size, texts);
	const unsigned char first = size > 0 ? data[0] : 0;
	const struct audit_event event = { .what = (enum audit_what)(first % 4),
		.profile = texts[1],
		.entry = first % 5 - 1,
		.scheme = texts[2],
		.key_id = texts[3],
		.state = texts[4],
		.status = (enum apam_status)(first * 8),
		.provider = texts[5],
		.evidence = texts[6],
		.repeats = first % 3 };
	const struct audit_facts facts = { .event = &event,
		.dropped = first % 2,
		.time = first,
		.uid = first,
		.pid = first,
		.program = texts[7] };
	char line[AUDIT_LINE_MAX] = "";

	for (int form = AUDIT_JOURNAL; form <= AUDIT_JSON; form++) {
		const struct apam_str made = { line,
			audit_line((enum audit_form)form, &facts, line) };

		HOLDS(made.n <= AUDIT_LINE_MAX);
		check_plain(made);
		if (form == AUDIT_JSON)
			check_json(made);
		if (form == AUDIT_SYSLOG)
			HOLDS(memchr(line, '\n', made.n) == NULL);
	}
	free(copy);
	return 0;
}
