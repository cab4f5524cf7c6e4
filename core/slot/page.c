/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks of a page, and the parts of writing that do not ask what is
 * written.
 */
#define _GNU_SOURCE
#include "slot/page.h"

#include <time.h>

#include "base/clock.h"
#include "base/wipe.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000
/*
 * Thirty years: the end of a page that has none, small enough to add times to.
 */
#define SPAN_MOST_MS INT64_C(1000000000000)

#ifdef CLOCK_REALTIME_COARSE
#define WALL CLOCK_REALTIME_COARSE
#else
#define WALL CLOCK_REALTIME
#endif

static int64_t
wall_ns(void)
{
	struct timespec t;

	(void)clock_gettime(WALL, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The two ends may be of different writes; page.h says why that is harmless. */
static bool
is_between(int64_t now, const _Atomic int64_t *from, const _Atomic int64_t *to)
{
	return now >= RELAXED_LOAD(*from) && now < RELAXED_LOAD(*to);
}

bool
page_span_holds(const struct page_span *span)
{
	return is_between(wall_ns(), &span->from, &span->until) &&
	    is_between(clock_ms(), &span->forward_from, &span->forward_until);
}

void
page_span_begin(struct page_span *span, int64_t ms)
{
	const int64_t wall = wall_ns(), forward = clock_ms();

	if (ms > SPAN_MOST_MS)
		ms = SPAN_MOST_MS;
	RELAXED_STORE(span->from, wall);
	RELAXED_STORE(span->forward_from, forward);
	RELAXED_STORE(span->until, wall + ms * NS_PER_MS);
	RELAXED_STORE(span->forward_until, forward + ms);
}

void
page_span_end(struct page_span *span)
{
	RELAXED_STORE(span->until, 0);
	RELAXED_STORE(span->forward_until, 0);
}

void
page_refresh(struct page *p, int64_t ms)
{
	int64_t second;

	page_span_begin(&p->fresh, ms);
	second = RELAXED_LOAD(p->fresh.from) / NS_PER_S;
	if ((second + 1) * NS_PER_S > RELAXED_LOAD(p->fresh.until))
		second = PAGE_NO_SECOND;
	RELAXED_STORE(p->second, second);
}

void
page_begin_write(struct page *p)
{
	RELAXED_STORE(p->sequence, RELAXED_LOAD(p->sequence) + 1);
	atomic_thread_fence(memory_order_release);
}

void
page_end_write(struct page *p)
{
	uint64_t n = RELAXED_LOAD(p->sequence);

	atomic_store_explicit(&p->sequence, n + 1, memory_order_release);
}

void
page_wipe(struct page *p)
{
	const uint32_t shape = RELAXED_LOAD(p->shape);

	wipe(p->image,
	    shape == 0 || page_shape_fits(shape) ? page_image_bytes(shape) :
						   sizeof(p->image));
	RELAXED_STORE(p->shape, 0);
}

void
page_close(struct page *p)
{
	page_begin_write(p);
	RELAXED_STORE(p->second, PAGE_NO_SECOND);
	page_span_end(&p->fresh);
	page_span_end(&p->alone);
	page_wipe(p);
	page_end_write(p);
}

bool
page_is_closed(const struct page *p)
{
	return RELAXED_LOAD(p->fresh.until) == 0 &&
	    RELAXED_LOAD(p->alone.until) == 0;
}

void
page_retire(struct page *p)
{
	page_close(p);
	RELAXED_STORE(p->retired, 1);
}
