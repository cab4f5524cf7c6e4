/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each exchange is logged when it is sent, and when it has ended.
 */
#include "flight/wire.h"

#include "base/clock.h"
#include "http/exchange_log.h"
#include "http/retry_after.h"

static struct exchange_of
whose(const struct flight *f)
{
	const struct entry *e = f->entry;

	return (struct exchange_of){ &e->env->log, e->profile->name,
		entry_number(e) };
}

/* A login may take long, and each of its exchanges no longer than others. */
static int64_t
limit_of(const struct flight *f)
{
	const int64_t until = clock_ms() + f->entry->profile->deadline * 1000;

	return f->goal == FLIGHT_LOGIN && until < f->deadline ? until :
								f->deadline;
}

bool
wire_send(struct flight *f, struct exchange *x, struct apam_error *why)
{
	const struct exchange_of of = whose(f);

	if (http_begin(&f->transfer, &f->entry->policy, x, limit_of(f), &f->r,
		why) != APAM_OK)
		return false;
	f->begun = clock_ms();
	exchange_log_sent(&of, x);
	return true;
}

static void
tell_end(const struct flight *f, const struct apam_error *why)
{
	const struct exchange_of of = whose(f);
	const int64_t ms = clock_ms() - f->begun;

	if (why->status == APAM_OK)
		exchange_log_answer(&of, &f->r, ms);
	else
		exchange_log_failure(&of, why->text, ms);
}

enum apam_status
wire_ended(struct flight *f, CURLcode code, struct apam_error *why)
{
	(void)http_end(&f->transfer, code, why);
	f->astray = APAM_CLASS(why->status) == APAM_CLASS_TEMPORARY ||
	    why->status == APAM_E_CONFIG;
	tell_end(f, why);
	if (why->status == APAM_OK)
		f->retry_after = response_retry_after(&f->r);
	return why->status;
}

void
wire_broken(struct flight *f, const struct apam_error *why)
{
	f->transfer.sent = http_began(&f->transfer);
	http_abandon(&f->transfer);
	tell_end(f, why);
}
