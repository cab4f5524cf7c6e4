/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module with one thing wrong, for the loader's tests: the mandatory
 * slot acquire is missing.
 */
#include <apam/module.h>

#include "stub.h"

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.scheme = "bad-no-acquire",
	.summary = "has one thing wrong",
	.vendor = "apam tests",
	.version = "1",
	.open = stub_open,
	.close = stub_close,
	.sign = stub_sign,
	.judge = stub_judge,
	.check = stub_check,
};
