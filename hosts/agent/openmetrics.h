/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text of metrics, OpenMetrics 1.0.0.
 *
 * A family is "# TYPE", "# UNIT" where its name ends in a unit, "# HELP", and then
 * its samples, in one piece.  Counters end in _total.  For a time the text has the
 * moment and not the age, as Prometheus asks: the reader subtracts.
 */
#ifndef HOSTS_AGENT_OPENMETRICS_H
#define HOSTS_AGENT_OPENMETRICS_H

#include <stdint.h>

#include <apam/types.h>

#include "base/buf.h"

/* Append a line, of 1023 bytes at most; a longer one makes `to` fail. */
APAM_PRINTF(2, 3)
void openmetrics_put(struct buf *to, const char *format, ...);

/* The head of a family.  `unit`: NULL, or the unit that its name ends in. */
void openmetrics_family(struct buf *to, const char *name, const char *type,
    const char *unit, const char *help);

/* A family that is one gauge without labels. */
void openmetrics_one(
    struct buf *to, const char *name, const char *help, uint64_t value);

#endif
