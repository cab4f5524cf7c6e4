/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer's side of the slot: all of it with the context's lock held, but
 * for making and freeing.
 */
#define _GNU_SOURCE
#include "slot/write.h"

#include <string.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "slot/slot.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

#ifdef CLOCK_REALTIME_COARSE
#define WALL CLOCK_REALTIME_COARSE
#else
#define WALL CLOCK_REALTIME
#endif

/* A function: what it needs of the stack is not to be guarded in readers. */
int64_t
hot_wall_ns(void)
{
	struct timespec t;

	(void)clock_gettime(WALL, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct hot *
hot_new(const _Atomic uint64_t *counter)
{
	size_t got;
	struct hot *h = secmem_alloc(sizeof(*h), &got);

	if (h == NULL)
		return NULL;
	atomic_init(&h->sequence, 0);
	atomic_init(&h->second, HOT_NO_SECOND);
	for (size_t i = 0; i < HOT_ORIGINS_MAX; i++)
		url_start_init(&h->origins[i]);
	h->size = got;
	h->counter = counter;
	return h;
}

void
hot_free(struct hot **hot)
{
	if (*hot != NULL)
		secmem_free(*hot, (*hot)->size);
	*hot = NULL;
}

/* ---- Writing ------------------------------------------------------------ */

static void
begin_write(struct hot *h)
{
	STORE(h->sequence, LOAD(h->sequence) + 1);
	atomic_thread_fence(memory_order_release);
}

static void
end_write(struct hot *h)
{
	uint32_t n = LOAD(h->sequence);

	atomic_store_explicit(&h->sequence, n + 1, memory_order_release);
}

static void
wipe_image(struct hot *h)
{
	wipe(h->image, hot_bytes(LOAD(h->shape)));
	STORE(h->shape, 0);
}

void
hot_close(struct stack *stack)
{
	struct hot *h = stack->hot;

	if (h == NULL || LOAD(h->span) == 0)
		return;
	begin_write(h);
	STORE(h->span, 0);
	STORE(h->second, HOT_NO_SECOND);
	wipe_image(h);
	end_write(h);
}

/*
 * The bytes of an origin that a URL can be known by: all of its host, in the
 * form that hosts write.  0: it is another one.
 */
static size_t
plain_bytes(const struct url *origin)
{
	size_t n = origin->text.n;

	/* A URL's path is its own last part, or none at all. */
	n -= n > 0 && origin->text.p[n - 1] == '/';
	return origin->path.n <= 1 && n <= URL_START_MAX ? n : 0;
}

static bool
has_plain_origin(const struct profile *profile)
{
	for (size_t i = 0; i < profile->origin_count; i++)
		if (plain_bytes(&profile->origins[i]) > 0)
			return true;
	return false;
}

static void
write_origins(struct hot *h, const struct profile *profile)
{
	uint32_t count = 0;

	for (size_t i = 0; i < profile->origin_count; i++) {
		const struct url *o = &profile->origins[i];
		size_t n = plain_bytes(o);

		if (n > 0 && count < HOT_ORIGINS_MAX)
			url_start_set(&h->origins[count++], o->text.p, n);
	}
	STORE(h->origin_count, count);
}

/* `from` is the array of `fields`. */
static void
write_image(
    struct hot *h, const struct apam_header *from, const struct fields *fields)
{
	size_t size = fields->count * sizeof(*from);
	struct apam_header table[HOT_HEADERS_MAX];
	const char *base = fields->text.p;

	wipe_image(h);
	for (size_t i = 0; i < fields->count; i++) {
		size_t name = (size_t)(from[i].name.p - base) + size;
		size_t value = (size_t)(from[i].value.p - base) + size;

		table[i].name.p = (char *)name;
		table[i].name.n = from[i].name.n;
		table[i].value.p = (char *)value;
		table[i].value.n = from[i].value.n;
	}
	race_copy(h->image, (const char *)table, size);
	race_copy(h->image + size, base, fields->text.n);
	STORE(h->shape, hot_shape(size + fields->text.n, fields->count));
}

/* The one entry that signed, where its signature is plain; or NULL. */
static const struct entry *
plain_entry(const struct stack *stack, struct stack_result *result)
{
	const struct apam_signing *total = &result->total;
	unsigned bit = result->entries;
	const struct entry *e;
	size_t i = 0;

	if (bit == 0 || (bit & (bit - 1)) != 0)
		return NULL;
	while (bit >>= 1)
		i++;
	e = &stack->entries[i];
	if (e->conf->control != CONTROL_SUFFICIENT || e->needs_prepare ||
	    !has_plain_origin(stack->profile) ||
	    !(e->module->abi.traits & APAM_TRAIT_STATIC_HEADERS) ||
	    total->query.count > 0 || total->covers.count > 0 ||
	    total->headers.count == 0 ||
	    total->headers.count > HOT_HEADERS_MAX ||
	    total->headers.text.n >
		HOT_IMAGE_MAX - HOT_HEADERS_MAX * sizeof(struct apam_header))
		return NULL;
	/* Those before it are dead for good, or it is the first. */
	while (i-- > 0)
		if (stack->entries[i].life.latch.status == APAM_OK &&
		    stack->entries[i].life.admission.archived_at == 0)
			return NULL;
	return e;
}

bool
hot_is_worth(const struct stack *stack, struct stack_result *result)
{
	return plain_entry(stack, result) != NULL;
}

static void
write_span(struct hot *h, int64_t span)
{
	int64_t from = hot_wall_ns();
	int64_t ends = (from / NS_PER_S + 1) * NS_PER_S;

	STORE(h->from, from);
	STORE(h->span, (uint64_t)span);
	STORE(h->second, ends <= from + span ? from / NS_PER_S : HOT_NO_SECOND);
}

bool
hot_serves(const struct hot *h, const struct stack_result *result)
{
	return h != NULL && LOAD(h->generation) == result->generation &&
	    LOAD(h->counted) == result->counted && hot_is_good(h);
}

void
hot_open(struct stack *stack, struct stack_result *result, int64_t check_at)
{
	const struct entry *e = plain_entry(stack, result);
	const struct life *l = e == NULL ? NULL : &e->life;
	struct hot *h = stack->hot;
	const struct apam_header *headers;
	int64_t now = clock_ms(), left;

	if (h == NULL || l == NULL || l->current == NULL ||
	    l->current->generation != result->generation ||
	    l->latch.status != APAM_OK)
		return;
	left = l->current->stale;
	if (!l->busy && l->refresh_at < left)
		left = l->refresh_at;
	if (check_at < left)
		left = check_at;
	if (left <= now || l->current->generation <= l->rejected ||
	    result->generation > UINT32_MAX)
		return;
	/* Those who read it are not to be disturbed. */
	if (hot_serves(h, result))
		return;
	/* Without memory for it the next signature goes the long way, too. */
	headers = fields_array(&result->total.headers);
	if (headers == NULL)
		return;

	begin_write(h);
	write_span(h, (left - now) * NS_PER_MS);
	STORE(h->counted, result->counted);
	STORE(h->generation, (uint32_t)result->generation);
	STORE(h->credential, (uint32_t)result->credential);
	STORE(h->entries, result->entries);
	write_origins(h, stack->profile);
	write_image(h, headers, &result->total.headers);
	end_write(h);
}
