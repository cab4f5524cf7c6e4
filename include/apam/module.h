/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI between apam's core and a module.
 *
 * A module implements one authentication scheme.  It is a shared object named
 * after the scheme that exports one constant, `apam_module_1`, and nothing
 * else.  It does no I/O: acquire, check and revoke are step functions that
 * describe an HTTP exchange and are called again with its response.
 *
 * Contracts, stated once:
 *   versions   Structs start with their size and only ever grow at the end;
 *              arrays come with the size of an element.  A module works with
 *              every core of the same major, older or newer; what came after
 *              1.0 it asks for, with apam_has_service.
 *   ownership  Whoever allocates frees.  What the core passes in lives until
 *              the call returns, options and services until `close`.
 *              Results go into builders that the core owns.
 *   builders   Builder calls return nothing and remember their first failure,
 *              which then ends the whole operation.
 *   secrets    `struct apam_text` is memory that is wiped when freed.  Never
 *              log a secret, nor put one in an error text.
 *   threads    As the module's trait says; `open` and `close` of one entry
 *              never run beside its other calls.
 *   NULL       Forbidden wherever it is not mentioned.
 *   text       Texts are printf formats, at most 255 bytes; no newline.  Never
 *              echo a response: it may hold a secret.
 */
#ifndef APAM_MODULE_H
#define APAM_MODULE_H

#include <stdbool.h>

#include "types.h"

#define APAM_MODULE_MAGIC 0x4d415041U	/* "APAM", little endian */
#define APAM_ABI_MAJOR 1
#define APAM_ABI_MINOR 1

/* Core-owned handles. */
struct apam_text;		/* a secret text being built */
struct apam_signing;		/* the signature being made */

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
	APAM_OPT_PATH = 13	/* an absolute path; the core opens it */
};

#define APAM_OPT_REQUIRED 0x1U
#define APAM_OPT_KEY_ID 0x2U	/* its value names the key in the registry */
/*
 * URL: it may be http to an address of this machine, of its link or of a
 * private network, where the profile allows that address, too.
 */
#define APAM_OPT_LOCAL_HTTP 0x20U

/* One option.  The table is constant and indexed by the module's own enum. */
struct apam_option {
	const char *name;
	const char *help;		/* one line, for people */
	enum apam_option_type type;
	unsigned flags;
	const char *default_value;	/* as in a file; NULL: none */
	int64_t min, max;		/* INTEGER, DURATION; 0,0: no limit */
	const char *const *choices;	/* CHOICE: ends in NULL */
	const struct apam_option *members; /* GROUP, GROUPS */
	size_t member_count;
};

/* The value of one option: the field that its type names is filled in. */
struct apam_value {
	bool set;			/* given, or by default */
	int64_t num;			/* INTEGER, DURATION, BOOLEAN, CHOICE */
	struct apam_str str;		/* STRING, SECRET, URL, CHOICE; a NUL
					   follows */
	const struct apam_str *items;	/* LIST, MAP: `count` strings */
	const struct apam_str *names;	/* MAP: `count` names */
	size_t count;			/* LIST, MAP, GROUPS */
	const struct apam_value *members; /* GROUP: one for each member;
					   GROUPS: `count` such runs */
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
	uint16_t port;			/* never 0 */
	const struct apam_header *headers; /* that the host will send */
	size_t header_size, header_count;
	const struct apam_body *body;
	int64_t now;			/* Unix time in seconds */
};

/* A response, to an exchange or to a signed request. */
struct apam_response {
	size_t size;
	unsigned status;		/* 100..999; above 599 as 5xx */
	const struct apam_header *headers;
	size_t header_size, header_count;
	struct apam_str body;
};

/* What `acquire` made. */
struct apam_credential_view {
	size_t size;
	struct apam_str secret;		/* the bytes given to `credential` */
	int64_t acquired;		/* Unix time in seconds */
};

