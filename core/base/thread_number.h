/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads numbered in the order in which they first ask, for what each thread
 * has a place of its own in: threads that run side by side then rarely meet.
 */
#ifndef CORE_BASE_THREAD_NUMBER_H
#define CORE_BASE_THREAD_NUMBER_H

/* 0 until it is drawn; for thread_number alone. */
extern _Thread_local __attribute__((tls_model("initial-exec")))
unsigned thread_number_drawn;

unsigned thread_number_draw(void);

/* This thread's number, from 1; never 0.  After 2^32 threads they repeat. */
static inline unsigned
thread_number(void)
{
	const unsigned number = thread_number_drawn;

	return number != 0 ? number : thread_number_draw();
}

#endif
