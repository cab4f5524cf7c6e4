/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets in the Linux kernel's key retention service, keyrings(7).
 */
#ifndef CORE_FILE_SECRET_KEYRING_H
#define CORE_FILE_SECRET_KEYRING_H

#include <apam/apam.h>

#include "base/buf.h"

/*
 * Append the payload of the "user" key with this name, searched in the session
 * keyring and then in the user's.  Errors: SECRET, MEMORY.
 */
enum apam_status
keyring_read(const char *name, struct buf *to, struct apam_error *err);

#endif
