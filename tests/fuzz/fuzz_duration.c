/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * duration_parse: in range, and what is accepted is digits and a unit.
 */
#include "fuzz.h"
#include "text/duration.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t seconds = -1;

	if (!duration_parse(
		(struct apam_str){ (const char *)data, size }, &seconds)) {
		HOLDS(seconds == 0);
		return 0;
	}
	HOLDS(seconds >= 0 && seconds <= DURATION_MAX);
	HOLDS(size >= 2 && strchr("smhd", data[size - 1]) != NULL);
	for (size_t i = 0; i + 1 < size; i++)
		HOLDS(data[i] >= '0' && data[i] <= '9');
	return 0;
}
