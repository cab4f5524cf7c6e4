/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services on digests and keys.
 */
#include "abi/service_tables.h"
#include "base/error.h"
#include "crypto/digest.h"

static int32_t
body_digest(const struct apam_services *svc, int32_t hash,
    const struct apam_body *body, unsigned char *to, size_t *n)
{
	const struct services *s = services_of(svc);
	struct apam_error why = APAM_ERROR_INIT;

	if (hash != APAM_HASH_SHA256)
		return APAM_E_POLICY;
	if (digest_body(body, to, &why) == APAM_OK) {
		*n = DIGEST_SIZE;
		return APAM_OK;
	}
	if (why.status == APAM_OK)
		return APAM_E_USAGE;
	log_line(s->log, APAM_LOG_ERROR, "%s: the body cannot be hashed: %s",
	    s->scheme, why.text);
	return why.status;
}

void
services_add_keys(struct apam_services *to)
{
	to->body_digest = body_digest;
}
