/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into a copy of nginx's module, for tests/suite/nginx-scarce.sh, which says by the
 * file that APAM_SCARCE names which of the module's calls fails.  Calls of nginx's
 * own, of libapam and of other libraries are as they are: the linker's --wrap
 * leads the module's here, and the same name with __real_ leads on.
 *
 * nginx takes a request's memory from blocks, so that an allocator which fails
 * would fail few of the module's calls.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "hosts/nginx/nginx.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/faults/mapped.h"

/* The file, which the suite writes between requests. */
static struct scarce {
	uint64_t at; /* the call that fails, from 1; 0: none does */
	uint64_t calls; /* so many there were */
} * scarce;

/* nginx loads a module before it clears its environment. */
__attribute__((constructor)) static void
begin(void)
{
	scarce = scarce_map(sizeof(*scarce));
}

static bool
fails(int error)
{
	if (scarce == NULL || ++scarce->calls != scarce->at)
		return false;
	errno = error;
	return true;
}

/* ---- nginx's pools --------------------------------------------------------- */

void *__real_ngx_palloc(ngx_pool_t *pool, size_t n);
void *__wrap_ngx_palloc(ngx_pool_t *pool, size_t n);
void *__real_ngx_pnalloc(ngx_pool_t *pool, size_t n);
void *__wrap_ngx_pnalloc(ngx_pool_t *pool, size_t n);
void *__real_ngx_pcalloc(ngx_pool_t *pool, size_t n);
void *__wrap_ngx_pcalloc(ngx_pool_t *pool, size_t n);
void *__real_ngx_list_push(ngx_list_t *l);
void *__wrap_ngx_list_push(ngx_list_t *l);
void *__real_ngx_array_push(ngx_array_t *a);
void *__wrap_ngx_array_push(ngx_array_t *a);
ngx_array_t *__real_ngx_array_create(ngx_pool_t *p, ngx_uint_t n, size_t size);
ngx_array_t *__wrap_ngx_array_create(ngx_pool_t *p, ngx_uint_t n, size_t size);
ngx_buf_t *__real_ngx_create_temp_buf(ngx_pool_t *pool, size_t n);
ngx_buf_t *__wrap_ngx_create_temp_buf(ngx_pool_t *pool, size_t n);
ngx_chain_t *__real_ngx_alloc_chain_link(ngx_pool_t *pool);
ngx_chain_t *__wrap_ngx_alloc_chain_link(ngx_pool_t *pool);
ngx_http_cleanup_t *__real_ngx_http_cleanup_add(ngx_http_request_t *, size_t n);
ngx_http_cleanup_t *__wrap_ngx_http_cleanup_add(ngx_http_request_t *, size_t n);

void *
__wrap_ngx_palloc(ngx_pool_t *pool, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_palloc(pool, n);
}

void *
__wrap_ngx_pnalloc(ngx_pool_t *pool, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_pnalloc(pool, n);
}

void *
__wrap_ngx_pcalloc(ngx_pool_t *pool, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_pcalloc(pool, n);
}

void *
__wrap_ngx_list_push(ngx_list_t *l)
{
	return fails(ENOMEM) ? NULL : __real_ngx_list_push(l);
}

/* Where there is room it takes no memory. */
void *
__wrap_ngx_array_push(ngx_array_t *a)
{
	return a->nelts == a->nalloc && fails(ENOMEM) ?
	    NULL :
	    __real_ngx_array_push(a);
}

ngx_array_t *
__wrap_ngx_array_create(ngx_pool_t *p, ngx_uint_t n, size_t size)
{
	return fails(ENOMEM) ? NULL : __real_ngx_array_create(p, n, size);
}

ngx_buf_t *
__wrap_ngx_create_temp_buf(ngx_pool_t *pool, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_create_temp_buf(pool, n);
}

ngx_chain_t *
__wrap_ngx_alloc_chain_link(ngx_pool_t *pool)
{
	return fails(ENOMEM) ? NULL : __real_ngx_alloc_chain_link(pool);
}

ngx_http_cleanup_t *
__wrap_ngx_http_cleanup_add(ngx_http_request_t *r, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_http_cleanup_add(r, n);
}

/* ---- What nginx does at its start ----------------------------------------- */

ngx_int_t __real_ngx_conf_full_name(ngx_cycle_t *, ngx_str_t *, ngx_uint_t);
ngx_int_t __wrap_ngx_conf_full_name(ngx_cycle_t *, ngx_str_t *, ngx_uint_t);
ngx_http_variable_t *
__real_ngx_http_add_variable(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t flags);
ngx_http_variable_t *
__wrap_ngx_http_add_variable(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t flags);
ngx_shm_zone_t *__real_ngx_shared_memory_add(
    ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag);
