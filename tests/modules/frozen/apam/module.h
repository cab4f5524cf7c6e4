/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI between apam's core and a module.
 *
 * A module implements one authentication scheme.  It is a shared object named
 * after the scheme that exports one constant, `apam_module_1`, and nothing
 * else.  It does no I/O: acquire, check, revoke and login are step functions
 * that describe an HTTP exchange and are called again with its response.
 *
 * Contracts, stated once:
 *   versions   Structs that may grow start with their size and only grow at
 *              the end; arrays of them come with the size of an element.  The
 *              others are marked "It never grows".  A module works with every
 *              core of the same major, older or newer.  A member or service
 *              that is not in ABI 1.0 says so, and a module asks for it first
 *              (APAM_HAS_SERVICE).  What a module sets and the core does not
 *              know, as a flag or a trait, is refused when it is loaded.
 *   numbers    Functions return int32_t: an enum apam_status, apam_step or
 *              apam_verdict, as they say.
 *   ownership  Whoever allocates frees.  What the core passes in lives until
 *              the call returns, options and services until `close`.
 *              Results go into builders that the core owns.
 *   builders   Builder calls return nothing and remember their first failure,
 *              which then ends the whole operation.
 *   services   Each takes the services as its first argument.  A module keeps
 *              that pointer in its state.  A call that takes an op, a signing
 *              or a judging is for the call in which the module was given it.
 *   secrets    A text from text_new is memory that is wiped when freed.  Never
 *              log a secret, nor put one in an error text: the core puts stars
 *              in the place of an entry's own, as far as it finds them.
 *   threads    As the module's trait says; `open` and `close` of one entry
 *              never run beside its other calls.
 *   time       Points in time are Unix milliseconds; durations say their unit.
 *   NULL       Forbidden wherever it is not mentioned.
 *   texts      One line, UTF-8, cut to 255 bytes.  Never echo a response: it
 *              may hold a secret.
 *
 * scheme.h has functions that most schemes need; they are source, and no part
 * of the ABI.
 */
#ifndef APAM_MODULE_H
#define APAM_MODULE_H

#include "types.h"

#ifndef APAM_CDEF
#include <stdarg.h>
#include <stdio.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define APAM_MODULE_MAGIC 0x4d415041U	/* "APAM", little endian */
#define APAM_ABI_MAJOR 1
#define APAM_ABI_MINOR 0

/* Core-owned handles. */
struct apam_text;		/* a text being built */
struct apam_key;		/* a key that may be used and not be seen */
struct apam_signing;		/* the signature being made */
struct apam_judging;		/* the judgement being made */
struct apam_verifying;		/* the response being verified */
struct apam_rewriting;		/* the body being rewritten */

/* ---- Options ---------------------------------------------------------- */

enum apam_option_type {
	APAM_OPT_STRING = 1,	/* not empty, no control characters */
	APAM_OPT_SECRET = 2,	/* in files a reference, in values its bytes */
	APAM_OPT_URL = 3,	/* https, or http to an allowed loopback */
	APAM_OPT_INTEGER = 4,	/* min..max */
	APAM_OPT_DURATION = 5,	/* "90s", "15m", "8h", "30d"; in seconds */
	APAM_OPT_BOOLEAN = 6,
	APAM_OPT_CHOICE = 7,	/* one of `choices`; num is its index */
	APAM_OPT_LIST = 8,	/* of distinct strings, at least one */
	APAM_OPT_MAP = 9,	/* of free names to strings */
	APAM_OPT_GROUP = 10,	/* of the options in `members` */
	APAM_OPT_GROUPS = 11,	/* a list of such groups */
	APAM_OPT_KEY = 12,	/* in files a reference, in values a handle */
	APAM_OPT_PATH = 13	/* an absolute path; the core opens it */
};

enum apam_option_flag {
	APAM_OPT_REQUIRED = 0x1,
	/* STRING: its value names the key in the registry; one at most. */
	APAM_OPT_KEY_ID = 0x2,
	/* SECRET: it may have several lines. */
	APAM_OPT_LINES = 0x4,
	/*
	 * SECRET, and KEY that is SYMMETRIC: it may hold any bytes; none is cut
	 * off at its end.
	 */
	APAM_OPT_BINARY = 0x8,
	/*
	 * SECRET, one at most and in no group: exchanges replace it, as a
	 * refresh token that rotates.  Its reference may be store:NAME; its
	 * value is then empty at `open`, and the service `secret` has it.
	 */
	APAM_OPT_DURABLE = 0x10,
	/*
	 * URL: it may be http to an address of this machine, of its link or of
	 * a private network, where the profile allows that address, too.
	 */
	APAM_OPT_LOCAL_HTTP = 0x20,
	/*
	 * STRING, URL, CHOICE, in no group: the entry's durable secret belongs
	 * to this value, as to an issuer, a token endpoint or a client.  Where
	 * the entry has another, the secret is not sent.
	 */
	APAM_OPT_BINDS = 0x40,
	/*
	 * KEY: the secret itself is a symmetric key, one line of text; with
	 * BINARY any bytes.  Else it is PEM or a JWK.
	 */
	APAM_OPT_SYMMETRIC = 0x80,
	/*
	 * SECRET: its bytes are others each time, as those of a token that a
	 * platform renews in a file.  The key registry knows it by where it
	 * is, so an archived key stays archived when they change.
	 */
	APAM_OPT_PASSING = 0x100
};

