/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slot and its two sides.  Whatever a reader takes from the slot is only
 * believed once the sequence number has confirmed it; until then lengths are
 * held within the slot, so that torn data does no harm.  The race is by design:
 * race detectors are told so in tests/tsan.supp, check_hot shows that it holds.
 */
#define _GNU_SOURCE
#include "hot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "header.h"
#include "secmem.h"
#include "str.h"
#include "url.h"

#define ORIGINS_MAX 4
#define ORIGIN_BYTES 512
#define HEADERS_MAX 4
#define IMAGE_BYTES 8192
#define NS_PER_MS 1000000
#define NS_PER_S 1000000000
#define STORE_ALIGN _Alignof(struct apam_header)

struct hot {
	_Atomic uint32_t sequence;
	/*
	 * Good in this span of the wall clock, coarse, ns: it goes on through
	 * suspend, and when it is set back the span's begin is missed.  The
	 * span is never longer than RELOAD_CHECK_MS.
	 */
	int64_t from, until;
	uint64_t generation;
	unsigned entries;
	unsigned origin_count, header_count;
	uint16_t origin_n[ORIGINS_MAX];
	size_t size; /* of this block */
	char origins[ORIGIN_BYTES]; /* "https://host:port", end to end */
	/*
	 * What goes into the store: the header array, then the bytes.  Its
	 * pointers are offsets here, from the image's begin.
	 */
	size_t image_n;
	_Alignas(64) char image[IMAGE_BYTES];
};

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

struct hot *
hot_new(void)
{
	size_t got;
	struct hot *h = secmem_alloc(sizeof(*h), &got);

	if (h == NULL)
		return NULL;
	atomic_init(&h->sequence, 0);
	h->size = got;
	return h;
}

void
hot_free(struct hot **hot)
{
	if (*hot != NULL)
		secmem_free(*hot, (*hot)->size);
	*hot = NULL;
}

/* ---- Readers ------------------------------------------------------------ */

/* Upper-case letters alone: every method there is. */
static bool
method_is_plain(const char *method)
{
	size_t n = 0;

	if (method[0] == 'G' && method[1] == 'E' && method[2] == 'T' &&
	    method[3] == '\0')
		return true;
	while (method[n] >= 'A' && method[n] <= 'Z')
		n++;
	return n > 0 && n < 16 && method[n] == '\0';
}

static bool
request_is_plain(const struct apam_request *r)
{
	if (r->size < sizeof(*r) || r->method == NULL || r->url == NULL ||
	    r->timeout_ms < 0 || r->body.kind == APAM_BODY_READER ||
	    (unsigned)r->body.kind > APAM_BODY_UNKNOWN ||
	    (r->header_count > 0 && r->headers == NULL))
		return false;
	for (size_t i = 0; i < r->header_count; i++)
		if (!header_name_ok(r->headers[i].name) ||
		    !header_value_ok(r->headers[i].value))
			return false;
	return method_is_plain(r->method);
}

/* Equal; `n` is 8 or more, as every origin's length is. */
static inline bool
same_bytes(const char *a, const char *b, size_t n)
{
	uint64_t x, y, differ = 0;

	for (size_t i = 0; i + sizeof(x) <= n; i += sizeof(x)) {
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		differ |= x ^ y;
	}
	memcpy(&x, a + n - sizeof(x), sizeof(x));
	memcpy(&y, b + n - sizeof(y), sizeof(y));
	return (differ | (x ^ y)) == 0;
}

/* The URL starts with one of the origins, literally, and goes on plainly. */
static bool
url_is_ours(const struct hot *h, const char *url)
{
	size_t n = strlen(url), at = 0;
	unsigned count = h->origin_count;

	if (n >= URL_MAX)
		return false;
	for (unsigned i = 0; i < count && i < ORIGINS_MAX; i++) {
		size_t len = h->origin_n[i];

		if (len < sizeof(uint64_t) || at + len > ORIGIN_BYTES)
			return false;
		if (n > len && same_bytes(url, h->origins + at, len) &&
		    (url[len] == '/' || url[len] == '?'))
			return url_is_plain(url, len, n);
		at += len;
	}
	return false;
}

static bool
still_good(const struct hot *h)
{
	int64_t now = wall_ns();

	return h->from <= now && now < h->until;
}

/* Copy the image out; false where it does not fit. */
static bool
copy_image(const struct hot *h, struct apam_signature *s)
{
	const struct apam_header *from = (const void *)h->image;
	struct apam_header *headers = (void *)s->store;
	unsigned count = h->header_count;
	size_t n = h->image_n;

	if (n > IMAGE_BYTES || n > s->store_size || count > HEADERS_MAX ||
	    count * sizeof(*headers) > n)
		return false;
	memcpy(s->store, h->image, n);
	for (unsigned i = 0; i < count; i++) {
		headers[i].name.p = s->store + (uintptr_t)from[i].name.p;
		headers[i].value.p = s->store + (uintptr_t)from[i].value.p;
	}
	if (s->used > n)
		wipe(s->store + n, s->used - n);
	s->used = n;
	s->headers = headers;
	s->header_count = count;
	s->generation = h->generation;
	s->entries = h->entries;
	return true;
}

