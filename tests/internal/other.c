/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An internal object of another version of apam, for check_internal.
 */
#include "file/internal.h"

struct table {
	struct internal_head head;
};

extern const struct table apam_internal;

__attribute__((visibility("default"))) const struct table apam_internal = {
	.head = { .size = sizeof(struct table), .version = "0.0.9" },
};
