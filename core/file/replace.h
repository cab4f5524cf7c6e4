/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacing a file in one step for all its readers: the new file is written
 * beside it, then renamed.
 */
#ifndef CORE_FILE_REPLACE_H
#define CORE_FILE_REPLACE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <apam/types.h>

/*
 * Replace `name` in the directory by a file with these bytes and this mode,
 * whatever the umask is.  The name `beside` must be used by the caller alone: a
 * file found there was left by a process that died.  With `sync` the file and
 * then the directory are on the disk before this returns.  False, with errno,
 * if it failed: the old file is then still there, unless only the last sync
 * failed.
 */
bool file_replace(int directory, const char *name, const char *beside,
    struct apam_str bytes, mode_t mode, bool sync);

/*
 * The two halves of it, to replace several files: write each `beside`, and when
 * all are written, rename them.
 */
bool file_beside(int directory, const char *beside, struct apam_str bytes,
    mode_t mode, bool sync);
bool file_put(int directory, const char *name, const char *beside, bool sync);

/*
 * A file that must find room later: make `beside` with room for `n` bytes on
 * the disk, and write the bytes, which are no more, when they are known.  They
 * are then synced, and file_put gives them their name.  Mode 0600.  False with
 * errno: of file_reserve, no file is left; of file_fill, the file still has its
 * room.
 */
bool file_reserve(int directory, const char *beside, size_t n);
bool file_fill(int directory, const char *beside, struct apam_str bytes);

/*
 * file_replace with `sync`, and with mode and owner of `like`.  The new file also
 * gets the ACL and the security label of the file that it replaces, if there is
 * one; if `like` does not describe a file, st_nlink is 0.  Only root can give
 * it another owner; for a user its group is kept if possible.
 */
bool file_replace_like(int directory, const char *name, const char *beside,
    struct apam_str bytes, const struct stat *like);

#endif
