/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths that people give from where they stand.
 */
#ifndef CORE_FILE_ABSOLUTE_H
#define CORE_FILE_ABSOLUTE_H

/*
 * The absolute path of `file`, to be freed.  Its folder is resolved; its own
 * name is left alone, so that a link is still seen to be one.  NULL where there
 * is no such folder, or no memory.
 */
char *path_absolute(const char *file);

#endif
