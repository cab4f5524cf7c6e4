/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each copy has pages of its own, and one behind it that nobody may touch.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "kit/guard.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/wipe.h"
#include "kit/finding.h"

#define COPIES_MAX 4096
#define PAGE 4096

struct copy {
	const char *what;
	char *pages; /* PAGE * count that hold it, and one more */
	size_t count;
};

static struct copy copies[COPIES_MAX];
static atomic_size_t used;

const void *
guard_copy(const char *what, const void *bytes, size_t n)
{
	const size_t count = (n + PAGE - 1) / PAGE;
	const size_t i = atomic_fetch_add(&used, 1);
	char *pages, *copy;

	if (i >= COPIES_MAX)
		finding_die("the check ran out of room for inputs");
	pages = mmap(NULL, (count + 1) * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		finding_die("the check ran out of memory for inputs");
	copy = pages + count * PAGE - n;
	if (n > 0)
		memcpy(copy, bytes, n);
	if (mprotect(pages + count * PAGE, PAGE, PROT_NONE) != 0 ||
	    (count > 0 && mprotect(pages, count * PAGE, PROT_READ) != 0))
		finding_die("the check cannot protect inputs");
	copies[i] = (struct copy){ what, pages, count };
	return copy;
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
	for (size_t i = mark; i < atomic_load(&used); i++) {
		struct copy *c = &copies[i];

		if (c->count > 0 &&
		    mprotect(
			c->pages, c->count * PAGE, PROT_READ | PROT_WRITE) == 0)
			wipe(c->pages, c->count * PAGE);
		(void)munmap(c->pages, (c->count + 1) * PAGE);
		*c = (struct copy){ 0 };
	}
	atomic_store(&used, mark);
}

const char *
guard_of(const void *address, bool *beyond)
{
	const char *p = address;

	for (size_t i = 0; i < atomic_load(&used); i++) {
		const struct copy *c = &copies[i];

		if (c->pages == NULL || p < c->pages ||
		    p >= c->pages + (c->count + 1) * PAGE)
			continue;
		*beyond = p >= c->pages + c->count * PAGE;
		return c->what;
	}
	return NULL;
}
