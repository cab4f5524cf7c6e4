/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting what a process has.
 */
#ifndef HOSTS_KIT_RESOURCES_H
#define HOSTS_KIT_RESOURCES_H

/* Entries of a directory, such as /proc/self/fd; 0: it cannot be read. */
unsigned resource_count(const char *path);

#endif
