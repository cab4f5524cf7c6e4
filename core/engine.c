/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop between a module's step function and the HTTP client.
 */
#include "engine.h"

#include "clock.h"
#include "error.h"

static enum apam_step
step(struct entry *e, struct op *op, const struct response *response)
{
	enum apam_step next;

	entry_enter(e);
	next = op_step(op, &e->module->abi, e->state, response);
	entry_leave(e);
	return next;
}

static enum apam_status
send_exchange(struct entry *e, struct op *op, int64_t deadline,
    struct response *r, struct apam_error *err)
{
	enum apam_status status = http_perform(
	    &e->policy, &op->exchange, deadline, r, err);

	if (status == APAM_OK)
		log_line(&e->ctx->log, APAM_LOG_DEBUG,
		    "%s: entry %zu: %s exchange answered %u", e->profile->name,
		    e->index, op->exchange.method, r->pub.status);
	return status;
}

enum apam_status
engine_run(struct entry *e, struct op *op, int64_t deadline, int64_t *sent,
    struct apam_error *err)
{
	enum apam_status status = APAM_OK;
	struct response r;
	enum apam_step next = step(e, op, NULL);

	*sent = 0;
	while (next == APAM_STEP_EXCHANGE && status == APAM_OK) {
		*sent = clock_ms();
		status = send_exchange(e, op, deadline, &r, err);
		if (status == APAM_OK)
			next = step(e, op, &r);
		response_free(&r);
	}
	if (status != APAM_OK || next == APAM_STEP_DONE)
		return status;
	return error_set(err, op->error.status, "%s", op->error.text);
}
