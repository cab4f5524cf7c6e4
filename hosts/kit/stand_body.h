/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a body that the module rewrites, as a program would that sends it.
 */
#ifndef HOSTS_KIT_STAND_BODY_H
#define HOSTS_KIT_STAND_BODY_H

#include "kit/stand.h"

#define STAND_BUFFER_MAX 65536

/*
 * Read all of it from the beginning, by a buffer of `size` bytes, and hash it into
 * `record`, which may be NULL.  False where that failed; a broken contract
 * is a failure of the check that runs.
 */
bool stand_read_body(
    const struct new_body *body, size_t size, struct record *record);

#endif
