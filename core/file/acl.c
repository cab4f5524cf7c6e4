/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACLs in the kernel's form (linux/posix_acl_xattr.h): a version, then entries
 * of tag, permissions and id, all little-endian.  They are read here, because
 * libacl would be another library for a single question.
 */
#include "file/acl.h"

#include <errno.h>
#include <sys/xattr.h>

#define VERSION 2
#define HEAD 4 /* bytes */
#define ENTRY 8
#define MAY_READ 4

enum { TAG_USER = 0x02, TAG_GROUP = 0x08, TAG_MASK = 0x10 };

struct entry {
	unsigned tag, permissions;
	uint32_t id;
};

static uint32_t
little(const unsigned char *p, size_t n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
}

static struct entry
entry_at(const unsigned char *bytes, size_t at)
{
	const unsigned char *p = bytes + at;

	return (
	    struct entry){ little(p, 2), little(p + 2, 2), little(p + 4, 4) };
}

/* The mask, which limits what the named entries may do. */
static unsigned
mask_of(const unsigned char *bytes, size_t n)
{
	for (size_t at = HEAD; at < n; at += ENTRY) {
		const struct entry e = entry_at(bytes, at);

		if (e.tag == TAG_MASK)
			return e.permissions;
	}
	return MAY_READ;
}

int
acl_reader(
    const unsigned char *bytes, size_t n, uint32_t self, struct acl_named *to)
{
	if (n < HEAD || little(bytes, HEAD) != VERSION ||
	    (n - HEAD) % ENTRY != 0)
		return -1;
	if ((mask_of(bytes, n) & MAY_READ) == 0)
		return 0;
	for (size_t at = HEAD; at < n; at += ENTRY) {
		const struct entry e = entry_at(bytes, at);
		const bool user = e.tag == TAG_USER && e.id != self;

		if ((!user && e.tag != TAG_GROUP) ||
		    (e.permissions & MAY_READ) == 0)
			continue;
		*to = (struct acl_named){ !user, e.id };
		return 1;
	}
	return 0;
}

int
acl_reader_of(int fd, uint32_t self, struct acl_named *to)
{
	unsigned char bytes[ACL_BYTES_MAX];
	const ssize_t n = fgetxattr(
	    fd, "system.posix_acl_access", bytes, sizeof(bytes));

	if (n < 0)
		return errno == ENODATA || errno == ENOTSUP ? 0 : -1;
	return acl_reader(bytes, (size_t)n, self, to);
}
