/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential as it may be shown: enough to tell two apart, never enough to
 * use one.
 */
#ifndef CLI_MASK_H
#define CLI_MASK_H

#include <apam/types.h>

#define MASK_SIZE 64 /* bytes that the longest result needs, with its NUL */

/*
 * Write the value of a header, masked, to `to`: for Authorization the scheme
 * word; then at most four characters, an ellipsis and the length.  Of a value
 * under 16 bytes nothing is shown, not even its length.
 */
void mask(char to[MASK_SIZE], struct apam_str name, struct apam_str value);

#endif
