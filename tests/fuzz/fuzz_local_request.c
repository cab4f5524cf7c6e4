/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * local_request: the whole input is what a browser has sent so far.  What is
 * good stays so whatever follows, and is found as soon as it is whole.
 */
#include "lib/local_request.c"

#include "fuzz.h"

static const struct local_place place = { "/callback", "127.0.0.1:80", NULL };
static const struct local_place keys = { "/keys", "127.0.0.1:80", "token" };

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
	enum local_request what = local_request_read(bytes, &place, &target);

	if (what == LOCAL_GOOD)
		check_good(bytes, target);
	else
		HOLDS(target.n == 0);
	what = local_request_read(bytes, &keys, &target);
	HOLDS(target.n == (what == LOCAL_GOOD ? strlen("/keys") : 0));
	if (what == LOCAL_GOOD)
		HOLDS(memmem(text, size, "token", 5) != NULL);
	/* Nothing is decided before the head is whole. */
	if (size > 0 && what == LOCAL_MORE)
		HOLDS(local_request_read((struct apam_str){ text, size - 1 },
			  &place, &again) == LOCAL_MORE);
	free(text);
	return 0;
}
