/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOSTS_RUN_BASE64_H
#define HOSTS_RUN_BASE64_H

#include <stddef.h>

/* The bytes that base64 of `n` bytes has, with its NUL. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Write base64 (RFC 4648, 4) and a NUL: BASE64_SIZE(n) bytes. */
void base64(const char *from, size_t n, char *to);

#endif
