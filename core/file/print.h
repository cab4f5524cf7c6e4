/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file is still the one that was read.  A file is known by device,
 * inode, size and both times to the nanosecond: a rewrite in place changes the
 * times, a replacement the inode.
 */
#ifndef CORE_FILE_PRINT_H
#define CORE_FILE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/siphash.h"

/* Zeroed: there is no such file. */
struct file_print {
	uint64_t device, inode, size;
	int64_t modified_s, modified_ns, changed_s, changed_ns;
};

struct file_print file_print_of(const struct stat *st);
bool file_print_same(const struct file_print *a, const struct file_print *b);

/* ---- Several files ------------------------------------------------------ */

struct file_noted;

/* The files from which something was read, by path. */
struct file_prints {
	struct file_noted *files;
	size_t count, room;
	bool failed;	/* a file could not be noted: report "changed" */
};

/* Note a file's present state, before it is read; the file may be missing. */
void file_prints_add(struct file_prints *prints, const char *path);

/* Note the same files in the same states, in *to, which has none. */
void file_prints_copy(struct file_prints *to, const struct file_prints *from);

/* True if any file differs from its noted state. */
bool file_prints_changed(const struct file_prints *prints);

/*
 * Add the files and their noted states to a hash, of which the one before is
 * the key.
 */
void file_prints_hash(
    const struct file_prints *prints, unsigned char hash[SIPHASH_SIZE]);

/* Free the list; a zeroed struct is allowed. */
void file_prints_free(struct file_prints *prints);

#endif
