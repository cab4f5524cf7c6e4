/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of durable secrets, as in "store:NAME": they are names of files.
 */
#ifndef CORE_FILE_STORE_NAME_H
#define CORE_FILE_STORE_NAME_H

#include <stdbool.h>

#include <apam/types.h>

#define STORE_NAME_MAX 64 /* bytes */

/*
 * True for letters, digits, '-' and '_', at most STORE_NAME_MAX, of which the
 * first is a letter or digit.  So no name is that of a file beside it.
 */
bool store_name_ok(struct apam_str name);

#endif
