/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module as a newer header of the same major would make it: a higher minor,
 * slots after those we know, longer option elements.  Today's core takes it
 * and calls none of the new slots.
 */
/* The symbol has a longer type here than the header declares. */
#define apam_module_1 apam_module_1_of_today
#include <apam/module.h>
#undef apam_module_1

#include <stdlib.h>

#include "stub.h"

struct newer_option {
	struct apam_option today;
	const char *unit;
	int64_t step;
};

struct newer_module {
	struct apam_module today;
	void (*explain)(void *state);
	void (*suspend)(void *state);
};

static const struct newer_option options[] = {
	{ .today = { .name = "key_id",
	      .help = "the key's name",
	      .type = APAM_OPT_STRING,
	      .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	    .unit = "name" },
	{ .today = { .name = "second",
	      .help = "a second one, to step over the first",
	      .type = APAM_OPT_BOOLEAN,
	      .default_value = "true" },
	    .step = 1 },
};

/* No core of today knows it, so none may call it. */
static void
unknown_slot(void *state)
{
	(void)state;
	abort();
}

extern APAM_API const struct newer_module apam_module_1;

const struct newer_module apam_module_1 = {
	.today = {
	    .magic = APAM_MODULE_MAGIC,
	    .size = sizeof(struct newer_module),
	    .abi_major = APAM_ABI_MAJOR,
	    .abi_minor = APAM_ABI_MINOR + 1,
	    .traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	    .scheme = "newer-test",
	    .summary = "built with a header that is not written yet",
	    .vendor = "apam tests",
	    .version = "1",
	    .options = &options[0].today,
	    .option_size = sizeof(options[0]),
	    .option_count = 2,
	    .open = stub_open,
	    .close = stub_close,
	    .acquire = stub_acquire,
	    .sign = stub_sign,
	    .judge = stub_judge,
	    .check = stub_check,
	},
	.explain = unknown_slot,
	.suspend = unknown_slot,
};
