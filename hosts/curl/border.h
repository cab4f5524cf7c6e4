/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structs of curl.h that carry their size, between a program and a library
 * either of which may be the newer one: apam.h says how, under "structs".
 */
#ifndef HOSTS_CURL_BORDER_H
#define HOSTS_CURL_BORDER_H

#include <apam/curl.h>

/*
 * Copy what a program gives.  Members that it does not have are zero.  Errors:
 * USAGE, where it lacks its size, or has a member set that is not known here.
 */
enum apam_status border_take(const struct apam_transfer *theirs,
    struct apam_transfer *mine, struct apam_error *err);

/* Check that a program's struct can be filled in.  Errors: USAGE. */
enum apam_status border_check(const struct apam_result *theirs,
    struct apam_error *err);

/* Fill it in: all members that it has, but for `size` and `detail`. */
void border_give(const struct apam_result *mine, struct apam_result *theirs);

#endif
