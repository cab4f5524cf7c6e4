/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rate_limit_wait and response_retry_after: whatever headers say, apam waits
 * for a day at most.  The input is header lines, each "Name: value".
 */
#include <string.h>

#include "fuzz.h"
#include "http/retry_after.h"

#define HEADERS_MAX 16
#define DAY 86400

/* The headers of lines; views of the bytes. */
static size_t
split(const char *bytes, size_t size, struct apam_header *headers)
{
	size_t count = 0;

	while (size > 0 && count < HEADERS_MAX) {
		const char *end = memchr(bytes, '\n', size);
		const size_t n = end == NULL ? size : (size_t)(end - bytes);
		const char *colon = memchr(bytes, ':', n);
		const size_t name = colon == NULL ? n : (size_t)(colon - bytes);
		const size_t skip = name + 2 < n ? name + 2 : n;

		headers[count++] = (struct apam_header){
			.name = { bytes, name },
			.value = { bytes + skip, n - skip },
		};
		bytes += n + (end != NULL);
		size -= n + (end != NULL);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 429, 503 };
	struct apam_header headers[HEADERS_MAX];
	const size_t count = split((const char *)data, size, headers);
	const int64_t wait = rate_limit_wait(headers, count);
	struct response r;

	HOLDS(wait >= -1 && wait <= DAY);
	memset(&r, 0, sizeof(r));
	r.pub.headers = headers;
	r.pub.header_count = count;
	for (size_t i = 0; i < 3; i++) {
		int64_t asked;

		r.pub.status = statuses[i];
		asked = response_retry_after(&r);
		HOLDS(asked >= -1 && asked <= DAY);
		HOLDS(i > 0 || asked == -1);
	}
	return 0;
}
