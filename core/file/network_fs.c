/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types are those of statfs(2) and of the kernel's linux/magic.h.  FUSE is
 * among them because sshfs and others that reach over a network cannot be told
 * from those that do not.
 */
#include "file/network_fs.h"

#include <stddef.h>
#include <sys/vfs.h>

static const struct {
	unsigned long type;
	const char *name;
} known[] = {
	{ 0x6969, "NFS" },
	{ 0x517b, "SMB" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB" },
	{ 0x01021997, "9P" },
	{ 0x65735546, "FUSE" },
	{ 0x00c36400, "Ceph" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x47504653, "GPFS" },
	{ 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" },
	{ 0x5346414f, "AFS" },
	{ 0x6b414653, "AFS" },
	{ 0x73757245, "Coda" },
};

const char *
network_fs_name(unsigned long type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].type == type)
			return known[i].name;
	return NULL;
}

const char *
network_fs_of(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return NULL;
	/* The member is signed, and of another size on other machines. */
	return network_fs_name((unsigned long)fs.f_type & 0xffffffff);
}
