/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User and password of a Basic credential (RFC 7617), for protocols that ask for
 * these two.
 */
#ifndef HOSTS_CLI_HELPER_BASIC_H
#define HOSTS_CLI_HELPER_BASIC_H

#include <stdbool.h>

#include <apam/types.h>

#define BASIC_MAX 8192 /* bytes of both */

struct basic {
	struct apam_str user, password; /* in `text` */
	char text[BASIC_MAX];
};

/*
 * Read the base64 that follows "Basic ".  False where it is not that, or has a
 * control character, which would end a line of the protocol.  Wipe it either
 * way.
 */
bool basic_read(struct apam_str encoded, struct basic *basic);
void basic_wipe(struct basic *basic);

#endif
