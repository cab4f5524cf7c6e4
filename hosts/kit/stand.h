/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of the module at work, without a profile, a file or a network: the
 * core's own code calls the module and checks what it did.
 *
 * A broken contract is a failure of the check that runs (finding.h).  Nothing
 * else that a module answers is: it may refuse what it likes.
 */
#ifndef HOSTS_KIT_STAND_H
#define HOSTS_KIT_STAND_H

#include "entry/entry.h"
#include "entry/new_body.h"
#include "kit/record.h"
#include "kit/values.h"

struct stand {
	struct entry entry;
	struct plan plan;
	bool open;
	struct credential *credential; /* NULL: none was acquired */
	struct buf durable;	/* its durable secret, as it is now */
	struct buf facts;	/* what the last login kept beside it */
	/* The path that the last open refused, and its text. */
	size_t path[PATH_DEPTH];
	size_t depth;
	char refusal[256];
	/* Why the last credential cannot be signed with, or empty. */
	char unsigned_why[256];
	bool showed_secret; /* a signature held one of its options */
};

/* The next response to what the module asked for. */
struct answering {
	void (*next)(void *arg, struct response *r);
	void *arg;
};

/* The module of this program, after stand_load. */
extern struct module stand_module;

/*
 * Addresses that options may lead to by http, where they say so: those of
 * well-known metadata services.
 */
#define STAND_ADDRESSES 4
extern const struct apam_str stand_addresses[STAND_ADDRESSES];

/* Load the module, whatever it is; ends the check where that fails. */
const struct apam_module *stand_find(void);
/* Load and accept it; ends the check where that fails. */
void stand_load(void);

/*
 * Open an entry with the values of s->plan.  True if it is open: the caller
 * closes it.  Otherwise s->depth is not 0 where an option was refused.
 */
bool stand_open(struct stand *s);
/* Open it with the values that it had when it was closed. */
bool stand_open_again(struct stand *s);
/*
 * As stand_open; the module may refuse values, and is given others.  Fails the check
 * where none is to its liking.
 */
bool stand_open_any(struct stand *s);
void stand_close(struct stand *s);
/* Forget what answers brought: memos, and successors of the durable secret. */
void stand_refresh(struct stand *s);

/*
 * Run a step function to its end.  Of acquire, and of check where it minted
 * one, the credential is s->credential then.  `record` may be NULL.  Returns
 * the status with which it failed, or APAM_OK.
 */
enum apam_status stand_run(struct stand *s, enum op_kind kind,
    const struct answering *answering, struct record *record);

/*
 * Have it prepare and sign a request.  True if it did; else *why, which may be
 * NULL, is the reason.
 */
bool stand_sign(struct stand *s, const struct apam_request *request,
    struct record *record, struct apam_error *why);

/* Sign it, and read the body where it is rewritten. */
void stand_send(struct stand *s, const struct apam_request *request,
    struct record *record);

/* A request that was signed, while it is looked at. */
struct stand_signed {
	struct request request;
	struct apam_signing out;
	struct new_body *body;	/* as it is sent; NULL: it is the request's */
	struct apam_error error;
	enum apam_status status;
};

/* Begin to look at what it makes of a request.  True if it signed. */
bool stand_sign_begin(struct stand *s, const struct apam_request *request,
    struct stand_signed *made);
/* In any case. */
void stand_sign_end(struct stand_signed *made);

/* Have it judge an answer. */
void stand_judge(struct stand *s, const struct response *r,
    struct record *record);

/* Have it verify a response. */
void stand_verify(struct stand *s, const struct apam_request *request,
    const struct response *r, struct record *record);

/* True if the module has said a secret; `where` it did. */
bool stand_told(char *where, size_t size);

#endif
