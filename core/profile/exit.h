/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a program by exit(), with a thread of apam's still at work.
 *
 * The libraries that libcurl came with clean up by handlers of atexit: OpenSSL
 * frees what a handshake in another thread is using.  A handler of ours, which
 * was registered after theirs and so runs before them, sees to it that no
 * loop moves any more.
 */
#ifndef CORE_EXIT_H
#define CORE_EXIT_H

/*
 * Register the handler.  Called once, when libcurl and what it brings along
 * are set up.
 */
void exit_watch(void);

#endif
