/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a slot while others read it.
 */
#include "slot/write.h"

#include <string.h>

#include "base/str.h"
#include "slot/slot.h"

/* A counter that differs from each page's: the registry's never gets so far. */
static const _Atomic uint64_t never = UINT64_MAX;

void *
slot_lent(const struct slot *s)
{
	const struct loan *signer = s == NULL ? NULL : atomic_load(&s->signer);

	return signer == NULL ? NULL : loan_lent(signer);
}

void
slot_close(struct slot *s)
{
	struct loan *signer = s == NULL ? NULL : atomic_load(&s->signer);

	if (signer != NULL)
		loan_call_back(signer);
	if (s == NULL)
		return;
	if (s->kind == SLOT_MAPPED)
		atomic_store(&s->counter, &never);
	else if (!page_is_closed(&s->page))
		page_close(&s->page);
}

size_t
slot_origin_bytes(const struct url *origin)
{
	const size_t n = origin->origin.n;

	return origin->path.n <= 1 && n <= URL_START_MAX ? n : 0;
}

static bool
has_plain_origin(const struct slot_content *c)
{
	for (size_t i = 0; i < c->origin_count; i++)
		if (slot_origin_bytes(&c->origins[i]) > 0)
			return true;
	return false;
}

/*
 * True if the names can be compared byte by byte.  A name with an escape can be
 * written in another way in a URL.
 */
static bool
has_plain_names(const struct fields *query)
{
	struct apam_header pair;
	size_t at = 0;

	while (fields_next(query, &at, &pair))
		if (str_find(pair.name, '%') < pair.name.n)
			return false;
	return true;
}

bool
slot_can_hold(const struct slot_content *c)
{
	const size_t headers = c->headers->count, parameters = c->query->count;

	return headers + parameters > 0 && headers <= PAGE_HEADERS_MAX &&
	    parameters <= PAGE_PARAMETERS_MAX &&
	    c->headers->text.n + c->query->text.n <= PAGE_IMAGE_MAX -
		PAGE_WORD - parameters * sizeof(struct slot_parameter) &&
	    has_plain_names(c->query) && has_plain_origin(c);
}

void
slot_set_origins(struct slot *s, const struct url *origins, size_t given)
{
	uint32_t count = 0;

	for (size_t i = 0; i < given; i++) {
		size_t n = slot_origin_bytes(&origins[i]);

		if (n > 0 && count < SLOT_ORIGINS_MAX)
			url_start_set(
			    &s->origins[count++], origins[i].text.p, n);
	}
	RELAXED_STORE(s->origin_count, count);
}

/* The headers' text, as it is, at `at` of the image, and their sizes. */
static void
write_headers(struct page *p, const struct fields *headers, size_t at)
{
	struct apam_header pair;
	size_t step = 0;

	for (size_t i = 0; fields_next(headers, &step, &pair); i++)
		RELAXED_STORE(
		    p->headers[i], page_header_pack(pair.name.n, pair.value.n));
	/* Where the signature is its parameters alone, there is no text. */
	if (headers->text.n > 0)
		torn_copy(p->image + at, headers->text.p, headers->text.n);
}

/* The parameters' part, at the beginning and at `at`; where it ends. */
static size_t
write_parameters(struct page *p, const struct slot_content *c, size_t at)
{
	struct slot_parameter table[PAGE_PARAMETERS_MAX] = { 0 }, *row = table;
	struct apam_header pair;
	size_t step = 0;

	for (; fields_next(c->query, &step, &pair); row++) {
		row->at = (uint32_t)at;
		row->name_n = (uint32_t)pair.name.n;
		row->n = (uint32_t)(pair.name.n + 1 + pair.value.n);
		row->yields = c->yielding >> (row - table) & 1;
		torn_copy(p->image + at, pair.name.p, pair.name.n);
		torn_copy(p->image + at + pair.name.n, "=", 1);
		torn_copy(p->image + at + pair.name.n + 1, pair.value.p,
		    pair.value.n);
		at += row->n;
	}
	torn_copy(
	    p->image, (const char *)table, c->query->count * sizeof(*table));
	return at;
}

static void
write_image(struct page *p, const struct slot_content *c)
{
	const size_t headers = c->headers->count, parameters = c->query->count;
	const size_t at = parameters * sizeof(struct slot_parameter);
	size_t end;

	page_wipe(p);
	write_headers(p, c->headers, at);
	end = write_parameters(p, c, at + c->headers->text.n);
	do {
		RELAXED_STORE_AT(p->image + end++, '\0');
	} while (end % PAGE_WORD != 0);
	RELAXED_STORE(p->shape, page_shape(end, headers, parameters));
}

bool
slot_serves(const struct slot *s, uint64_t generation, uint64_t counted)
{
	return s != NULL && RELAXED_LOAD(s->page.generation) == generation &&
	    RELAXED_LOAD(s->page.counted) == counted && slot_is_good(s);
}

static void
write_times(struct slot *s, const struct slot_content *c)
{
	page_refresh(&s->page, c->good_ms);
	if (s->kind == SLOT_SHARED)
		page_span_begin(&s->page.alone, c->alone_ms);
}

/* Each generation has one content, so that the generation tells them apart. */
static bool
has_content(const struct page *p, const struct slot_content *c)
{
	return RELAXED_LOAD(p->shape) != 0 &&
	    RELAXED_LOAD(p->generation) == c->generation &&
	    RELAXED_LOAD(p->credential) == c->credential &&
	    RELAXED_LOAD(p->entries) == c->entries &&
	    RELAXED_LOAD(p->counted) == c->counted;
}

static void
write_facts(struct slot *s, const struct slot_content *c)
{
	struct page *p = &s->page;

	write_times(s, c);
	RELAXED_STORE(p->counted, c->counted);
	RELAXED_STORE(p->generation, c->generation);
	RELAXED_STORE(p->credential, c->credential);
	RELAXED_STORE(p->entries, c->entries);
}

void
slot_open(struct slot *s, const struct slot_content *c)
{
	if (s->kind == SLOT_MAPPED)
		return;
	if (has_content(&s->page, c)) {
		write_times(s, c);
		return;
	}
	page_begin_write(&s->page);
	write_facts(s, c);
	slot_set_origins(s, c->origins, c->origin_count);
	write_image(&s->page, c);
	page_end_write(&s->page);
}

static bool
lend(struct slot *s, void *what, void (*let_go)(void *what))
{
	struct loan *signer = atomic_load(&s->signer);

	if (signer == NULL) {
		signer = loan_new(let_go);
		if (signer == NULL)
			return false;
		atomic_store(&s->signer, signer);
	}
	return loan_lent(signer) == what || loan_lend(signer, what);
}

bool
slot_lend(struct slot *s, const struct slot_content *c, void *what,
    void (*let_go)(void *what))
{
	if (s->kind == SLOT_MAPPED || !lend(s, what, let_go))
		return false;
	page_begin_write(&s->page);
	write_facts(s, c);
	page_wipe(&s->page);
	page_end_write(&s->page);
	return true;
}
