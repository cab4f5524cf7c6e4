/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What finding a profile shares with listing and explaining.
 */
#ifndef CORE_PROFILES_H
#define CORE_PROFILES_H

#include "names_list.h"
#include "profile_index.h"
#include "stack.h"

/* Fine with *profile NULL. */
void profile_handle_free(struct apam_profile **profile);

/* The path of a profile's file; false where it does not fit. */
bool profile_file(const struct apam *ctx, const char *name, char *to,
    size_t size);

/* The names of all profiles.  Errors: TRUST, CONFIG, MEMORY. */
enum apam_status profiles_list(struct apam *ctx, struct names_list *list,
    struct apam_error *err);


/* The longest path wins; whether two are alike is for the caller to say. */
struct choice profiles_choose(struct apam *ctx, const struct names_list *list,
    const struct url *url);

#endif
