/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What modules say, in logs, errors and evidence: it is made safe to be shown.
 */
#ifndef CORE_ABI_SERVICE_SAY_H
#define CORE_ABI_SERVICE_SAY_H

#include <apam/apam.h>

#include "abi/op_durable.h"
#include "abi/services.h"

#define SERVICE_MESSAGE_MAX 256	/* bytes, with the NUL */

/* The core's part of what a module was given. */
static inline const struct services *
services_of(const struct apam_services *svc)
{
	return (const struct services *)(const void *)svc;
}

/*
 * Copy a module's text to `to`: cut to `size`, in one line of UTF-8, with stars
 * in the place of the entry's secrets and of those of service_say_without.
 */
void service_message(const struct apam_services *svc, struct apam_str text,
    char *to, size_t size);

/*
 * From now on nothing that a module says in this thread holds what is secret of
 * this, as it then is: the durable secret, its successor, hidden facts.  NULL:
 * nothing.
 */
void service_say_without(const struct op_durable *durable);

/* A module that reports a failure with a status that is not one is broken. */
enum apam_status service_failure(int32_t status);

#endif
