/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be done at exit() before other libraries clean up.
 *
 * Handlers of atexit run in the reverse order of their registration.  Libraries
 * that are loaded late, as OpenSSL, register theirs while they are set up; ours
 * must be registered after that, each time, so that it runs before.
 */
#ifndef CORE_BASE_EXIT_WATCH_H
#define CORE_BASE_EXIT_WATCH_H

/* Say what is to be done: the same function, however often it is said. */
void exit_watch_action(void (*action)(void));

/*
 * Register the handler.  To be called whenever a library has been loaded and
 * set up; the action may so run more than once.
 */
void exit_watch(void);

#endif
