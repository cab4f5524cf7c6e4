/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit that a host may have set itself on the size of files
 * (RLIMIT_FSIZE): writing past it raises SIGXFSZ, which ends the host.
 */
#ifndef CORE_FILE_LIMIT_H
#define CORE_FILE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* True where a file may have so many bytes; else errno is EFBIG. */
bool file_limit_allows(uint64_t bytes);

#endif