/*
 * One option.  The table is constant and indexed by the module's own enum.  A
 * name has lower-case letters, digits and '_', and is none that the core has
 * for every entry, such as "scheme".
 */
struct apam_option {
	const char *name;
	const char *help;		/* one line, for people */
	int32_t type;			/* enum apam_option_type */
	uint32_t flags;			/* of enum apam_option_flag */
	const char *default_value;	/* as in a file; NULL: none */
	int64_t min, max;		/* INTEGER, DURATION; 0,0: no limit */
	const char *const *choices;	/* CHOICE: ends in NULL */
	const struct apam_option *members; /* GROUP, GROUPS */
	size_t member_count;
};

/* The value of one option: the member that its type names is filled in. */
struct apam_value {
	int32_t set;			/* 1: given, or by default; else 0 */
	int64_t num;			/* INTEGER, DURATION, BOOLEAN, CHOICE */
	/*
	 * STRING, SECRET, URL, CHOICE, PATH; a NUL follows.  A secret's is what
	 * it was at `open`: step functions ask the service `secret`.
	 */
	struct apam_str str;
	const struct apam_str *items;	/* LIST, MAP: `count` strings */
	const struct apam_str *names;	/* MAP: `count` names */
	size_t count;			/* LIST, MAP, GROUPS */
	const struct apam_value *members; /* GROUP: one for each member;
					   GROUPS: `count` such runs */
	const struct apam_key *key;	/* KEY; NULL where it is not set */
};

/* All values of an entry, in the order of the module's option table. */
struct apam_options {
	size_t size;
	size_t value_size;
	size_t count;
	const struct apam_value *values;
};

/* ---- What a module is shown ------------------------------------------- */

/* The request to sign, its URL checked and taken apart by the core. */
struct apam_request_view {
	size_t size;
	struct apam_str method;
	struct apam_str url;		/* as it will be sent, no fragment */
	struct apam_str scheme, host;	/* in lower case */
	struct apam_str path;		/* at least "/" , as sent */
	struct apam_str query;		/* without '?' */
	uint32_t port;			/* never 0 */
	/*
	 * All that will be sent, with those that earlier entries add and
	 * without those of the connection, such as Host.
	 */
	const struct apam_header *headers;
	size_t header_count;
	const struct apam_body *body;
	int64_t now_ms;
	/*
	 * What `judge` last kept for this entry and the request's origin, or
	 * empty; how many signatures have seen it, with this one.
	 */
	struct apam_str memo;
	uint64_t memo_count;
};

/* A response, to an exchange or to a signed request. */
struct apam_response {
	size_t size;
	int32_t status;			/* 100..999; above 599 as 5xx */
	const struct apam_header *headers; /* and trailers, as they came */
	size_t header_count;
	struct apam_str body;
};

/* The answer to a signed request. */
struct apam_answer_view {
	size_t size;
	const struct apam_response *response;
	struct apam_str method;		/* of the request */
	struct apam_str origin;		/* as "https://api.example.com" */
	int64_t now_ms;
	struct apam_str memo;		/* what `judge` last kept, or empty */
};

/* What `acquire` made. */
struct apam_credential_view {
	size_t size;
	struct apam_str secret;		/* the bytes given to `credential` */
	int64_t acquired_ms;
};

/*
 * One run of acquire, check, revoke or login.  `phase` belongs to the module:
 * it is 0 at the first call and keeps what the module writes between calls.
 */
struct apam_op {
	size_t size;
	uint32_t phase;
	const struct apam_response *response;	/* NULL at the first call, and
						   after STEP_WAIT, STEP_SHOW */
	const struct apam_credential_view *credential; /* check, revoke: the
						   current one, or NULL */
	struct apam_str memo;		/* what `memo` stored, or empty */
	struct apam_str probe;		/* check: the entry's, as "GET /eyes", or
					   empty: it has none */
	/*
	 * login: where a browser can be sent back to, or empty, and a code is
	 * then the only way; and after STEP_REDIRECT the query with which it
	 * came.
	 */
	struct apam_str redirect_uri, redirected;
	int32_t way;			/* login: an enum apam_login_way, which
					   the person prefers */
};

/* What a step function says.  Anything else ends the operation as a fault. */
enum apam_step {
	APAM_STEP_FAILED = 0,	/* after `fail` */
	APAM_STEP_DONE = 1,	/* after `credential`, `key_state`; revoke: told;
				   login: after `successor` */
	APAM_STEP_EXCHANGE = 2,	/* after `exchange`: send it, call me again */
	APAM_STEP_WAIT = 3,	/* after `wait`: call me again then */
	APAM_STEP_SHOW = 4,	/* login, after `show`: call me again at once */
	APAM_STEP_REDIRECT = 5,	/* login, after `show`: call me again when the
				   browser has come back */
	APAM_STEP_CONFIRM = 6	/* login, after `show`: call me again when the
				   person has said yes, as to an issuer that
				   was found; a no ends the login */
};

