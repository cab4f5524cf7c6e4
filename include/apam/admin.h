/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam for administrators' tools: which profiles, modules and keys there are,
 * which profile a URL would use and why, whether files are in order; archiving,
 * rotating and revoking keys.
 *
 * The contracts are those of apam.h, which this header includes.  Changing the
 * key registry needs the right to write state_dir.
 */
#ifndef APAM_ADMIN_H
#define APAM_ADMIN_H

#include "apam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Profiles --------------------------------------------------------- */

struct apam_entry_info {
	size_t size;		/* set by apam */
	const char *scheme;
	const char *control;	/* "sufficient", "required" or "optional" */
	const char *key_id;	/* or "" */
	enum apam_key_state state; /* as last found; UNKNOWN before that */
	char evidence[APAM_EVIDENCE_SIZE]; /* of ARCHIVED: by whom, when and
				   why; or "" */
	/*
	 * What the key registry makes of a signature with it: OK; ARCHIVED;
	 * UNKNOWN, where the registry cannot be read and the entry does not say
	 * on_unknown = "allow"; MEMORY.
	 */
	enum apam_status admission;
	const char *probe;	/* as "GET /version"; or "" */
	/*
	 * As in struct apam_entry_status.  Where the agent has the entry's
	 * secret, it is the agent's word, if a rule of the profile names this
	 * user; so are `state`, `evidence` and `admission` then.
	 */
	bool login_needed;
	char last_error[APAM_TEXT_SIZE]; /* or "" */
	int64_t last_error_at;	/* Unix s */
};

struct apam_profile_info {
	size_t size;		/* set by apam */
	const char *name;
	const char *file;
	const char *description; /* or "" */
	const char *ca_file;	/* PEM; NULL: the system's */
	const char *proxy;	/* URL; NULL: none */
	const char *const *origins;
	size_t origin_count;
	const struct apam_entry_info *const *entries;
	size_t entry_count;
	/*
	 * Whether the registry lets the profile sign, by the control words of
	 * its entries: OK, or the admission of the first entry that it does not
	 * let sign, which is `refused`.
	 */
	enum apam_status admission;
	unsigned refused;
	int timeout_ms;		/* the profile's deadline */
	bool allow_http;
	bool share_credentials;
	/*
	 * What is wrong; NULL: nothing.  apam_profiles: without entries, its
	 * file is in error, of which name, file and readable origins are here.
	 * apam_explain: why it does not sign the URL.
	 */
	const struct apam_error *why;
	/* To which modules may speak http as well (apam.conf(5)); may be NULL. */
	const char *const *http_addresses;
	size_t http_address_count;
	/*
	 * Variables that `apam run` sets for programs, and their values, which
	 * are placeholders for keys and no secrets.
	 */
	const char *const *run_names;
	const char *const *run_values;
	size_t run_count;
};

/*
 * Show each profile of the profile directory, by name.  Errors: CONFIG, TRUST,
 * MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_profiles(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_profile_info *profile),
    void *arg, struct apam_error *err);

/* Show one profile, as its files were last read; a list of one. */
APAM_API void apam_profile_show(struct apam_profile *profile,
    bool (*each)(void *arg, const struct apam_profile_info *profile),
    void *arg);

/*
 * Show each profile, with `why` NULL for the one that would sign `url` and the
 * reason for all others.  Errors: URL, TRUST, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_explain(struct apam *ctx,
    const char *url,
    bool (*each)(void *arg, const struct apam_profile_info *profile),
    void *arg, struct apam_error *err);

/* ---- Rules ------------------------------------------------------------ */

/*
 * What a profile's rules (`allow`, apam.conf(5)) give for a request: each is
 * more than those before it.
 */
enum apam_give {
	APAM_GIVE_NOTHING = 0,	/* the gateway alone sends it */
	APAM_GIVE_SIGNATURE = 1, /* one signature at a time */
	APAM_GIVE_HEADERS = 2,	/* headers of a credential that ends */
	APAM_GIVE_SECRET = 3	/* headers that are the secret itself */
};

/* In lower case: "nothing", "signature", ...; static, never NULL. */
APAM_API const char *apam_give_name(enum apam_give give);

/*
 * What the gift protects, and what it does not, in one sentence; static, never
 * NULL.
 */
APAM_API const char *apam_give_text(enum apam_give give);