/*
 * One run of acquire, check or revoke.  `phase` belongs to the module: it is
 * 0 at the first call and keeps what the module writes between calls.
 */
struct apam_op {
	size_t size;
	unsigned phase;
	const struct apam_response *response;	/* NULL at the first call */
	const struct apam_credential_view *credential; /* check, revoke: the
						   current one, or NULL */
	struct apam_str memo;		/* what `memo` stored, or empty */
};

/* What a step function says.  Anything else ends the operation as a fault. */
enum apam_step {
	APAM_STEP_FAILED = 0,	/* after `fail` */
	APAM_STEP_DONE = 1,	/* after `credential`, `key_state`; revoke: told */
	APAM_STEP_EXCHANGE = 2	/* after `exchange`: send it, call me again */
};

enum apam_encoding {
	APAM_ENCODING_NONE = 0,	/* no body */
	APAM_ENCODING_FORM = 1,	/* application/x-www-form-urlencoded */
	APAM_ENCODING_JSON = 2,	/* one flat object of strings */
	APAM_ENCODING_RAW = 3	/* what `exchange_body` is given */
};

enum apam_json_type {
	APAM_JSON_ABSENT = 0,
	APAM_JSON_NULL,
	APAM_JSON_BOOLEAN,	/* num is 0 or 1 */
	APAM_JSON_INTEGER,	/* num */
	APAM_JSON_REAL,		/* num, cut */
	APAM_JSON_STRING,	/* str */
	APAM_JSON_ARRAY,	/* num members */
	APAM_JSON_OBJECT	/* num members */
};

struct apam_json {
	enum apam_json_type type;
	int64_t num;
	struct apam_str str;	/* valid while the response is */
};

/* A lifetime that never ends, for `lifetime`. */
#define APAM_FOREVER INT64_MAX

/* ---- Core services ---------------------------------------------------- */

/*
 * Given to `open`; valid until `close`.  A module keeps the pointer in its
 * state.  Calls that take an op, a signing or a response are for the call in
 * which the module was given it.
 */
struct apam_services {
	size_t size;

	/* Write one line to the host's log. */
	void (*log)(const struct apam_services *svc, enum apam_log_level level,
	    const char *format, ...) APAM_PRINTF(3, 4);
	/* Unix time in seconds. */
	int64_t (*now)(const struct apam_services *svc);
	/* Fill `to` with `n` unpredictable bytes; false where there are none. */
	bool (*random)(const struct apam_services *svc, void *to, size_t n);

	/*
	 * In `open`: refuse the value of option `index` of the module's table.
	 * The core adds file, line and option name.  Returns APAM_E_CONFIG.
	 */
	enum apam_status (*refuse_option)(const struct apam_services *svc,
	    size_t index, const char *format, ...) APAM_PRINTF(3, 4);

	/* -- Secret texts: sticky failure, at most 1 MiB, wiped when freed. */

	/* A new empty text; NULL when out of memory (the rest take that). */
	struct apam_text *(*text_new)(const struct apam_services *svc);
	void (*text_put)(struct apam_text *text, struct apam_str bytes);
	/* Append standard padded base64 (RFC 4648, 4). */
	void (*text_put_base64)(struct apam_text *text, struct apam_str bytes);
	/* Append application/x-www-form-urlencoded (RFC 6749, appendix B). */
	void (*text_put_form)(struct apam_text *text, struct apam_str bytes);
	/* Append percent-encoded, only unreserved left (RFC 3986, 2.3). */
	void (*text_put_percent)(struct apam_text *text, struct apam_str bytes);
	/* What is in it, until the next call with it; empty after a failure. */
	struct apam_str (*text_view)(const struct apam_text *text);
	/* Wipe, free and set *text to NULL.  NULL and *text NULL are fine. */
	void (*text_free)(struct apam_text **text);
	/* Equal, in time that depends on the lengths only. */
	bool (*equal)(struct apam_str a, struct apam_str b);

