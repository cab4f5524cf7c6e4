/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect_request: the whole input is what a browser has sent so far.  What is
 * good stays so whatever follows, and is found as soon as it is whole.
 */
#include "lib/redirect_request.c"

#include "fuzz.h"

static const struct redirect_place place = { "/callback", "127.0.0.1:80" };

static void
check_good(struct apam_str bytes, struct apam_str target)
{
	const size_t path = strlen(place.path);

	HOLDS(target.p == bytes.p + strlen("GET "));
	HOLDS(target.n > path + 1 && target.n < bytes.n);
	HOLDS(memcmp(target.p, place.path, path) == 0);
	HOLDS(target.p[path] == '?');
	for (size_t i = 0; i < target.n; i++)
		HOLDS(target.p[i] > ' ' && target.p[i] <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const struct apam_str bytes = { text, size };
	struct apam_str target, again;
	enum redirect_request what = redirect_request_read(
	    bytes, &place, &target);

	if (what == REDIRECT_GOOD)
		check_good(bytes, target);
	else
		HOLDS(target.n == 0);
	/* Nothing is decided before the head is whole. */
	if (size > 0 && what == REDIRECT_MORE)
		HOLDS(redirect_request_read((struct apam_str){ text, size - 1 },
			  &place, &again) == REDIRECT_MORE);
	free(text);
	return 0;
}
