/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handing a signature to the host, in the host's memory where it fits.
 */
#ifndef CORE_API_SIGNATURE_H
#define CORE_API_SIGNATURE_H

#include <apam/apam.h>

#include "abi/request.h"
#include "profile/stack_sign.h"

/*
 * Fill in `to` from what `stack` made.  All bytes are in one block: the
 * host's store, else wiped memory that apam_signature_release frees.  Errors:
 * MEMORY.
 */
enum apam_status signature_fill(struct apam_signature *to,
    const struct request *request, struct stack *stack,
    struct stack_result *result, struct apam_error *err);

#endif
