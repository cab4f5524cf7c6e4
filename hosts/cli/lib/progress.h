/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows how far long work has come: one line on standard error, drawn over the
 * previous one and erased at the end.  Nothing is drawn if standard error is
 * not a terminal.
 *
 * There is one such line, because there is one terminal.  Code that writes
 * anything else to it must hide the line first; complain() and report_error()
 * do so themselves.
 */
#ifndef HOSTS_CLI_LIB_PROGRESS_H
#define HOSTS_CLI_LIB_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Draw "checking 3 of 12: NAME" before the item is treated; `at` counts from 1.
 */
void progress_item(const char *what, size_t at, size_t total, const char *name);

/*
 * Draw "sent 12.5 MB of 40.0 MB, 31 %".  A `total` of 0 means unknown.  The
 * call is cheap enough for every block.  It draws nothing in the first half
 * second of a transfer; a transfer starts with `done` 0.
 */
void progress_bytes(const char *what, uint64_t done, uint64_t total);

/* Erase the line, if there is one.  May be called from any thread. */
void progress_hide(void);

#endif