bool
hot_sign(
    struct hot *h, const struct apam_request *request, struct apam_signature *s)
{
	uint32_t before;

	if (h == NULL || s->owned != NULL || s->store == NULL ||
	    (uintptr_t)s->store % STORE_ALIGN != 0)
		return false;
	before = atomic_load_explicit(&h->sequence, memory_order_acquire);
	if ((before & 1) != 0 || !still_good(h) || !request_is_plain(request) ||
	    !url_is_ours(h, request->url) || !copy_image(h, s))
		return false;
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&h->sequence, memory_order_relaxed) != before)
		return false;
	s->url = request->url;
	s->covered = NULL;
	s->covered_count = 0;
	return true;
}

/* ---- Writers, with the context's lock held ------------------------------ */

static void
begin_write(struct hot *h)
{
	uint32_t n = atomic_load_explicit(&h->sequence, memory_order_relaxed);

	atomic_store_explicit(&h->sequence, n + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void
end_write(struct hot *h)
{
	uint32_t n = atomic_load_explicit(&h->sequence, memory_order_relaxed);

	atomic_store_explicit(&h->sequence, n + 1, memory_order_release);
}

void
hot_close(struct stack *stack)
{
	struct hot *h = stack->hot;

	if (h == NULL || h->until == 0)
		return;
	begin_write(h);
	h->until = 0;
	wipe(h->image, h->image_n);
	h->image_n = 0;
	h->header_count = 0;
	end_write(h);
}

/* The origins that are all of their host, in the form that hosts write. */
static void
write_origins(struct hot *h, const struct profile *profile)
{
	size_t at = 0;

	h->origin_count = 0;
	for (size_t i = 0; i < profile->origin_count; i++) {
		const struct url *o = &profile->origins[i];
		size_t n = o->text.n;

		/* A URL's path is its own last part, or none at all. */
		if (o->path.n > 1)
			continue;
		n -= n > 0 && o->text.p[n - 1] == '/';
		if (h->origin_count == ORIGINS_MAX || at + n > ORIGIN_BYTES)
			return;
		memcpy(h->origins + at, o->text.p, n);
		h->origin_n[h->origin_count++] = (uint16_t)n;
		at += n;
	}
}

static void
write_image(struct hot *h, struct fields *fields)
{
	const struct apam_header *from = fields_array(fields);
	size_t table = fields->count * sizeof(*from);
	struct apam_header *to = (void *)h->image;
	const char *base = fields->text.p;

	wipe(h->image, h->image_n);
	h->header_count = (unsigned)fields->count;
	h->image_n = table + fields->text.n;
	memcpy(h->image + table, base, fields->text.n);
	for (unsigned i = 0; i < h->header_count; i++) {
		size_t name = (size_t)(from[i].name.p - base) + table;
		size_t value = (size_t)(from[i].value.p - base) + table;

		to[i].name = (struct apam_str){ (char *)name, from[i].name.n };
		to[i].value = (struct apam_str){ (char *)value,
			from[i].value.n };
	}
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
	    !(e->module->abi.traits & APAM_TRAIT_STATIC_HEADERS) ||
	    total->query.count > 0 || total->covers.count > 0 ||
	    total->headers.count == 0 || total->headers.count > HEADERS_MAX ||
	    total->headers.text.n >
		IMAGE_BYTES - HEADERS_MAX * sizeof(struct apam_header))
		return NULL;
	/* Those before it are dead for good, or it is the first. */
	while (i-- > 0)
		if (stack->entries[i].life.latch.status == APAM_OK)
			return NULL;
	return e;
}

bool
hot_is_worth(const struct stack *stack, struct stack_result *result)
{
	return plain_entry(stack, result) != NULL;
}

void
hot_open(struct stack *stack, struct stack_result *result, int64_t check_at)
{
	const struct entry *e = plain_entry(stack, result);
	const struct life *l = e == NULL ? NULL : &e->life;
	struct hot *h = stack->hot;
	int64_t now = clock_ms(), left;

	if (h == NULL || l == NULL || l->current == NULL ||
	    l->current->generation != result->generation ||
	    l->latch.status != APAM_OK ||
	    fields_array(&result->total.headers) == NULL)
		return;
	left = l->current->stale;
	if (!l->busy && l->refresh_at < left)
		left = l->refresh_at;
	if (check_at < left)
		left = check_at;
	if (left <= now || l->current->generation <= l->rejected)
		return;
	/* Open already: those who read it are not to be disturbed. */
	if (h->generation == result->generation && still_good(h))
		return;

	begin_write(h);
	h->from = wall_ns();
	h->until = h->from + (left - now) * NS_PER_MS;
	h->generation = result->generation;
	h->entries = result->entries;
	write_origins(h, stack->profile);
	write_image(h, &result->total.headers);
	end_write(h);
}
