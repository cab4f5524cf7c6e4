/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam for host programs: sign outgoing HTTP requests as the administrator
 * configured it.
 *
 *	struct apam *ctx;
 *	struct apam_profile *profile;
 *	struct apam_error err = APAM_ERROR_INIT;
 *	struct apam_signature sig = APAM_SIGNATURE_INIT;
 *	struct apam_request req = APAM_REQUEST("GET", url);
 *
 *	apam_open(NULL, &ctx, &err);
 *	apam_profile_get(ctx, "7signal", &profile, &err);
 *	apam_sign(profile, &req, &sig, &err);
 *	... send sig.url with sig.headers, then apam_judge() the answer ...
 *	apam_signature_release(&sig);
 *
 * Tools for administrators include admin.h, programs that send by libcurl
 * curl.h.
 *
 * Contracts, stated once:
 *   NULL       It is forbidden wherever it is not mentioned.  Every `err` may
 *              be NULL.  After a failure it holds the detail; after success it
 *              is cleared.
 *   structs    Each begins with `size`: how many bytes of it its maker knows.
 *              Set a struct of yours to zero and its size to sizeof of itself,
 *              or use the macro beside it.  apam writes no byte after that size.
 *              What apam shows you has its size from apam.  An array that apam
 *              fills comes with the size of one element.  So a program works
 *              with an older and with a newer library than the one it was
 *              built for.  A member that is zero means what it meant before
 *              there was that member.  A member that you set and the library
 *              does not know is an error, USAGE; it is never ignored.  An
 *              older library may lack a member.  In structs that it shows you,
 *              ask APAM_HAS first.  In structs that it fills for you, the
 *              member stays zero.  Views (apam_str) and headers (apam_header)
 *              have no size and never change.
 *   lists      Either apam fills an array of yours.  Before the call *count is
 *              the room of the array, which may be NULL if that is 0; after it,
 *              *count is the number of elements that exist.  Or apam calls
 *              your `each` with a pointer to what it shows, which lives until
 *              `each` returns; false stops the list.
 *   ownership  Out parameters are set on success and cleared on failure.  Text
 *              passed in is copied where it is kept.
 *   threads    A context and its profiles may be used by any threads at once;
 *              a signature or a call under way by one thread at a time.  A
 *              context starts a thread of its own with the first exchange
 *              that it makes, unless APAM_OPEN_NO_THREAD forbids it.
 *   cancelling A thread may be cancelled while it is in a call.  That takes
 *              effect after the call.  The call itself ends as if it had not
 *              been cancelled.
 *   fork       Parent and child both go on with a context.  The child keeps
 *              the credentials and makes its own connections and thread.  It
 *              cancels non-blocking calls under way and starts them anew.
 *   closing    A program may close descriptors that are not its own, as
 *              daemons do, while none of its threads is in a call.  apam makes
 *              new ones; ask for apam_fd again then.
 *   time       Durations are milliseconds on a clock that runs through
 *              suspend.  Points in time are Unix seconds.
 *   blocking   Only calls that take a timeout wait for the network.  A call
 *              that first uses a profile, or finds its files changed, reads
 *              them, and runs the programs of exec: secrets, which a timeout
 *              ends as well.
 *   entries    Entries of a profile are numbered from 0.  Logs, messages and
 *              the program apam count them from 1.
 *   secrets    A signature holds the credential: release it soon.  Nothing
 *              else that these calls give out holds a secret.
 */
#ifndef APAM_APAM_H
#define APAM_APAM_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct apam;			/* a context: one configuration, its modules */
struct apam_profile;		/* a profile; lives as long as its context */

/*
 * True where the struct that `shown` points to has this member: the library
 * knows it.
 */
#define APAM_HAS(shown, member)                                                \
	((size_t)((const char *)(&(shown)->member + 1) -                       \
	    (const char *)(shown)) <= (shown)->size)

/*
 * The version of the library that the program found, as "0.1.0"; static.
 * APAM_VERSION_NUMBER (types.h) is that of the headers it was built with.
 */
APAM_API const char *apam_version(void);

/* ---- Errors ----------------------------------------------------------- */

