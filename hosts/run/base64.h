/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOSTS_RUN_BASE64_H
#define HOSTS_RUN_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Write base64 (RFC 4648, 4) and a NUL; false where there is no room. */
bool base64(const char *from, size_t n, char *to, size_t room);

#endif
