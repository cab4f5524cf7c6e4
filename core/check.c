/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_check and apam_revoke: asking the provider about the keys of a profile,
 * and telling it to revoke what they yielded.
 */
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "error.h"
#include "evidence.h"
#include "lifecycle.h"
#include "sign.h"
#include "stack.h"

static void
report(const struct entry *e, const struct key_finding *f,
    struct apam_key_report *to)
{
	struct apam_str id = entry_key_id(e);

	memset(to, 0, sizeof(*to));
	to->entry = (unsigned)e->index;
	to->state = f->state;
	to->checked_at = f->at;
	(void)snprintf(to->scheme, sizeof(to->scheme), "%s", e->conf->scheme);
	(void)snprintf(to->key_id, sizeof(to->key_id), "%.*s",
	    (int)(id.n < sizeof(to->key_id) ? id.n : sizeof(to->key_id) - 1),
	    id.p);
	(void)snprintf(to->evidence, sizeof(to->evidence), "%s", f->evidence);
}

static void
check_entry(struct entry *e, int64_t deadline, struct apam_key_report *to)
{
	struct credential *c = lifecycle_current(e);
	struct credential *minted = NULL;
	struct key_finding finding;

	memset(&finding, 0, sizeof(finding));
	evidence_gather(e, c, deadline, &finding, &minted);
	lifecycle_learn(e, &finding, minted);
	report(e, &finding, to);
	credential_release(&minted);
	credential_release(&c);
}

enum apam_status
apam_check(struct apam_profile *profile, int timeout_ms,
    struct apam_key_report *reports, size_t *count, struct apam_error *err)
{
	struct stack *stack = profile->stack;
	int64_t deadline = deadline_of(profile, timeout_ms);
	size_t room = *count;
	enum apam_status status;

	error_clear(err);
	*count = 0;
	status = stack_ready(stack, err);
	if (status != APAM_OK)
		return status;
	for (size_t i = 0; i < stack->count && i < room; i++)
		check_entry(&stack->entries[i], deadline, &reports[i]);
	*count = stack->count;
	return APAM_OK;
}

static enum apam_status
revoke_entry(struct entry *e, int64_t deadline, struct apam_error *err)
{
	struct credential *c = lifecycle_current(e);
	enum apam_status status;
	int64_t sent;
	struct op op;

	op_init(
	    &op, OP_REVOKE, e->policy.allow_http, c == NULL ? NULL : &c->view);
	if (e->module->abi.revoke == NULL)
		status = error_set(err, APAM_E_POLICY,
		    "scheme %s has no way to revoke; archive the key at the "
		    "provider",
		    e->conf->scheme);
	else
		status = engine_run(e, &op, deadline, &sent, err);
	/* RFC 7009, 2.2.1: it may live on there; here it does not. */
	lifecycle_forget(e);
	op_free(&op);
	credential_release(&c);
	return status;
}

enum apam_status
apam_revoke(
    struct apam_profile *profile, int timeout_ms, struct apam_error *err)
{
	struct stack *stack = profile->stack;
	int64_t deadline = deadline_of(profile, timeout_ms);
	enum apam_status first, status;

	error_clear(err);
	first = stack_ready(stack, err);
	if (first != APAM_OK)
		return first;
	for (size_t i = 0; i < stack->count; i++) {
		status = revoke_entry(&stack->entries[i], deadline, err);
		if (status != APAM_OK && first == APAM_OK) {
			first = status;
			error_locate(err, stack->profile->name, (int)i);
		}
	}
	return first;
}
