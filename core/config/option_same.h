/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether two sets of values mean the same.
 */
#ifndef CORE_CONFIG_OPTION_SAME_H
#define CORE_CONFIG_OPTION_SAME_H

#include "config/option.h"

/*
 * True where two sets of values of one table are the same, in time that does
 * not depend on what secrets hold, only on their lengths.  The order of a list
 * or map counts.  False where a set is not the table's or an option is of an
 * unknown type.
 */
bool option_values_same(const struct option_table *table,
    const struct option_values *a, const struct option_values *b);

#endif
