/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fingerprint of one entry: a hash of its scheme, options and secrets.  Two
 * processes with the same one would acquire the same credential; with another
 * one, after a secret or an option changed, they would not.
 *
 * It is secret material: keys are derived from it (share_record.h), and
 * weak secrets can be guessed from it.  Wipe it after use; never show it.
 */
#ifndef CORE_ENTRY_FINGERPRINT_H
#define CORE_ENTRY_FINGERPRINT_H

#include <stdbool.h>

#include "config/option.h"

#define FINGERPRINT_SIZE 32

/*
 * The SHA-256 of `scheme` and all of `values`, which a SECRET holds as its
 * bytes (secrets.h), not as a reference.  It changes with the order of a list
 * or map, but not where a module's table gets an option that is not set.
 * Errors, in *err, which is not NULL, and with `to` wiped: INTERNAL, where the
 * values are not the table's or an option is of an unknown type; and what
 * crypto/openssl.h has.
 */
enum apam_status fingerprint_of(const char *scheme,
    const struct option_table *table, const struct option_values *values,
    unsigned char to[FINGERPRINT_SIZE], struct apam_error *err);

#endif