/*
 * The detail of a failure, in the caller's memory.  It never holds a secret.
 * A call whose `err` lacks its size returns USAGE and does nothing else.
 */
struct apam_error {
	size_t size;		/* sizeof(struct apam_error) */
	enum apam_status status;
	char text[APAM_TEXT_SIZE]; /* one line, no newline; "" after success */
	char file[APAM_TEXT_SIZE]; /* or "" */
	char profile[APAM_NAME_SIZE]; /* or "" */
	unsigned line;		/* in `file`, from 1; 0: none */
	int entry;		/* index in the profile's auth list; -1: none */
	int64_t retry_at;	/* Unix s: the provider is left alone until then,
				   and the same call fails alike; 0: not said */
};

#define APAM_ERROR_INIT                                                        \
	{                                                                      \
		sizeof(struct apam_error), APAM_OK, "", "", "", 0, -1, 0       \
	}

/* The name of a status, as "APAM_E_ORIGIN"; "APAM_E_?" for an unknown one. */
APAM_API const char *apam_status_name(enum apam_status status);

/* What a status means, in a few words; static, never NULL. */
APAM_API const char *apam_status_text(enum apam_status status);

/* In lower case: "accepted", "rejected", ...; static, never NULL. */
APAM_API const char *apam_verdict_name(enum apam_verdict verdict);

/* In lower case: "good", "revoked", ...; static, never NULL. */
APAM_API const char *apam_key_state_name(enum apam_key_state state);

/* ---- Context ---------------------------------------------------------- */

enum apam_open_flag {
	/*
	 * Trust files of the effective user as well as root's.  This is for a
	 * user's own configuration, never for a program that acts for others.
	 */
	APAM_OPEN_USER = 0x1,
	/*
	 * Start no thread: the host drives the work itself, by apam_step or by
	 * any call that takes a timeout.
	 */
	APAM_OPEN_NO_THREAD = 0x2,
	/*
	 * Take out of the environment what lets others read TLS, or changes
	 * which servers it believes: SSLKEYLOGFILE, SSL_CERT_FILE,
	 * SSL_CERT_DIR, CURL_CA_BUNDLE; unless the main file says
	 * `tls_environment = true`.  This is for tools, which any shell may
	 * start.  Open before there are other threads and before libcurl is
	 * used.
	 */
	APAM_OPEN_NO_TLS_ENVIRONMENT = 0x4
};

struct apam_open_options {
	size_t size;		/* sizeof(struct apam_open_options) */
	const char *config;	/* main file, a relative path too; NULL:
				   $APAM_CONFIG (ignored in set-id programs),
				   else /etc/apam.conf */
	unsigned flags;		/* of enum apam_open_flag */
	enum apam_log_level log_level; /* 0: nothing is logged */
	/*
	 * Called for each log line of at most `log_level`; NULL: nothing is
	 * logged.  It may be called from any thread, with locks held, so it
	 * may neither fork nor call apam.
	 */
	void (*log)(void *arg, enum apam_log_level level, const char *line);
	void *log_arg;
};

/*
 * Read the main configuration.  Profiles and modules are read when they are
 * first used.  `options` may be NULL.  Errors: USAGE, CONFIG, TRUST, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_open(
    const struct apam_open_options *options, struct apam **ctx,
    struct apam_error *err);

/*
 * Free a context, its profiles and credentials, and set *ctx to NULL.  *ctx may
 * be NULL.  Exchanges under way are dropped and the thread ends.  No other call
 * may be using the context; cancel calls under way first.
 */
APAM_API void apam_close(struct apam **ctx);

/*
 * The directory that an option names: "module_dir", "profile_dir" or
 * "state_dir"; NULL for another option.  It lives as long as the context.
 */
APAM_API const char *apam_directory(
    const struct apam *ctx, const char *option);

/* ---- Profiles --------------------------------------------------------- */

