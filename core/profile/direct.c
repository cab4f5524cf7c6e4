/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A struct direct does not change while the slot lends it.
 */
#include "profile/direct.h"

#include <stdlib.h>

#include "entry/authentic.h"
#include "slot/read.h"
#include "slot/write.h"

struct direct {
	/* Where a URL begins in origins[i]. */
	struct url_start starts[SLOT_ORIGINS_MAX];
	const struct url *origins[SLOT_ORIGINS_MAX]; /* the stack's */
	size_t origin_count;
	struct stack *stack;
	struct entry *entry; /* the stack's */
	struct credential *credential;
};

static void
add_origin(struct direct *d, const struct url *origin)
{
	const size_t n = slot_origin_bytes(origin);

	if (n == 0 || d->origin_count == SLOT_ORIGINS_MAX)
		return;
	url_start_init(&d->starts[d->origin_count]);
	url_start_set(&d->starts[d->origin_count], origin->text.p, n);
	d->origins[d->origin_count++] = origin;
}

struct direct *
direct_new(
    struct stack *stack, struct entry *entry, struct credential *credential)
{
	struct direct *d = aligned_alloc(_Alignof(struct direct), sizeof(*d));

	if (d == NULL)
		return NULL;
	d->origin_count = 0;
	for (size_t i = 0; i < stack->profile->origin_count; i++)
		add_origin(d, &stack->profile->origins[i]);
	d->stack = stack_hold(stack);
	d->entry = entry;
	d->credential = credential_hold(credential);
	return d;
}

void
direct_free(void *direct)
{
	struct direct *d = direct;

	if (d == NULL)
		return;
	credential_release(&d->credential);
	stack_release(&d->stack);
	free(d);
}

struct direct *
direct_borrow(const struct apam_profile *profile,
    const struct apam_request *request, struct loan **loan)
{
	*loan = slot_signer(
	    atomic_load_explicit(&profile->slot, memory_order_acquire),
	    request);
	return *loan == NULL ? NULL : loan_take(*loan);
}

struct stack *
direct_stack(const struct direct *d)
{
	return d->stack;
}

bool
direct_is_of(const struct direct *d, const struct entry *entry,
    const struct credential *credential)
{
	return d != NULL && d->entry == entry && d->credential == credential;
}

const struct url *
direct_origin(const struct direct *d, const char *url)
{
	for (size_t i = 0; i < d->origin_count; i++)
		if (url_is_plain(url, &d->starts[i]))
			return d->origins[i];
	return NULL;
}

enum apam_status
direct_sign(struct direct *d, struct request *request,
    struct stack_result *result, struct apam_error *err)
{
	enum apam_status status = entry_prepare(
	    d->entry, request, &result->total, err);

	if (status == APAM_OK)
		status = entry_sign(
		    d->entry, d->credential, request, &result->total, err);
	if (status == APAM_OK)
		status = stack_finish(request, result, err);
	result->generation = d->credential->generation;
	result->credential = d->credential->id;
	result->entries = 1U << d->entry->index;
	if (authentic_is_asked(d->entry))
		result->verifies = result->entries;
	return status;
}
