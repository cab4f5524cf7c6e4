/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks whether the core can work with a module's descriptor.
 */
#ifndef CORE_ABI_ACCEPT_H
#define CORE_ABI_ACCEPT_H

#include <apam/apam.h>
#include <apam/module.h>

#define OPTIONS_MAX 64 /* in one table of a module */

/*
 * Check what a file exports against ABI 1 and the scheme it was loaded for, and
 * copy it.  Functions that an older module lacks are NULL in the copy; those
 * that a newer one has in addition are left out.  APAM_E_MODULE names the file,
 * what was expected and what was found.
 */
enum apam_status module_accept(const struct apam_module *found,
    const char *file, const char *scheme, struct apam_module *copy,
    struct apam_error *err);

#endif