/*
 * The profile of a name, read and checked at the first call.  Its modules are
 * loaded and its secrets read when it first signs; where the agent alone signs
 * for it, no secret is read, and modules are loaded when an answer is first
 * judged.  From then on apam follows its files: it looks at them once a second at
 * most, and takes all changes or none.  Errors: NO_PROFILE, CONFIG, TRUST, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_profile_get(struct apam *ctx,
    const char *name, struct apam_profile **profile, struct apam_error *err);

/*
 * The profile whose origin holds `url`; the longest path wins.  Where its file
 * is in error, what is wrong with it: `url` is not for sending unsigned.  The first call reads all profiles.  Later
 * calls look at their files once a second at most, and once more for a URL that
 * no profile held; all others answer from memory.  So a change is found within
 * a second.  Errors: URL, NO_PROFILE, TRUST, CONFIG, MEMORY; CONFIG also where
 * two profiles claim the URL alike.
 */
APAM_API APAM_CHECKED enum apam_status apam_profile_find(struct apam *ctx,
    const char *url, struct apam_profile **profile, struct apam_error *err);

/* Its name; lives as long as the profile. */
APAM_API const char *apam_profile_name(const struct apam_profile *profile);

/*
 * True if the profile's context was opened without APAM_OPEN_NO_THREAD.
 * apam_sign_start then fails with USAGE.
 */
APAM_API bool apam_profile_has_thread(const struct apam_profile *profile);

/* ---- Signing ---------------------------------------------------------- */

/* Somebody who sends a request, or would. */
struct apam_caller {
	size_t size;		/* sizeof(struct apam_caller) */
	unsigned long uid;
	const unsigned long *gids; /* all groups of the process; may be NULL */
	size_t gid_count;
	const char *unit;	/* the system service, whole; NULL: none */
	/*
	 * 1: the host vouches that `uid` and `gids` are this process's own, the
	 * effective ones, and the kernel is not asked.  The caller may then do
	 * what the process may, so it is 0 for anybody else.
	 */
	uint64_t own;
};

struct apam_request {
	size_t size;		/* sizeof(struct apam_request) */
	const char *method;
	const char *url;	/* absolute; a fragment is dropped */
	const struct apam_header *headers; /* that the host will send, or NULL */
	size_t header_count;
	int timeout_ms;		/* 0: the profile's deadline */
	const struct apam_body *body; /* NULL: the request has none */
	/*
	 * For a gateway, which sends the request of another process: who that
	 * is.  The profile's rules (`allow`, apam.conf(5)) then decide for that
	 * caller, and any gift will do; a profile without rules is for root and
	 * this process's own user.  Where the agent signs, it decides, and a
	 * rule has to call this process's user a gateway.  NULL: this process
	 * asks for itself.
	 */
	const struct apam_caller *caller;
};

#define APAM_REQUEST(method, url)                                              \
	{                                                                      \
		sizeof(struct apam_request), (method), (url), NULL, 0, 0,      \
		    NULL, NULL                                                 \
	}

/*
 * A TLS client certificate, and its key, that a request is to be sent with.  It
 * lives as long as the signature.  The key is a secret.
 */
struct apam_client_certificate {
	size_t size;		/* set by apam */
	/*
	 * Of the pair: another one, or one that was read anew, has another.
	 * Neither a connection nor a TLS session of one version may serve
	 * another one, nor a request without a certificate.  `certificate` has
	 * it as a line of its own, so that HTTP clients that compare the bytes
	 * need not be told.
	 */
	uint64_t version;
	struct apam_str certificate; /* PEM, with what follows in its file */
	struct apam_str key;
	const char *key_type;	/* "PEM", or "DER": PKCS #8 */
	const char *passphrase;	/* of the key; "": none */
	const char *file;	/* where these were read from, for messages; */
	const char *key_file;	/* NULL: not a file */
};

/*
 * What to send.  `store` may point to memory of the caller's, aligned as struct
 * apam_header, that is used before any is allocated.  With about 1 KiB and the
 * size of the credential, apam_sign takes no lock, makes no allocation and no
 * system call where the signature depends on nothing but a cached credential.
 */
struct apam_signature {
	size_t size;		/* sizeof(struct apam_signature) */
	char *store;		/* in: or NULL */
	size_t store_size;	/* in: bytes */