/* What the rules give. */
struct apam_grant {
	size_t size;		/* sizeof(struct apam_grant) */
	bool served;		/* agent = "require": programs ask the agent,
				   and read no secret */
	bool ruled;		/* the profile has rules; false: any process
				   signs that can read the secrets, or where it
				   is served, root's and the agent's alone */
	bool named;		/* a rule is for the caller, whatever it fits */
	bool given;		/* a rule fits: */
	enum apam_give give;	/* what it gives */
	unsigned rule, line;	/* the rule that decides, from 1, and its line
				   in the profile's file; 0: none */
	char why_not[APAM_TEXT_SIZE]; /* why such a process may not sign, and
				   what to do; "": it may */
};

/*
 * What the rules of a profile, as its files were last read, give a caller for a
 * request.  The URL must be the profile's.  Nothing is asked of the system: the
 * caller's groups are those that are given.  Errors: USAGE, URL, ORIGIN, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_profile_grant(
    struct apam_profile *profile, const struct apam_caller *caller,
    const char *method, const char *url, struct apam_grant *grant,
    struct apam_error *err);

/* ---- Credentials ------------------------------------------------------ */

/* Where the credential of one entry stands.  Nothing here is secret. */
struct apam_entry_status {
	size_t size;		/* set by apam */
	unsigned entry;
	enum apam_status latched; /* the permanent answer; APAM_OK: none */
	/* As this process found, else as another noted (apam-registry(5)). */
	enum apam_key_state key_state;
	enum apam_status last_status; /* stays after a success; APAM_OK: there
				   was no error */
	char scheme[APAM_NAME_SIZE];
	char key_id[APAM_KEY_ID_SIZE];	/* or "" */
	char evidence[APAM_EVIDENCE_SIZE]; /* for key_state; or "" */
	char last_error[APAM_TEXT_SIZE]; /* the text for last_status; or "" */
	bool usable;		/* there is a credential that may be sent */
	bool refreshing;	/* an exchange is under way */
	uint64_t generation;	/* 0: no credential */
	int64_t acquired_at;	/* Unix s; 0: no credential */
	int64_t expires_in;	/* seconds, 0: it has; -1: never, or none */
	int64_t refresh_in;	/* seconds, 0: due; -1: never, or none */
	int64_t checked_at;	/* Unix s; 0: never */
	int64_t last_error_at;	/* Unix s */
	/*
	 * Of the durable secret that it is made with (apam-store(5)): a line
	 * such as "store:NAME, generation 7", or "" if there is none; whether
	 * it is not sent until somebody has logged in, or what it belongs to is
	 * set back; and since when that holds, in Unix s, 0 if not known.
	 */
	char stored[APAM_EVIDENCE_SIZE];
	bool login_needed;
	int64_t stored_at;
	/*
	 * What this context has done for it: requests that were sent to the
	 * provider, and those of them that got no answer; credentials that the
	 * provider gave, and attempts to get one that failed.
	 */
	uint64_t exchanges, unanswered;
	uint64_t acquired, not_acquired;
};

/*
 * The state of all entries: fills the array `entries`, whose elements have
 * `entry_size` bytes.  *reload, which may be NULL, says what is wrong with the
 * profile's changed files while the old ones hold; status APAM_OK: nothing.
 * There is no network I/O.  Errors: as apam_profile_get, and SECRET, MODULE.
 */
APAM_API APAM_CHECKED enum apam_status apam_profile_status(
    struct apam_profile *profile, struct apam_entry_status *entries,
    size_t *count, size_t entry_size, struct apam_error *reload,
    struct apam_error *err);

/* ---- The agent ------------------------------------------------------------ */

/*
 * Show what the agent (apamd(8)) has counted, as OpenMetrics text, in pieces
 * that `each` is given in their order.  The agent is asked, also where profiles
 * are not signed by it.  Errors: POLICY, where the caller is neither root nor
 * the agent's user; NETWORK, where there is no agent; TRUST, DEADLINE, INTERNAL,
 * MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_agent_metrics(struct apam *ctx,
    bool (*each)(void *arg, struct apam_str piece), void *arg,
    struct apam_error *err);

/* ---- Revoking --------------------------------------------------------- */