ngx_shm_zone_t *__wrap_ngx_shared_memory_add(
    ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag);
void *__real_ngx_slab_calloc(ngx_slab_pool_t *pool, size_t n);
void *__wrap_ngx_slab_calloc(ngx_slab_pool_t *pool, size_t n);
ngx_connection_t *__real_ngx_get_connection(ngx_socket_t fd, ngx_log_t *log);
ngx_connection_t *__wrap_ngx_get_connection(ngx_socket_t fd, ngx_log_t *log);

ngx_int_t
__wrap_ngx_conf_full_name(
    ngx_cycle_t *cycle, ngx_str_t *name, ngx_uint_t prefix)
{
	return fails(ENOMEM) ? NGX_ERROR :
			       __real_ngx_conf_full_name(cycle, name, prefix);
}

ngx_http_variable_t *
__wrap_ngx_http_add_variable(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t flags)
{
	return fails(ENOMEM) ? NULL :
			       __real_ngx_http_add_variable(cf, name, flags);
}

ngx_shm_zone_t *
__wrap_ngx_shared_memory_add(
    ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag)
{
	return fails(ENOMEM) ?
	    NULL :
	    __real_ngx_shared_memory_add(cf, name, size, tag);
}

void *
__wrap_ngx_slab_calloc(ngx_slab_pool_t *pool, size_t n)
{
	return fails(ENOMEM) ? NULL : __real_ngx_slab_calloc(pool, n);
}

ngx_connection_t *
__wrap_ngx_get_connection(ngx_socket_t fd, ngx_log_t *log)
{
	return fails(EMFILE) ? NULL : __real_ngx_get_connection(fd, log);
}

/* ---- The system ------------------------------------------------------------ */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_mmap(void *at, size_t n, int how, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t n, int how, int flags, int fd, off_t offset);
int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __real_getsockopt(int fd, int level, int name, void *to, socklen_t *n);
int __wrap_getsockopt(int fd, int level, int name, void *to, socklen_t *n);
int __real_getsockname(int fd, struct sockaddr *to, socklen_t *n);
int __wrap_getsockname(int fd, struct sockaddr *to, socklen_t *n);
int __real_getpeername(int fd, struct sockaddr *to, socklen_t *n);
int __wrap_getpeername(int fd, struct sockaddr *to, socklen_t *n);
int __real_fstat(int fd, struct stat *to);
int __wrap_fstat(int fd, struct stat *to);
ssize_t __real_send(int fd, const void *from, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *from, size_t n, int flags);
ssize_t __real_recvfrom(int fd, void *to, size_t n, int flags,
    struct sockaddr *restrict from, socklen_t *restrict size);
ssize_t __wrap_recvfrom(int fd, void *to, size_t n, int flags,
    struct sockaddr *restrict from, socklen_t *restrict size);
ssize_t __real_pread(int fd, void *to, size_t n, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at);

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails(ENOMEM) ? NULL : __real_calloc(count, size);
}

void *
__wrap_mmap(void *at, size_t n, int how, int flags, int fd, off_t offset)
{
	/* Not the one of `begin`. */
	if ((flags & MAP_ANONYMOUS) != 0 && fails(ENOMEM))
		return MAP_FAILED;
	return __real_mmap(at, n, how, flags, fd, offset);
}

int
__wrap_socket(int domain, int type, int protocol)
{
	return fails(EMFILE) ? -1 : __real_socket(domain, type, protocol);
}

int
__wrap_getsockopt(int fd, int level, int name, void *to, socklen_t *n)
{
	return fails(ENOBUFS) ? -1 : __real_getsockopt(fd, level, name, to, n);
}

int
__wrap_getsockname(int fd, struct sockaddr *to, socklen_t *n)
{
	return fails(ENOBUFS) ? -1 : __real_getsockname(fd, to, n);
}

int
__wrap_getpeername(int fd, struct sockaddr *to, socklen_t *n)
{
	return fails(ENOTCONN) ? -1 : __real_getpeername(fd, to, n);
}

int
__wrap_fstat(int fd, struct stat *to)
{
	return fails(ENOMEM) ? -1 : __real_fstat(fd, to);
}

ssize_t
__wrap_send(int fd, const void *from, size_t n, int flags)
{
	return fails(ENOBUFS) ? -1 : __real_send(fd, from, n, flags);
}

ssize_t
__wrap_recvfrom(int fd, void *to, size_t n, int flags,
    struct sockaddr *restrict from, socklen_t *restrict size)
{
	return fails(ENOBUFS) ? -1 :
				__real_recvfrom(fd, to, n, flags, from, size);
}

ssize_t
__wrap_pread(int fd, void *to, size_t n, off_t at)
{
	return fails(EIO) ? -1 : __real_pread(fd, to, n, at);
}