	const char *url;	/* to send to: the request's, with parameters
				   added where the scheme adds any */
	const struct apam_header *headers; /* to add, in place of the host's
				   own of that name; values end in NUL */
	size_t header_count;
	const struct apam_str *covered; /* names of headers that must go out
				   as they were signed */
	size_t covered_count;
	uint64_t generation;	/* of the credential, for apam_judge */
	uint64_t credential;	/* stays while the same secret signs, also
				   where its key was checked meanwhile */
	unsigned entries;	/* bit i: entry i contributed */
	void *owned;		/* the library's */
	size_t used;		/* the library's: bytes of `store` */
	const char *method;	/* the request's */
	uint64_t memo;		/* the version of what the entries had kept of
				   earlier answers, such as a nonce; 0: none */
	uint64_t verifies;	/* bit i: entry i verifies the answer, which is
				   not to be believed before apam_verify_end */
	const struct apam_client_certificate *certificate; /* to send it with;
				   NULL: none */
	/*
	 * The body to send in place of the request's, which the scheme rewrites,
	 * as in chunks that are signed each; NULL: the request's own.  It is a
	 * READER and says its length; its `read` gives what comes next, or
	 * begins again at offset 0, and calls the `read` of the request's body.
	 * One thread at a time; until the signature is released, which then is
	 * to happen before its context is closed.
	 */
	const struct apam_body *body;
};

#define APAM_SIGNATURE_INIT                                                    \
	{                                                                      \
		sizeof(struct apam_signature), NULL, 0, NULL, NULL, 0, NULL,   \
		    0, 0, 0, 0, NULL, 0, NULL, 0, 0, NULL, NULL                \
	}

/*
 * Sign a request: check that it is the profile's, get a credential where none
 * is valid (network I/O, within the timeout), and make the headers.  A refresh
 * ahead of expiry is started and not waited for.  A provider that failed is
 * left alone for a while: until then the same error comes again, at once,
 * unless a credential is still valid.  What `signature` held is released first.
 * The request must stay as it is until the signature is released.  Nothing is
 * signed on failure.  Errors: all classes, never PENDING.
 */
APAM_API APAM_CHECKED enum apam_status apam_sign(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature,
    struct apam_error *err);

/*
 * Wipe and free what it holds; size, store and store_size stay.  The signature
 * may be empty.
 */
APAM_API void apam_signature_release(struct apam_signature *signature);

/*
 * Why `read` of signature->body returned -1, in *err; APAM_OK: it did not.
 * Errors: USAGE, where the request's own body failed, and what the scheme says.
 */
APAM_API APAM_CHECKED enum apam_status apam_body_failure(
    const struct apam_signature *signature, struct apam_error *err);

/* ---- Sending ---------------------------------------------------------- */

/*
 * How the administrator wants a request to travel.  It stays as it is until it
 * is released, whatever files change.  Release it before its context is closed.
 */
struct apam_transport {
	size_t size;		/* sizeof(struct apam_transport) */
	const char *ca_file;	/* PEM; NULL: the system's */
	const char *proxy;	/* URL; NULL: none, whatever the environment
				   says */
	size_t body_max;	/* bytes of a response to keep for apam_judge */
	int timeout_ms;		/* the profile's deadline */
	bool allow_http;	/* http to this machine as well; else https */
	void *owned;		/* the library's */
};

#define APAM_TRANSPORT_INIT                                                    \
	{                                                                      \
		sizeof(struct apam_transport), NULL, NULL, 0, 0, false, NULL   \
	}

/*
 * The way for a request to `url`, as of the files that the profile was last read
 * from.  A proxy is there for https to other machines alone.  `transport` holds
 * nothing before.  Errors: USAGE, URL.
 */
APAM_API APAM_CHECKED enum apam_status apam_transport_get(
    struct apam_profile *profile, const char *url,
    struct apam_transport *transport, struct apam_error *err);

/* Let go of what it holds, which may be nothing. */
APAM_API void apam_transport_release(struct apam_transport *transport);

/*
 * True for a header that says the destination or the length of a request, or is
 * of one connection (RFC 9110, 7.2, 7.6.1, 8.6; RFC 9112, 6): Host,
 * Content-Length, Transfer-Encoding, Connection, Expect, TE, Upgrade, ...  The
 * sender sets these itself and takes them from nobody.
 */
