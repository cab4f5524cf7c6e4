/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page whose writer is an enemy: the input is the size of the reader's store
 * (2 bytes, of 8 each), what the page says that it holds (`shape`, 4 bytes), the
 * sizes of its headers (PAGE_HEADERS_MAX of 8 bytes), a URL's query up to a NUL,
 * and the image.  Whatever it is, what is signed lies in the store, and each text
 * ends there; with room enough, what is signed is signed again alike.
 */
#include "slot/read.h"

#include "base/str.h"
#include "fuzz.h"
#include "slot/page_map.h"
#include "text/url.h"

#define ORIGIN "https://api.example"
#define STORE_MAX (UINT16_MAX * 8U)

static const _Atomic uint64_t counter = 3;
/* With nothing behind it that can be read unseen. */
static struct slot slot;

/* Take so many bytes of the input; what is missing is zero. */
static void
take(struct apam_str *from, void *to, size_t n)
{
	const size_t there = n < from->n ? n : from->n;

	memset(to, 0, n);
	if (there > 0)
		memcpy(to, from->p, there);
	*from = str_skip(*from, there);
}

/* A page that is open for ever, but for what the input says. */
static void
fill_page(struct apam_str *input)
{
	struct page *p = &slot.page;
	uint64_t sizes;
	uint32_t shape;

	take(input, &shape, sizeof(shape));
	RELAXED_STORE(p->shape, shape);
	for (size_t i = 0; i < PAGE_HEADERS_MAX; i++) {
		take(input, &sizes, sizeof(sizes));
		RELAXED_STORE(p->headers[i], sizes);
	}
	RELAXED_STORE(p->counted, 3);
	page_span_begin(&p->alone, INT64_MAX);
	RELAXED_STORE(slot.origin_count, 1);
	atomic_store(&slot.counter, &counter);
	url_start_init(&slot.origins[0]);
	url_start_set(&slot.origins[0], ORIGIN, strlen(ORIGIN));
}

static void
ends_within(struct apam_str text, const char *from, const char *end)
{
	HOLDS(text.p >= from && text.p + text.n < end);
	HOLDS(memchr(text.p, '\0', (size_t)(end - text.p)) != NULL);
}

static void
check_signature(const struct apam_signature *s, const char *given)
{
	const char *end = s->store + s->store_size;

	HOLDS(s->used <= s->store_size);
	HOLDS((const char *)(s->headers + s->header_count) <= end);
	for (size_t i = 0; i < s->header_count; i++) {
		ends_within(s->headers[i].name, s->store, end);
		ends_within(s->headers[i].value, s->store, end);
	}
	if (s->url == given)
		return;
	HOLDS(s->url > s->store && s->url < end);
	HOLDS(memchr(s->url, '\0', (size_t)(end - s->url)) != NULL);
}

static bool
sign(const char *url, char *store, size_t n)
{
	const struct apam_request r = APAM_REQUEST("GET", url);
	struct apam_signature s = APAM_SIGNATURE_INIT;
	bool ok;

	s.store = store;
	s.store_size = n;
	ok = slot_sign_alone(&slot, &r, &s);
	HOLDS(s.used <= n);
	if (ok)
		check_signature(&s, url);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str input = { (const char *)data, size };
	char url[256] = ORIGIN "/";
	const size_t begin = strlen(url);
	uint16_t words;
	char *store;
	size_t n;
	bool ok;

	take(&input, &words, sizeof(words));
	fill_page(&input);
	n = str_find(input, '\0');
	if (n > sizeof(url) - begin - 1)
		n = sizeof(url) - begin - 1;
	take(&input, url + begin, n);
	input = str_skip(input, input.n > 0);
	take(&input, slot.page.image, sizeof(slot.page.image));
	store = fuzz_alloc(words * 8U + 8);
	ok = sign(url, store, words * 8U);
	free(store);
	/* More room loses no signature. */
	store = fuzz_alloc(STORE_MAX);
	HOLDS(sign(url, store, STORE_MAX) || !ok);
	free(store);
	return 0;
}