enum apam_encoding {
	APAM_ENCODING_NONE = 0,	/* no body */
	APAM_ENCODING_FORM = 1,	/* application/x-www-form-urlencoded */
	APAM_ENCODING_JSON = 2,	/* one flat object of strings */
	APAM_ENCODING_RAW = 3	/* what `exchange_body` is given */
};

/* What a person is told by `show`.  Empty: there is none. */
struct apam_prompt {
	size_t size;
	struct apam_str text;	/* what to do, in one line */
	struct apam_str url;	/* where to do it: https, or http to an allowed
				   loopback */
	struct apam_str code;	/* what to enter there, in one line */
};

enum apam_json_type {
	APAM_JSON_ABSENT = 0,
	APAM_JSON_NULL = 1,
	APAM_JSON_BOOLEAN = 2,	/* num is 0 or 1 */
	APAM_JSON_INTEGER = 3,	/* num */
	APAM_JSON_REAL = 4,	/* num, cut */
	APAM_JSON_STRING = 5,	/* str */
	APAM_JSON_ARRAY = 6,	/* num members */
	APAM_JSON_OBJECT = 7	/* num members */
};

/* One value of a JSON text.  It never grows. */
struct apam_json {
	int32_t type;		/* enum apam_json_type */
	int64_t num;
	struct apam_str str;
};

/* A lifetime that never ends, for `lifetime`. */
#define APAM_FOREVER INT64_MAX

/*
 * A TLS client certificate and its key.  The files are PEM, by absolute path.
 * The key is in a file, which must be as safe as a secret's, or a handle of an
 * option of type KEY.
 */
struct apam_certificate {
	size_t size;
	struct apam_str file;
	struct apam_str key_file;	/* or empty: */
	const struct apam_key *key;	/* in its place; else NULL */
	struct apam_str passphrase;	/* of key_file; without NUL, at most
					   1023 bytes; or empty */
};

/* How a request's body will be rewritten, for `sign_body`. */
struct apam_rewrite {
	size_t size;
	uint64_t length;	/* of what is sent in its place, in bytes */
	size_t piece;		/* of the body, for each call of body_piece, but
				   for the last ones; 1 to 1048576 */
	int32_t hash;		/* enum apam_hash: the digest of a piece that
				   body_piece needs; 0: it needs none */
	void *run;		/* the module's, for the body slots */
};

/*
 * A piece of a request's body, for body_piece.  Its bytes are not shown: they
 * are with the program that sends them, and need not be where the key is.
 */
struct apam_piece {
	size_t size;
	size_t length;		/* in bytes; 0: the body has ended */
	/* By the hash that sign_body named, also of no bytes at the end; or
	   empty. */
	struct apam_str digest;
};

/* ---- Keys ------------------------------------------------------------- */

/* What a key is. */
enum apam_key_kind {
	APAM_KIND_SYMMETRIC = 1,	/* bytes, for HMAC */
	APAM_KIND_EC_P256 = 2,
	APAM_KIND_EC_P384 = 3,
	APAM_KIND_ED25519 = 4,
	APAM_KIND_RSA = 5,	/* of 2048 bits or more */
	APAM_KIND_EC_P521 = 6
};

/* The names are those of RFC 7518 and RFC 8037. */
enum apam_algorithm {
	APAM_ALG_ES256 = 1,	/* r and s, 64 bytes */
	APAM_ALG_ES256_DER = 2,	/* as X9.62 has it, at most 72 bytes */
	APAM_ALG_ES384 = 3,
	APAM_ALG_ES384_DER = 4,
	APAM_ALG_EDDSA = 5,	/* Ed25519 */
	APAM_ALG_RS256 = 6,
	APAM_ALG_RS384 = 7,
	APAM_ALG_RS512 = 8,
	APAM_ALG_PS256 = 9,	/* the salt is as long as the digest */
	APAM_ALG_PS384 = 10,
	APAM_ALG_PS512 = 11,
	APAM_ALG_ES512 = 12,	/* 132 bytes */
	APAM_ALG_ES512_DER = 13	/* at most 139 bytes */
};
#define APAM_SIGNATURE_MAX 2048	/* bytes of the longest: RSA of 16384 bits */

/* How bytes are written as text. */
enum apam_writing {
	APAM_WRITING_PLAIN = 0,	/* as they are */
	APAM_WRITING_BASE64 = 1, /* standard, padded: RFC 4648, 4 */
	APAM_WRITING_BASE64URL = 2, /* not padded: RFC 4648, 5 */
	APAM_WRITING_HEX = 3,	/* lower case */
	APAM_WRITING_PERCENT = 4, /* only unreserved left: RFC 3986, 2.3 */
	APAM_WRITING_FORM = 5,	/* RFC 6749, appendix B */
	APAM_WRITING_JSON = 6	/* a string with its quotes: RFC 8259, 7 */
};

