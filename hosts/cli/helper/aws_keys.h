/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys for AWS's SDKs, which an API of a profile hands out: it is asked by one
 * signed request.  They may stand at the top of its answer, as container
 * endpoints of AWS have them; under "Credentials", as STS has them; or under
 * "data" in snake case, with "lease_duration" beside it, as Vault has them.
 */
#ifndef HOSTS_CLI_HELPER_AWS_KEYS_H
#define HOSTS_CLI_HELPER_AWS_KEYS_H

#include <jansson.h>

#include "lib/command.h"

/* What is asked. */
struct aws_source {
	struct apam_profile *profile;
	const char *method, *url;
};

/*
 * Ask for keys: *keys has AccessKeyId and SecretAccessKey, and SessionToken and
 * Expiration where the answer says them, all of them texts; the caller frees it.
 * Returns STATUS_DONE; or has said what is wrong, and returns the exit status,
 * with *keys NULL.
 */
int aws_keys_get(const struct aws_source *source, json_t **keys);

/*
 * The same keys as `credential_process` writes them (docs.aws.amazon.com/sdkref,
 * "Process credential provider").  The caller frees it; NULL: memory ran out.
 */
json_t *aws_keys_for_process(json_t *keys);

/*
 * As a container endpoint answers ("Container credential provider", the same
 * place).  The caller frees it; NULL: they have no session token or no end, which
 * every SDK asks for there, or memory ran out.
 */
json_t *aws_keys_for_container(json_t *keys);

#endif
