/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page is kept fresh by signing again, for nobody: that looks at all that a
 * signature depends on, and begins what is due.
 */
#include "api/serve_page.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/request.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "keys/reading.h"
#include "profile/reload.h"
#include "profile/shared_slot.h"
#include "profile/warm.h"
#include "slot/page_file.h"
#include "slot/slot.h"
#include "slot/write.h"

/* Nothing that is due now is waited for. */
#define LOOK_MS 1000

static const struct slot *
slot_of(const struct apam_profile *p)
{
	const struct slot *s = atomic_load(&p->slot);

	return s != NULL && s->kind == SLOT_SHARED ? s : NULL;
}

uint64_t
serve_page_serial(const struct apam_profile *p)
{
	return slot_serial(slot_of(p));
}

/* Once a second at most. */
static bool
looks_at_registry(struct apam *ctx)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct keys keys;
	const enum apam_status status = keys_current(
	    &ctx->env.keys, &keys, NULL, &err);

	if (status == APAM_OK)
		keys_close(&keys);
	return status == APAM_OK;
}

bool
serve_page_fits(struct apam *ctx, const unsigned char *nonce)
{
	const struct key_counter *counter = &ctx->env.keys.counter;

	return looks_at_registry(ctx) && !counter->blind &&
	    memcmp(counter->nonce, nonce, sizeof(counter->nonce)) == 0;
}

uint64_t
serve_page(const struct apam_profile *p)
{
	const struct slot *s = slot_of(p);

	return s != NULL && RELAXED_LOAD(s->page.shape) != 0 &&
		slot_is_good(s) ?
	    slot_serial(s) :
	    0;
}

int
serve_page_descriptor(const struct apam_profile *p)
{
	const struct slot *s = slot_of(p);

	return s == NULL ? -1 : slot_descriptor(s);
}

int
serve_page_own(const struct apam_profile *p)
{
	const struct slot *s = slot_of(p);

	return s == NULL ? -1 : slot_kept_descriptor(s);
}

/* ---- Keeping it fresh ------------------------------------------------------ */

/* A URL of the profile by which a slot can be used. */
static bool
any_url(const struct profile *profile, char *to, size_t size)
{
	for (size_t i = 0; i < profile->origin_count; i++) {
		const struct url *origin = &profile->origins[i];
		const size_t n = slot_origin_bytes(origin);

		if (n == 0 || n + 2 > size)
			continue;
		(void)snprintf(to, size, "%.*s/", (int)n, origin->text.p);
		return true;
	}
	return false;
}

static enum apam_status
sign_for_nobody(struct apam_profile *p, struct stack *stack, const char *url,
    struct apam_error *err)
{
	const struct apam_request any = APAM_REQUEST("GET", url);
	const struct patience patience = { .deadline = clock_ms() + LOOK_MS,
		.none = true };
	struct stack_result result;
	struct signing_room room;
	struct request r;
	enum apam_status status = request_init(&r, &any, stack->profile, err);

	stack_result_init(&result, &room);
	if (status == APAM_OK)
		status = stack_sign(stack, &r, &patience, &result, err);
	if (status == APAM_OK)
		profile_warm(p, stack, &result);
	request_free(&r);
	signing_free(&result.total);
	return status;
}

bool
serve_page_renew(struct apam_profile *p)
{
	HOLD_CANCEL;
	struct apam_error err = APAM_ERROR_INIT;
	struct stack *stack = profile_follow(p, clock_ms() + LOOK_MS, &err);
	char url[URL_START_MAX + 2];
	bool ok;

	/* The page is the stack's: it may have gone with the one before. */
	ok = stack != NULL && stack->slot != NULL && stack_is_open(stack) &&
	    any_url(stack->profile, url, sizeof(url)) &&
	    sign_for_nobody(p, stack, url, &err) == APAM_OK &&
	    serve_page(p) != 0;
	stack_release(&stack);
	return ok;
}

/* ---- Of an older agent, and for a newer one -------------------------------- */

/* It is to be good for nobody. */
static bool
retire(int fd)
{
	static const struct page_facts nothing;
	static const _Atomic uint64_t no_counter;
	struct slot *s = slot_adopt(fd, &no_counter, &nothing);

	slot_free(&s);
	return false;
}

bool
serve_page_adopt(struct apam *ctx, const char *name, int fd)
{
	HOLD_CANCEL;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *p;
	bool ok;

	if (apam_profile_get(ctx, name, &p, &err) != APAM_OK ||
	    !looks_at_registry(ctx) || slot_of(p) != NULL)
		return retire(fd);
	pthread_mutex_lock(&ctx->env.lock);
	ok = shared_slot_adopt(p, fd);
	pthread_mutex_unlock(&ctx->env.lock);
	return ok;
}

/* With the context's lock held. */
static void
mend(struct apam_profile *p)
{
	const int own = serve_page_own(p);
	const int fd = own < 0 ? -1 : fcntl(own, F_DUPFD_CLOEXEC, 0);

	shared_slot_leave(p);
	if (fd >= 0)
		(void)shared_slot_adopt(p, fd);
}

void
serve_page_leave(struct apam_profile *profile)
{
	HOLD_CANCEL;

	pthread_mutex_lock(&profile->ctx->env.lock);
	shared_slot_leave(profile);
	pthread_mutex_unlock(&profile->ctx->env.lock);
}

void
serve_pages_mend(struct apam *ctx)
{
	HOLD_CANCEL;

	pthread_mutex_lock(&ctx->env.lock);
	for (size_t i = 0; i < ctx->profile_count; i++)
		if (serve_page_serial(ctx->profiles[i]) != 0)
			mend(ctx->profiles[i]);
	pthread_mutex_unlock(&ctx->env.lock);
}

void
serve_pages_leave(struct apam *ctx)
{
	HOLD_CANCEL;

	pthread_mutex_lock(&ctx->env.lock);
	for (size_t i = 0; i < ctx->profile_count; i++)
		shared_slot_leave(ctx->profiles[i]);
	pthread_mutex_unlock(&ctx->env.lock);
}
