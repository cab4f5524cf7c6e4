/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slot and its two sides.  Whatever a reader takes from the slot is only
 * believed once the sequence number has confirmed it; until then lengths are
 * held within the slot, so that torn data does no harm.  check_hot shows that
 * it holds.
 */
#define _GNU_SOURCE
#include "hot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "header.h"
#include "race.h"
#include "secmem.h"
#include "str.h"
#include "url.h"

#define ORIGINS_MAX 4
#define ORIGIN_MAX RACE_TEXT_MAX
#define HEADERS_MAX 4
#define IMAGE_BYTES 8192
#define NONE ((time_t)-1)
#define NS_PER_MS 1000000
#define NS_PER_S 1000000000
#define STORE_ALIGN _Alignof(struct apam_header)

#define LINE 64 /* of a cache: a thread that has slept finds few of them */

/* "https://host:port" */
struct origin {
	_Alignas(LINE) _Atomic size_t n;
	char text[ORIGIN_MAX];
};

/* All of it is read while it is written; race.h. */
struct hot {
	/* One line of a cache. */
	_Atomic uint32_t sequence;
	_Atomic unsigned entries;
	/* Of the key registry: `counted` when it was read, or not good. */
	const _Atomic uint64_t *counter; /* never changes */
	_Atomic uint64_t counted;
	/*
	 * Good for so long from then on, by the wall clock, coarse, in ns: it
	 * goes on through suspend, and when it is set back the span's begin is
	 * missed.  The span is hardly longer than RELOAD_CHECK_MS.
	 */
	_Atomic int64_t from;
	_Atomic uint64_t span;
	/* The second that this span began in, where it goes on beyond it. */
	_Atomic time_t second; /* or NONE */
	_Atomic uint64_t generation;
	_Atomic uint32_t image_n;
	_Atomic uint16_t origin_count, header_count;

	struct origin origins[ORIGINS_MAX];
	size_t size; /* of this block */
	/*
	 * What goes into the store: the header array, then the bytes.  Its
	 * pointers are offsets here, from the image's begin.
	 */
	_Alignas(LINE) char image[IMAGE_BYTES];
};

#ifdef CLOCK_REALTIME_COARSE
#define WALL CLOCK_REALTIME_COARSE
#else
#define WALL CLOCK_REALTIME
#endif

/* Apart: what it needs of the stack is not to be guarded at each signature. */
static __attribute__((noinline)) int64_t
wall_ns(void)
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
	atomic_init(&h->second, NONE);
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
headers_are_plain(const struct apam_request *r)
{
	if (r->headers == NULL)
		return false;
	for (size_t i = 0; i < r->header_count; i++)
		if (!header_name_ok(r->headers[i].name) ||
		    !header_value_ok(r->headers[i].value))
			return false;
	return true;
}

static inline bool
request_is_plain(const struct apam_request *r)
{
	if (r->size < sizeof(*r) || r->method == NULL || r->url == NULL ||
	    r->timeout_ms < 0 || r->body.kind == APAM_BODY_READER ||
	    (unsigned)r->body.kind > APAM_BODY_UNKNOWN)
		return false;
	return (r->header_count == 0 || headers_are_plain(r)) &&
	    method_is_plain(r->method);
}

/* The length of the origin that a URL starts with; or 0. */
static inline size_t
origin_of(const struct hot *h, const char *url)
{
	unsigned count = LOAD(h->origin_count);

	for (unsigned i = 0; i < count && i < ORIGINS_MAX; i++) {
		size_t n = LOAD(h->origins[i].n);

		if (n <= ORIGIN_MAX && race_starts(url, h->origins[i].text, n))
			return n;
	}
	return 0;
}

/* The URL starts with one of the origins and goes on plainly. */
static inline bool
url_is_ours(const struct hot *h, const char *url)
{
	size_t n = origin_of(h, url);

	return n > 0 && (url[n] == '/' || url[n] == '?') &&
	    url_is_plain(url, n);
}

