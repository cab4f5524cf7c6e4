/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ASCII alone, so that a name is the same in every locale.
 */
#include "file/store_name.h"

#include "base/str.h"

bool
store_name_ok(struct apam_str name)
{
	if (name.n == 0 || name.n > STORE_NAME_MAX || !str_is_alnum(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!str_is_alnum(name.p[i]) && !str_is_one_of(name.p[i], "-_"))
			return false;
	return true;
}
