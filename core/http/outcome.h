/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of a transfer of the core's own: an answer, or the error that says
 * why there is none.  client.h begins and ends transfers.
 */
#ifndef CORE_HTTP_OUTCOME_H
#define CORE_HTTP_OUTCOME_H

#include "http/transfer.h"

/*
 * Fill in t->r after libcurl has reported a result, with the transfer's handle
 * still there.  Errors: those of http_end.
 */
enum apam_status outcome_of(struct http_transfer *t, CURLcode code,
    struct apam_error *err);

#endif
