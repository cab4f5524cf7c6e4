/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grants of oauth2-client-credentials, and the options that they have
 * besides those of all OAuth schemes.
 */
#ifndef GRANTS_H
#define GRANTS_H

#include "../oauth2/oauth2.h"

enum {
	OPT_GRANT = OAUTH2_OPT_COUNT,
	OPT_BEARER_ASSERTION,
	OPT_SUBJECT_TOKEN,
	OPT_SUBJECT_TOKEN_TYPE,
	OPT_ACTOR_TOKEN,
	OPT_ACTOR_TOKEN_TYPE,
	OPT_REQUESTED_TOKEN_TYPE,
	OPT_COUNT
};

/* The choices of `grant`, in the order of its names. */
enum grant { GRANT_CLIENT, GRANT_BEARER, GRANT_EXCHANGE };

extern const struct oauth2_grant grant_client, grant_bearer, grant_exchange;

#endif
