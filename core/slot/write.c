/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a slot while others read it.
 */
#include "slot/write.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "slot/slot.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

static void
begin_write(struct slot *s)
{
	RELAXED_STORE(s->sequence, RELAXED_LOAD(s->sequence) + 1);
	atomic_thread_fence(memory_order_release);
}

static void
end_write(struct slot *s)
{
	uint32_t n = RELAXED_LOAD(s->sequence);

	atomic_store_explicit(&s->sequence, n + 1, memory_order_release);
}

static void
wipe_image(struct slot *s)
{
	wipe(s->image, slot_bytes(RELAXED_LOAD(s->shape)));
	RELAXED_STORE(s->shape, 0);
}

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
	if (s == NULL || RELAXED_LOAD(s->span) == 0)
		return;
	begin_write(s);
	RELAXED_STORE(s->span, 0);
	RELAXED_STORE(s->second, SLOT_NO_SECOND);
	wipe_image(s);
	end_write(s);
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

/* A name that is written otherwise in some URLs cannot be compared plainly. */
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

	return headers + parameters > 0 && headers <= SLOT_HEADERS_MAX &&
	    parameters <= SLOT_PARAMETERS_MAX &&
	    c->headers->text.n + c->query->text.n <=
	    SLOT_IMAGE_MAX - slot_tables(headers, parameters) &&
	    c->generation <= UINT32_MAX && has_plain_names(c->query) &&
	    has_plain_origin(c);
}

static void
write_origins(struct slot *s, const struct slot_content *c)
{
	uint32_t count = 0;

	for (size_t i = 0; i < c->origin_count; i++) {
		const struct url *o = &c->origins[i];
		size_t n = slot_origin_bytes(o);

		if (n > 0 && count < SLOT_ORIGINS_MAX)
			url_start_set(&s->origins[count++], o->text.p, n);
	}
	RELAXED_STORE(s->origin_count, count);
}

/* The headers' part of the image: the array, and the text at `at`. */
static void
write_headers(struct slot *s, const struct fields *headers, size_t at)
{
	struct apam_header table[SLOT_HEADERS_MAX] = { 0 }, *row = table;
	const char *text = headers->text.p;
	struct apam_header pair;
	size_t step = 0;

	for (; fields_next(headers, &step, &pair); row++) {
		row->name.p = (char *)(at + (size_t)(pair.name.p - text));
		row->name.n = pair.name.n;
		row->value.p = (char *)(at + (size_t)(pair.value.p - text));
		row->value.n = pair.value.n;
	}
	torn_copy(
	    s->image, (const char *)table, headers->count * sizeof(*table));
	/* Where the signature is its parameters alone, there is no text. */
	if (headers->text.n > 0)
		torn_copy(s->image + at, text, headers->text.n);
}

/* The parameters' part, likewise; where it ends. */
static size_t
write_parameters(struct slot *s, const struct slot_content *c, size_t at)
{
	struct slot_parameter table[SLOT_PARAMETERS_MAX] = { 0 }, *row = table;
	struct apam_header pair;
	size_t step = 0;

	for (; fields_next(c->query, &step, &pair); row++) {
		row->at = (uint32_t)at;
		row->name_n = (uint32_t)pair.name.n;
		row->n = (uint32_t)(pair.name.n + 1 + pair.value.n);
		row->yields = c->yielding >> (row - table) & 1;
		torn_copy(s->image + at, pair.name.p, pair.name.n);
		torn_copy(s->image + at + pair.name.n, "=", 1);
		torn_copy(s->image + at + pair.name.n + 1, pair.value.p,
		    pair.value.n);
		at += row->n;
	}
	torn_copy(s->image + slot_tables(c->headers->count, 0),
	    (const char *)table, c->query->count * sizeof(*table));
	return at;
}

static void
write_image(struct slot *s, const struct slot_content *c)
{
	const size_t headers = c->headers->count, parameters = c->query->count;
	const size_t at = slot_tables(headers, parameters);
	size_t end;

	wipe_image(s);
	write_headers(s, c->headers, at);
	end = write_parameters(s, c, at + c->headers->text.n);
	RELAXED_STORE(s->shape, slot_shape(end, headers, parameters));
}

static void
write_span(struct slot *s, int64_t span)
{
	int64_t from = slot_wall_ns();
	int64_t ends = (from / NS_PER_S + 1) * NS_PER_S;

	RELAXED_STORE(s->from, from);
	RELAXED_STORE(s->span, (uint64_t)span);
	RELAXED_STORE(
	    s->second, ends <= from + span ? from / NS_PER_S : SLOT_NO_SECOND);
}

bool
slot_serves(const struct slot *s, uint64_t generation, uint64_t counted)
{
	return s != NULL && RELAXED_LOAD(s->generation) == generation &&
	    RELAXED_LOAD(s->counted) == counted && slot_is_good(s);
}

static void
write_facts(struct slot *s, const struct slot_content *c)
{
	write_span(s, c->good_ms * NS_PER_MS);
	RELAXED_STORE(s->counted, c->counted);
	RELAXED_STORE(s->generation, (uint32_t)c->generation);
	RELAXED_STORE(s->credential, (uint32_t)c->credential);
	RELAXED_STORE(s->entries, c->entries);
}

void
slot_open(struct slot *s, const struct slot_content *c)
{
	if (slot_serves(s, c->generation, c->counted))
		return;
	begin_write(s);
	write_facts(s, c);
	write_origins(s, c);
	write_image(s, c);
	end_write(s);
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
	if (!lend(s, what, let_go))
		return false;
	begin_write(s);
	write_facts(s, c);
	wipe_image(s);
	end_write(s);
	return true;
}
