/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles by name: what finding, listing and explaining share.
 */
#ifndef CORE_PROFILE_TABLE_H
#define CORE_PROFILE_TABLE_H

#include "config/directory.h"
#include "profile/handle.h"
#include "profile/stack.h"

#define TABLE_FILE_SIZE 4096 /* of the path of a profile's file */

/* Fine with *profile NULL. */
void table_free_profile(struct apam_profile **profile);

/* The path of a profile's file; false where it does not fit. */
bool
table_file(const struct apam *ctx, const char *name, char *to, size_t size);

/* The names of all profiles.  Errors: TRUST, CONFIG, MEMORY. */
enum apam_status table_list(
    struct apam *ctx, struct directory *list, struct apam_error *err);

/* The same with those that no profile can have, but for hidden files. */
enum apam_status table_list_visible(
    struct apam *ctx, struct directory *list, struct apam_error *err);

#endif