/* What `key_make` makes a key of. */
struct apam_key_source {
	size_t size;
	int32_t kind;		/* SYMMETRIC; EC_P256: a private scalar, big
				   endian; 0: PEM or JWK, which say it */
	int32_t writing;	/* of the bytes: PLAIN, HEX, BASE64, BASE64URL */
	struct apam_str prefix;	/* SYMMETRIC: stands before the bytes */
	struct apam_str bytes;
	const struct apam_key *key; /* symmetric: its bytes, so written, in
					   place of `bytes`; or NULL */
	/*
	 * NULL, or the credential that `bytes` lie in: the core keeps the key
	 * with it, and makes it no second time while that credential lives.
	 */
	const struct apam_credential_view *credential;
};

/* ---- Core services ---------------------------------------------------- */

struct apam_services {
	size_t size;

	/* Write one line to the host's log, at an enum apam_log_level. */
	void (*log)(const struct apam_services *svc, int32_t level,
	    struct apam_str text);
	/* The time, in Unix milliseconds. */
	int64_t (*now_ms)(const struct apam_services *svc);
	/* Fill `to` with `n` unpredictable bytes.  APAM_OK or INTERNAL. */
	int32_t (*random)(const struct apam_services *svc, void *to, size_t n);
	/* 1 if both are equal, else 0, in time that the lengths decide. */
	int32_t (*equal)(const struct apam_services *svc, struct apam_str a,
	    struct apam_str b);

	/* -- In `open`. */

	/*
	 * Refuse a value.  path[0] is the index of the option; of a group,
	 * path[1] is that of the member; of groups, path[1] is that of the
	 * group and path[2] that of the member, and so on.  A path may end at
	 * a group, a list or a map, or at the index of one of its elements.
	 * The core adds file, line and name.  Returns APAM_E_CONFIG.
	 */
	int32_t (*refuse_option)(const struct apam_services *svc,
	    const size_t *path, size_t count, struct apam_str text);
	/*
	 * `prepare` would have nothing to do for this entry, and is not called.
	 * Makes signing faster.
	 */
	void (*prepare_unneeded)(const struct apam_services *svc);
	/*
	 * What `sign` adds for this entry ends by itself, as a token or the
	 * signature of one request does, and nobody can compute a secret of its
	 * options from it.  Without this call it counts as the secret itself:
	 * a profile's rules then say so in plain words before others are given
	 * it (give = "secret", apam.conf(5)).
	 */
	void (*short_lived)(const struct apam_services *svc);

	/* -- Texts: sticky failure, at most 1 MiB, wiped when freed. */

	/*
	 * A new empty text.  `secret` is 1, or 0 for what is none, which needs
	 * no locked memory.  NULL when out of memory (the rest take that).
	 */
	struct apam_text *(*text_new)(
	    const struct apam_services *svc, int32_t secret);
	/* Append bytes in an enum apam_writing.  They may be of the text. */
	void (*text_put)(const struct apam_services *svc,
	    struct apam_text *text, int32_t writing, struct apam_str bytes);
	/* Append a number, decimal. */
	void (*text_put_number)(const struct apam_services *svc,
	    struct apam_text *text, int64_t number);
	/*
	 * Append what `written` says in that writing: BASE64, BASE64URL, HEX,
	 * PERCENT, FORM.  APAM_OK, USAGE where it is not so written (the text
	 * is then as it was), or MEMORY.
	 */
	int32_t (*text_read)(const struct apam_services *svc,
	    struct apam_text *text, int32_t writing, struct apam_str written);
	/*
	 * What is in it, until the next call with it.  After a failure, or of
	 * NULL, it is empty, and what it is given to fails as well: no header,
	 * field, body or digest is made of less than was meant.
	 */
	struct apam_str (*text_view)(
	    const struct apam_services *svc, const struct apam_text *text);
	/* Wipe, free and set *text to NULL.  NULL and *text NULL are fine. */
	void (*text_free)(
	    const struct apam_services *svc, struct apam_text **text);

	/* -- Keys. */