/* Which second it is takes half the time that more takes. */
static inline bool
in_span(const struct hot *h)
{
	return time(NULL) == LOAD(h->second) ||
	    (uint64_t)(wall_ns() - LOAD(h->from)) < LOAD(h->span);
}

static inline bool
still_good(const struct hot *h)
{
	return LOAD(*h->counter) == LOAD(h->counted) && in_span(h);
}

/* Turn an offset of the image, read from it anew, to a place in the store. */
static inline const char *
in_store(const char *store, const char *const *offset)
{
	return store + (uintptr_t)LOAD_AT(offset);
}

/* Copy the image out; false where it does not fit. */
static inline bool
copy_image(const struct hot *h, struct apam_signature *s)
{
	const struct apam_header *from = (const void *)h->image;
	unsigned count = LOAD(h->header_count);
	size_t n = LOAD(h->image_n);
	char *store = s->store;
	struct apam_header *headers = (void *)store;

	if (n > IMAGE_BYTES || n > s->store_size || count > HEADERS_MAX ||
	    count * sizeof(*headers) > n)
		return false;
	race_copy(store, h->image, n);
	for (unsigned i = 0; i < count; i++) {
		headers[i].name.p = in_store(store, &from[i].name.p);
		headers[i].value.p = in_store(store, &from[i].value.p);
	}
	if (s->used > n)
		wipe(s->store + n, s->used - n);
	s->used = n;
	s->headers = headers;
	s->header_count = count;
	s->generation = LOAD(h->generation);
	s->entries = LOAD(h->entries);
	return true;
}

HOT_PATH bool
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
	if (LOAD(h->sequence) != before)
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
	wipe(h->image, LOAD(h->image_n));
	STORE(h->image_n, 0);
}

void
hot_close(struct stack *stack)
{
	struct hot *h = stack->hot;

	if (h == NULL || LOAD(h->span) == 0)
		return;
	begin_write(h);
	STORE(h->span, 0);
	STORE(h->second, NONE);
	wipe_image(h);
	STORE(h->header_count, 0);
	end_write(h);
}

static void
write_origin(struct origin *o, const char *text, size_t n)
{
	race_copy(o->text, text, n);
	STORE(o->n, n);
}

/* The origins that are all of their host, in the form that hosts write. */
static void
write_origins(struct hot *h, const struct profile *profile)
{
	uint16_t count = 0;

	for (size_t i = 0; i < profile->origin_count; i++) {
		const struct url *o = &profile->origins[i];
		size_t n = o->text.n;

		/* A URL's path is its own last part, or none at all. */
		n -= n > 0 && o->text.p[n - 1] == '/';
		if (o->path.n <= 1 && n > 0 && n <= ORIGIN_MAX &&
		    count < ORIGINS_MAX)
			write_origin(&h->origins[count++], o->text.p, n);
	}
	STORE(h->origin_count, count);
}

static void
write_image(struct hot *h, struct fields *fields)
{
	const struct apam_header *from = fields_array(fields);
	size_t size = fields->count * sizeof(*from);
	struct apam_header table[HEADERS_MAX];
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
	STORE(h->header_count, (uint16_t)fields->count);
	STORE(h->image_n, (uint32_t)(size + fields->text.n));
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
	int64_t from = wall_ns();
	int64_t ends = (from / NS_PER_S + 1) * NS_PER_S;

	STORE(h->from, from);
	STORE(h->span, (uint64_t)span);
	STORE(h->second, ends <= from + span ? from / NS_PER_S : NONE);
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
	if (LOAD(h->generation) == result->generation &&
	    LOAD(h->counted) == result->counted && still_good(h))
		return;

	begin_write(h);
	write_span(h, (left - now) * NS_PER_MS);
	STORE(h->counted, result->counted);
	STORE(h->generation, result->generation);
	STORE(h->entries, result->entries);
	write_origins(h, stack->profile);
	write_image(h, &result->total.headers);
	end_write(h);
}
