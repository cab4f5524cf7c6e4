/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls that the agent makes once it has started: a seccomp filter
 * (seccomp(2)) that ends the process at any other.  It can start no program
 * after that: the programs of exec: secrets run in a helper that was started
 * before (file/runner.h).
 */
#ifndef HOSTS_AGENT_FILTER_H
#define HOSTS_AGENT_FILTER_H

/*
 * Put the filter on, for this process and each thread that it starts from now
 * on; it cannot be taken off again.  Call it in the only thread, when all that
 * is needed once has been done, before any client is heard.  NULL, or static
 * text that says why there is none; *error is then errno, or 0.
 */
const char *filter_enter(int *error);

#endif
