/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which users may read the secrets of a key, according to its files.  A user
 * who may not has never used the key, whatever a note says.  A user who may,
 * but has no directory for notes (file/user_dir.h), may have used it without a
 * note.
 */
#ifndef CORE_KEYS_SECRET_READERS_H
#define CORE_KEYS_SECRET_READERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/login_name.h"
#include "config/option.h"
#include "file/trust.h"

#define KEY_READER_FILES 8

struct key_readers {
	bool unsure;		/* a secret is not a file, or cannot be seen */
	size_t count;
	struct {
		uid_t uid;
		gid_t gid;
		mode_t mode;
	} files[KEY_READER_FILES];
};

/*
 * Add the files of an entry's secrets, whose values are still references.
 * *readers is zeroed at first, and may contain those of another entry.
 */
void key_readers_add(struct key_readers *readers,
    const struct option_table *table, const struct apam_value *values);

/* True if a user may read all of them, as far as is known. */
bool key_readers_include(const struct key_readers *readers, unsigned long uid);

/*
 * NULL if a user may read the file by its mode and those of the folders above;
 * else the path of what does not let it, in `where`.  What cannot be looked at is
 * taken for readable.
 */
const char *key_reader_barrier(
    const char *file, unsigned long uid, char where[TRUST_PATH_MAX + 1]);

/* True if their files have the same owner, group and mode. */
bool key_readers_same(
    const struct key_readers *one, const struct key_readers *other);

#define KEY_READER_WHO (LOGIN_NAME_SIZE + 8)
/*
 * True if a user who may read one has no directory; `has` tells that of a user.
 * `who` is then "user x", or "group x" if its users are not known.
 */
bool key_readers_untold(const struct key_readers *readers,
    bool (*has)(void *arg, unsigned long uid), void *arg,
    char who[KEY_READER_WHO]);

#endif
