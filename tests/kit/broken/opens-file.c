/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It reads a file.
 */
#include "kit/sound.h"

#include <stdio.h>

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	FILE *f = fopen("/etc/hostname", "re");

	if (f != NULL)
		(void)fclose(f);
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("opens-file", .sign = own_sign);
