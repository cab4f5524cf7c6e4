/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of a profile at work: its module, the module's state, and the
 * credential that is kept for it.
 */
#ifndef CORE_ENTRY_ENTRY_H
#define CORE_ENTRY_ENTRY_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/credential.h"
#include "abi/judging.h"
#include "abi/op.h"
#include "abi/request.h"
#include "abi/services.h"
#include "base/problems.h"
#include "config/profile_conf.h"
#include "entry/credential_state.h"
#include "entry/env.h"
#include "entry/fingerprint.h"
#include "entry/flight_state.h"
#include "entry/memo.h"
#include "entry/owner.h"
#include "entry/present_secrets.h"
#include "entry/registry_state.h"
#include "entry/secrets.h"
#include "entry/stored.h"
#include "http/client.h"
#include "keys/seen.h"

struct slot;
struct file_prints;

/* What its flights did; counted by the driver, read by whoever asks. */
struct entry_counts {
	_Atomic uint64_t exchanges, unanswered; /* requests, and without answer */
	_Atomic uint64_t acquired, not_acquired; /* credentials, and attempts */
};

struct entry {
	struct env *env;
	struct owner *owner;	/* lives at least as long as the entry */
	const struct profile *profile;
	const struct profile_entry *conf;
	size_t index;
	struct http_policy policy;
	struct module *module;
	struct services services;
	struct option_values values;
	struct secrets secrets;	/* as they were at first */
	struct present_secrets *present; /* NULL: none is read anew */
	struct stored stored;	/* its durable secret */
	bool needs_prepare;	/* the module wants to see each request */
	struct apam_options options; /* the module's view of the values */
	void *state;		/* the module's */
	/* held if the module allows one call an entry at a time */
	pthread_mutex_t calls;
	/* What the module keeps of answers; NULL when memory ran out. */
	struct memos *memos;
	/* What its module last signed with; guarded by a lock of its own. */
	struct pair_cache pairs;

	/* flight/notify.c. */
	_Atomic int64_t use_told; /* clock_ms */
	/* Guarded by the context's lock. */
	int64_t check_told;	/* Unix s */
	bool recalled;		/* what earlier processes noted has been read */
	bool seen_own;		/* `seen` is about this entry's secret */
	char seen[SEEN_TEXT];	/* which secret of the key was seen to work */

	struct slot *slot;	/* its profile's slot; NULL: none yet */
	struct entry_counts counts;

	/* Guarded by the context's lock, too. */
	struct credential_state credential; /* what is held */
	struct registry_state registry; /* what the registry says of the key */
	struct flight_state flight; /* the flight under way, and its waiters */
};

/* What an entry is opened with; all of it is the owner's. */
struct entry_place {
	struct env *env;
	struct owner *owner;
	const struct profile *profile;
	size_t index;		/* in its `auth` list */
	struct file_prints *watch;	/* notes the files of secrets */
	/* limit for reading the secrets, clock_ms; 0: none */
	int64_t deadline;
	bool withheld;		/* the agent has the secrets: none is read */
};

/*
 * Open an entry: load its module, check its options, read its secrets, make
 * the module's state.  False with problems added if anything is wrong; *e is
 * then closed.  Where secrets are withheld, it can judge answers and name its
 * key, and nothing else.
 */
bool entry_open(struct entry *e, const struct entry_place *place,
    struct problems *all);

/*
 * The first part of it, to find out which key it names: load the module and
 * check the options.  Its secrets are then still references and
 * there is no state; entry_read_secrets makes values of them.
 */
bool entry_read(struct entry *e, const struct entry_place *place,
    struct problems *all);
bool entry_read_secrets(struct entry *e, struct problems *all);

/*
 * The fingerprint of its scheme, options and secrets.  It is made when asked
 * for, and not kept, as few processes need it.  Errors as of fingerprint_of.
 * The caller wipes it.
 */
enum apam_status entry_fingerprint(const struct entry *e,
    unsigned char to[FINGERPRINT_SIZE], struct apam_error *err);

/*
 * True if scheme, options and secrets are the same: the credential of one
 * serves the other.
 */
bool entry_same(const struct entry *a, const struct entry *b);

/* Take over what `old` knows.  With the context's lock held. */
void entry_inherit(struct entry *e, const struct entry *old);

/*
 * Count from where the entry at its place in the profile's list has come to,
 * even if that is another one: people see places.
 */
