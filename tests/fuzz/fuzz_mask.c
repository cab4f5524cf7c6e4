/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask: the input is a header's name, a newline and its value.  Of the value no
 * more than a scheme's word and four bytes are seen, and nothing that steers a
 * terminal.
 */
#include "fuzz.h"
#include "lib/mask.c"

#define ELLIPSIS "\xe2\x80\xa6"

/* Bytes in front of the ellipsis. */
static size_t
seen(const char *masked)
{
	const char *end = strstr(masked, ELLIPSIS);

	HOLDS(end != NULL);
	return (size_t)(end - masked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size == 0 ? NULL : memchr(text, '\n', size);
	struct apam_str name = { text, end == NULL ? 0 : (size_t)(end - text) };
	struct apam_str value = { text, size };
	char masked[MASK_SIZE];
	size_t word, n;

	if (end != NULL)
		value = (struct apam_str){ end + 1, size - name.n - 1 };
	mask(masked, name, value);
	word = scheme_word(name, value);
	n = seen(masked);
	HOLDS(word <= WORD_MAX + 1 && n <= word + SHOWN);
	HOLDS(n <= value.n && (n == 0 || memcmp(masked, value.p, n) == 0));
	HOLDS(n == word || value.n - word >= SHORT);
	for (size_t i = 0; i < n; i++)
		HOLDS(masked[i] >= ' ' && masked[i] < 0x7f);
	return 0;
}
