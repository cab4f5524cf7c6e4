/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: values
 * A value of an option is used as a format.
 */
#include "kit/sound.h"

#include <stdio.h>

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	char text[256] = "";
	struct apam_str name = apam_option_value(options, OPT_NAME)->str;

	if (memchr(name.p, '%', name.n) != NULL)
		(void)snprintf(text, sizeof(text), name.p, (char *)1);
	return text[0] == '?' ? APAM_E_MEMORY :
				scheme_open(svc, options, state);
}

SOUND_MODULE("format-string", .open = own_open);
