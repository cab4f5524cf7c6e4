/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library that is preloaded: see fault.h.  Calls that libc makes inside
 * itself do not come by here, but for those of its allocator.
 */
#define _GNU_SOURCE
#include "fault.h"
#include "place.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int kind;
static atomic_long calls;
static struct fault fault;
static const char *count_file, *places_file; /* NULL: none */

void
fault_on(const struct fault *next)
{
	fault = *next;
	atomic_store(&calls, 0);
	atomic_store(&kind, next->kind);
}

long
fault_off(void)
{
	atomic_store(&kind, FAULT_NONE);
	return atomic_load(&calls);
}

int
fault_hold(void)
{
	return atomic_exchange(&kind, FAULT_NONE);
}

void
fault_resume(int held)
{
	atomic_store(&kind, held);
}

/* True, with errno set, where this call is one that is to fail. */
static bool
fails(enum fault_kind of)
{
	long n;

	if (atomic_load(&kind) != (int)of)
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (places_file != NULL)
		place_note();
	if (fault.at == 0 || n < fault.at || n > fault.last)
		return false;
	errno = fault.error;
	return true;
}

/* ---- By the environment ------------------------------------------------- */

__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("APAM_FAULT");
	struct fault from = { .kind = FAULT_NONE };
	int of = 0;

	if (text == NULL ||
	    sscanf(text, "%d:%ld:%d:%ld", &of, &from.at, &from.error,
		&from.last) != 4)
		return;
	count_file = getenv("APAM_FAULT_COUNT");
	places_file = getenv("APAM_FAULT_PLACES");
	/* No call of another program fails that this one starts. */
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("APAM_FAULT");
	from.kind = (enum fault_kind)of;
	fault_on(&from);
}

__attribute__((destructor)) static void
end(void)
{
	long n = fault_off();
	FILE *to;

	place_write(places_file);
	if (count_file == NULL || (to = fopen(count_file, "w")) == NULL)
		return;
	(void)fprintf(to, "%ld\n", n);
	(void)fclose(to);
}

/*
 * What measures coverage writes its files from the destructor of each object
 * that is closed: these calls are not what is tested, nor is what else is done.
 */
int
dlclose(void *object)
{
	const int held = fault_hold();
	int (*next)(void *);
	int status;

	*(void **)&next = dlsym(RTLD_NEXT, "dlclose");
	status = next(object);
	fault_resume(held);
	return status;
}

/* ---- Memory ------------------------------------------------------------- */

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);

/*
 * OpenSSL's own allocations do not fail: some that do while it is set up end
 * the process, which is upstream's (doc/security.md).
 */
static bool
is_openssl(const void *caller)
{
	Dl_info info;

	return dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
	    strstr(info.dli_fname, "/libcrypto.so") != NULL;
}

static bool
fails_memory(const void *caller)
{
	return atomic_load(&kind) == FAULT_MEMORY && !is_openssl(caller) &&
	    fails(FAULT_MEMORY);
}

void *
malloc(size_t n)
{
	return fails_memory(__builtin_return_address(0)) ? NULL :
							   __libc_malloc(n);
}

void *
calloc(size_t count, size_t size)
{
	return fails_memory(__builtin_return_address(0)) ?
	    NULL :
	    __libc_calloc(count, size);
}

void *
realloc(void *p, size_t n)
{
	return fails_memory(__builtin_return_address(0)) ? NULL :
							   __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return fails_memory(__builtin_return_address(0)) ?
	    NULL :
	    __libc_memalign(align, n);
}

int
posix_memalign(void **to, size_t align, size_t n)
{
	void *p = fails_memory(__builtin_return_address(0)) ?
	    NULL :
	    __libc_memalign(align, n);

	if (p == NULL)
		return ENOMEM;
	*to = p;
	return 0;
}