void entry_go_on_counting(struct entry *e, const struct entry *old);

/* What it has counted, in *to. */
void entry_show_counts(const struct entry *e, struct apam_entry_status *to);

/* What is known of its durable secret, in *to; nothing where it has none. */
void entry_show_stored(const struct entry *e, struct apam_entry_status *to);

/*
 * Its secrets are others now: what was seen of the key was of the old ones, and
 * a key that was refused is tried anew.  With the context's lock held.
 */
void entry_secrets_changed(struct entry *e);

/*
 * Forget the credential in this process; what a flight under way brings is not
 * used either.  A key that was found dead is tried anew.  With the context's
 * lock held.
 */
void entry_drop(struct entry *e);

/* Wipe and free.  A zeroed entry is allowed. */
void entry_close(struct entry *e);

/*
 * The entry as logs and messages number it, from 1.  Reports of the public
 * calls count from 0, as the index of an array.
 */
static inline size_t
entry_number(const struct entry *e)
{
	return e->index + 1;
}

/* True if it was opened without its secrets, which the agent has. */
static inline bool
entry_is_withheld(const struct entry *e)
{
	return e->secrets.withheld;
}

/* Where its durable secret is kept. */
struct stored_base entry_store(const struct entry *e);

/*
 * True if its credential is shared by the processes of one user: the profile
 * asks for it, or it is made with a durable secret, which each of them would
 * have to spend for one of its own.  A key in an OpenSSL store is not a secret that
 * the file of a shared credential could be sealed with.
 */
static inline bool
entry_shares(const struct entry *e)
{
	return (e->profile->share_credentials && !e->secrets.some_elsewhere) ||
	    stored_is(&e->stored);
}

/*
 * The value of the option that names the key, with a NUL after it; empty where
 * there is none.
 */
struct apam_str entry_key_id(const struct entry *e);

/*
 * Copy its scheme and key id, as far as they fit, to reports.  `scheme` has
 * room for APAM_NAME_SIZE, `key_id` for APAM_KEY_ID_SIZE bytes.
 */
void entry_name_key(const struct entry *e, char *scheme, char *key_id);

/*
 * Add the entry's secret as one text, which marks are made of: the bytes of
 * each SECRET that is set, in the table's order, each after its length in 8
 * bytes, least first; of one that passes its reference.  Nothing where it has
 * none.  False without room.
 */
#define ENTRY_SECRET_MAX (1024 * 1024)
bool entry_key_secret(const struct entry *e, struct buf *to);

/*
 * Let the module prepare and then sign one request, adding to *out, which
 * starts empty.  Query parameters that it adds are in the request at once.
 * All is checked; anything illegal fails closed.  Errors: what the module
 * refused with, HEADER, URL, ABI, MEMORY.
 */
enum apam_status entry_prepare(struct entry *e, struct request *request,
    struct apam_signing *out, struct apam_error *err);
enum apam_status entry_sign(struct entry *e, const struct credential *c,
    struct request *request, struct apam_signing *out, struct apam_error *err);

/* Make the headers of a new credential where they never change. */
enum apam_status entry_render(struct entry *e, struct credential *c,
    struct apam_error *err);

/*
 * The module's verdict on an answer; *reason is never NULL.  What the module
 * keeps of it is kept for answer->origin, or dropped where that is empty, and
 * for the user who says so to the agent; 0: for this process.
 */
enum apam_verdict entry_judge(struct entry *e,
    const struct apam_answer_view *answer, uint32_t user, const char **reason);

/*
 * The version of this process's memo for an origin, which is a string; 0: there
 * is none.
 */
uint64_t entry_memo_version(const struct entry *e, const char *origin);

/*
 * Begin a run of the module's step function.  `credential` is what the run is
 * about, or NULL; it must outlive the op.  Its secrets are those that were read
 * at first; op->secrets may be set to the present ones.
 */
void entry_init_op(struct entry *e, struct op *op, enum op_kind kind,
    const struct credential *credential);

/*
 * True if the module's check would ask somebody.  Otherwise nothing can be
 * found out about its key but by the answers to signed requests.
 */
bool entry_asks(struct entry *e);

/*
 * Take and release the lock that the module's thread model asks for, around
 * each of its calls.
 */
void entry_enter(struct entry *e);
void entry_leave(struct entry *e);

#endif
