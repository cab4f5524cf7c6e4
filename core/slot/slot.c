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

/* Bytes before the page.  The handle is at their end. */
static size_t
lead(void)
{
	return whole(offsetof(struct slot, page));
}

/* Map the file at `at`, locked if that is possible; see slot_lock. */
static bool
map_file(void *at, int fd, int protection, int how)
{
	void *page = mmap(
	    at, PAGE_FILE_SIZE, protection, MAP_SHARED | how, fd, 0);

	if (page != MAP_FAILED && page != at)
		(void)munmap(page, PAGE_FILE_SIZE);
	if (page != at)
		return false;
#ifdef MADV_DONTDUMP
	(void)madvise(page, PAGE_FILE_SIZE, MADV_DONTDUMP);
#endif
	return true;
}

/* To lock it while it is mapped is one change of the address space less. */
static bool
map_over(void *at, int fd, enum slot_kind kind)
{
	const int both = PROT_READ | PROT_WRITE;

	if (kind != SLOT_SHARED)
		return map_file(at, fd, PROT_READ, MAP_FIXED);
	return map_file(at, fd, both, MAP_FIXED | MAP_LOCKED) ||
	    map_file(at, fd, both, MAP_FIXED);
}

static size_t
size_on_file(void)
{
	return lead() + whole(PAGE_FILE_SIZE);
}

static char *
map_memory(void)
{
	char *memory = mmap(NULL, size_on_file(), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/*
 * The memory of a handle, and behind it a gap for the page.  Writing a byte has
 * the system provide the memory now.
 */
void *
slot_room_new(void)
{
	char *room = map_memory();

	if (room == NULL)
		return NULL;
	(void)munmap(room + lead(), whole(PAGE_FILE_SIZE));
	room[lead() - 1] = 0;
	return room;
}

void
slot_room_free(void **room)
{
	if (*room != NULL)
		(void)munmap(*room, lead());
	*room = NULL;
}

/* Another mapping may be in the gap by now. */
static char *
map_into(void **room, int fd)
{
	char *start = *room;

	if (start == NULL ||
	    !map_file(start + lead(), fd, PROT_READ, MAP_FIXED_NOREPLACE))
		return NULL;
	*room = NULL;
	return start;
}

static char *
map_anew(int fd, enum slot_kind kind)
{
	char *start = map_memory();

	if (start == NULL || map_over(start + lead(), fd, kind))
		return start;
	(void)munmap(start, size_on_file());
	return NULL;
}

static struct slot *
handle_at(char *start, enum slot_kind kind, const _Atomic uint64_t *counter)
{
	struct slot *s = (void *)(start + lead() - offsetof(struct slot, page));

	set_up(s, kind, size_on_file(), counter);
	return s;
}

struct slot *
slot_new_on_file(int fd, const _Atomic uint64_t *counter)
{
	char *start = map_anew(fd, SLOT_SHARED);

	return start == NULL ? NULL : handle_at(start, SLOT_SHARED, counter);
}

struct slot *
slot_new_mapped(void **room, int fd, const _Atomic uint64_t *counter)
{
	char *start = map_into(room, fd);

	if (start == NULL)
		start = map_anew(fd, SLOT_MAPPED);
	return start == NULL ? NULL : handle_at(start, SLOT_MAPPED, counter);
}

bool
slot_change_file(struct slot *s, int fd)
{
	return map_over(&s->page, fd, SLOT_MAPPED);
}

void
slot_lock(const struct slot *s)
{
	(void)mlock(&s->page, PAGE_FILE_SIZE);
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
