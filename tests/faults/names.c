/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of users, groups and hosts: glibc's own reading of nsswitch.conf(5) ends
 * the process where its memory is short, so that no call fails meanwhile.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>

#include "fault.h"

struct passwd *
getpwnam(const char *name)
{
	const int held = fault_hold();
	struct passwd *(*next)(const char *);
	struct passwd *found;

	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam");
	found = next(name);
	fault_resume(held);
	return found;
}

struct passwd *
getpwuid(uid_t uid)
{
	const int held = fault_hold();
	struct passwd *(*next)(uid_t);
	struct passwd *found;

	*(void **)&next = dlsym(RTLD_NEXT, "getpwuid");
	found = next(uid);
	fault_resume(held);
	return found;
}

int
getpwnam_r(const char *restrict name, struct passwd *restrict to,
    char *restrict room, size_t n, struct passwd **restrict found)
{
	const int held = fault_hold();
	int (*next)(
	    const char *, struct passwd *, char *, size_t, struct passwd **);
	int error;

	*(void **)&next = dlsym(RTLD_NEXT, "getpwnam_r");
	error = next(name, to, room, n, found);
	fault_resume(held);
	return error;
}

int
getpwuid_r(uid_t uid, struct passwd *restrict to, char *restrict room, size_t n,
    struct passwd **restrict found)
{
	const int held = fault_hold();
	int (*next)(uid_t, struct passwd *, char *, size_t, struct passwd **);
	int error;

	*(void **)&next = dlsym(RTLD_NEXT, "getpwuid_r");
	error = next(uid, to, room, n, found);
	fault_resume(held);
	return error;
}

struct group *
getgrnam(const char *name)
{
	const int held = fault_hold();
	struct group *(*next)(const char *);
	struct group *found;

	*(void **)&next = dlsym(RTLD_NEXT, "getgrnam");
	found = next(name);
	fault_resume(held);
	return found;
}

struct group *
getgrgid(gid_t gid)
{
	const int held = fault_hold();
	struct group *(*next)(gid_t);
	struct group *found;

	*(void **)&next = dlsym(RTLD_NEXT, "getgrgid");
	found = next(gid);
	fault_resume(held);
	return found;
}

int
getgrnam_r(const char *restrict name, struct group *restrict to,
    char *restrict room, size_t n, struct group **restrict found)
{
	const int held = fault_hold();
	int (*next)(
	    const char *, struct group *, char *, size_t, struct group **);
	int error;

	*(void **)&next = dlsym(RTLD_NEXT, "getgrnam_r");
	error = next(name, to, room, n, found);
	fault_resume(held);
	return error;
}

int
getgrgid_r(gid_t gid, struct group *restrict to, char *restrict room, size_t n,
    struct group **restrict found)
{
	const int held = fault_hold();
	int (*next)(gid_t, struct group *, char *, size_t, struct group **);
	int error;

	*(void **)&next = dlsym(RTLD_NEXT, "getgrgid_r");
	error = next(gid, to, room, n, found);
	fault_resume(held);
	return error;
}

int
getgrouplist(const char *user, gid_t group, gid_t *groups, int *n)
{
	const int held = fault_hold();
	int (*next)(const char *, gid_t, gid_t *, int *);
	int count;

	*(void **)&next = dlsym(RTLD_NEXT, "getgrouplist");
	count = next(user, group, groups, n);
	fault_resume(held);
	return count;
}

int
getaddrinfo(const char *restrict host, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	const int held = fault_hold();
	int (*next)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	int error;

	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	error = next(host, service, hints, found);
	fault_resume(held);
	return error;
}
