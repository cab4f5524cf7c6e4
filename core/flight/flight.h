/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flight: one asynchronous run for an entry, of one or more exchanges, from
 * take-off to landing.  It only says what it waits for; the loop (loop.h)
 * moves it (moves.h), and a listener (landing.h) is told when it has landed.
 *
 *   acquire  make a credential, of secrets that are read anew if that is due
 *   prove    find out about the key: the module's check (introspection, a
 *            fresh mint, the entry's probe)
 *   revoke   tell the provider to revoke the credential
 *   logout   the same, and the entry's durable secret
 *   login    get the first value of a durable secret (login.h)
 *   store    put a durable secret on the disk, after one of the others has
 *            landed, whose lock this goes on to hold
 *
 * Only an answer about the credential is evidence.  A redirect, 403, 429, 5xx,
 * an HTML page or a network fault is evidence of nothing: unknown.
 */
#ifndef CORE_FLIGHT_FLIGHT_H
#define CORE_FLIGHT_FLIGHT_H

#include "abi/op.h"
#include "base/own_fd.h"
#include "entry/entry.h"
#include "entry/secret_renewal.h"
#include "flight/spending.h"
#include "http/client.h"

struct login;

enum flight_goal {
	FLIGHT_ACQUIRE,
	FLIGHT_PROVE,
	FLIGHT_REVOKE,
	FLIGHT_LOGOUT,
	FLIGHT_LOGIN,
	FLIGHT_STORE
};

/* What a flight waits for. */
enum flight_wait {
	FLIGHT_TRANSFER,	/* that `transfer` has ended */
	FLIGHT_SLEEP,		/* that it is `wake_at` */
	/* that flight_program can be read, or that it is `wake_at` */
	FLIGHT_PROGRAM,
	/* that its login is answered, or that it is `wake_at` */
	FLIGHT_PERSON,
	FLIGHT_LANDED		/* nothing: the results stand */
};

enum flight_stage {
	STAGE_SHARE,		/* sharing.h */
	STAGE_SECRETS,		/* renewing.h */
	STAGE_TURN,		/* begin.h */
	STAGE_RUN,		/* stepping.h */
	STAGE_STORE		/* login_run.h */
};

struct flight {
	struct flight *next;	/* the loop's */
	struct entry *entry;
	struct owner *owner;	/* held, so that the entry remains valid */
	enum flight_goal goal;
	enum flight_stage stage;
	int64_t deadline;	/* clock_ms */
	int64_t wake_at;	/* clock_ms, while it sleeps */
	struct http_transfer transfer;
	struct secret_renewal *renewal; /* STAGE_SECRETS; else NULL */
	struct secret_set *secrets; /* of the op, held; NULL: as at first */
	struct op op;
	bool has_op;
	enum flight_wait wait;	/* what it waits for */
	bool started;
	struct response r;
	int64_t begun;		/* clock_ms: when the last transfer began */
	int64_t sent;		/* clock_ms of the last exchange; 0: none */
	/* when the one that gave a credential was sent */
	int64_t minted_at;
	struct credential *with; /* in use when it took off; or NULL */
	/*
	 * The lock of the shared credential; its fd may be SHARE_BUSY or
	 * _UNUSABLE.
	 */
	struct own_fd lock;
	/* While another process holds that lock, clock_ms; 0: none does. */
	int64_t queued;		/* when the wait began */
	int64_t look_at;	/* when to look which process that is */
	int64_t alone_at;	/* when to go on without the lock */

	struct spending spending; /* of the entry's durable secret */
	struct login *login;	/* held; NULL: it is none */
	bool confirms;		/* the login waits for a yes */

	/* Results. */
	struct credential *made; /* acquired or minted; or NULL */
	struct key_finding finding; /* prove */
	bool unasked;		/* prove: no provider can be asked */
	bool astray;		/* the failure may be due to its URL */
	struct apam_error error; /* status OK: none */
	int64_t retry_after;	/* seconds the provider asked for; -1: not */
	bool shared;		/* `made` came from the shared file */
};

/*
 * A flight for an entry, whose owner it holds.  `with` may be NULL; it is
 * held.  NULL when out of memory.
 */
struct flight *flight_new(struct entry *e, enum flight_goal goal,
    struct credential *with, int64_t deadline);
/* Allowed in any state; an unfinished transfer is abandoned. */
void flight_free(struct flight **flight);

/*
 * The program of a secret that it waits for; NULL: none.  A flight ends it that
 * is freed (file/secret_exec.h).
 */
const struct secret_exec *flight_program(const struct flight *f);

/* True while it may be that a durable secret's successor is on its way. */
bool flight_is_spending(const struct flight *f);

#endif
