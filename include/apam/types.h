/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words that host programs (apam.h, admin.h) and modules (module.h) share.
 *
 * Views are a pointer and a length in bytes; they own nothing and need no
 * terminating NUL.  An empty view has length 0 and may have a NULL pointer.
 * Numbers in the enums are part of the ABI: they are appended to and never
 * renumbered.
 *
 * Tools that read declarations, such as cffi, can have them without compiler
 * extensions, includes and inline functions:
 *
 *	cc -E -P -DAPAM_CDEF apam/apam.h
 *
 * What is a macro here is then gone.  No program needs one: constants are
 * members of enums, and the comments say what the other macros stand for.
 */
#ifndef APAM_TYPES_H
#define APAM_TYPES_H

#ifndef APAM_CDEF
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#endif

#if defined(__GNUC__) && !defined(APAM_CDEF)
#define APAM_API __attribute__((visibility("default")))
#define APAM_CHECKED __attribute__((warn_unused_result))
#define APAM_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define APAM_API
#define APAM_CHECKED
#define APAM_PRINTF(f, a)
#endif

/*
 * The version of these headers.  apam_version (apam.h) gives that of the
 * library, which may be another one.
 */
#define APAM_VERSION_MAJOR 0
#define APAM_VERSION_MINOR 1
#define APAM_VERSION_PATCH 0
/* As text: "0.1.0". */
#define APAM_VERSION                                                           \
	APAM_VERSION_JOIN(                                                     \
	    APAM_VERSION_MAJOR, APAM_VERSION_MINOR, APAM_VERSION_PATCH)
#define APAM_VERSION_JOIN(a, b, c) APAM_VERSION_QUOTE(a, b, c)
#define APAM_VERSION_QUOTE(a, b, c) #a "." #b "." #c
/* In one number that grows, for #if: 1.2.3 is 1002003. */
#define APAM_VERSION_NUMBER                                                    \
	(APAM_VERSION_MAJOR * 1000000 + APAM_VERSION_MINOR * 1000 +            \
	    APAM_VERSION_PATCH)

/* Limits.  They stay as they are. */
enum {
	APAM_ENTRIES_MAX = 32,	/* entries of a profile */
	/* Arrays of char in structs, each with its NUL. */
	APAM_NAME_SIZE = 65,	/* name of a profile or a scheme */
	APAM_KEY_ID_SIZE = 256,	/* id of a key */
	APAM_MARK_SIZE = 5,	/* mark of a key's secret */
	APAM_TEXT_SIZE = 512,	/* text of an error; a file's name in it */
	APAM_EVIDENCE_SIZE = 256 /* one line about a key */
};

/* How important a line of the log is: a lower number is more important. */
enum apam_log_level {
	APAM_LOG_ERROR = 1,
	APAM_LOG_WARNING = 2,
	APAM_LOG_INFO = 3,
	APAM_LOG_DEBUG = 4
};

/* A view of bytes that somebody else owns.  It never grows. */
struct apam_str {
	const char *p;
	size_t n;
};

#ifndef APAM_CDEF
/* View the string `s`, which ends in NUL; NULL gives the empty view. */
static inline struct apam_str
apam_str(const char *s)
{
	struct apam_str view;

	view.p = s;
	view.n = s == NULL ? 0 : strlen(s);
	return view;
}

/* View a literal or an array that ends in NUL. */
#ifdef __cplusplus
#define APAM_STR(literal) (apam_str(literal))
#else
#define APAM_STR(literal) ((struct apam_str){ (literal), sizeof(literal) - 1 })
#endif
#endif

/*
 * One header field.  Neither side holds control characters.  It never grows.
 */
struct apam_header {
	struct apam_str name;
	struct apam_str value;
};

/* How a call ended.  0 is success; the high byte is the class. */
enum apam_status {
	APAM_OK = 0,

	/* Usage: the caller asked for what cannot be. */
	APAM_E_USAGE = 0x100,		/* a bad argument */
	APAM_E_NO_PROFILE = 0x101,	/* no profile of this name or URL */

	/* Configuration: an administrator has to change a file. */
	APAM_E_CONFIG = 0x200,		/* a file does not say what it must */
	APAM_E_TRUST = 0x201,		/* others could change the file */
	APAM_E_SECRET = 0x202,		/* a secret cannot be read */
	APAM_E_MODULE = 0x203,		/* a module does not load */
	APAM_E_ACCESS = 0x204,		/* this user may not read a file */

	/* Temporary: the same call may work later. */
	APAM_E_NETWORK = 0x300,		/* no connection, or it broke */
	APAM_E_DEADLINE = 0x301,	/* the time given ran out */
	APAM_E_PROVIDER = 0x302,	/* an answer that makes no sense */
	APAM_E_THROTTLED = 0x303,	/* too many requests */
	APAM_E_PENDING = 0x304,		/* a non-blocking call is not done */
	APAM_E_UNKNOWN = 0x305,		/* whether the key is good is not known */

