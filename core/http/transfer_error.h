/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a transfer failed, in our own words: which host and port, the one cause,
 * and what an administrator can do about it.
 */
#ifndef CORE_HTTP_TRANSFER_ERROR_H
#define CORE_HTTP_TRANSFER_ERROR_H

#include <apam/apam.h>

/* As apam_failure_explain, for a struct whose size is right. */
enum apam_status http_error(const struct apam_failure *f,
    struct apam_error *err);

#endif
