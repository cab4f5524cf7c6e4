/* SPDX-License-Identifier: BSD-2-Clause */
#define _XOPEN_SOURCE 700 /* fdopendir */
#include "file/user_dir_names.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

const char user_dir_notes[] = "users", user_dir_secrets[] = "secrets";

void
user_dir_name(unsigned long uid, char name[USER_DIR_NAME_SIZE])
{
	(void)snprintf(name, USER_DIR_NAME_SIZE, "%lu", uid);
}

/* The user whose directory has this name; false if it is not a uid. */
static bool
read_uid(const char *name, unsigned long *uid)
{
	int64_t n;

	if (!str_number(apam_str(name), UINT32_MAX - 1, &n) ||
	    (name[0] == '0' && name[1] != '\0'))
		return false;
	*uid = (unsigned long)n;
	return true;
}

void
user_dir_each_name(int users,
    void (*each)(void *arg, const char *name, unsigned long uid), void *arg)
{
	const int copy = fcntl(users, F_DUPFD_CLOEXEC, 0);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	unsigned long uid;

	if (list == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		if (read_uid(entry->d_name, &uid))
			each(arg, entry->d_name, uid);
	}
	(void)closedir(list);
}
