/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What calls that do not wait (api/sign_start.c) share with apam_verify_end.
 */
#ifndef CORE_API_VERIFY_H
#define CORE_API_VERIFY_H

#include <apam/apam.h>

/* The body has come to its end, or not; nobody has been asked yet. */
enum apam_status verify_close(
    struct apam_verify *verify, bool whole, struct apam_error *err);

/*
 * Ask who can tell.  `soon`: PENDING where that is the agent, which has not
 * answered; call again.
 */
enum apam_status verify_ask(
    struct apam_verify *verify, bool soon, struct apam_error *err);

/* Until when, in clock_ms. */
int64_t verify_deadline(const struct apam_verify *verify);

/* The profile whose answer it is. */
struct apam_profile *verify_profile(const struct apam_verify *verify);

/* Let go of everything; *verify is NULL then. */
void verify_free(struct apam_verify **verify);

#endif
