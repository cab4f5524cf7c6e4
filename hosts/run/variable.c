/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* setenv */
#include "run/variable.h"

#include <stdlib.h>

#include "run/say.h"

const char *
variable_either(const char *name, const char *other)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] == '\0')
		value = getenv(other);
	return value == NULL ? "" : value;
}

bool
variable_set(const char *name, const char *value)
{
	if (setenv(name, value, 1) == 0)
		return true;
	say("out of memory");
	return false;
}