/* What became of one entry's credential. */
struct apam_revoke_report {
	size_t size;		/* set by apam */
	unsigned entry;
	enum apam_status status; /* what the provider said */
	const char *result;	/* the same in a word: "revoked", "nothing" (to
				   revoke), "impossible", "not revoked" or
				   "refused"; static */
	char scheme[APAM_NAME_SIZE];
	char key_id[APAM_KEY_ID_SIZE];	/* or "" */
	char text[APAM_EVIDENCE_SIZE]; /* of `status`; one line, or "" */
	char drop_text[APAM_EVIDENCE_SIZE]; /* of `drop_status`; or "" */
	bool had_credential;	/* this process had one, or could share one */
	enum apam_status drop_status; /* APAM_OK: no process goes on with one */
};

/*
 * Ask the provider to revoke the credentials of all entries, and have every
 * process of this machine drop its own, whatever the provider said.  The
 * provider is told of one credential an entry alone: the one that this process
 * holds or this user's processes share.  Those of other processes live on there
 * until they expire; the processes drop them when they next sign.  That takes
 * the right to write state_dir, and to remove what other users share;
 * `drop_status` says where it is lacking: USAGE, CONFIG, TRUST, DEADLINE,
 * INTERNAL, MEMORY.
 *
 * Fills the array `reports`, whose elements have `report_size` bytes; how many
 * it has changes nothing of what is revoked.  APAM_OK where every provider
 * confirmed or there was nothing to revoke; else the first entry's error:
 * PROVIDER, NETWORK, DEADLINE, or POLICY where a scheme has no way to revoke.
 */
APAM_API APAM_CHECKED enum apam_status apam_revoke(
    struct apam_profile *profile, int timeout_ms,
    struct apam_revoke_report *reports, size_t *count, size_t report_size,
    struct apam_error *err);

/* ---- Logging in ------------------------------------------------------- */

/*
 * Some schemes need a person to log in once: the secret that this brings is
 * apam's, which replaces it as the provider asks (apam-store(5)).  The calls
 * here do not block.  The program has the person, the browser and the socket
 * that a browser comes back to; apam makes the exchanges, and stores what they
 * bring.
 *
 *	apam_login_start(profile, &options, &login, &err);
 *	do {
 *		status = apam_login_next(login, 1000, &event, &err);
 *		... tell the person what the event says ...
 *	} while (event.kind < APAM_LOGIN_DONE);
 *	apam_login_cancel(&login);
 *
 * Until the login is done, what an earlier one stored stays as it is, and other
 * programs go on with that.  One login is used by one thread at a time.
 */
struct apam_login;		/* a login under way */

struct apam_login_options {
	size_t size;		/* sizeof(struct apam_login_options) */
	/*
	 * Where a browser comes back to: http to this machine, as
	 * "http://127.0.0.1:43123/callback" (RFC 8252, 7.3), where the program
	 * listens; or https, where a person copies the address.  No query.
	 * NULL: nowhere, and a code is the only way.
	 */
	const char *redirect_uri;
	enum apam_login_way way; /* which one the person prefers */
	int entry;		/* of the profile; -1: any that has a login */
	int timeout_ms;		/* for all of it; 0: 15 minutes */
	const char *scheme;	/* of the entry; NULL: any */
};

/*
 * Begin a login.  `options` may be NULL: any way but a browser, any entry.
 * Errors: as apam_profile_get, and SECRET, MODULE; USAGE where several entries
 * have a login, or none is as the options say, or the redirect URI is not such;
 * CONFIG where the entry's secret is not store:NAME; POLICY where its scheme has
 * no login; ARCHIVED.
 */
APAM_API APAM_CHECKED enum apam_status apam_login_start(
    struct apam_profile *profile, const struct apam_login_options *options,
    struct apam_login **login, struct apam_error *err);

enum apam_login_event_kind {
	APAM_LOGIN_WAIT = 0,	/* there is nothing to tell; ask again */
	APAM_LOGIN_SHOW = 1,	/* tell the person; the login goes on */
	/* the same, and ask: apam_login_confirm has the answer */
	APAM_LOGIN_CONFIRM = 2,
	/* the same, with a browser: apam_login_redirected when it is back */
	APAM_LOGIN_REDIRECT = 3,
	APAM_LOGIN_DONE = 4,	/* the secret is stored */
	APAM_LOGIN_FAILED = 5	/* nothing was changed */
};

