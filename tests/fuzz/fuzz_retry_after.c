/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retry_after: eight bytes of clock, then the value.
 */
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "http/retry_after.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str value = { (const char *)data, size };
	int64_t now = 0, seconds;

	if (size >= sizeof(now)) {
		memcpy(&now, data, sizeof(now));
		value = str_skip(value, sizeof(now));
	}
	seconds = retry_after(value, now);
	HOLDS(seconds >= -1 && seconds <= 86400);
	/* Whether it says anything does not depend on the clock. */
	HOLDS((retry_after(value, 0) == -1) == (seconds == -1));
	return 0;
}
