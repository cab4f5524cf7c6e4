/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which name a configuration file sets twice: libconfig tells only the line.
 */
#ifndef CORE_CONFIG_DUPLICATE_H
#define CORE_CONFIG_DUPLICATE_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * The first name in `text`, which conf_guard has checked, that its group
 * already has, and the line of the earlier one; empty if there is none.  False
 * if memory runs out.
 */
bool conf_duplicate(
    struct apam_str text, struct apam_str *name, unsigned *first);

#endif