	/* Denied: this request, with this credential, will not be signed. */
	APAM_E_URL = 0x400,		/* the URL is malformed or ambiguous */
	APAM_E_ORIGIN = 0x401,		/* the URL is not the profile's */
	APAM_E_HEADER = 0x402,		/* a header that could inject another */
	APAM_E_POLICY = 0x403,		/* e.g. a read key asked to write */
	APAM_E_DENIED = 0x404,		/* the provider does not allow it */
	APAM_E_NOT_AUTHENTIC = 0x405,	/* the answer is not the provider's */

	/* Revoked: the key no longer opens anything. */
	APAM_E_EXPIRED = 0x500,
	APAM_E_ARCHIVED = 0x501,	/* by an administrator here */
	APAM_E_REVOKED = 0x502,		/* by the provider */
	APAM_E_REJECTED = 0x503,	/* by the provider, who never took it:
					   id or secret may be wrong */
	APAM_E_LOGIN = 0x504,		/* somebody has to log in */

	/* Internal: a fault of this machine, of apam or of a module. */
	APAM_E_INTERNAL = 0x600,
	APAM_E_MEMORY = 0x601,
	APAM_E_ABI = 0x602		/* a module broke its contract */
};

/* The class of a status: enum apam_status with its low byte cleared. */
enum apam_class {
	APAM_CLASS_USAGE = 0x100,
	APAM_CLASS_CONFIG = 0x200,
	APAM_CLASS_TEMPORARY = 0x300,
	APAM_CLASS_DENIED = 0x400,
	APAM_CLASS_REVOKED = 0x500,
	APAM_CLASS_INTERNAL = 0x600
};

/* The class of a status, as a number. */
#define APAM_CLASS(status) ((unsigned)(status) & 0xff00U)

/* What a response says of the credential that signed its request. */
enum apam_verdict {
	APAM_VERDICT_UNKNOWN = 0,	/* nothing, neither good nor bad */
	APAM_VERDICT_ACCEPTED = 1,	/* the credential was accepted */
	APAM_VERDICT_REJECTED = 2,	/* it was refused: acquire anew */
	APAM_VERDICT_FORBIDDEN = 3,	/* accepted, but not for this */
	APAM_VERDICT_THROTTLED = 4,	/* slow down; says nothing else */
	APAM_VERDICT_SUSPECT = 5,	/* perhaps refused: check decides */
	/* to be signed again, with what the answer carried */
	APAM_VERDICT_CHALLENGED = 6
};

/*
 * What is known of a key.  Always reported with evidence and time.  A module
 * need not tell REVOKED from REJECTED: the core, which knows whether the key
 * was ever seen good, does so for it.
 */
enum apam_key_state {
	APAM_KEY_UNKNOWN = 0,
	APAM_KEY_GOOD = 1,
	APAM_KEY_EXPIRED = 2,
	APAM_KEY_ARCHIVED = 3,
	APAM_KEY_REVOKED = 4,		/* refused, and good before */
	APAM_KEY_REJECTED = 5		/* refused, and never seen good */
};

/* How a person logs in, where the scheme leaves the choice. */
enum apam_login_way {
	APAM_LOGIN_ANY = 0,		/* as suits the provider */
	APAM_LOGIN_CODE = 1,		/* by a code that is entered on any device */
	APAM_LOGIN_BROWSER = 2		/* by a browser that comes back */
};

/* Digests: FIPS 180-4; the last one is RFC 1321. */
enum apam_hash {
	APAM_HASH_SHA256 = 1,
	APAM_HASH_SHA384 = 2,
	APAM_HASH_SHA512 = 3,
	APAM_HASH_SHA512_256 = 4,
	APAM_HASH_SHA1 = 5,	/* where OpenSSL still allows it */
	APAM_HASH_MD5 = 6	/* the same */
};
#define APAM_HASH_MAX 64	/* bytes of the longest digest */

/* How a request's body is given, as far as signing needs it. */
enum apam_body_kind {
	APAM_BODY_NONE = 0,		/* the request has no body */
	APAM_BODY_BYTES = 1,		/* it is in `bytes` */
	APAM_BODY_DIGESTS = 2,		/* digests of it are in `digests` */
	APAM_BODY_READER = 3,		/* `read` gives it, from the start */
	APAM_BODY_UNKNOWN = 4		/* there is one, not to be had now */
};

/* One digest of a body.  It never grows. */
struct apam_digest {
	int32_t hash;			/* enum apam_hash */
	struct apam_str bytes;		/* as many as the hash has */
};

struct apam_body {
	size_t size;			/* sizeof(struct apam_body) */
	int32_t kind;			/* enum apam_body_kind */
	struct apam_str bytes;
	const struct apam_digest *digests;
	size_t digest_count;
	/*
	 * READER and DIGESTS: how many bytes the body has; 0: not said.  A
	 * reader that gives more or fewer than were said has failed.
	 */
	uint64_t length;
	/*
	 * Copy at most `size` bytes from `offset` to `to`.  Returns how many,
	 * 0 at the end, -1 on failure.  May be called more than once.
	 */
	int64_t (*read)(void *arg, uint64_t offset, void *to, size_t size);
	void *arg;
};

#endif
