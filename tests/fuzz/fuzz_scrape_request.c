/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scrape_request: the whole input is what a scraper has sent so far.  Nothing is
 * decided before its head is whole, and what follows a head changes nothing.
 */
#include "agent/scrape_request.c"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const struct apam_str bytes = { text, size };
	const enum scrape_request what = scrape_request_read(bytes);

	if (what == SCRAPE_GOOD)
		HOLDS(str_starts(bytes, APAM_STR("GET /metrics HTTP/1.")));
	for (size_t n = size; n > 0 && n + 8 > size; n--) {
		const enum scrape_request less = scrape_request_read(
		    (struct apam_str){ text, n - 1 });

		if (what == SCRAPE_MORE)
			HOLDS(less == SCRAPE_MORE);
		else
			HOLDS(less == SCRAPE_MORE || less == what);
	}
	free(text);
	return 0;
}
