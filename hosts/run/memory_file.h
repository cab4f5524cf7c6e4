/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that end with this process, whatever ends it.
 */
#ifndef HOSTS_RUN_MEMORY_FILE_H
#define HOSTS_RUN_MEMORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define MEMORY_PATH_SIZE 64

/*
 * Make a file of some texts, one behind the other; nobody can write it
 * afterwards.  Its path, by which this user's other processes open it as long as
 * this process lives, is written to `path`.  The descriptor, or -1
 * with errno set.
 */
int memory_file(
    const char *const *texts, size_t count, char path[MEMORY_PATH_SIZE]);

/*
 * The same of what is printed in between: NULL with errno where there is no such
 * file.  memory_close frees it, and returns -1 with errno, too, where something that
 * was printed is not in it.
 */
FILE *memory_open(void);
int memory_close(FILE *file, char path[MEMORY_PATH_SIZE]);

/* The contents of a file as a text, which the caller frees; NULL with errno. */
char *file_text(const char *path);

#endif
