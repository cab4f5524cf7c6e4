/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a module's step function: what it builds, and the check of what
 * it returns.  It does no I/O: flight/stepping.h does what it asks for.
 */
#ifndef CORE_ABI_OP_H
#define CORE_ABI_OP_H

#include <apam/apam.h>

#include "abi/op_durable.h"
#include "http/exchange.h"
#include "http/response.h"

enum op_kind { OP_ACQUIRE, OP_CHECK, OP_REVOKE, OP_LOGIN };

#define OP_CREDENTIAL_MAX 65536
#define OP_STEPS_MAX 8		/* exchanges in one run; polls are not counted */
#define OP_WAIT_MAX 3600	/* seconds */
#define OP_FACTS_MAX 8192	/* bytes of a login's facts */

/* What a person is to be told; all are empty before `show`. */
struct op_prompt {
	struct buf text, url, code;
};

/* Modules get &pub; services find the rest through it. */
struct op {
	struct apam_op pub;
	enum op_kind kind;
	struct reach reach;	/* where its exchanges may go */
	/* The entry's secrets now, and the values that they belong to. */
	const struct buf *secrets;
	const struct apam_value *const *places;
	size_t secret_count;
	unsigned steps;
	/* After STEP_EXCHANGE: to be sent; or the probe is, if `probes`. */
	struct exchange exchange;
	bool probes;
	int64_t wait;		/* seconds; after STEP_WAIT */
	struct op_prompt prompt; /* after STEP_SHOW, _REDIRECT, _CONFIRM */
	struct op_durable durable;
	struct buf memo;
	struct buf credential;	/* acquire, check */
	bool has_credential;
	int64_t lifetime;	/* acquire; seconds, or LIFETIME_UNSTATED */
	enum apam_key_state key_state; /* check */
	bool has_key_state;
	char evidence[APAM_EVIDENCE_SIZE];
	const char *misuse;	/* of a service; static */
	struct apam_error error; /* after STEP_FAILED */
};

/*
 * Exchanges may go to https, and with `allow_http` to a loopback address by
 * http; op->reach can be set to more.  `credential` may be NULL; it must outlive
 * the op.
 */
void op_init(struct op *op, enum op_kind kind, bool allow_http,
    const struct apam_credential_view *credential);
void op_free(struct op *op);

/* For services: keep a copy of what a person is to be told. */
void op_show(struct op *op, const struct apam_prompt *prompt);
/* For services: the module broke their contract.  The first one counts. */
void op_misuse(struct op *op, const char *text);

/*
 * Call the module's function once, with the response to the exchange it asked
 * for (NULL at first, and after anything else), and check what it did.  Returns
 * a legal step: DONE with everything that the kind of run must make; EXCHANGE
 * with a checked exchange, or op->probes; WAIT, SHOW, REDIRECT, CONFIRM with
 * what they need; or FAILED with op->error set (APAM_E_ABI if the module broke
 * its contract).
 */
enum apam_step op_step(struct op *op, const struct apam_module *module,
    void *state, const struct response *response);

#endif
