/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs step functions to their end: the module describes an exchange, the core
 * sends it, the module reads the response.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "entry.h"

/*
 * Run op until its module is done.  `deadline` by clock_ms.  APAM_OK, or the
 * module's or the network's failure in *err.  No lock is held while the
 * exchange is on the wire.  *sent is when the last exchange was sent, by
 * clock_ms, or 0 where there was none.
 */
enum apam_status engine_run(struct entry *e, struct op *op, int64_t deadline,
    int64_t *sent, struct apam_error *err);

#endif
