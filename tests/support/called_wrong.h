/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a shortage of memory, or a failing file, is never called.
 */
#ifndef TESTS_SUPPORT_CALLED_WRONG_H
#define TESTS_SUPPORT_CALLED_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* True where the text calls it what it is not. */
static inline bool
is_called_wrong(const char *said)
{
	static const char *const wrong[] = { "malformed", "syntax", "damaged",
		"is not an option", "expected", "duplicate", "not valid",
		"can be changed by others" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (strstr(said, wrong[i]) != NULL)
			return true;
	return false;
}

#endif
