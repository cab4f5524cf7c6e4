/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter's file, and the page of a context.
 *
 * A segment replaces the page in one step for all its readers: the kernel holds
 * the lock of the address space while it removes the old page and puts the new
 * one in its place.
 */
#define _GNU_SOURCE
#include "keys/counter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/clock.h"
#include "base/siphash.h"
#include "file/replace.h"
#include "keys/place.h"

#define NAME "counter"
#define BESIDE "counter.new"
#define MAGIC "APAMCNT2"
#define YOUNG_MS 1500

/* O_NONBLOCK: opening a FIFO in the file's place must not hang. */
#define OPEN (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct note {
	char magic[8];
	int32_t number, zero;
	unsigned char nonce[KEY_SEGMENT_NONCE];
	char boot[40];
	uint64_t space;
	uint64_t sum;
};

_Static_assert(sizeof(struct note) == 88, "the file is as documented");
_Static_assert(BOOT_ID_SIZE <= sizeof(((struct note *)0)->boot), "it fits");

/* ---- The file --------------------------------------------------------- */

static uint64_t
counter_sum(const struct note *note)
{
	return siphash64(note->nonce, note, offsetof(struct note, sum));
}

/* True if an administrator's program wrote it, and wrote it whole. */
static bool
is_note(int directory, int fd, struct note *note, uid_t *uid)
{
	struct stat at, st;

	if (fstat(directory, &at) != 0 || fstat(fd, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_uid != at.st_uid ||
	    (st.st_mode & 022) != 0 || st.st_size != sizeof(*note) ||
	    pread(fd, note, sizeof(*note), 0) != (ssize_t)sizeof(*note))
		return false;
	*uid = st.st_uid;
	return memcmp(note->magic, MAGIC, sizeof(note->magic)) == 0 &&
	    note->sum == counter_sum(note);
}

/*
 * False if there is no note.  *failed: errno if there may be one that cannot be
 * read, or 0.
 */
static bool
read_counter_note(int directory, struct note *note, uid_t *uid, int *failed)
{
	bool ok;
	int fd;

	*failed = 0;
	if (directory < 0)
		return false;
	fd = openat(directory, NAME, OPEN);
	if (fd < 0) {
		if (errno != ENOENT && errno != ELOOP && errno != ENXIO)
			*failed = errno;
		return false;
	}
	errno = 0;
	ok = is_note(directory, fd, note, uid);
	*failed = ok ? 0 : errno;
	(void)close(fd);
	return ok;
}

/* *failed: errno if the system does not tell which boot this is, or 0. */
static bool
is_of_this_boot(const struct note *note, int *failed)
{
	char boot[BOOT_ID_SIZE];

	errno = EIO; /* for an id that is cut off */
	*failed = boot_id(boot) ? 0 : errno;
	return *failed == 0 && memcmp(boot, note->boot, sizeof(boot)) == 0;
}

/* ---- The page --------------------------------------------------------- */

/* Read in place of a page that could not be made. */
static const _Atomic uint64_t none;

bool
key_counter_init(struct key_counter *counter)
{
	const struct key_segment *page;
	void *empty = mmap(NULL, KEY_SEGMENT_SIZE, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*counter = (struct key_counter){ .value = &none, .generation = &none };
	if (empty == MAP_FAILED)
		return false;
	page = counter->page = empty;
	counter->value = &page->value;
	counter->generation = &page->generation;
	return true;
}

void
key_counter_free(struct key_counter *counter)
{
	if (counter->page != NULL)
		(void)munmap(counter->page, KEY_SEGMENT_SIZE);
	*counter = (struct key_counter){ .value = &none, .generation = &none };
}

/* If the old page is gone and the new one did not come, map an empty one. */
static void
keep_page(const struct key_counter *counter)
{
	unsigned char there;

	if (mincore(counter->page, KEY_SEGMENT_SIZE, &there) != 0 &&
	    errno == ENOMEM)
		(void)mmap(counter->page, KEY_SEGMENT_SIZE, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Returns 0, or errno. */
static int
attach_page(
    const struct key_counter *counter, const struct note *note, uid_t uid)
{
	int failed;

	if (!is_of_this_boot(note, &failed))
		return failed != 0 ? failed : EIDRM;
	return key_segment_attach(note->number, uid, note->nonce, false,
		   counter->page) != NULL ?
	    0 :
	    errno;
}

int
key_counter_follow(struct key_counter *counter, int directory)
{
	struct note note;
	uid_t uid = 0;
	bool there;
	int failed;

	there = read_counter_note(directory, &note, &uid, &failed);
	counter->blind = failed != 0;
	if (!there)
		return key_place_lack(failed);
	if (counter->attached &&
	    memcmp(counter->nonce, note.nonce, sizeof(note.nonce)) == 0)
		return 0;
	failed = attach_page(counter, &note, uid);
	counter->blind = failed != 0;
	if (counter->blind) {
		keep_page(counter);
		return key_place_lack(failed);
	}
	memcpy(counter->nonce, note.nonce, sizeof(note.nonce));
	counter->attached = true;
	return 0;
}

bool
key_counter_is_lost(int directory)
{
	struct key_segment *segment;
	struct note note;
	uid_t uid = 0;
	int failed;

	/* What cannot be looked at now is not lost. */
	if (!read_counter_note(directory, &note, &uid, &failed) ||
	    !is_of_this_boot(&note, &failed))
		return failed == 0;
	/* A page that can be seen only elsewhere is not lost. */
	if (note.space == 0 || note.space != key_segment_space())
		return false;
	segment = key_segment_attach(note.number, uid, note.nonce, false, NULL);
	if (segment == NULL)
		return errno == EINVAL || errno == EIDRM;
	key_segment_detach(segment);
	return false;
}

/* ---- Advancing -------------------------------------------------------- */

void
key_counter_remove(int directory)
{
	struct note note;
	uid_t uid = 0;
	int failed;

	if (read_counter_note(directory, &note, &uid, &failed))
		key_segment_remove(note.number, uid, note.nonce);
	(void)unlinkat(directory, NAME, 0);
}

static bool
make(int directory, const struct key_segment_owner *owner, struct note *note)
{
	*note = (struct note){ .space = key_segment_space() };
	memcpy(note->magic, MAGIC, sizeof(note->magic));
	if (!boot_id(note->boot))
		return false;
	note->number = key_segment_make(owner, note->nonce);
	if (note->number < 0)
		return false;
	note->sum = counter_sum(note);
	/* It is not synced: after a crash it would be another boot's. */
	if (file_replace(directory, NAME, BESIDE,
		(struct apam_str){ (const char *)note, sizeof(*note) }, 0644,
		false))
		return true;
	key_segment_remove(note->number, geteuid(), note->nonce);
	return false;
}

/* False if the page that is noted cannot be written. */
static bool
step(const struct note *note, uid_t uid, uint64_t generation, bool *young)
{
	struct key_segment *s = key_segment_attach(
	    note->number, uid, note->nonce, true, NULL);
	uint64_t next;

	if (s == NULL)
		return false;
	*young = s->made > clock_unix_ms() - YOUNG_MS;
	next = atomic_load(&s->value) + 1;
	atomic_store(&s->generation, generation);
	atomic_store(&s->value, next == 0 ? 1 : next);
	key_segment_detach(s);
	return true;
}

bool
key_counter_advance(int directory, const struct key_segment_owner *owner,
    uint64_t generation, bool *young)
{
	struct note note;
	uid_t uid = 0;
	int failed;

	*young = true;
	if (read_counter_note(directory, &note, &uid, &failed) &&
	    is_of_this_boot(&note, &failed) &&
	    step(&note, uid, generation, young))
		return true;
	*young = true;
	if (failed != 0)
		return false;
	key_counter_remove(directory);
	return make(directory, owner, &note) &&
	    step(&note, geteuid(), generation, young);
}
