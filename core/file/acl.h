/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom the ACL of a file lets in beside its owner and its group, POSIX.1e draft
 * 17.  The mode says nothing of them: where there is an ACL, its group bits are
 * the mask of all that the ACL names, so that a file which one other user may
 * read looks like one for its group.
 */
#ifndef CORE_ACL_H
#define CORE_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file's ACL is larger than that only where something is wrong. */
#define ACL_BYTES_MAX 8192

struct acl_named {
	bool group;		/* a group's number; else a user's */
	uint32_t id;
};

/*
 * The first user or group that an ACL names and lets read, as Linux gives it by
 * the attribute system.posix_acl_access: 1 and *to, 0 where there is none, -1
 * where the bytes are no such ACL.  `self` is a user who does not count.
 */
int acl_reader(const unsigned char *bytes, size_t n, uint32_t self,
    struct acl_named *to);

/* The same of an open file; 0 too where its file system has no ACLs. */
int acl_reader_of(int fd, uint32_t self, struct acl_named *to);

#define ACL_NOBODY UINT32_MAX	/* for `self`: everybody counts */

#endif