/* What happens.  Strings live until the next call with this login. */
struct apam_login_event {
	size_t size;		/* sizeof(struct apam_login_event) */
	/* SHOW, CONFIRM, REDIRECT, each or "".  They have no control
	   characters, and none is a secret. */
	const char *text;	/* what to do, in one line */
	const char *url;	/* to open, or to confirm: https, or http to this
				   machine where the profile allows that */
	const char *code;	/* to enter there */
	const char *stored;	/* where the secret is kept: "store:NAME" */
	enum apam_login_event_kind kind;
	unsigned entry;		/* of the profile */
};

/*
 * What comes next, waiting for it at most `timeout_ms`; 0: not at all.  In a
 * context opened with APAM_OPEN_NO_THREAD a program that does not wait here
 * waits for apam_fd, or for apam_timeout, and calls apam_step.  Each event comes
 * once, but for the last one.  Returns APAM_OK with an event; PENDING with WAIT;
 * else why the login has FAILED: DENIED (the person or the provider said no),
 * EXPIRED, DEADLINE, NETWORK, PROVIDER, SECRET (it cannot be stored), CONFIG,
 * POLICY, ABI, MEMORY.  USAGE or MEMORY without an event: this call failed.
 */
APAM_API APAM_CHECKED enum apam_status apam_login_next(
    struct apam_login *login, int timeout_ms, struct apam_login_event *event,
    struct apam_error *err);

/* Answer CONFIRM.  A no ends the login, as DENIED.  Errors: USAGE. */
APAM_API APAM_CHECKED enum apam_status apam_login_confirm(
    struct apam_login *login, bool yes, struct apam_error *err);

/*
 * Answer REDIRECT with the address that the browser was sent back to, whole: the
 * redirect URI and a query.  Errors: USAGE where it is another address, or the
 * login does not wait for one, and the login waits on; MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_login_redirected(
    struct apam_login *login, const char *url, struct apam_error *err);

/*
 * Release a login, ended or not, and set *login to NULL.  *login may be NULL.
 * One that has not ended ends here, and changes nothing.
 */
APAM_API void apam_login_cancel(struct apam_login **login);

struct apam_logout_options {
	size_t size;		/* sizeof(struct apam_logout_options) */
	const char *scheme;	/* of the entry; NULL: any */
	int entry;		/* of the profile; -1: any that has a login */
	int timeout_ms;		/* 0: the profile's deadline */
};

/* What became of a login. */
struct apam_logout_report {
	size_t size;		/* sizeof(struct apam_logout_report) */
	const char *result;	/* what the provider said, as in struct
				   apam_revoke_report; NULL: nobody logged out */
	enum apam_status status; /* the same */
	unsigned entry;
	char scheme[APAM_NAME_SIZE];
	char stored[APAM_EVIDENCE_SIZE]; /* "store:NAME" */
	char text[APAM_EVIDENCE_SIZE]; /* of `status`; one line, or "" */
	char forget_text[APAM_EVIDENCE_SIZE]; /* of `forget_status`; or "" */
	enum apam_status forget_status; /* APAM_OK: it is gone from here */
};

/*
 * Ask the provider to revoke what a login brought, and remove that from this
 * machine, whatever the provider said: this user's programs sign with it no
 * more, within a second.  `options` may be NULL: any entry.  APAM_OK where the
 * provider confirmed, or there was nothing to revoke; else what kept it here
 * (SECRET, TRUST, CONFIG, DEADLINE), or what the provider said: PROVIDER,
 * NETWORK, DEADLINE, or POLICY where the scheme has no way to revoke.  USAGE,
 * CONFIG as apam_login_start.
 */
APAM_API APAM_CHECKED enum apam_status apam_logout(
    struct apam_profile *profile, const struct apam_logout_options *options,
    struct apam_logout_report *report, struct apam_error *err);

/* ---- The key registry ------------------------------------------------- */

/* What the agent, or a gateway that signs itself, noted of whom it signed for. */
struct apam_key_use {
	size_t size;		/* set by apam */
	const char *profile;	/* "": a gateway noted it */
	const char *program;	/* what it calls itself; or "" */
	const char *unit;	/* the system service that it is of; "": none, or
				   no rule asks for it */
	unsigned long uid;
	int64_t at;		/* the last one, Unix s */
	uint64_t count;		/* requests that were signed by the agent, which
				   are not all: see apamd(8) about pages; 0: a
				   gateway noted it */
	const char *signer;	/* the gateway's program, which says so; "": the
				   agent */
	unsigned long signer_uid; /* its user */
};

