/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a slot while others read it.
 */
#include "slot/write.h"

#include <string.h>

#include "base/buf.h"
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

void
slot_close(struct slot *s)
{
	if (s == NULL || RELAXED_LOAD(s->span) == 0)
		return;
	begin_write(s);
	RELAXED_STORE(s->span, 0);
	RELAXED_STORE(s->second, SLOT_NO_SECOND);
	wipe_image(s);
	end_write(s);
}

/*
 * How many bytes of an origin a URL can be recognised by: all of its host, in
 * the form that hosts write.  0: the URL cannot be recognised at a glance.
 */
static size_t
plain_bytes(const struct url *origin)
{
	const size_t n = origin->origin.n;

	return origin->path.n <= 1 && n <= URL_START_MAX ? n : 0;
}

static bool
has_plain_origin(const struct slot_content *c)
{
	for (size_t i = 0; i < c->origin_count; i++)
		if (plain_bytes(&c->origins[i]) > 0)
			return true;
	return false;
}

bool
slot_can_hold(const struct slot_content *c)
{
	return c->headers->count > 0 && c->headers->count <= SLOT_HEADERS_MAX &&
	    c->headers->text.n <=
	    SLOT_IMAGE_MAX - SLOT_HEADERS_MAX * sizeof(struct apam_header) &&
	    c->generation <= UINT32_MAX && has_plain_origin(c);
}

static void
write_origins(struct slot *s, const struct slot_content *c)
{
	uint32_t count = 0;

	for (size_t i = 0; i < c->origin_count; i++) {
		const struct url *o = &c->origins[i];
		size_t n = plain_bytes(o);

		if (n > 0 && count < SLOT_ORIGINS_MAX)
			url_start_set(&s->origins[count++], o->text.p, n);
	}
	RELAXED_STORE(s->origin_count, count);
}

/* `from` is the array of `fields`. */
static void
write_image(
    struct slot *s, const struct apam_header *from, const struct fields *fields)
{
	size_t size = fields->count * sizeof(*from);
	struct apam_header table[SLOT_HEADERS_MAX] = { 0 };
	const char *base = fields->text.p;

	wipe_image(s);
	for (size_t i = 0; i < fields->count; i++) {
		size_t name = (size_t)(from[i].name.p - base) + size;
		size_t value = (size_t)(from[i].value.p - base) + size;

		table[i].name.p = (char *)name;
		table[i].name.n = from[i].name.n;
		table[i].value.p = (char *)value;
		table[i].value.n = from[i].value.n;
	}
	torn_copy(s->image, (const char *)table, size);
	torn_copy(s->image + size, base, fields->text.n);
	RELAXED_STORE(
	    s->shape, slot_shape(size + fields->text.n, fields->count));
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

void
slot_open(struct slot *s, const struct slot_content *c)
{
	const struct apam_header *headers;

	if (slot_serves(s, c->generation, c->counted))
		return;
	headers = fields_array(c->headers);
	if (headers == NULL)
		return;

	begin_write(s);
	write_span(s, c->good_ms * NS_PER_MS);
	RELAXED_STORE(s->counted, c->counted);
	RELAXED_STORE(s->generation, (uint32_t)c->generation);
	RELAXED_STORE(s->credential, (uint32_t)c->credential);
	RELAXED_STORE(s->entries, c->entries);
	write_origins(s, c);
	write_image(s, headers, c->headers);
	end_write(s);
}