APAM_API bool apam_header_is_framing(struct apam_str name);

/* What the host's HTTP client knows of a request that got no answer. */
struct apam_failure {
	size_t size;		/* sizeof(struct apam_failure) */
	int code;		/* as libcurl-errors(3) numbers it */
	const char *url;	/* of the request; NULL: not known */
	const char *proxy;	/* URL of the one in between; NULL or "": none */
	bool resolved;		/* the address of the host, or proxy, was found */
	bool connected;		/* a connection was made */
	bool ready;		/* the connection was ready, TLS included, but
				   no answer came */
	int system_error;	/* errno of the connection; 0: not known */
	unsigned proxy_status;	/* of HTTP, what the proxy said; 0: nothing */
	bool openssl;		/* TLS is OpenSSL's; false: not known */
	long verify_result;	/* where it is: X509_V_ERR_... */
	const char *detail;	/* what the TLS library said, or NULL; it is
				   compared and not shown */
	const char *what;	/* the client's text for `code`, or NULL; shown
				   where apam has none */
};

/*
 * Say in *err what went wrong, in the words that apam has for exchanges of its
 * own: which host, one cause, what to do.  Returns the status that it sets:
 * NETWORK, DEADLINE, PROVIDER (not HTTP), CONFIG (certificates), INTERNAL,
 * MEMORY, USAGE; APAM_OK where `code` is 0.
 */
APAM_API APAM_CHECKED enum apam_status apam_failure_explain(
    const struct apam_failure *failure, struct apam_error *err);

/* ---- Answers ---------------------------------------------------------- */

/* The API's response to a signed request. */
struct apam_answer {
	size_t size;		/* sizeof(struct apam_answer) */
	unsigned status;	/* of HTTP, 100 to 999 */
	const struct apam_header *headers;
	size_t header_count;
	struct apam_str body;	/* as far as the host has it, or empty */
};

/*
 * Some providers sign their answers.  Where `verifies` of a signature is not 0,
 * give the answer to these three calls, and use nothing of it, nor judge it,
 * before apam_verify_end has returned APAM_OK: the body of an answer that was
 * changed on its way may be right up to the last byte.
 */
struct apam_verify;		/* an answer being verified */

/*
 * Begin, once the head of the answer is there, of which a copy is made; its body
 * is left empty here.  `request` is what was signed; it and the signature stay as
 * they are until the end.  `verify` is set to NULL where no entry verifies the
 * answer, and may be NULL in the other two calls.  Errors: NOT_AUTHENTIC, where
 * the profile has changed so much that nobody can tell, or where there are more
 * than 256 headers; USAGE, MEMORY.
 */
APAM_API APAM_CHECKED enum apam_status apam_verify_start(
    struct apam_profile *profile, const struct apam_request *request,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_verify **verify, struct apam_error *err);

/*
 * Take in the next bytes of the body, as they were sent, without the framing of
 * chunks.  After a failure the answer is not to be used; end the call all the
 * same.  Errors: POLICY, where OpenSSL's configuration does not allow the hash
 * that is needed; MEMORY, INTERNAL, USAGE.
 */
APAM_API APAM_CHECKED enum apam_status apam_verify_body(
    struct apam_verify *verify, struct apam_str bytes, struct apam_error *err);

/*
 * End the call, and set *verify to NULL.  APAM_OK: the answer is the
 * provider's, and whole.  `whole` is false where its body did not come to an
 * end, which is never OK.  Where the agent signed it is asked, within the
 * request's timeout.  Errors: NOT_AUTHENTIC, ABI, MEMORY, what an earlier call
 * returned, and what keeps the agent from answering.
 */
APAM_API APAM_CHECKED enum apam_status apam_verify_end(
    struct apam_verify **verify, bool whole, struct apam_error *err);

struct apam_judgement {
	size_t size;		/* sizeof(struct apam_judgement) */
	enum apam_verdict verdict;
	bool replay;		/* to sign again is worth it: see apam_judge */
	int64_t retry_at;	/* throttled until (Unix s); 0: not said */
	const char *reason;	/* static */
};

