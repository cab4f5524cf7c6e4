/* SPDX-License-Identifier: BSD-2-Clause */
#include "flight/turn_busy.h"

#include "base/clock.h"
#include "flight/result.h"

enum flight_wait
turn_busy(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (clock_ms() >= f->deadline) {
		spending_late(&f->spending, &why);
		return result_failed(f, &why);
	}
	f->wake_at = clock_ms() + SPENDING_RETRY_MS;
	return FLIGHT_SLEEP;
}
