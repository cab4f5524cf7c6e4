/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apam_check does for one entry.
 */
#ifndef CORE_API_CHECK_H
#define CORE_API_CHECK_H

#include "flight/obtain.h"

/*
 * Ask the provider about the key, unless it is archived.  A provider that did
 * not answer in time leaves the key UNKNOWN, which is not an error.  Errors: as
 * obtain_check.
 */
enum apam_status check_entry(struct entry *e, const struct patience *patience,
    struct apam_key_report *to, struct apam_error *err);

#endif
