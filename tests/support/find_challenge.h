/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first challenge of an auth scheme, as modules look for one.
 */
#ifndef TESTS_FIND_CHALLENGE_H
#define TESTS_FIND_CHALLENGE_H

#include <string.h>

#include "base/str.h"
#include "text/challenge.h"

/*
 * Copy a parameter of the first challenge of this scheme to `to`.  With NULL as
 * `parameter`, only the scheme is searched.
 */
static inline bool
challenge_find(const struct apam_header *headers, size_t count,
    const char *scheme, const char *parameter, char *to, size_t size)
{
	char found[64];

	if (size > 0)
		to[0] = '\0';
	for (size_t i = 0;
	     challenge_scheme(headers, count, i, found, sizeof(found)); i++)
		if (str_equal_nocase(apam_str(found), apam_str(scheme)))
			return parameter == NULL ||
			    challenge_parameter(
				headers, count, i, parameter, to, size);
	return false;
}

#endif
