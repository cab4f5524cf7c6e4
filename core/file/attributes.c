/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes, which are not in POSIX; Linux's xattr(7).  They are
 * copied as bytes, without knowledge of their contents.
 */
#include "file/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *const names[] = { "system.posix_acl_access",
	"security.selinux", "security.SMACK64" };

/* If the kernel or file system has no attributes, there is nothing to copy. */
static bool
is_absence(int number)
{
	return number == ENODATA || number == ENOTSUP;
}

static bool
copy_one(int from, const char *name, int to)
{
	char *value = NULL;
	ssize_t n = fgetxattr(from, name, NULL, 0);
	bool ok;

	if (n < 0)
		return is_absence(errno);
	value = malloc((size_t)n + 1);
	if (value == NULL)
		return false;
	/* An attribute that grew in between gives an error, ERANGE. */
	n = fgetxattr(from, name, value, (size_t)n);
	ok = n >= 0 && fsetxattr(to, name, value, (size_t)n, 0) == 0;
	free(value);
	return ok;
}

bool
file_attributes_copy(int directory, const char *name, int fd)
{
	const int from = openat(directory, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool ok = true;
	int number;

	if (from < 0)
		return errno == ENOENT;
	for (size_t i = 0; ok && i < sizeof(names) / sizeof(names[0]); i++)
		ok = copy_one(from, names[i], fd);
	number = errno;
	(void)close(from);
	errno = number;
	return ok;
}
