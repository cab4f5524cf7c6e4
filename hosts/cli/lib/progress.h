/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far long work is: one line on standard error, drawn over the one before
 * and erased at the end.  Nothing at all where standard error is no terminal.
 *
 * There is one such line, as there is one terminal.  Whatever else is written
 * to it hides the line first: complain() and report_error() do so themselves.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* "checking 3 of 12: NAME", before the item is done; `at` counts from 1. */
void progress_item(const char *what, size_t at, size_t total, const char *name);

/*
 * "sent 12.5 MB of 40.0 MB, 31 %".  `total` 0: not known.  Cheap enough for
 * every block; draws nothing in the first half second of a transfer, which
 * begins where `done` is 0.
 */
void progress_bytes(const char *what, uint64_t done, uint64_t total);

/* Erase the line, if there is one.  From any thread. */
void progress_hide(void);

#endif
