/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module as it was built with the first header: a newer core takes it.
 *
 * The copy in frozen/ must never change.  It has the first version's structs,
 * sizes and option table, whatever the current header has.
 */
#include "modules/frozen/apam/module.h"

#include "stub.h"

static const struct apam_option options[] = {
	{ .name = "key_id",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "second",
	    .help = "a second one, to step over the first",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "true" },
};

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "old-test",
	.summary = "built with the first header",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = 2,
	.open = stub_open,
	.close = stub_close,
	.acquire = stub_acquire,
	.sign = stub_sign,
	.judge = stub_judge,
	.check = stub_check,
};
