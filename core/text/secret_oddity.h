/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mistakes in a secret.  It is sent unchanged, and the provider would say only
 * that it is wrong.
 */
#ifndef CORE_TEXT_SECRET_ODDITY_H
#define CORE_TEXT_SECRET_ODDITY_H

#include <apam/types.h>

/*
 * A static text that says what is odd, such as "stands in quotes"; NULL:
 * nothing.
 */
const char *secret_oddity(struct apam_str secret);

#endif
