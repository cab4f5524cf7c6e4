/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_write: nothing that comes out steers a terminal, and it is the same in
 * whatever pieces it came.
 */
#include "fuzz.h"
#include "lib/plain.c"

static char *
show(const uint8_t *data, size_t size, size_t piece, size_t *n)
{
	char *shown = NULL;
	struct plain plain = { .to = open_memstream(&shown, n) };

	if (plain.to == NULL)
		return NULL;
	for (size_t i = 0; i < size; i += piece)
		(void)plain_write(&plain, (const char *)data + i,
		    size - i < piece ? size - i : piece);
	(void)plain_end(&plain);
	if (fclose(plain.to) == 0)
		return shown;
	free(shown);
	return NULL;
}

static void
check(struct apam_str rest)
{
	size_t n;

	while (rest.n > 0) {
		n = utf8_plain_length(rest);
		if (rest.p[0] == '\n' || rest.p[0] == '\t' ||
		    (rest.n > 1 && memcmp(rest.p, "\r\n", 2) == 0))
			n = 1;
		HOLDS(n > 0);
		rest.p += n;
		rest.n -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0, m = 0;
	char *whole = show(data, size, size + 1, &n);
	char *parts = show(data, size, 1, &m);

	if (whole != NULL)
		check((struct apam_str){ whole, n });
	HOLDS(whole == NULL || parts == NULL ||
	    (n == m && memcmp(whole, parts, n) == 0));
	free(whole);
	free(parts);
	return 0;
}
