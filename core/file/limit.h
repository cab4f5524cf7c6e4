/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit on the size of files that a host may have (RLIMIT_FSIZE).  Writing
 * beyond it raises SIGXFSZ, which would end the host.
 */
#ifndef CORE_FILE_LIMIT_H
#define CORE_FILE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* True if a file may have `bytes` bytes; else errno is EFBIG. */
bool file_limit_allows(uint64_t bytes);

#endif
