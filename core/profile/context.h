/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a context.
 */
#ifndef CORE_PROFILE_CONTEXT_H
#define CORE_PROFILE_CONTEXT_H

#include <apam/apam.h>

#include "base/problems.h"

/*
 * apam_open, with all that is wrong with the main file collected.  `options`
 * may be NULL.
 */
enum apam_status context_new(const struct apam_open_options *options,
    struct apam **ctx, struct problems *all);

#endif
