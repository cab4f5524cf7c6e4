/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which file systems other machines may write to.  A lock there may hold for
 * one machine alone, and a file that was renamed may be seen late, or twice.
 */
#ifndef CORE_FILE_NETWORK_FS_H
#define CORE_FILE_NETWORK_FS_H

/*
 * What people call the file system of this type (statfs(2), f_type); NULL if it
 * is not one of those that are known to be a network's.
 */
const char *network_fs_name(unsigned long type);

/* The same of the file system that an open file or directory is on. */
const char *network_fs_of(int fd);

#endif
