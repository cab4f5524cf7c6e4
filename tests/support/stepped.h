/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call of a context without a thread, which the program drives as an event loop
 * does.
 */
#ifndef TESTS_SUPPORT_STEPPED_H
#define TESTS_SUPPORT_STEPPED_H

#include <apam/apam.h>
#include <poll.h>

/*
 * How a call ends of which its start has said `status`, with *err of that end.
 * *call is NULL then.
 */
static inline enum apam_status
stepped_end(struct apam *ctx, struct apam_call **call, enum apam_status status,
    struct apam_error *err)
{
	while (status == APAM_E_PENDING) {
		struct pollfd fd = { .fd = apam_fd(ctx), .events = POLLIN };

		(void)poll(&fd, 1, apam_timeout(ctx));
		apam_step(ctx);
		*err = (struct apam_error)APAM_ERROR_INIT;
		status = apam_call_result(*call, err);
	}
	apam_call_cancel(call);
	return status;
}

#endif
