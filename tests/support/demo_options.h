/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The option table of a scheme "demo" that no module implements: one option
 * of each type, for tests and fuzzers of configuration.
 */
#ifndef TESTS_DEMO_OPTIONS_H
#define TESTS_DEMO_OPTIONS_H

#include "config/option.h"

enum {
	DEMO_NAME,
	DEMO_SECRET,
	DEMO_URL,
	DEMO_COUNT,
	DEMO_WAIT,
	DEMO_FAST,
	DEMO_HOW,
	DEMO_NAMES,
	DEMO_EXTRA,
	DEMO_PLACE,
	DEMO_RULES,
	DEMO_OPTIONS
};

static const char *const demo_how[] = { "post", "basic", "both", NULL };

enum { DEMO_PATH, DEMO_MEMBER_NAMES, DEMO_MEMBERS };

static const struct apam_option demo_members[] = {
	[DEMO_PATH] = { .name = "path",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[DEMO_MEMBER_NAMES] = { .name = "names", .type = APAM_OPT_LIST },
};

static const struct apam_option demo_options[] = {
	[DEMO_NAME] = { .name = "name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID,
	    .default_value = "nobody" },
	[DEMO_SECRET] = { .name = "secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[DEMO_URL] = { .name = "url", .type = APAM_OPT_URL },
	[DEMO_COUNT] = { .name = "count",
	    .type = APAM_OPT_INTEGER,
	    .default_value = "3",
	    .min = 0,
	    .max = 10 },
	[DEMO_WAIT] = { .name = "wait",
	    .type = APAM_OPT_DURATION,
	    .default_value = "2m" },
	[DEMO_FAST] = { .name = "fast",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "true" },
	[DEMO_HOW] = { .name = "how",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "post",
	    .choices = demo_how },
	[DEMO_NAMES] = { .name = "names", .type = APAM_OPT_LIST },
	[DEMO_EXTRA] = { .name = "extra", .type = APAM_OPT_MAP },
	[DEMO_PLACE] = { .name = "place",
	    .type = APAM_OPT_GROUP,
	    .members = demo_members,
	    .member_count = DEMO_MEMBERS },
	[DEMO_RULES] = { .name = "rules",
	    .type = APAM_OPT_GROUPS,
	    .members = demo_members,
	    .member_count = DEMO_MEMBERS },
};

static const struct option_table demo_table = { demo_options,
	sizeof(demo_options[0]), DEMO_OPTIONS };

#endif
