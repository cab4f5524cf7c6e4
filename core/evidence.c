/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the provider: acquire, check and probe.
 */
#include "evidence.h"

#include <stdio.h>

#include "clock.h"
#include "engine.h"
#include "error.h"
#include "lifetime.h"
#include "probe.h"

/* ---- Acquire ---------------------------------------------------------- */

/* Make the credential that an op has built. */
static enum apam_status
harvest(struct entry *e, struct op *op, int64_t sent, struct credential **c,
    struct apam_error *err)
{
	int64_t lifetime = op->lifetime;
	enum apam_status status;

	if (lifetime != APAM_FOREVER)
		lifetime = lifetime_choose(op->lifetime,
		    buf_view(&op->credential), clock_unix(), e->conf->ttl);
	*c = credential_new(&op->credential,
	    atomic_fetch_add(&e->ctx->generation, 1) + 1,
	    sent == 0 ? clock_ms() : sent, lifetime);
	if (*c == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	(*c)->minted = sent != 0;
	status = entry_render(e, *c, err);
	if (status != APAM_OK)
		credential_release(c);
	return status;
}

enum apam_status
evidence_acquire(struct entry *e, int64_t deadline, struct credential **c,
    struct apam_error *err)
{
	enum apam_status status;
	int64_t sent = 0;
	struct op op;

	*c = NULL;
	op_init(&op, OP_ACQUIRE, e->policy.allow_http, NULL);
	status = engine_run(e, &op, deadline, &sent, err);
	if (status == APAM_OK)
		status = harvest(e, &op, sent, c, err);
	op_free(&op);
	return status;
}

/* ---- Findings --------------------------------------------------------- */

static void
find(struct key_finding *f, enum apam_key_state state, const char *evidence)
{
	f->state = state;
	f->at = clock_unix();
	(void)snprintf(f->evidence, sizeof(f->evidence), "%.*s",
	    (int)sizeof(f->evidence) - 1, evidence);
}

/* What a failure to acquire or check says of the key. */
static void
find_failure(struct key_finding *f, const struct apam_error *err)
{
	switch (err->status) {
	case APAM_E_REVOKED:
		find(f, APAM_KEY_REVOKED, err->text);
		return;
	case APAM_E_EXPIRED:
		find(f, APAM_KEY_EXPIRED, err->text);
		return;
	default:
		find(f, APAM_KEY_UNKNOWN, err->text);
		return;
	}
}

/* ---- The module's check ----------------------------------------------- */

static void
run_check(struct entry *e, const struct credential *c, int64_t deadline,
    struct key_finding *finding, struct credential **minted)
{
	struct apam_error err;
	int64_t sent = 0;
	struct op op;

	error_clear(&err);
	op_init(
	    &op, OP_CHECK, e->policy.allow_http, c == NULL ? NULL : &c->view);
	if (engine_run(e, &op, deadline, &sent, &err) != APAM_OK)
		find_failure(finding, &err);
	else
		find(finding, op.key_state, op.evidence);
	if (finding->state == APAM_KEY_GOOD && op.has_credential &&
	    harvest(e, &op, sent, minted, &err) != APAM_OK)
		find(finding, APAM_KEY_UNKNOWN, err.text);
	op_free(&op);
}

/* ---- Both ------------------------------------------------------------- */

/* A scheme without a check of its own: acquiring is all it can show. */
static void
run_acquire(struct entry *e, int64_t deadline, struct key_finding *finding,
    struct credential **minted)
{
	struct apam_error err;

	error_clear(&err);
	if (evidence_acquire(e, deadline, minted, &err) != APAM_OK)
		find_failure(finding, &err);
	else if ((*minted)->minted)
		find(finding, APAM_KEY_GOOD, "a fresh credential was given");
	else
		find(finding, APAM_KEY_UNKNOWN,
		    "no probe is configured to ask the provider");
}

/* Let the probe decide what is open, or refute what seems good. */
static void
run_probe(struct entry *e, const struct credential *c, int64_t deadline,
    struct key_finding *finding)
{
	struct key_finding probed = { .state = APAM_KEY_UNKNOWN };
	struct apam_error err;

	error_clear(&err);
	if (probe_send(e, c, deadline, &probed, &err) != APAM_OK)
		find(&probed, APAM_KEY_UNKNOWN, err.text);
	if (finding->state == APAM_KEY_UNKNOWN ||
	    probed.state == APAM_KEY_REVOKED)
		*finding = probed;
}

void
evidence_gather(struct entry *e, struct credential *c, int64_t deadline,
    struct key_finding *finding, struct credential **minted)
{
	bool own = e->module->abi.check != NULL;
	struct credential *with;

	*minted = NULL;
	if (own)
		run_check(e, c, deadline, finding, minted);
	if (!own || (finding->state == APAM_KEY_UNKNOWN && c == NULL))
		run_acquire(e, deadline, finding, minted);
	if (e->conf->probe_method == NULL)
		return;

	/*
	 * A cached token that works proves nothing of the key that minted it,
	 * nor does one that fails.  So a probe counts only with a static
	 * credential, or with one that was minted just now.
	 */
	with = *minted != NULL ? *minted : c;
	if (with == NULL || (with->minted && *minted == NULL))
		return;
	if (finding->state == APAM_KEY_UNKNOWN ||
	    finding->state == APAM_KEY_GOOD)
		run_probe(e, with, deadline, finding);
}
