/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of users' directories (user_dir.h): two directories of state_dir hold
 * them, and each user's is called by the user's number.
 */
#ifndef CORE_FILE_USER_DIR_NAMES_H
#define CORE_FILE_USER_DIR_NAMES_H

#include <fcntl.h>

#define USER_DIR_NAME_SIZE sizeof("4294967295")

/* The flags by which such a directory is opened. */
#define USER_DIR_OPEN (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The directories of state_dir that hold users' directories. */
extern const char user_dir_notes[sizeof("users")];
extern const char user_dir_secrets[sizeof("secrets")];

/* The name of a user's directory. */
void user_dir_name(unsigned long uid, char name[USER_DIR_NAME_SIZE]);

/*
 * Call `each` for the names that are those of users, in the directory of the
 * descriptor `holder`, whose offset this moves.
 */
void user_dir_each_name(int holder,
    void (*each)(void *arg, const char *name, unsigned long uid), void *arg);

#endif
