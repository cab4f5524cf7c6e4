/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections that wait: suspended in libmicrohttpd, so no thread waits with
 * them, and resumed by one timer thread when their time has come, when the
 * parking is emptied, or when their client has gone. It has its own lock.
 */
#ifndef SANDBOX_PARKING_H
#define SANDBOX_PARKING_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;

/* Starts the timer thread. */
bool parking_open(void);

/* Suspends the connection for DELAY_MS, or with -1 until parking_empty.
 * false when there is no room or the parking is closed: answer at once. */
bool parking_park(struct MHD_Connection *connection, int64_t delay_ms);

/* Resumes all who wait until then; those with a delay sleep on. */
void parking_empty(void);

/* Resumes everyone, takes no more, and ends the timer thread. */
void parking_close(void);

#endif
