/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and freeing slots.
 */
#include "slot/slot.h"

#include <unistd.h>

#include "base/secmem.h"
#include "slot/block.h"
#include "slot/page_file.h"

void
slot_init(struct slot *s, enum slot_kind kind, size_t size,
    const _Atomic uint64_t *counter)
{
	atomic_init(&s->counter, counter);
	atomic_init(&s->origin_count, 0);
	atomic_init(&s->signer, NULL);
	for (size_t i = 0; i < SLOT_ORIGINS_MAX; i++)
		url_start_init(&s->origins[i]);
	s->kind = kind;
	s->size = size;
	s->fd = -1;
}

struct slot *
slot_new(const _Atomic uint64_t *counter)
{
	size_t got;
	struct slot *s = secmem_alloc(sizeof(*s), &got);

	if (s == NULL)
		return NULL;
	slot_init(s, SLOT_PRIVATE, got, counter);
	atomic_init(&s->page.sequence, 0);
	atomic_init(&s->page.second, PAGE_NO_SECOND);
	return s;
}

void
slot_free(struct slot **slot)
{
	struct slot *s = *slot;
	struct loan *signer;

	*slot = NULL;
	if (s == NULL)
		return;
	signer = atomic_load(&s->signer);
	loan_free(&signer);
	if (s->kind == SLOT_PRIVATE) {
		secmem_free(s, s->size);
		return;
	}
	slot_retire(s);
	if (s->fd >= 0)
		(void)close(s->fd);
	block_free(s);
}

void
slot_renew(struct slot *slot)
{
	struct loan *signer = slot == NULL ? NULL : atomic_load(&slot->signer);

	if (signer != NULL)
		loan_renew(signer);
}

bool
slot_has_other_origin(const struct slot *s, const char *url)
{
	const uint32_t count = RELAXED_LOAD(s->origin_count);

	for (uint32_t i = 1; i < count; i++)
		if (url_is_plain(url, &s->origins[i]))
			return true;
	return false;
}