	/* -- Step functions. */

	/* Begin the exchange to ask for, in place of any earlier one. */
	void (*exchange)(struct apam_op *op, const char *method,
	    struct apam_str url, enum apam_encoding encoding);
	/* Add a header to it. */
	void (*exchange_header)(struct apam_op *op, const char *name,
	    struct apam_str value);
	/* Add a member to its body, encoded as `exchange` said. */
	void (*exchange_field)(struct apam_op *op, struct apam_str name,
	    struct apam_str value);
	/*
	 * Present this TLS client certificate: two absolute PEM paths.  The
	 * key is a secret's file; an encrypted one needs its passphrase by
	 * exchange_tls_passphrase, for nobody is asked for it.
	 */
	void (*exchange_tls_client)(struct apam_op *op,
	    struct apam_str certificate, struct apam_str key);
	/*
	 * Keep bytes, which may be of op->memo, in op->memo, for the next call
	 * of this op too.
	 */
	void (*memo)(struct apam_op *op, struct apam_str bytes);
	/*
	 * acquire, and check where it minted one: the credential is made of
	 * these bytes (64 KiB at most).
	 */
	void (*credential)(struct apam_op *op, struct apam_str bytes);
	/*
	 * How long that lives, in seconds from when the exchange was
	 * sent; 0: for those who wait for it alone.  Not called: a JWT's exp
	 * as a hint, else the entry's ttl.
	 */
	void (*lifetime)(struct apam_op *op, int64_t seconds);
	/*
	 * The same, read from the response at a JSON pointer (RFC 6901) in any
	 * shape that providers send: number, string of digits, null, absent.
	 */
	void (*lifetime_json)(struct apam_op *op, const char *pointer);
	/* check: what is known of the key, and why.  Returns STEP_DONE. */
	enum apam_step (*key_state)(struct apam_op *op,
	    enum apam_key_state state, const char *format, ...)
	    APAM_PRINTF(3, 4);
	/*
	 * End in failure.  REVOKED and DENIED latch until an option or secret
	 * of the entry changes or apam_check finds the key good; TEMPORARY is
	 * tried again, after a wait.  Returns STEP_FAILED.
	 */
	enum apam_step (*fail)(struct apam_op *op, enum apam_status status,
	    const char *format, ...) APAM_PRINTF(3, 4);

	/* -- Responses. */

	/*
	 * Read one value of a JSON body (strict: content type, no duplicate
	 * name, no embedded NUL) at a JSON pointer (RFC 6901; "" is the whole).
	 * False where the body is not such JSON; *why then says so.  An absent
	 * value is APAM_JSON_ABSENT and true.  `why` may be NULL.
	 */
	bool (*json)(const struct apam_response *response, const char *pointer,
	    struct apam_json *value, const char **why);
	/* The first header of this name, without case; empty if none. */
	struct apam_str (*header)(const struct apam_response *response,
	    const char *name);
	/*
	 * A parameter of the first challenge of an auth scheme in
	 * WWW-Authenticate (RFC 9110, 11.6.1), copied to `to` with a NUL and
	 * cut to `size`.  False where scheme or parameter is not there; a NULL
	 * `parameter` asks for the scheme alone.
	 */
	bool (*challenge)(const struct apam_response *response,
	    const char *scheme, const char *parameter, char *to, size_t size);

	/* -- Signing. */

	/* Send this header, in place of the host's own of that name. */
	void (*sign_header)(struct apam_signing *out, const char *name,
	    struct apam_str value);
	/* Add a query parameter; name and value are percent-encoded here. */
	void (*sign_query)(struct apam_signing *out, struct apam_str name,
	    struct apam_str value);
	/* The signature covers this header: it must be sent as it was seen. */
	void (*sign_covers)(struct apam_signing *out, const char *name);
	/*
	 * The SHA-256 of the request's body.  False where the host gave
	 * neither body nor digest.
	 */
	bool (*body_sha256)(const struct apam_services *svc,
	    const struct apam_body *body, unsigned char digest[32]);
	/* Refuse this request.  Returns `status`. */
	enum apam_status (*refuse)(struct apam_signing *out,
	    enum apam_status status, const char *format, ...)
	    APAM_PRINTF(3, 4);