/* One key: registered, or named by a profile, or both. */
struct apam_key_info {
	size_t size;		/* set by apam */
	const char *scheme;
	const char *id;
	const char *mark;	/* tells secrets of one id apart; "": any */
	const char *description, *access; /* or "" */
	int64_t created_at;	/* when it was registered, Unix s; 0: never */
	const char *created_by;	/* or "" */
	int64_t archived_at;	/* Unix s; 0: it is not */
	const char *archived_by, *why; /* or "" */
	int64_t used_at;	/* last use, Unix s; 0: none that was noted */
	const char *use_missed;	/* why a later one may not have been noted; "":
				   there was none */
	const char *used_by;	/* program, or "" */
	unsigned long used_uid;
	/* As root's or the caller's programs found; UNKNOWN where they did not,
	   and then the evidence is what other users' programs say. */
	enum apam_key_state state;
	bool registered;
	bool profiles_known;	/* false: a secret that cannot be read may be
				   this key's */
	int64_t checked_at;	/* Unix s; 0: never */
	const char *evidence;	/* or "" */
	const char *const *profiles; /* that name it, sorted */
	size_t profile_count;
	/* Through the agent and gateways, the last one first; `used_at` counts
	   them, too. */
	const struct apam_key_use *const *uses;
	size_t use_count;
};

/*
 * Show every key of the registry and of the profiles, by id, with its uses and
 * checks as far as this user may read them.  `partial`, which may be NULL, is
 * then what kept a profile or the registry from being read: the last such
 * error.  Errors: CONFIG, TRUST, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_keys(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_key_info *key), void *arg,
    struct apam_error *partial, struct apam_error *err);

/*
 * The same of fewer keys, which is fast where there are many: those that have
 * this id, and those that profiles name.
 */
APAM_API APAM_CHECKED enum apam_status apam_keys_of(struct apam *ctx,
    const char *id, bool (*each)(void *arg, const struct apam_key_info *key),
    void *arg, struct apam_error *partial, struct apam_error *err);

/*
 * Which key: its id and, where that names several that a call could be for,
 * its scheme or the mark of its secret too.
 */
struct apam_key_name {
	size_t size;		/* sizeof(struct apam_key_name) */
	const char *id;
	const char *scheme;	/* or NULL */
	const char *mark;	/* or NULL */
};

/*
 * Register a key that a profile names, or, with `scheme`, any.  Where profiles
 * name its id with several secrets, each is registered, with a mark of its own.
 * A key that no profile names stands for any secret.  `description` and
 * `access` may be NULL.  Errors: USAGE (there is no such key, there are several,
 * or it is registered already), CONFIG, TRUST, SECRET (the mark is made of it),
 * DEADLINE (another process is changing the registry), INTERNAL, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_add(struct apam *ctx,
    const struct apam_key_name *name, const char *description,
    const char *access, struct apam_error *err);

/*
 * Say anew what a registered key is for, or what it opens.  NULL for one of
 * them leaves it as it is, and "" takes it away.  Errors: as above, but not
 * SECRET.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_describe(struct apam *ctx,
    const struct apam_key_name *name, const char *description,
    const char *access, struct apam_error *err);

/*
 * Archive a key, and register it where it is not.  Once this has returned
 * APAM_OK, no call of apam_sign that begins on this machine signs with it.
 * Where its secret cannot be read, no key of its id signs.  With `scheme`, a key
 * that nobody knows can be archived, too, while a profile cannot be read.  `why`
 * may be NULL.  Errors: as above, but not SECRET; USAGE where it is archived
 * already, of which the same holds then.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_archive(struct apam *ctx,
    const struct apam_key_name *name, const char *why, struct apam_error *err);

/*
 * Let an archived key sign again; programs that found it revoked, rejected or
 * expired try it anew.  Errors: as above.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_restore(struct apam *ctx,
    const struct apam_key_name *name, struct apam_error *err);

/*
 * Which entry of a profile, as its file is now, holds its standby key: the
 * first sufficient one behind the one in first place whose key is not archived.
 * The one in first place is the first sufficient one.  Errors: CONFIG, TRUST,
 * SECRET, MODULE, MEMORY, and POLICY where there is none.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_standby(
    struct apam_profile *profile, unsigned *entry, struct apam_error *err);

/* Which keys changed places. */
struct apam_key_rotation {
	size_t size;		/* sizeof(struct apam_key_rotation) */
	char fresh[APAM_KEY_ID_SIZE]; /* id of the one in first place now */
	/* The one that was, archived now; as struct apam_key_name has it. */
	char old[APAM_KEY_ID_SIZE];
	char old_scheme[APAM_NAME_SIZE];
	char old_mark[APAM_MARK_SIZE]; /* "": it is archived with any secret */
	unsigned old_entry, fresh_entry; /* their places before */
};

