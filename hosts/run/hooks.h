/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runtimes run before a program that has them: fetch of Node.js and Net::HTTP
 * of Ruby ask no variable for a proxy for https, and each runtime reads a variable
 * that names a file of its own language.
 */
#ifndef HOSTS_RUN_HOOKS_H
#define HOSTS_RUN_HOOKS_H

#include <stdbool.h>

/*
 * Write the files into `folder`, which ends with the run, and set NODE_OPTIONS and
 * RUBYOPT; what these say already stays.  False, with a complaint.
 */
bool hooks_set(const char *folder);

#endif
