/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which name a configuration file sets twice: libconfig says the line alone.
 */
#ifndef CORE_CONF_DUPLICATE_H
#define CORE_CONF_DUPLICATE_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * The first name in `text`, which conf_guard has passed, that its group has
 * already, and the line of the one before; empty where there is none.  False
 * where memory ran out.
 */
bool conf_duplicate(
    struct apam_str text, struct apam_str *name, unsigned *first);

#endif
