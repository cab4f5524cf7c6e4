/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter's file and its page.
 *
 * Another file is mapped over the page with MAP_FIXED, in one step for all who
 * read it: the kernel holds the lock of the address space over both, taking
 * away and putting.  A page that was mapped keeps its file's inode from being
 * given to another, so device and inode tell whether it is still the one.
 */
#define _GNU_SOURCE
#include "key_counter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file_replace.h"
#include "random.h"

#define NAME "counter"
#define BESIDE "counter.new"
#define MAGIC "APAMCNT1"
#define MAGIC_SIZE 8
#define MADE_AT 8
#define VALUE_AT 16
#define YOUNG_MS 1500

/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct head {
	char magic[MAGIC_SIZE];
	int64_t made; /* Unix time in ms */
	uint64_t value;
};

_Static_assert(offsetof(struct head, made) == MADE_AT &&
	offsetof(struct head, value) == VALUE_AT,
    "the head is as documented");

/* ---- The file --------------------------------------------------------- */

/* True where it is what an administrator's program made, with *st. */
static bool
is_counter(int directory, int fd, struct stat *st, struct head *head)
{
	struct stat at;

	return fstat(directory, &at) == 0 && fstat(fd, st) == 0 &&
	    S_ISREG(st->st_mode) && st->st_uid == at.st_uid &&
	    (st->st_mode & 022) == 0 && st->st_size == KEY_COUNTER_SIZE &&
	    pread(fd, head, sizeof(*head), 0) == (ssize_t)sizeof(*head) &&
	    memcmp(head->magic, MAGIC, MAGIC_SIZE) == 0 && head->value != 0;
}

/* Open it; -1 where there is none, or *barred: there is, but not for us. */
static int
open_counter(
    int directory, int access, struct stat *st, struct head *head, bool *barred)
{
	int fd;

	*barred = false;
	if (directory < 0)
		return -1;
	fd = openat(directory, NAME, access | OPEN_ANY);
	if (fd < 0)
		*barred = errno != ENOENT && errno != ELOOP && errno != ENXIO;
	if (fd < 0 || is_counter(directory, fd, st, head))
		return fd;
	(void)close(fd);
	return -1;
}

/* ---- The page --------------------------------------------------------- */

/* Map over `at`, NULL: anywhere; fd -1: an empty page. */
static void *
map(void *at, int fd)
{
	const int place = at == NULL ? 0 : MAP_FIXED;
	const int what = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *page = mmap(at, KEY_COUNTER_SIZE, PROT_READ, what | place, fd, 0);

	return page == MAP_FAILED ? NULL : page;
}

/* What is read of one without a page. */
static const _Atomic uint64_t none;

bool
key_counter_init(struct key_counter *counter)
{
	*counter = (struct key_counter){ .page = map(NULL, -1),
		.value = &none };
	if (counter->page == NULL)
		return false;
	counter->value = (const _Atomic uint64_t *)(const void
		*)((const char *)counter->page + VALUE_AT);
	return true;
}

void
key_counter_free(struct key_counter *counter)
{
	if (counter->page != NULL)
		(void)munmap(counter->page, KEY_COUNTER_SIZE);
	*counter = (struct key_counter){ .value = &none };
}

/* Whether this file can be mapped; once the page is gone it is too late. */
static bool
can_map(int fd)
{
	void *page = map(NULL, fd);

	if (page == NULL)
		return false;
	(void)munmap(page, KEY_COUNTER_SIZE);
	return true;
}

static void
map_nothing(struct key_counter *counter)
{
	if (counter->inode != 0)
		(void)map(counter->page, -1);
	counter->device = counter->inode = 0;
}

static bool
map_file(struct key_counter *counter, int fd, const struct stat *st)
{
	if (counter->device == (uint64_t)st->st_dev &&
	    counter->inode == (uint64_t)st->st_ino)
		return true;
	if (!can_map(fd))
		return false;
	if (map(counter->page, fd) == NULL) {
		map_nothing(counter);
		return false;
	}
	counter->device = (uint64_t)st->st_dev;
	counter->inode = (uint64_t)st->st_ino;
	return true;
}

bool
key_counter_follow(struct key_counter *counter, int directory)
{
	struct head head;
	struct stat st;
	const int fd = open_counter(
	    directory, O_RDONLY, &st, &head, &counter->blind);

	if (fd >= 0) {
		counter->blind = !map_file(counter, fd, &st);
		(void)close(fd);
	}
	if (fd < 0 && !counter->blind)
		map_nothing(counter);
	return fd >= 0 && !counter->blind;
}

/* ---- Advancing -------------------------------------------------------- */

static int64_t
wall_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Where a counter begins. */
static uint64_t
first_value(void)
{
	uint64_t n = 0;

	if (!random_bytes(&n, sizeof(n)))
		n = (uint64_t)wall_ms() << 20;
	return n == 0 ? 1 : n;
}

static bool
make(int directory)
{
	struct head head = { .made = wall_ms(), .value = first_value() };
	char bytes[KEY_COUNTER_SIZE] = { 0 };

	memcpy(head.magic, MAGIC, MAGIC_SIZE);
	memcpy(bytes, &head, sizeof(head));
	return file_replace(directory, NAME, BESIDE,
	    (struct apam_str){ bytes, sizeof(bytes) }, 0644, true);
}

/* Aligned and of eight bytes, so that readers see the old or the new. */
static bool
write_value(int fd, uint64_t value)
{
	ssize_t n;

	do
		n = pwrite(fd, &value, sizeof(value), VALUE_AT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(value);
}

/* Advance the file that is there; false where there is none, or it failed. */
static bool
step(int directory, const struct key_counter *seen, bool *young, bool *barred)
{
	struct head head;
	struct stat st;
	const int fd = open_counter(directory, O_RDWR, &st, &head, barred);
	uint64_t next;
	bool ok;

	if (fd < 0)
		return false;
	next = head.value + 1 == 0 ? 1 : head.value + 1;
	*young = head.made > wall_ms() - YOUNG_MS;
	ok = write_value(fd, next);
	(void)close(fd);
	return ok && atomic_load(seen->value) == next;
}

/*
 * Others mapped the file when it was opened for reading, so that is done here,
 * too, to see what they see: where the file lies below an overlay, it is copied
 * when it is first opened for writing, and they keep the old one.
 */
bool
key_counter_advance(int directory, bool *young)
{
	struct key_counter seen;
	bool barred = false, ok;

	*young = true;
	if (!key_counter_init(&seen))
		return false;
	(void)key_counter_follow(&seen, directory);
	ok = step(directory, &seen, young, &barred);
	key_counter_free(&seen);
	if (ok || barred)
		return ok;
	*young = true;
	return make(directory);
}
