/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pem_problem: what passes has both markers, and a problem has a line that the
 * text has.
 */
#define _GNU_SOURCE /* memmem */
#include "fuzz.h"
#include "text/pem.h"

static size_t
lines_of(const uint8_t *data, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	unsigned line = 0;
	const char *why = pem_problem(
	    (struct apam_str){ (const char *)data, size }, &line);

	if (why != NULL) {
		HOLDS(line <= lines_of(data, size));
		return 0;
	}
	HOLDS(line == 0);
	HOLDS(memmem(data, size, begin, sizeof(begin) - 1) != NULL);
	HOLDS(memmem(data, size, end, sizeof(end) - 1) != NULL);
	return 0;
}
