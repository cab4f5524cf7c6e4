/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of apam.h about an answer, in the order that they come in.
 */
#include "curl/proof.h"

bool
proof_is_asked(const struct proof *p)
{
	return p->signature != NULL && p->signature->verifies != 0;
}

enum apam_status
proof_begin(
    struct proof *p, const struct apam_answer *head, struct apam_error *err)
{
	if (p->begun)
		return APAM_OK;
	p->begun = true;
	return apam_verify_start(
	    p->profile, p->request, p->signature, head, &p->verify, err);
}

enum apam_status
proof_body(struct proof *p, struct apam_str bytes, struct apam_error *err)
{
	return apam_verify_body(p->verify, bytes, err);
}

enum apam_status
proof_end(struct proof *p, bool whole, struct apam_error *err)
{
	p->begun = false;
	return apam_verify_end(&p->verify, whole, err);
}
