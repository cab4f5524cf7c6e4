/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module whose constructor leaves a trace, for the loader's tests: whatever
 * is checked before loading must be checked before dlopen runs this.
 *
 * Else it is in order, so that only a hash or its owner can refuse it.
 */
#include <apam/module.h>

#include <stdlib.h>

#include "stub.h"

/* The trace: this variable is "ran" in the environment of the process. */
__attribute__((constructor)) static void
leave_trace(void)
{
	(void)setenv("APAM_TEST_CONSTRUCTOR", "ran", 1);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.scheme = "bad-constructor",
	.summary = "has one thing wrong",
	.vendor = "apam tests",
	.version = "1",
	.open = stub_open,
	.close = stub_close,
	.acquire = stub_acquire,
	.sign = stub_sign,
	.judge = stub_judge,
	.check = stub_check,
};