void *
mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	long address;

	if (fails(flags & MAP_ANONYMOUS ? FAULT_MEMORY : FAULT_FILES))
		return MAP_FAILED;
	/* -1 where that failed. */
	address = syscall(SYS_mmap, at, n, prot, flags, fd, offset);
	return (void *)address;
}

/* ---- Files -------------------------------------------------------------- */

static mode_t
mode_of(int flags, va_list more)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

int
openat(int at, const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_openat, at, path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	return openat(AT_FDCWD, path, flags, mode);
}

/* What fortified programs call where there is no mode. */
int __open_2(const char *path, int flags);
int __openat_2(int at, const char *path, int flags);
ssize_t __read_chk(int fd, void *to, size_t n, size_t size);
ssize_t __pread_chk(int fd, void *to, size_t n, off_t at, size_t size);

int
__open_2(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int at, const char *path, int flags)
{
	return openat(at, path, flags, 0);
}

ssize_t
read(int fd, void *to, size_t n)
{
	return fails(FAULT_FILES) ? -1 : syscall(SYS_read, fd, to, n);
}

ssize_t
__read_chk(int fd, void *to, size_t n, size_t size)
{
	(void)size;
	return read(fd, to, n);
}

ssize_t
pread(int fd, void *to, size_t n, off_t at)
{
	return fails(FAULT_FILES) ? -1 : syscall(SYS_pread64, fd, to, n, at);
}

ssize_t
__pread_chk(int fd, void *to, size_t n, off_t at, size_t size)
{
	(void)size;
	return pread(fd, to, n, at);
}

ssize_t
pwrite(int fd, const void *from, size_t n, off_t at)
{
	return fails(FAULT_FILES) ? -1 : syscall(SYS_pwrite64, fd, from, n, at);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	/* What is printed is not what is tested. */
	if (fd > STDERR_FILENO && fails(FAULT_FILES))
		return -1;
	return syscall(SYS_write, fd, from, n);
}

/* As Linux does, the descriptor is closed all the same. */
int
close(int fd)
{
	const bool failed = fails(FAULT_FILES);
	const int error = errno;
	const int status = (int)syscall(SYS_close, fd);

	if (failed)
		errno = error;
	return failed ? -1 : status;
}

int
fstatat(int at, const char *restrict path, struct stat *restrict to, int flags)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_newfstatat, at, path, to, flags);
}

int
stat(const char *restrict path, struct stat *restrict to)
{
	return fstatat(AT_FDCWD, path, to, 0);
}

int
lstat(const char *restrict path, struct stat *restrict to)
{
	return fstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *to)
{
	return fstatat(fd, "", to, AT_EMPTY_PATH);
}

int
statx(int at, const char *restrict path, int flags, unsigned mask,
    struct statx *restrict to)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_statx, at, path, flags, mask, to);
}

int
access(const char *path, int how)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_faccessat, AT_FDCWD, path, how);
}

int
fsync(int fd)
{
	return fails(FAULT_FILES) ? -1 : (int)syscall(SYS_fsync, fd);
}

int
ftruncate(int fd, off_t n)
{
	return fails(FAULT_FILES) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

/* Returns the error, and does not set errno. */
int
posix_fallocate(int fd, off_t at, off_t n)
{
	const int before = errno;
	int error = 0;

	if (fails(FAULT_FILES) || syscall(SYS_fallocate, fd, 0, at, n) != 0)
		error = errno;
	errno = before;
	return error;
}

int
flock(int fd, int how)
{
	return fails(FAULT_FILES) ? -1 : (int)syscall(SYS_flock, fd, how);
}

int
renameat(int from, const char *old, int to, const char *new)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int
mkdirat(int at, const char *path, mode_t mode)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_mkdirat, at, path, mode);
}

int
unlinkat(int at, const char *path, int flags)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_unlinkat, at, path, flags);
}

int
socket(int domain, int type, int protocol)
{
	if (fails(FAULT_FILES))
		return -1;
	return (int)syscall(SYS_socket, domain, type, protocol);
}
