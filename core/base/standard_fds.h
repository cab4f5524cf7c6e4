/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard input, output and error of a program of apam's, which its caller may
 * have closed.  The system then gives their numbers to the files and sockets that
 * the program opens, and what it prints would be written there.
 */
#ifndef CORE_BASE_STANDARD_FDS_H
#define CORE_BASE_STANDARD_FDS_H

#include <stdbool.h>

/*
 * Open /dev/null in place of those that are closed, the other way round: to read
 * the one and to write the others still fails with EBADF, here and in programs that
 * are started.  To be called before anything is opened.  False with errno where
 * /dev/null cannot be opened: the program must end.
 */
bool standard_fds_fill(void);

#endif
