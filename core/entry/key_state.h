/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the provider says of a key, how old that is, and whether it is enough to
 * sign with.  What the registry says counts before it (flight/admit.h).  Good:
 * a fresh credential was given, introspection says active, the probe was
 * accepted.  Dead: a fresh credential was refused, or the probe.  Anything else
 * is unknown: in that case what was known before still counts for
 * revocation_ttl.
 */
#ifndef CORE_ENTRY_KEY_STATE_H
#define CORE_ENTRY_KEY_STATE_H

#include <stdbool.h>

#include "abi/op.h"
#include "config/profile_conf.h"

/* What was last found out about a key. */
struct key_finding {
	enum apam_key_state state;
	int64_t at;		/* Unix time in seconds */
	char evidence[APAM_EVIDENCE_SIZE];
	enum apam_status why;	/* unknown: what went wrong; or APAM_OK */
};

/* The state of an entry's key.  Guarded by the context's lock. */
struct key_state {
	struct key_finding found;
	int64_t good_at;	/* clock_ms: last found good; 0: never */
	int64_t check_at;	/* clock_ms: no check before that */
	bool doubtful;		/* a rejection that no check has settled */
	unsigned unknowns;	/* findings in a row that said nothing */
	enum apam_key_state told; /* what key_state_news said last */
	bool seen_good;		/* ever, by this process or another one */
};

void key_state_init(struct key_state *s);

/* The provider has answered, to a check or to acquiring. */
void key_state_found(struct key_state *s, const struct profile_entry *conf,
    const struct key_finding *finding);

/* A credential was given: at `at` (clock_ms), which was `wall` (Unix s). */
void key_state_given(struct key_state *s, const struct profile_entry *conf,
    int64_t at, int64_t wall);

/*
 * Name a refusal by what is known: revoked if the key was seen to work before,
 * else rejected, with the advice to look at id and secret first.  A finding
 * that is not a refusal is left alone.
 */
void key_state_name_finding(const struct key_state *s,
    struct key_finding *finding);
void key_state_name_error(const struct key_state *s, struct apam_error *why);

/* A fresh credential was refused, with a status of the class REVOKED. */
void key_state_refused(struct key_state *s, const struct apam_error *why);

/* True if the profile asks for a check now. */
bool key_state_check_due(const struct key_state *s,
    const struct profile_entry *conf, int64_t now);

/* False if on_unknown forbids signing with what is known. */
bool key_state_enough(const struct key_state *s,
    const struct profile_entry *conf, int64_t now);

/*
 * True, once for each change, if the key's state differs from the one told
 * last.  A key counts as good until something else is found.
 */
bool key_state_news(struct key_state *s);

#endif
