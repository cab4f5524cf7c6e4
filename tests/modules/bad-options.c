/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module with one thing wrong, for the loader's tests: an option of a
 * type that no core knows.
 */
#include <apam/module.h>

#include "stub.h"

static const struct apam_option options[] = {
	{ .name = "odd", .help = "of no type", .type = 99 },
};

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.scheme = "bad-options",
	.summary = "has one thing wrong",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = 1,
	.open = stub_open,
	.close = stub_close,
	.acquire = stub_acquire,
	.sign = stub_sign,
	.judge = stub_judge,
	.check = stub_check,
};
