/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login found out besides the secret, as lines of a record
 * (durable_record.h): "fact NAME VALUE", or "hidden NAME VALUE" for what logs
 * must not show.
 */
#ifndef CORE_DURABLE_DURABLE_FACTS_H
#define CORE_DURABLE_DURABLE_FACTS_H

#include <stdbool.h>

#include "base/buf.h"

#define DURABLE_FACT_NAME_MAX 64
#define DURABLE_FACT_VALUE_MAX 2048

struct durable_fact {
	struct apam_str name, value;
	bool hidden;
};

/* True for 1 to 64 lower-case letters, digits and '_'. */
bool durable_fact_name_ok(struct apam_str name);

/* True for one line of 1 to 2048 bytes that people may see. */
bool durable_fact_value_ok(struct apam_str value);

/* Append the line of a fact, whose name and value are such. */
void durable_fact_put(struct buf *lines, const struct durable_fact *fact);

/* Take the first fact off the lines that are left; false: there is none. */
bool durable_fact_take(struct apam_str *rest, struct durable_fact *fact);

/* The value of the first fact of a name; empty if there is none. */
struct apam_str durable_fact_find(
    struct apam_str lines, struct apam_str name);

#endif