	/*
	 * The digest, by an enum apam_hash, of `count` parts one after the
	 * other.  `to` has room for APAM_HASH_MAX bytes; *n is how many it
	 * has.  Returns APAM_OK, POLICY where OpenSSL's configuration does not
	 * allow it, MEMORY or INTERNAL; so do all functions on keys.
	 */
	int32_t (*digest)(const struct apam_services *svc, int32_t hash,
	    const struct apam_str *parts, size_t count, unsigned char *to,
	    size_t *n);
	/*
	 * The same of a request's body.  USAGE where the host gave neither the
	 * body nor this digest.
	 */
	int32_t (*body_digest)(const struct apam_services *svc, int32_t hash,
	    const struct apam_body *body, unsigned char *to, size_t *n);
	/* HMAC (RFC 2104) of them with a symmetric key.  USAGE: another kind. */
	int32_t (*hmac)(const struct apam_services *svc,
	    const struct apam_key *key, int32_t hash,
	    const struct apam_str *parts, size_t count, unsigned char *to,
	    size_t *n);
	/*
	 * Sign them by an enum apam_algorithm.  `to` has room for `size` bytes;
	 * *n is how many there are.  USAGE: the key is of another kind, or has
	 * no private part, or there is no room.
	 */
	int32_t (*key_sign)(const struct apam_services *svc,
	    const struct apam_key *key, int32_t algorithm,
	    const struct apam_str *parts, size_t count, unsigned char *to,
	    size_t size, size_t *n);
	/* APAM_OK: the signature is right; DENIED: it is not. */
	int32_t (*key_verify)(const struct apam_services *svc,
	    const struct apam_key *key, int32_t algorithm,
	    const struct apam_str *parts, size_t count,
	    struct apam_str signature);
	/* Make a key.  USAGE: the source holds no key of this kind. */
	int32_t (*key_make)(const struct apam_services *svc,
	    const struct apam_key_source *source, struct apam_key **key);
	/*
	 * Derive one by HMACs: the first step is hashed with `key`, each other
	 * one with what came before, and the last result is the new key.  The
	 * core keeps the last ones of an entry, so that this is cheap.
	 */
	int32_t (*key_derive)(const struct apam_services *svc,
	    const struct apam_key *key, int32_t hash,
	    const struct apam_str *steps, size_t count, struct apam_key **to);
	/* A new random key of this kind.  It lives as long as it is held. */
	int32_t (*key_generate)(const struct apam_services *svc, int32_t kind,
	    struct apam_key **key);
	/*
	 * Let go of a key of key_make, key_derive or key_generate, and set *key
	 * to NULL.  *key may be NULL.
	 */
	void (*key_free)(
	    const struct apam_services *svc, struct apam_key **key);
	/* Its enum apam_key_kind. */
	int32_t (*key_kind)(
	    const struct apam_services *svc, const struct apam_key *key);
	/*
	 * Append its public part as a JWK (RFC 7517) in the order of RFC 7638,
	 * without spaces.  USAGE: it is symmetric.
	 */
	int32_t (*key_jwk)(const struct apam_services *svc,
	    const struct apam_key *key, struct apam_text *to);

	/* -- Step functions. */

