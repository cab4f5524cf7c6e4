/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: options
 * The help of an option has two lines.
 */
#include "kit/sound.h"

static const struct apam_option own[] = {
	{ .name = "name",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	{ .name = "odd", .help = "odd\nindeed", .type = APAM_OPT_STRING },
};

SOUND_MODULE(
    "help-lines", .options = own, .option_count = sizeof(own) / sizeof(own[0]));
