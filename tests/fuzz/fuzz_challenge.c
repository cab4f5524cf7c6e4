/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * challenge_find: each line of the input is a WWW-Authenticate header.
 */
#include "base/str.h"
#include "fuzz.h"
#include "support/find_challenge.h"

#define HEADERS_MAX 8

static size_t
split(struct apam_str rest, struct apam_header headers[HEADERS_MAX])
{
	size_t count = 0;

	while (rest.n > 0 && count < HEADERS_MAX) {
		struct apam_str line = str_cut(rest, str_find(rest, '\n'));

		headers[count].name = APAM_STR("WWW-Authenticate");
		headers[count++].value = line;
		rest = str_skip(rest, line.n);
		if (rest.n > 0)
			rest = str_skip(rest, 1);
	}
	return count;
}

static void
check_find(
    const struct apam_header *headers, size_t count, const char *parameter)
{
	char large[4096], small[4];
	bool scheme = challenge_find(headers, count, "Bearer", NULL, NULL, 0);
	bool found = challenge_find(
	    headers, count, "Bearer", parameter, large, sizeof(large));

	/* A parameter needs its scheme, and the size changes nothing. */
	HOLDS(scheme || !found);
	HOLDS(challenge_find(headers, count, "bearer", parameter, small,
		  sizeof(small)) == found);
	HOLDS(found || (large[0] == '\0' && small[0] == '\0'));
	HOLDS(strlen(small) < sizeof(small));
	HOLDS(strncmp(small, large, strlen(small)) == 0);
	for (const char *s = large; *s != '\0'; s++)
		HOLDS(
		    *s == '\t' || !str_has_control((struct apam_str){ s, 1 }));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_header headers[HEADERS_MAX];
	size_t count = split(
	    (struct apam_str){ (const char *)data, size }, headers);

	check_find(headers, count, "error");
	check_find(headers, count, "realm");
	return 0;
}
