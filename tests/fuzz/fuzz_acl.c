/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acl_reader: who is named is named in the bytes, may read, and is not the one
 * that does not count.
 */
#include "file/acl.h"
#include "fuzz.h"

#define SELF 7

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acl_named named = { .group = false, .id = SELF };
	const int found = acl_reader(data, size, SELF, &named);

	HOLDS(found >= -1 && found <= 1);
	HOLDS(found != 1 || named.group || named.id != SELF);
	HOLDS(found != 1 || size >= 12);
	HOLDS(acl_reader_of(-1, SELF, &named) == -1);
	/* Without its version it is none. */
	HOLDS(size == 0 ||
	    acl_reader(data, size < 3 ? size : 3, SELF, &named) == -1);
	return 0;
}
