/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header_arg: the whole input, up to a NUL, is one -H.  What is accepted, the
 * library accepts, too, and lies within the argument.
 */
#include "fuzz.h"
#include "lib/header_arg.c"
#include "text/header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct apam_header header;
	size_t n;

	n = strlen(text);
	if (header_arg(text, &header) == NULL) {
		HOLDS(header_name_ok(header.name));
		HOLDS(header_value_ok(header.value));
		HOLDS(!apam_header_is_framing(header.name));
		HOLDS(header.name.p == text && header.name.n < n);
		HOLDS(header.value.n > 0);
		HOLDS(header.value.p + header.value.n <= text + n);
	}
	free(text);
	return 0;
}
