/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which users and groups the ACL of a file admits besides its owner and its
 * group, POSIX.1e draft 17.  The mode does not tell: if there is an ACL, the
 * mode's group bits are the mask of all entries in it, so a file that one other
 * user may read looks like a file for its group.
 */
#ifndef CORE_FILE_ACL_H
#define CORE_FILE_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An ACL larger than that shows that something is wrong. */
#define ACL_BYTES_MAX 8192

struct acl_named {
	bool group;		/* a group's number; else a user's */
	uint32_t id;
};

/*
 * Find the first user or group that an ACL names and lets read; `bytes` is
 * Linux's attribute system.posix_acl_access.  Returns 1 and sets *to; 0 if
 * there is none; -1 if the bytes are not such an ACL.  The user `self` does not
 * count.
 */
int acl_reader(const unsigned char *bytes, size_t n, uint32_t self,
    struct acl_named *to);

/* The same for an open file; also 0 if its file system has no ACLs. */
int acl_reader_of(int fd, uint32_t self, struct acl_named *to);

#define ACL_NOBODY UINT32_MAX	/* for `self`: every user counts */

#endif