	/* -- Since ABI 1.1: ask apam_has_service first. */

	/*
	 * In `open`: `prepare` would have nothing to do for this entry, and is
	 * not called.  Makes signing faster.
	 */
	void (*prepare_unneeded)(const struct apam_services *svc);
	/*
	 * The passphrase of the exchange's TLS client key, as an option of
	 * type SECRET gives it; without NUL, at most 1023 bytes.
	 */
	void (*exchange_tls_passphrase)(struct apam_op *op,
	    struct apam_str passphrase);
};

/* ---- The module ------------------------------------------------------- */

/* Thread model: at most one of the first two; neither: the core locks all. */
#define APAM_TRAIT_THREADS_PER_CALL 0x1U  /* any calls side by side */
#define APAM_TRAIT_THREADS_PER_ENTRY 0x2U /* one call an entry at a time */
/*
 * The headers depend on the credential alone.  The core calls `sign` once for
 * each credential, with an empty request, and copies what it made.
 */
#define APAM_TRAIT_STATIC_HEADERS 0x4U

struct apam_module {
	uint32_t magic;			/* APAM_MODULE_MAGIC */
	uint32_t size;			/* sizeof(struct apam_module) */
	uint16_t abi_major, abi_minor;
	uint32_t traits;
	const char *scheme;		/* also the name of the file */
	const char *summary;		/* one line */
	const char *vendor, *version;
	const struct apam_option *options;
	size_t option_size, option_count;

	/*
	 * Mandatory.  Make the state of one entry from its options.  Returns
	 * APAM_OK, what `refuse_option` returned, or APAM_E_MEMORY.
	 */
	enum apam_status (*open)(const struct apam_services *svc,
	    const struct apam_options *options, void **state);
	/* Mandatory.  Free it; called once for each successful open. */
	void (*close)(void *state);
	/*
	 * Mandatory.  Step function that ends in a credential.  A scheme
	 * without an exchange calls `credential` and returns at once.
	 */
	enum apam_step (*acquire)(void *state, struct apam_op *op);
	/*
	 * Mandatory.  Sign one request.  Returns APAM_OK after at least one
	 * header or query parameter, or what `refuse` returned.
	 */
	enum apam_status (*sign)(void *state,
	    const struct apam_credential_view *credential,
	    const struct apam_request_view *request,
	    struct apam_signing *out);
	/*
	 * Mandatory.  What a response says of the credential.  *reason is
	 * static text, never NULL, and no secret.
	 */
	enum apam_verdict (*judge)(void *state,
	    const struct apam_response *response, const char **reason);
	/*
	 * Optional.  Step function that ends in a key state.  Without it, or
	 * when it ends in UNKNOWN, the core sends the entry's `probe`.
	 */
	enum apam_step (*check)(void *state, struct apam_op *op);
	/* Optional.  Step function that tells the provider to revoke. */
	enum apam_step (*revoke)(void *state, struct apam_op *op);
	/*
	 * Optional.  Called before every signature, without the credential:
	 * may add query parameters, or refuse the request.  Returns APAM_OK or
	 * what `refuse` returned.
	 */
	enum apam_status (*prepare)(void *state,
	    const struct apam_request_view *request,
	    struct apam_signing *out);
};

/* The one symbol of a module. */
extern APAM_API const struct apam_module apam_module_1;

/* ---- Helpers ---------------------------------------------------------- */

/* True where the core has this member of struct apam_services. */
#define apam_has_service(svc, member) \
	((svc)->size >= offsetof(struct apam_services, member) + \
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

#endif
