/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacing a file at once for all who read it: written beside it, then
 * renamed.
 */
#ifndef CORE_FILE_REPLACE_H
#define CORE_FILE_REPLACE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <apam/types.h>

/*
 * Replace `name` in the directory by a file of these bytes and this mode,
 * whatever the umask.  The name beside it, `beside`, is the caller's alone:
 * what is found there was left by one that died.  With `sync` the file and then
 * the directory are on the disk before this returns.  False, with errno, where
 * that failed: the old file is then still there, except where only the last
 * sync failed.
 */
bool file_replace(int directory, const char *name, const char *beside,
    struct apam_str bytes, mode_t mode, bool sync);

/*
 * The two halves of it, for who replaces several files: write `beside`, and,
 * where all of them are written, give it its name.
 */
bool file_beside(int directory, const char *beside, struct apam_str bytes,
    mode_t mode, bool sync);
bool file_put(int directory, const char *name, const char *beside, bool sync);

/*
 * The same, synced, with mode and owner of `like`, and the ACL and the security
 * label of the file that it takes the place of, if there is one; not where
 * `like` is no file's, st_nlink 0.  Only root gives it another owner; a user's
 * group is kept where it may be.
 */
bool file_replace_like(int directory, const char *name, const char *beside,
    struct apam_str bytes, const struct stat *like);

#endif