	/* Begin the exchange to ask for, in place of any earlier one. */
	void (*exchange)(const struct apam_services *svc, struct apam_op *op,
	    struct apam_str method, struct apam_str url, int32_t encoding);
	/* Add a header to it. */
	void (*exchange_header)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str name, struct apam_str value);
	/* Add a parameter to its query; both are percent-encoded here. */
	void (*exchange_query)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str name, struct apam_str value);
	/* Add a member to its body, encoded as `exchange` said: FORM, JSON. */
	void (*exchange_field)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str name, struct apam_str value);
	/* RAW: its whole body, of this content type. */
	void (*exchange_body)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str type, struct apam_str bytes);
	/* Present this TLS client certificate. */
	void (*exchange_certificate)(const struct apam_services *svc,
	    struct apam_op *op, const struct apam_certificate *certificate);
	/*
	 * Send it to the Unix socket at this absolute path, in place of the
	 * URL's host.  The socket must be trusted as a file is.
	 */
	void (*exchange_socket)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str path);
	/* Speak HTTP/2 from the first byte (RFC 9113, 3.3), as gRPC does. */
	void (*exchange_http2)(
	    const struct apam_services *svc, struct apam_op *op);
	/*
	 * check: ask for the entry's probe (op->probe), which the core signs
	 * with the credential of this run if it has made one, else with
	 * op->credential.  A run that has neither fails.
	 */
	void (*exchange_probe)(
	    const struct apam_services *svc, struct apam_op *op);
	/* For STEP_WAIT: how long, in seconds, 1 to 3600. */
	void (*wait)(const struct apam_services *svc, struct apam_op *op,
	    int64_t seconds);
	/* For STEP_SHOW, STEP_REDIRECT and STEP_CONFIRM: what to tell. */
	void (*show)(const struct apam_services *svc, struct apam_op *op,
	    const struct apam_prompt *prompt);
	/*
	 * Keep bytes, which may be of op->memo, in op->memo, for the next call
	 * of this op too.
	 */
	void (*memo)(const struct apam_services *svc, struct apam_op *op,
	    struct apam_str bytes);
	/*
	 * The bytes of a SECRET as they are now, by its value in the options:
	 * one that is read anew, or durable, may be another than at `open`.
	 * Empty where it is not set.  A durable one is empty in `login`, and in
	 * `revoke` too but where somebody logs out: the provider is then to end
	 * that one as well.
	 */
	struct apam_str (*secret)(const struct apam_services *svc,
	    struct apam_op *op, const struct apam_value *value);
	/*
	 * DURABLE: the exchange asked for sends this secret, which the provider
	 * may then not take again.  The core notes that on the disk before it
	 * sends; no other process sends it meanwhile.  What the step function
	 * says of the answer decides what becomes of it:
	 *   successor             the new one is in its place
	 *   DONE without one      it stays
	 *   fail, as REVOKED      the provider takes it no more: somebody has
	 *                         to log in
	 *   fail, as PROVIDER or another that is temporary, but not THROTTLED
	 *                         nobody knows whether it was taken: the same
	 *                         is sent again, after a wait
	 *   fail, as another      it was not taken, and stays
	 * No answer is as PROVIDER, unless nothing was sent.
	 */
	void (*spend)(const struct apam_services *svc, struct apam_op *op,
	    const struct apam_value *value);
	/*
	 * DURABLE: keep this in its place (1 to 65536 bytes; the same is fine).
	 * It is on the disk before what the step function returns is looked at.
	 * login: its first value, with STEP_DONE.
	 */
	void (*successor)(const struct apam_services *svc, struct apam_op *op,
	    const struct apam_value *value, struct apam_str bytes);
	/*
	 * login: keep a fact with its first value, all of them or none, such as
	 * an issuer that was found or a client that was registered (RFC 7591).
	 * A login names all facts anew.  `name` has lower-case letters, digits
	 * and '_', 64 at most; `value` is one line of 1 to 2048 bytes, else the
	 * login ends as PROVIDER.  `secret` is 1 where logs must not show it.
	 */
	void (*keep_fact)(const struct apam_services *svc, struct apam_op *op,
	    struct apam_str name, struct apam_str value, int32_t secret);
	/*
	 * A fact that the last login kept, or that this one has kept so far;
	 * empty if there is none.  A login is shown those of the old value
	 * only if that belongs to the same scheme, options and machine.
	 */
	struct apam_str (*fact)(const struct apam_services *svc,
	    struct apam_op *op, struct apam_str name);
	/*
	 * acquire, and check where it minted one: the credential is made of
	 * these bytes (64 KiB at most).
	 */
	void (*credential)(const struct apam_services *svc, struct apam_op *op,
	    struct apam_str bytes);
	/*
	 * How long that lives, in seconds from when the exchange was
	 * sent; 0: for those who wait for it alone.  Not called: a JWT's exp
	 * as a hint, else the entry's ttl.
	 */
	void (*lifetime)(const struct apam_services *svc, struct apam_op *op,
	    int64_t seconds);
	/*
	 * The same, read from the response at a JSON pointer (RFC 6901) in any
	 * shape that providers send: number, string of digits, null, absent.
	 */
	void (*lifetime_json)(const struct apam_services *svc,
	    struct apam_op *op, const char *pointer);
	/*
	 * check: what is known of the key, an enum apam_key_state, and why.
	 * Returns STEP_DONE.
	 */
	int32_t (*key_state)(const struct apam_services *svc,
	    struct apam_op *op, int32_t state, struct apam_str text);
	/*
	 * End in failure.  REVOKED and DENIED latch until an option or secret
	 * of the entry changes or apam_check finds the key good; TEMPORARY is
	 * tried again, after a wait.  Returns STEP_FAILED.
	 */
	int32_t (*fail)(const struct apam_services *svc, struct apam_op *op,
	    int32_t status, struct apam_str text);

	/* -- Responses. */

	/*
	 * Read one value of a JSON body (strict: content type, no duplicate
	 * name, no embedded NUL) at a JSON pointer (RFC 6901; "" is the whole).
	 * value->str lives as long as the response.  APAM_OK, also where it is
	 * ABSENT; PROVIDER where the body is not such JSON; *why then says so.
	 * `why` may be NULL.
	 */
	int32_t (*json)(const struct apam_services *svc,
	    const struct apam_response *response, const char *pointer,
	    struct apam_json *value, const char **why);
	/*
	 * The same of any text, such as a credential's.  A string is appended to
	 * `strings`, and value->str lives until the next call with that.
	 */
	int32_t (*json_of)(const struct apam_services *svc,
	    struct apam_str text, const char *pointer, struct apam_json *value,
	    struct apam_text *strings);
	/* The first header of this name, without case; empty if none. */
	struct apam_str (*header)(const struct apam_services *svc,
	    const struct apam_response *response, const char *name);
	/*
	 * The auth scheme of challenge number `index`, from 0, of all that
	 * WWW-Authenticate has (RFC 9110, 11.6.1), copied to `to` with a NUL
	 * and cut to `size`.  1, or 0 where there is none.
	 */
	int32_t (*challenge)(const struct apam_services *svc,
	    const struct apam_response *response, size_t index, char *to,
	    size_t size);
	/* The same for a parameter of it; "" asks for a token68. */
	int32_t (*challenge_parameter)(const struct apam_services *svc,
	    const struct apam_response *response, size_t index,
	    const char *parameter, char *to, size_t size);

	/* -- Signing, preparing, judging. */

	/*
	 * Send this header, in place of the host's own of that name.  It is
	 * none that the sender sets itself (Host, Content-Length, ...).
	 */
	void (*sign_header)(const struct apam_services *svc,
	    struct apam_signing *out, struct apam_str name,
	    struct apam_str value);
	/*
	 * Add a query parameter; name and value are percent-encoded here.  A
	 * request that has one of this name is refused.
	 */
	void (*sign_query)(const struct apam_services *svc,
	    struct apam_signing *out, struct apam_str name,
	    struct apam_str value);
	/* The same, but a request that has one of this name keeps it. */
	void (*sign_query_default)(const struct apam_services *svc,
	    struct apam_signing *out, struct apam_str name,
	    struct apam_str value);
	/* Send this cookie (RFC 6265, 4.2.1) beside the host's others. */
	void (*sign_cookie)(const struct apam_services *svc,
	    struct apam_signing *out, struct apam_str name,
	    struct apam_str value);
	/* The signature covers this header: it must be sent as it was seen. */
	void (*sign_covers)(const struct apam_services *svc,
	    struct apam_signing *out, struct apam_str name);
	/* Send the request on a connection with this client certificate. */
	void (*sign_certificate)(const struct apam_services *svc,
	    struct apam_signing *out,
	    const struct apam_certificate *certificate);
	/*
	 * The scheme waits for a challenge: the request goes out as it is.
	 * Else one that nothing was added to is refused.
	 */
	void (*sign_nothing)(
	    const struct apam_services *svc, struct apam_signing *out);
	/*
	 * The slots body_piece, body_rewind and body_end rewrite the body, once
	 * this call of `sign` has returned; from here on the run is the core's,
	 * which gives it to body_end in any case.  Once for a signature, and
	 * only for a request that has a body.  A host that cannot give that
	 * body by pieces, or does not say its length, is told so by the core.
	 */
	void (*sign_body)(const struct apam_services *svc,
	    struct apam_signing *out, const struct apam_rewrite *rewrite);
	/* Refuse this request, or this response.  Returns `status`. */
	int32_t (*refuse)(const struct apam_services *svc,
	    struct apam_signing *out, int32_t status, struct apam_str text);
	/*
	 * Keep bytes, 4096 at most, for this entry and the request's origin:
	 * the next `sign` sees them.
	 */
	void (*judge_memo)(const struct apam_services *svc,
	    struct apam_judging *out, struct apam_str bytes);
	/* The response is not the provider's, for this reason. */
	int32_t (*not_authentic)(const struct apam_services *svc,
	    struct apam_verifying *out, struct apam_str text);

	/* -- Rewriting a body. */

	/* Send these bytes next; 4096 in all for a piece. */
	void (*body_put)(const struct apam_services *svc,
	    struct apam_rewriting *out, struct apam_str bytes);
	/* Send the piece next: once for each, and not at the end. */
	void (*body_put_piece)(const struct apam_services *svc,
	    struct apam_rewriting *out);
	/* The body cannot be sent.  Returns `status`. */
	int32_t (*body_refuse)(const struct apam_services *svc,
	    struct apam_rewriting *out, int32_t status, struct apam_str text);
};

