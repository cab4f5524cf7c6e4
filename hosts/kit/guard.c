/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each copy has pages of its own, and one behind it that nobody may touch.
 *
 * The pages are mapped twice: where they are written, and where the module sees
 * them, which it may only read, and only while the copy lives.  So a copy costs
 * one change of rights; a module is given some 100,000.
 */
#define _GNU_SOURCE /* memfd_create */
#include "kit/guard.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/wipe.h"
#include "kit/finding.h"

#define COPIES_MAX 4096
#define PAGE 4096
#define PAGES ((size_t)32 * 1024)

struct copy {
	const char *what;
	size_t page, count; /* its pages; one more follows them */
	size_t n;
};

static char *written, *seen; /* PAGES each, the same ones */
static struct copy copies[COPIES_MAX];
static atomic_size_t used;
static atomic_size_t top; /* the first page that no copy has */

void
guard_open(void)
{
	const int fd = memfd_create("inputs", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, PAGES * PAGE) != 0)
		finding_die(
		    "the check has no file for inputs: %s", strerror(errno));
	written = mmap(
	    NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	seen = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (written == MAP_FAILED || seen == MAP_FAILED)
		finding_die("the check ran out of memory for inputs");
}

/* Where the bytes of a copy begin: they end where its pages end. */
static size_t
place(const struct copy *c)
{
	return (c->page + c->count) * PAGE - c->n;
}

const void *
guard_copy(const char *what, const void *bytes, size_t n)
{
	const size_t count = (n + PAGE - 1) / PAGE;
	const size_t i = atomic_fetch_add(&used, 1);
	const size_t page = atomic_fetch_add(&top, count + 1);
	struct copy *c;

	if (i >= COPIES_MAX || page + count + 1 > PAGES)
		finding_die("the check ran out of room for inputs");
	c = &copies[i];
	*c = (struct copy){ what, page, count, n };
	if (n > 0)
		memcpy(written + place(c), bytes, n);
	if (count > 0 &&
	    mprotect(seen + page * PAGE, count * PAGE, PROT_READ) != 0)
		finding_die("the check cannot protect inputs");
	return seen + place(c);
}

struct apam_str
guard_text(const char *what, struct apam_str text, bool ends)
{
	const size_t n = text.n + (ends ? 1 : 0);

	return (struct apam_str){ guard_copy(what, text.p, n), text.n };
}

size_t
guard_mark(void)
{
	return atomic_load(&used);
}

void
guard_release(size_t mark)
{
	size_t first = atomic_load(&top);

	for (size_t i = mark; i < atomic_load(&used); i++) {
		wipe(written + place(&copies[i]), copies[i].n);
		if (copies[i].page < first)
			first = copies[i].page;
	}
	if (mprotect(seen + first * PAGE, (atomic_load(&top) - first) * PAGE,
		PROT_NONE) != 0)
		finding_die("the check cannot protect inputs");
	atomic_store(&top, first);
	atomic_store(&used, mark);
}

const char *
guard_of(const void *address, bool *beyond)
{
	const char *p = address;
	size_t page;

	if (seen == NULL || p < seen || p >= seen + PAGES * PAGE)
		return NULL;
	page = (size_t)(p - seen) / PAGE;
	for (size_t i = 0; i < atomic_load(&used); i++) {
		const struct copy *c = &copies[i];

		if (page < c->page || page > c->page + c->count)
			continue;
		*beyond = page == c->page + c->count;
		return c->what;
	}
	return NULL;
}
