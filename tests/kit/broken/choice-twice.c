/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: options
 * A choice is there twice.
 */
#include "kit/sound.h"

static const char *const choices[] = { "a", "b", "a", NULL };

static const struct apam_option own[] = {
	{ .name = "name",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	{ .name = "odd",
	    .help = "odd",
	    .type = APAM_OPT_CHOICE,
	    .choices = choices },
};

SOUND_MODULE("choice-twice", .options = own,
    .option_count = sizeof(own) / sizeof(own[0]));