/*
 * What an answer says of the credential.  A rejected credential is not used
 * again: the next apam_sign acquires a new one or checks.  Processes that share
 * it lose it, too.  This call makes no network I/O.
 *
 * Where `replay` is true, sign once more, and send that where its credential,
 * its entries or its memo are others: what is the same gets the same answer.
 * CHALLENGED says that the credential is good, and that the request is to be
 * signed with what the answer carried, such as a nonce; `replay` is then true if
 * that is news for the signature.  Send a request again at most three times
 * after that verdict, and once after others.  What is not idempotent (RFC 9110,
 * 9.2.2) is not sent again after a redirect, because the request may already
 * have taken effect.  Errors: USAGE.
 */
APAM_API APAM_CHECKED enum apam_status apam_judge(
    struct apam_profile *profile, const struct apam_signature *signature,
    const struct apam_answer *answer, struct apam_judgement *judgement,
    struct apam_error *err);

/* ---- Checking --------------------------------------------------------- */

/* What is known of one entry's key. */
struct apam_key_report {
	size_t size;		/* set by apam */
	unsigned entry;
	enum apam_key_state state;
	int64_t checked_at;	/* Unix s */
	char scheme[APAM_NAME_SIZE];
	char key_id[APAM_KEY_ID_SIZE];	/* or "" */
	char evidence[APAM_EVIDENCE_SIZE]; /* one line */
	enum apam_status why;	/* unknown: what went wrong; or APAM_OK */
};

/*
 * Ask the provider about the keys of all entries: introspection, a fresh mint
 * or the probe, as module and profile say.  Fills the array `reports`, whose
 * elements have `report_size` bytes.  The size of the array does not change
 * which keys are checked.  A key that is not good is not an error here.  If a
 * key is good and a permanent error kept its entry from signing, the entry
 * signs again.  Errors: NO_PROFILE, CONFIG, TRUST, SECRET, MODULE, MEMORY, and
 * what is wrong with a credential that was minted.
 */
APAM_API APAM_CHECKED enum apam_status apam_check(
    struct apam_profile *profile, int timeout_ms,
    struct apam_key_report *reports, size_t *count, size_t report_size,
    struct apam_error *err);

/* ---- Without blocking ------------------------------------------------- */

/*
 * For contexts opened with APAM_OPEN_NO_THREAD.  Start a call; while it is
 * pending wait for apam_fd to be readable or for apam_timeout, call apam_step,
 * and ask for the call's result.  A refresh needs apam_step as well, also while
 * no call is under way: keep the descriptor in the set.
 */
struct apam_call;		/* a call under way */

/*
 * apam_sign that does not wait.  APAM_OK: signed at once, *call is NULL.
 * APAM_E_PENDING: *call is under way; request, signature and what they point
 * to must stay until it ends.  The timeout counts from here.  Other errors: as
 * apam_sign, and USAGE where a thread drives the context.
 */
APAM_API APAM_CHECKED enum apam_status apam_sign_start(
    struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_call **call,
    struct apam_error *err);

/* The same of apam_verify_end. */
APAM_API APAM_CHECKED enum apam_status apam_verify_end_start(
    struct apam_verify **verify, bool whole, struct apam_call **call,
    struct apam_error *err);

/*
 * APAM_E_PENDING, or how the call ended; APAM_OK: the signature is made.  A
 * call that has ended is still to be released, by apam_call_cancel.
 */
APAM_API APAM_CHECKED enum apam_status apam_call_result(
    struct apam_call *call, struct apam_error *err);

/* Release a call, ended or not, and set *call to NULL.  *call may be NULL. */
APAM_API void apam_call_cancel(struct apam_call **call);

/*
 * A descriptor that is readable when apam_step has work; -1: none to be had.
 * It stays the context's.  Ask for it again in a child after fork, and after
 * closing it.
 */
APAM_API int apam_fd(struct apam *ctx);

/* Milliseconds until apam_step or a call's deadline is due; -1: never. */
APAM_API int apam_timeout(struct apam *ctx);

/* Do what can be done without waiting.  Nothing where a thread does it. */
APAM_API void apam_step(struct apam *ctx);

#ifdef __cplusplus
}
#endif
#endif