/* ---- The module ------------------------------------------------------- */

enum apam_trait {
	/*
	 * Thread model: at most one of these two; neither: the core locks all.
	 */
	APAM_TRAIT_THREADS_PER_CALL = 0x1,  /* any calls side by side */
	APAM_TRAIT_THREADS_PER_ENTRY = 0x2, /* one call an entry at a time */
	/*
	 * The signature depends on the credential alone.  The core calls `sign`
	 * once for each credential, with an empty request, and copies what it
	 * made.
	 */
	APAM_TRAIT_STATIC = 0x4
};

struct apam_module {
	uint32_t magic;			/* APAM_MODULE_MAGIC */
	uint32_t size;			/* sizeof(struct apam_module) */
	uint16_t abi_major, abi_minor;
	uint32_t traits;		/* of enum apam_trait */
	const char *scheme;		/* also the name of the file */
	const char *summary;		/* one line */
	const char *vendor, *version;
	const struct apam_option *options;
	size_t option_size, option_count;

	/*
	 * Mandatory.  Make the state of one entry from its options.  Returns
	 * APAM_OK, what `refuse_option` returned, or APAM_E_MEMORY.
	 */
	int32_t (*open)(const struct apam_services *svc,
	    const struct apam_options *options, void **state);
	/* Mandatory.  Free it; called once for each successful open. */
	void (*close)(void *state);
	/*
	 * Mandatory.  Step function that ends in a credential.  A scheme
	 * without an exchange calls `credential` and returns at once.
	 */
	int32_t (*acquire)(void *state, struct apam_op *op);
	/*
	 * Mandatory.  Sign one request.  Returns APAM_OK after at least one
	 * call that adds something or sign_nothing, or what `refuse` returned.
	 */
	int32_t (*sign)(void *state,
	    const struct apam_credential_view *credential,
	    const struct apam_request_view *request,
	    struct apam_signing *out);
	/*
	 * Mandatory.  What an answer says of the credential: an enum
	 * apam_verdict.  *reason is static text, never NULL, and no secret.
	 */
	int32_t (*judge)(void *state, const struct apam_answer_view *answer,
	    struct apam_judging *out, const char **reason);
	/*
	 * Mandatory.  Step function that ends in a key state: by the provider's
	 * own way, by minting a credential, or by the entry's probe
	 * (exchange_probe), whose answer it judges.
	 */
	int32_t (*check)(void *state, struct apam_op *op);
	/*
	 * Optional.  Step function that tells the provider to revoke: the
	 * credential, and the durable secret where `secret` gives that.
	 */
	int32_t (*revoke)(void *state, struct apam_op *op);
	/*
	 * Optional.  Called before every signature, without the credential:
	 * may add query parameters, or refuse the request.  Returns APAM_OK or
	 * what `refuse` returned.
	 */
	int32_t (*prepare)(void *state,
	    const struct apam_request_view *request,
	    struct apam_signing *out);
	/*
	 * Optional.  Step function with a person at hand, that ends with
	 * `successor` for the entry's durable secret.  It spends none.
	 */
	int32_t (*login)(void *state, struct apam_op *op);
	/*
	 * Optional: is this response the provider's?  Called once all of its
	 * body has come, with the request as it was signed.  Neither body is
	 * shown, for they are with the program, and need not be where the
	 * secret is; `digest` is that of the response's, by verify_hash.
	 * Returns APAM_OK or what `not_authentic` returned.
	 */
	int32_t (*verify)(void *state, const struct apam_request_view *request,
	    const struct apam_response *response, struct apam_str digest,
	    struct apam_verifying *out);
	/* The enum apam_hash for `verify`; 0: it needs none, and gets "". */
	int32_t verify_hash;
	/*
	 * Optional, all three or none: rewrite the body of a request for which
	 * `sign` called sign_body, as for chunks that are signed each.
	 * body_piece is told of the body, piece by piece, and then of its end,
	 * for what comes last; it calls body_put for what stands before a piece
	 * and behind it, and body_put_piece between the two.  It returns
	 * APAM_OK, what `body_refuse` returned, or APAM_E_MEMORY.  body_rewind
	 * begins anew: the host sends the same once more; APAM_OK or
	 * APAM_E_MEMORY.  body_end frees the run.
	 */
	int32_t (*body_piece)(void *state, void *run,
	    const struct apam_piece *piece, struct apam_rewriting *out);
	int32_t (*body_rewind)(void *state, void *run);
	void (*body_end)(void *state, void *run);
};

