/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list, for one thread.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "store.h"

#include <sys/mman.h>

#define SPARE_MAX 256

static struct store *spare;
static size_t spare_count;

_Static_assert(sizeof(struct store) == STORE_SIZE, "a page each");

struct store *
store_take(void)
{
	struct store *s = spare;

	if (s != NULL) {
		spare = s->next;
		spare_count--;
		return s;
	}
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return NULL;
	(void)mlock(s, sizeof(*s));
	(void)madvise(s, sizeof(*s), MADV_DONTDUMP);
	return s;
}

void
store_give_back(struct store **store)
{
	struct store *s = *store;

	*store = NULL;
	if (s == NULL)
		return;
	if (spare_count == SPARE_MAX) {
		(void)munmap(s, sizeof(*s));
		return;
	}
	s->next = spare;
	spare = s;
	spare_count++;
}

void
store_free_all(void)
{
	struct store *s;

	while ((s = spare) != NULL) {
		spare = s->next;
		(void)munmap(s, sizeof(*s));
	}
	spare_count = 0;
}
