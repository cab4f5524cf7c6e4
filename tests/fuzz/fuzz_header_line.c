/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_header_line: each line of the input is a line of a response's head, with
 * its end.  What is taken in is a header by the rules on them, and what came
 * before a status line is forgotten.
 */
#include "base/secmem.h"
#include "base/str.h"
#include "fuzz.h"
#include "http/client.h"
#include "http/response.h"
#include "text/header.h"

static void
check_fields(struct fields *fields)
{
	const struct apam_header *h = fields_array(fields);

	fuzz_says(fields->refused);
	HOLDS(h != NULL || fields->count == 0 || fields->refused != NULL ||
	    fuzz_is_starved());
	for (size_t i = 0; h != NULL && i < fields->count; i++) {
		HOLDS(header_name_ok(h[i].name));
		HOLDS(header_value_ok(h[i].value));
		HOLDS(h[i].value.p[h[i].value.n] == '\0');
	}
}

static void
take_line(struct fields *fields, struct apam_str line)
{
	size_t before = fields->count;

	http_header_line(fields, line);
	if (str_starts(line, APAM_STR("HTTP/")))
		HOLDS(fields->count == 0 && fields->refused == NULL);
	else
		HOLDS(fields->count == before || fields->count == before + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size };
	struct response r;

	response_init(&r, 0);
	while (rest.n > 0) {
		size_t n = str_find(rest, '\n');

		n = n < rest.n ? n + 1 : n;
		take_line(&r.headers, str_cut(rest, n));
		rest = str_skip(rest, n);
	}
	check_fields(&r.headers);
	if (response_finish(&r))
		HOLDS(r.pub.header_count == r.headers.count);
	else
		HOLDS(r.headers.refused != NULL || fuzz_is_starved());
	response_free(&r);
	HOLDS(secmem_live() == 0);
	return 0;
}
