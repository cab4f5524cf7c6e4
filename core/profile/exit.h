/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a program by exit(), with a thread of apam's still at work.
 *
 * OpenSSL, which comes with libcurl and with what hashes and seals, cleans up
 * by a handler of atexit, and frees what a handshake in another thread is
 * using. Ours runs before it (base/exit_watch.h), and sees to it that no loop
 * moves any more.
 */
#ifndef CORE_PROFILE_EXIT_H
#define CORE_PROFILE_EXIT_H

/* From now on exit() retires each context's loop; as often as one likes. */
void exit_retires_loops(void);

#endif
