/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and freeing slots.  Where a page is a file, the handle lies right
 * before it.
 */
#define _GNU_SOURCE
#include "slot/slot.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/secmem.h"

static void
set_up(struct slot *s, enum slot_kind kind, size_t size,
    const _Atomic uint64_t *counter)
{
	atomic_init(&s->counter, counter);
	atomic_init(&s->origin_count, 0);
	atomic_init(&s->signer, NULL);
	for (size_t i = 0; i < SLOT_ORIGINS_MAX; i++)
		url_start_init(&s->origins[i]);
	s->kind = kind;
	s->size = size;
	s->fd = -1;
}

struct slot *
slot_new(const _Atomic uint64_t *counter)
{
	size_t got;
	struct slot *s = secmem_alloc(sizeof(*s), &got);

	if (s == NULL)
		return NULL;
	set_up(s, SLOT_PRIVATE, got, counter);
	atomic_init(&s->page.sequence, 0);
	atomic_init(&s->page.second, PAGE_NO_SECOND);
	return s;
}

/* ---- On a file ----------------------------------------------------------- */

/* `n` in whole pages of the machine. */
static size_t
whole(size_t n)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

/* What is before the page: the handle, at its end. */
static size_t
lead(void)
{
	return whole(offsetof(struct slot, page));
}

/*
 * Like other secrets it is not written to a disk, where that may be.  To lock it
 * while it is mapped is one change of the address space less.
 */
static void *
map_locked(void *at, int fd, int protection, int how)
{
	void *page = mmap(at, PAGE_FILE_SIZE, protection,
	    MAP_SHARED | MAP_LOCKED | how, fd, 0);

	if (page == MAP_FAILED)
		page = mmap(
		    at, PAGE_FILE_SIZE, protection, MAP_SHARED | how, fd, 0);
	if (page == MAP_FAILED)
		return NULL;
#ifdef MADV_DONTDUMP
	(void)madvise(page, PAGE_FILE_SIZE, MADV_DONTDUMP);
#endif
	return page;
}

/*
 * The file, wherever there is room; most often there is room for the handle right
 * before it, too, which takes half as long as to make room for both and put the
 * file over it.  NULL where there is none.
 */
static char *
map_beside(int fd, int protection)
{
	char *page = map_locked(NULL, fd, protection, 0);
	void *at, *before;

	if (page == NULL)
		return NULL;
	at = page - lead();
	before = mmap(at, lead(), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (before == at)
		return page;
	if (before != MAP_FAILED)
		(void)munmap(before, lead());
	(void)munmap(page, PAGE_FILE_SIZE);
	return NULL;
}

static char *
map_over(int fd, int protection)
{
	const size_t size = lead() + whole(PAGE_FILE_SIZE);
	char *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *page;

	if (base == MAP_FAILED)
		return NULL;
	page = map_locked(base + lead(), fd, protection, MAP_FIXED);
	if (page == NULL)
		(void)munmap(base, size);
	return page;
}

struct slot *
slot_new_on_file(int fd, enum slot_kind kind, const _Atomic uint64_t *counter)
{
	const int protection = kind == SLOT_SHARED ? PROT_READ | PROT_WRITE :
						     PROT_READ;
	char *page = map_beside(fd, protection);
	struct slot *s;

	if (page == NULL)
		page = map_over(fd, protection);
	if (page == NULL)
		return NULL;
	s = (void *)(page - offsetof(struct slot, page));
	set_up(s, kind, lead() + whole(PAGE_FILE_SIZE), counter);
	return s;
}

bool
slot_change_file(struct slot *s, int fd)
{
	return map_locked(&s->page, fd, PROT_READ, MAP_FIXED) != NULL;
}

/* ---- All ----------------------------------------------------------------- */

void
slot_free(struct slot **slot)
{
	if (*slot != NULL && (*slot)->kind == SLOT_SHARED)
		page_retire(&(*slot)->page);
	slot_leave(slot);
}

void
slot_leave(struct slot **slot)
{
	struct slot *s = *slot;
	struct loan *signer;

	*slot = NULL;
	if (s == NULL)
		return;
	signer = atomic_load(&s->signer);
	loan_free(&signer);
	if (s->kind == SLOT_PRIVATE) {
		secmem_free(s, s->size);
		return;
	}
	if (s->kind == SLOT_SHARED)
		(void)close(s->fd);
	(void)munmap((char *)&s->page - lead(), s->size);
}

void
slot_renew(struct slot *slot)
{
	struct loan *signer = slot == NULL ? NULL : atomic_load(&slot->signer);

	if (signer != NULL)
		loan_renew(signer);
}

bool
slot_has_other_origin(const struct slot *s, const char *url)
{
	const uint32_t count = RELAXED_LOAD(s->origin_count);

	for (uint32_t i = 1; i < count; i++)
		if (url_is_plain(url, &s->origins[i]))
			return true;
	return false;
}
