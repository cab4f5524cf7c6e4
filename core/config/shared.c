/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members and values of options that both files have.
 */
#include "config/shared.h"

const struct apam_option shared_limits[SHARED_LIMIT_COUNT] = {
	[SHARED_LIMIT_BODY] = { .name = "body",
	    .help = "how many bytes of a response are read at most",
	    .type = APAM_OPT_INTEGER,
	    .min = SETTINGS_BODY_MIN,
	    .max = SETTINGS_BODY_MAX },
};

const char *const shared_agent_uses[] = {
	[AGENT_OFF] = "off",
	[AGENT_PREFER] = "prefer",
	[AGENT_REQUIRE] = "require",
	NULL,
};

int64_t
shared_body_max(const struct apam_value *limits, int64_t otherwise)
{
	const struct apam_value *members = limits->members;

	if (members == NULL || !members[SHARED_LIMIT_BODY].set)
		return otherwise;
	return members[SHARED_LIMIT_BODY].num;
}