/*
 * Take the standby key into first place, by changing the profile's file, and
 * archive the key that was there.  All else in the file stays as it is.  The
 * provider is not asked.  Where it fails after the file was changed, which the
 * error's text then says, both keys work.  `why` may be NULL.  Errors: as above
 * and of apam_key_archive.
 */
APAM_API APAM_CHECKED enum apam_status apam_key_rotate(
    struct apam_profile *profile, const char *why,
    struct apam_key_rotation *rotation, struct apam_error *err);

/* ---- Users ------------------------------------------------------------ */

/*
 * Make the directory in state_dir in which programs of a user note which keys
 * they use, share credentials, and log where there is no journal.  It may be
 * there already.  Root alone can make another's.  Errors: CONFIG, TRUST.
 */
APAM_API APAM_CHECKED enum apam_status apam_user_add(struct apam *ctx,
    unsigned long uid, struct apam_error *err);

/* A user who has such a directory. */
struct apam_user_info {
	size_t size;		/* set by apam */
	unsigned long uid;
};

/*
 * Show each user whose directory the caller may read, in no order; root may
 * read all.  Errors: USAGE.
 */
APAM_API APAM_CHECKED enum apam_status apam_users(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_user_info *user), void *arg,
    struct apam_error *err);

/* A line of the audit log where it is a file. */
struct apam_audit_info {
	size_t size;		/* set by apam */
	unsigned long uid;	/* whose file it is */
	const char *line;	/* JSON as apam.conf(5) has it, or whatever that
				   user wrote */
};

/*
 * Show each line of the audit logs that are files, of all users whose
 * directories the caller may read: of one user after the other, each from the
 * oldest on.  Errors: USAGE.
 */
APAM_API APAM_CHECKED enum apam_status apam_audit_lines(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_audit_info *line), void *arg,
    struct apam_error *err);

/* ---- The registry's files --------------------------------------------- */

/*
 * What is wrong with the key registry, as people read it or as programs that
 * sign do: OK where nothing is, or there is none.  Errors: CONFIG, TRUST, with
 * what to do; MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_registry_check(struct apam *ctx,
    struct apam_error *err);

/*
 * Give the text of the registry, whole and as of one moment, to `write`, which
 * returns false where it failed.  Errors: those of apam_registry_check; USAGE
 * where there is no registry; INTERNAL where `write` failed.
 */
APAM_API APAM_CHECKED enum apam_status apam_registry_backup(struct apam *ctx,
    bool (*write)(void *arg, const char *bytes, size_t n), void *arg,
    struct apam_error *err);

/* A text that the registry is to be made from. */
struct apam_registry_text {
	size_t size;		/* sizeof(struct apam_registry_text) */
	const char *bytes;	/* NULL: the text that lies in state_dir */
	size_t count;
	const char *name;	/* what errors call it; may be NULL with that */
};

/* What becomes of one key. */
struct apam_registry_change {
	size_t size;		/* set by apam */
	bool archived;		/* it is from then on; false: it signs again */
	const char *scheme, *id;
	const char *mark;	/* of its secret, or "" */
};

/* What would become of all. */
struct apam_registry_outlook {
	size_t size;		/* sizeof(struct apam_registry_outlook) */
	bool none;		/* there is no registry yet, and nothing is lost */
	uint64_t generation;	/* of what programs go by now; 0: not known */
	uint64_t keys;		/* in the text */
	uint64_t active, archived; /* keys that sign again, or no more */
	uint64_t unnamed;	/* of the active ones: `each` cannot name them */
};

