/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options that the main file and profiles both have, with one meaning.  A
 * profile's own value goes before that of the main file.
 */
#ifndef CORE_CONFIG_SHARED_H
#define CORE_CONFIG_SHARED_H

#include <apam/module.h>

/* Bounds of both; seconds and bytes. */
#define SETTINGS_DEADLINE_MIN 1
#define SETTINGS_DEADLINE_MAX 3600
#define SETTINGS_TTL_MAX (365 * 86400)
#define SETTINGS_BODY_DEFAULT 1048576
#define SETTINGS_BODY_MIN 1024
#define SETTINGS_BODY_MAX 67108864

enum { SHARED_LIMIT_BODY, SHARED_LIMIT_COUNT };

extern const struct apam_option shared_limits[SHARED_LIMIT_COUNT];

/* Who signs for a profile; the values of `agent`. */
enum agent_use {
	AGENT_OFF,	/* this process */
	AGENT_PREFER,	/* the agent; this process while there is none */
	AGENT_REQUIRE	/* the agent alone */
};
extern const char *const shared_agent_uses[];

/* Rows for the table of a file. */
#define SHARED_CA_FILE                                                         \
	{                                                                      \
		.name = "ca_file",                                             \
		.help = "PEM certificates to trust in place of the system's",  \
		.type = APAM_OPT_STRING                                        \
	}
#define SHARED_PROXY                                                           \
	{                                                                      \
		.name = "proxy", .help = "URL of an HTTP proxy",               \
		.type = APAM_OPT_STRING                                        \
	}
#define SHARED_AGENT                                                           \
	.name = "agent",                                                       \
	.help = "whether the agent signs, so that programs have no secret",    \
	.type = APAM_OPT_CHOICE, .choices = shared_agent_uses
#define SHARED_LIMITS                                                          \
	{                                                                      \
		.name = "limits", .help = "sizes", .type = APAM_OPT_GROUP,     \
		.members = shared_limits, .member_count = SHARED_LIMIT_COUNT   \
	}

/*
 * How many bytes of a response are read at most, as the value of `limits` says;
 * `otherwise` if it does not.
 */
int64_t shared_body_max(const struct apam_value *limits, int64_t otherwise);

#endif
