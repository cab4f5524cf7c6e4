/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a module's step function: what it builds, and the check of what
 * it returns.  Does no I/O: whoever runs it sends the exchange (engine.h).
 */
#ifndef CORE_ABI_OP_H
#define CORE_ABI_OP_H

#include <apam/apam.h>

#include "http/exchange.h"
#include "http/response.h"

enum op_kind { OP_ACQUIRE, OP_CHECK, OP_REVOKE };

#define OP_CREDENTIAL_MAX 65536
#define OP_STEPS_MAX 8		/* exchanges in one run */

/* Modules get &pub; services find the rest through it. */
struct op {
	struct apam_op pub;
	enum op_kind kind;
	/* exchanges may use http to a loopback address */
	bool allow_http;
	unsigned steps;
	struct exchange exchange; /* after STEP_EXCHANGE: to be sent */
	struct buf memo;
	struct buf credential;	/* acquire */
	bool has_credential;
	int64_t lifetime;	/* acquire; seconds, or LIFETIME_UNSTATED */
	enum apam_key_state key_state; /* check */
	bool has_key_state;
	char evidence[APAM_EVIDENCE_SIZE];
	struct apam_error error; /* after STEP_FAILED */
};

/* `credential` may be NULL; it must outlive the op. */
void op_init(struct op *op, enum op_kind kind, bool allow_http,
    const struct apam_credential_view *credential);
void op_free(struct op *op);

/*
 * Call the module's function once, with the response to the exchange it asked
 * for (NULL at first), and check what it did.  Returns a legal step: DONE with
 * everything that the kind of run must make, EXCHANGE with a checked exchange,
 * or FAILED with op->error set (APAM_E_ABI if the module broke its contract).
 */
enum apam_step op_step(struct op *op, const struct apam_module *module,
    void *state, const struct response *response);

#endif