/*
 * Say what apam_registry_recover would change: show every key that would sign
 * again or no more, as far as its name can be found.  `each` may be NULL; the
 * outlook is of all keys even where it stops the list.  Where the generation is
 * 0 and it is not `none`, it is not known what is archived now.  Nothing is
 * changed.  Errors: CONFIG, where the text is not a registry, TRUST, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_registry_compare(struct apam *ctx,
    const struct apam_registry_text *text,
    bool (*each)(void *arg, const struct apam_registry_change *change),
    void *arg, struct apam_registry_outlook *outlook, struct apam_error *err);

/*
 * Make the registry from the text, as a new generation, with effect in every
 * process before this returns.  `outlook` is what apam_registry_compare said: a
 * change since then is an error, CONFIG.  Others: as apam_key_archive.
 */
APAM_API APAM_CHECKED enum apam_status apam_registry_recover(struct apam *ctx,
    const struct apam_registry_text *text,
    const struct apam_registry_outlook *outlook, struct apam_error *err);

/* ---- Modules and files ------------------------------------------------ */

struct apam_module;		/* see module.h */

/* The module of a scheme, loaded, checked.  Errors: MODULE, TRUST, MEMORY. */
APAM_API APAM_CHECKED enum apam_status apam_module_get(struct apam *ctx,
    const char *scheme, const struct apam_module **module,
    struct apam_error *err);

/* One name in the module directory. */
struct apam_module_info {
	size_t size;		/* set by apam */
	const char *scheme;
	const struct apam_module *module; /* NULL where it cannot be loaded */
	const struct apam_error *why; /* what is wrong; NULL: nothing */
};

/* Show each module of the module directory, by name.  Errors: CONFIG, TRUST,
   MEMORY. */
APAM_API APAM_CHECKED enum apam_status apam_modules(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_module_info *module),
    void *arg, struct apam_error *err);

struct apam_option;		/* see module.h */

/*
 * The options that every profile takes, but for `auth`.  Returns a table of
 * *count elements, *option_size bytes each, which is static.
 */
APAM_API const struct apam_option *apam_profile_options(
    size_t *count, size_t *option_size);

/* The same, of those that every entry takes beside its scheme's own. */
APAM_API const struct apam_option *apam_entry_options(
    size_t *count, size_t *option_size);

/* Which profile apam_lint is about to check. */
struct apam_lint_progress {
	size_t size;		/* set by apam */
	const char *name;
	size_t at, total;	/* the at-th of `total`, from 1 */
};

/* What is called with what apam_lint finds; each function may be NULL. */
struct apam_lint_to {
	size_t size;		/* sizeof(struct apam_lint_to) */
	void *arg;
	/*
	 * With every error, in order, and with every warning, which is about
	 * something that works and is most likely not meant.  A warning's
	 * status is APAM_OK.  False ends the check.
	 */
	bool (*problem)(void *arg, const struct apam_error *problem);
	/* With each profile, before it is checked.  False ends the check. */
	bool (*profile)(void *arg, const struct apam_lint_progress *progress);
};

/*
 * Check files without using them: `file`, which may be a relative path, is a
 * main or a profile file; NULL: the main file of `options`, the key registry
 * and all its profiles.  `to` may be NULL.  Loads the modules and reads the
 * secrets (exec: programs run).  What a profile names and this user may not read is
 * a warning, but for root: others may.  Returns APAM_OK where there was no error,
 * else the first one's status.
 */
APAM_API APAM_CHECKED enum apam_status apam_lint(
    const struct apam_open_options *options, const char *file,
    const struct apam_lint_to *to, struct apam_error *err);

/* A secret on its way into a file. */
struct apam_secret_file {
	size_t size;		/* sizeof(struct apam_secret_file) */
	const char *path;	/* absolute */
	struct apam_str secret;	/* as a file: reference gives it; 64 KiB */
	int64_t owner;		/* uid; -1: as it was, else this user */
	int64_t group;		/* gid that may read it, too; -1: as it was,
				   else none */
};

/*
 * Store a secret where a file: reference finds it: in place of what is there,
 * at once for all who read it, or as a new file, of mode 0600, or 0640 with a
 * group; and make the directories that are missing.  Of `options`, which may
 * be NULL, APAM_OPEN_USER alone counts.  Refuses a path that no reference would
 * trust.  Only root can name another owner, or any group.  Errors: USAGE,
 * CONFIG, TRUST, MEMORY, INTERNAL.
 */
APAM_API APAM_CHECKED enum apam_status apam_secret_store(
    const struct apam_open_options *options,
    const struct apam_secret_file *file, struct apam_error *err);

#ifdef __cplusplus
}
#endif
#endif
