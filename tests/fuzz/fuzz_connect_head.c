/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connect_head: the whole input is what a program has sent to the proxy so far.
 * What is decided stays so whatever follows, and nobody gets through without the
 * token.
 */
#include "run/connect_head.c"
#include "run/placeholder.c"
#include "run/say.c"
#include "run/site.c"

#include "fuzz.h"

#define PAIR "YXBhbTpmYWtl"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct site site;
	size_t used = 0, again;
	const enum head_state state = head_read(text, size, PAIR, &site, &used);

	HOLDS(state != HEAD_PART || size < HEAD_MAX);
	if (state == HEAD_GOOD || state == HEAD_WHOLE) {
		HOLDS(used <= size);
		HOLDS(memmem(text, used, PAIR, sizeof(PAIR) - 1) != NULL);
		HOLDS(site.port > 0 && site.port <= 65535);
		HOLDS(strlen(site.host) > 0);
		HOLDS(head_read(text, used, PAIR, &site, &again) == state);
		HOLDS(head_read(text, used - 1, PAIR, &site, &again) ==
		    HEAD_PART);
	}
	free(text);
	return 0;
}
