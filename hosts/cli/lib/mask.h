/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential in a form that may be shown: enough to tell two apart, never
 * enough to use one.
 */
#ifndef HOSTS_CLI_LIB_MASK_H
#define HOSTS_CLI_LIB_MASK_H

#include <apam/types.h>

#define MASK_SIZE 64 /* bytes that the longest result needs, with its NUL */

/*
 * Write the masked value of a header to `to`: the scheme word if the header is
 * Authorization, then at most four characters, an ellipsis and the length.  A
 * value shorter than 16 bytes shows nothing, not even its length.
 */
void mask(char to[MASK_SIZE], struct apam_str name, struct apam_str value);

#endif
