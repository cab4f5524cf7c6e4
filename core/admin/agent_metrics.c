/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_agent_metrics: the agent has them, and nobody else.
 */
#include <apam/admin.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/handle.h"
#include "served/served_fetch.h"

#define ASK_MS 10000

/* Who wants them, and whether that goes on. */
struct wanting {
	bool (*each)(void *arg, struct apam_str piece);
	void *arg;
	bool enough;
};

static const char *
take_piece(void *arg, struct apam_str row)
{
	struct wanting *w = arg;

	w->enough = w->enough || !w->each(w->arg, row);
	return NULL;
}

enum apam_status
apam_agent_metrics(struct apam *ctx,
    bool (*each)(void *arg, struct apam_str piece), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct wanting wanting = { .each = each, .arg = arg };
	const struct served_fetch what = { .name = "metrics",
		.deadline = clock_ms() + ASK_MS,
		.hurry = true,
		.take = take_piece,
		.arg = &wanting };
	enum apam_status status = APAM_OK;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (err == NULL)
		err = &unwanted;
	if (served_fetch(ctx->served, &what, &status, err) != SERVED_ANSWERED)
		return err->status;
	return status;
}
