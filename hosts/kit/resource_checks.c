/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module holds: memory, descriptors, secrets.
 */
#define _DEFAULT_SOURCE /* DT_DIR */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "crypto/key_cache.h"
#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/heap.h"
#include "kit/marks.h"
#include "kit/resources.h"
#include "kit/tour.h"

#define FAILURES_MAX 3000
#define OPENINGS 10000

static struct bench bench;

/* ---- Memory ----------------------------------------------------------- */

enum failing { ONE_ALLOCATION, ALL_ALLOCATIONS, LOCKED_MEMORY };

static const char *const failing_names[] = {
	[ONE_ALLOCATION] = "while allocation",
	[ALL_ALLOCATIONS] = "while all allocations fail after number",
	[LOCKED_MEMORY] = "while there is no memory for secrets after number",
};

static void
fail_after(enum failing how, unsigned n)
{
	finding_during("%s %u%s", failing_names[how], n,
	    how == ONE_ALLOCATION ? " fails" : "");
	if (how == LOCKED_MEMORY)
		secmem_fail_after((int)n);
	else
		heap_fail_after((long)n, how == ONE_ALLOCATION ? 1 : LONG_MAX);
}

/* Open, walk and close.  Returns how many blocks were allocated and kept. */
static long
walk_through(struct stand *s)
{
	const long before = heap_live().blocks + secmem_live();

	if (stand_open_again(s)) {
		(void)tour_walk(s, &bench.tour, NULL);
		stand_close(s);
	}
	return heap_live().blocks + secmem_live() - before;
}

/*
 * The same with the n-th allocation failing; false: none did.  What the module
 * keeps in any case, `usual` blocks, is left to another check.
 */
static bool
walk_failing(struct stand *s, enum failing how, unsigned n, long usual)
{
	bool failed = true;
	long blocks;

	/* What the core lost by the last failure it makes anew here. */
	(void)walk_through(s);
	fail_after(how, n);
	blocks = walk_through(s);
	if (how != LOCKED_MEMORY)
		failed = heap_recover() > 0;
	secmem_fail_after(-1);
	if (blocks > 0 && usual <= 0)
		finding_fail("%s, the module kept %ld blocks after it was "
			     "closed, or after open had failed: free what was "
			     "made before a failure",
		    finding->during, blocks);
	return failed;
}

void
check_memory(void *unused)
{
	struct stand *s = bench_begin(&bench, true);
	const int64_t end = clock_ms() + 1500;
	long usual;

	(void)unused;
	(void)tour_walk(s, &bench.tour, NULL);
	stand_close(s);
	(void)walk_through(s);
	usual = walk_through(s);
	for (int how = ONE_ALLOCATION; how <= LOCKED_MEMORY; how++)
		for (unsigned n = 0; n < FAILURES_MAX && !finding_failed() &&
		     clock_ms() < end + 500 * how;
		     n++) {
			if (!walk_failing(s, (enum failing)how, n, usual))
				break;
			if (how == LOCKED_MEMORY && n > 40)
				break;
		}
}

/* ---- Growth ----------------------------------------------------------- */

unsigned
resource_count(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static unsigned
count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned n = 0;
	int c;

	while (maps != NULL && (c = getc(maps)) != EOF)
		n += c == '\n' ? 1 : 0;
	if (maps != NULL)
		(void)fclose(maps);
	return n;
}

struct held {
	long blocks;
	unsigned descriptors, mappings;
};

static struct held
held_now(void)
{
	const struct heap_live live = heap_live();

	return (struct held){ live.blocks, resource_count("/proc/self/fd"),
		count_mappings() };
}

static void
open_and_close(struct stand *s, unsigned times)
{
	for (unsigned i = 0; i < times && !finding_failed(); i++) {
		if (!stand_open_again(s))
			finding_die("open failed, after %u times that it did "
				    "not, with the same values",
			    i);
		(void)tour_run(s, &bench.tour, OP_ACQUIRE, 0, NULL);
		if (i % 16 == 0)
			(void)tour_walk(s, &bench.tour, NULL);
		else
			(void)stand_sign(
			    s, &bench.tour.requests[0], NULL, NULL);
		stand_close(s);
	}
}

void
check_growth(void *unused)
{
	struct stand *s = bench_begin(&bench, true);
	struct held before, after;

	(void)unused;
	stand_close(s);
	/* More walks than the core keeps keys of an entry's. */
	open_and_close(s, 16 * (KEY_CACHE_ITEMS + 1));
	before = held_now();
	open_and_close(s, OPENINGS);
	after = held_now();
	if (after.blocks - before.blocks >= 16)
		finding_fail("after %d times of open and close the heap has "
			     "%ld blocks more: free in close what open and the "
			     "other slots allocate, and give each text of "
			     "text_new to text_free",
		    OPENINGS, after.blocks - before.blocks);
	if (after.descriptors > before.descriptors)
		finding_fail("after %d times of open and close there are %u "
			     "descriptors more: a module opens none",
		    OPENINGS, after.descriptors - before.descriptors);
	if (after.mappings > before.mappings + 16)
		finding_fail("after %d times of open and close there are %u "
			     "mappings more: give each text of text_new to "
			     "text_free, and unmap what was mapped",
		    OPENINGS, after.mappings - before.mappings);
}

/* ---- Secrets ---------------------------------------------------------- */

void
check_secrets(void *unused)
{
	struct stand *s;
	char where[256];

	(void)unused;
	for (unsigned full = 0; full < 2; full++) {
		s = bench_begin(&bench, full != 0);
		(void)tour_walk(s, &bench.tour, NULL);
		stand_close(s);
		values_free_keys(&s->entry.services.pub);
		guard_release(0);
	}
	if (marks_search(where, sizeof(where)))
		finding_fail("after close, a secret is left %s", where);
}