/* The one symbol of a module. */
extern APAM_API const struct apam_module apam_module_1;

/* ---- Helpers ---------------------------------------------------------- */

#ifndef APAM_CDEF

/* True where the core has this member of struct apam_services. */
#define APAM_HAS_SERVICE(svc, member)                                          \
	((svc)->size >= offsetof(struct apam_services, member) +               \
		sizeof((svc)->member))

/*
 * Element `i` of `values` (options->values, or a group's members), whatever
 * size the core's values have.
 */
static inline const struct apam_value *
apam_value_at(const struct apam_options *options,
    const struct apam_value *values, size_t i)
{
	return (const struct apam_value *)(const void *)
	    ((const char *)values + i * options->value_size);
}

/* The value of option `i` of the module's table. */
static inline const struct apam_value *
apam_option_value(const struct apam_options *options, size_t i)
{
	return apam_value_at(options, options->values, i);
}

/* Services that take a text, with a printf format for it. */
#define APAM_FORMAT_TEXT(text, format)                                         \
	char text[256];                                                        \
	va_list args_;                                                         \
	va_start(args_, format);                                               \
	if (vsnprintf(text, sizeof(text), format, args_) < 0)                  \
		text[0] = '\0';                                                \
	va_end(args_)

static inline void APAM_PRINTF(3, 4)
apam_logf(const struct apam_services *svc, int32_t level, const char *format,
    ...)
{
	APAM_FORMAT_TEXT(text, format);
	svc->log(svc, level, apam_str(text));
}

/* For an option that is in no group. */
static inline int32_t APAM_PRINTF(3, 4)
apam_refuse_optionf(const struct apam_services *svc, size_t option,
    const char *format, ...)
{
	APAM_FORMAT_TEXT(text, format);
	return svc->refuse_option(svc, &option, 1, apam_str(text));
}

static inline int32_t APAM_PRINTF(4, 5)
apam_key_statef(const struct apam_services *svc, struct apam_op *op,
    int32_t state, const char *format, ...)
{
	APAM_FORMAT_TEXT(text, format);
	return svc->key_state(svc, op, state, apam_str(text));
}

static inline int32_t APAM_PRINTF(4, 5)
apam_failf(const struct apam_services *svc, struct apam_op *op, int32_t status,
    const char *format, ...)
{
	APAM_FORMAT_TEXT(text, format);
	return (svc->fail)(svc, op, status, apam_str(text));
}

static inline int32_t APAM_PRINTF(4, 5)
apam_refusef(const struct apam_services *svc, struct apam_signing *out,
    int32_t status, const char *format, ...)
{
	APAM_FORMAT_TEXT(text, format);
	return svc->refuse(svc, out, status, apam_str(text));
}

#endif

#ifdef __cplusplus
}
#endif
#endif
