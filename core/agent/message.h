/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between the agent and its clients, as structs and as frames;
 * doc/agent-protocol.md says who sends which and when.
 *
 * Each message has a struct, a `write` and a `read`.
 *
 *	write	adds the items of the struct to a message that frame_begin began
 *		with the type of the struct.  False where a member is longer
 *		than it may be, or the message has no room: send nothing.
 *	read	fills in the struct from a message of its type.  Returns NULL,
 *		or what is wrong: a static text, with nothing of what came.
 *
 * After a read, views are of the memory of the frame, and end in a NUL that
 * they do not count.  Texts have no other NUL; nothing else is known of them,
 * so they are checked as what a stranger says.  Lists lie in the room that is
 * given to the read, which may hold anything before.  A number that is not
 * there is 0, a text is empty.
 *
 * Items of a message may come in any order; those of a list keep theirs.  One
 * that is not a list comes once.  Unknown items are skipped unless they are
 * FRAME_CRITICAL.
 */
#ifndef CORE_AGENT_MESSAGE_H
#define CORE_AGENT_MESSAGE_H

#include <apam/apam.h>

#include "agent/frame.h"
#include "agent/lists.h"

/* The types of messages.  They are appended to and never renumbered. */
enum agent_type {
	/* From clients. */
	AGENT_HELLO = 1,
	AGENT_SIGN = 2,
	AGENT_CANCEL = 3,
	AGENT_JUDGED = 4,
	AGENT_CALL = 5,
	AGENT_PROOF = 6,
	AGENT_REPLACE = 7,
	AGENT_TAKEN = 8,
	AGENT_SERVES = 9,
	AGENT_VERIFY = 10,
	/* From the agent. */
	AGENT_WELCOME = 65,
	AGENT_SIGNED = 66,
	AGENT_DIGEST = 67,
	AGENT_FAILED = 68,
	AGENT_RESULT = 69,
	AGENT_PROVE = 70,
	AGENT_HANDED = 71,
	AGENT_PIECES = 72,
	AGENT_KEPT = 73,
	AGENT_VERIFIED = 74
};

/* What this library speaks. */
enum {
	AGENT_VERSION_MIN = 1,
	AGENT_VERSION_MAX = 1
};

/* Limits; those of lists are in agent/lists.h. */
enum {
	AGENT_METHOD_MAX = 64,	/* bytes */
	AGENT_VERSION_TEXT_MAX = 63,
	AGENT_PROGRAM_MAX = 255,
	AGENT_NONCE_SIZE = 16,	/* as KEY_SEGMENT_NONCE (keys/segment.h) */
	AGENT_PROOF_SIZE = 16,
	AGENT_HANDED_MAX = 127,	/* bytes of a name */
	AGENT_PIECE_MAX = 1048576 /* bytes, as REWRITING_PIECE_MAX (abi) */
};

/* ---- Greeting ------------------------------------------------------------ */

/* The first message of a client. */
struct agent_hello {
	uint64_t min, max;	/* versions that the client speaks, from 1 */
	struct apam_str library; /* apam_version() */
	struct apam_str program; /* a claim, for logs alone */
	/* The time namespace (/proc/self/ns/time); 0: not known. */
	uint64_t time_device, time_inode;
	/* Of the page of the key registry's counter, AGENT_NONCE_SIZE bytes;
	   zeros while there is no registry; empty: the client cannot watch
	   it. */
	struct apam_str counter;
};

/* The agent's answer: from here on frames are of this version. */
struct agent_welcome {
	uint64_t version;
	struct apam_str library;
	/* The client may use pages: it has the agent's counter and clock. */
	uint64_t pages;
};

bool agent_hello_write(
    const struct agent_hello *hello, struct frame_writer *to);
const char *agent_hello_read(
    struct agent_hello *hello, const struct frame *from);
bool agent_welcome_write(
    const struct agent_welcome *welcome, struct frame_writer *to);
const char *agent_welcome_read(
    struct agent_welcome *welcome, const struct frame *from);

/*
 * The version to speak with whom `hello` is from, the highest that both know.
 * 0: there is none, and *err, which must not be NULL, says so to the client,
 * with what to do.
 */
uint16_t agent_version(
    const struct agent_hello *hello, struct apam_error *err);

/* ---- Who it is ----------------------------------------------------------- */

/*
 * Where the kernel cannot show the process behind a socket, the agent sends a
 * PROVE, which the client sends back as a PROOF, with its credentials beside it
 * (SCM_CREDENTIALS).
 */
struct agent_proof {
	struct apam_str nonce;	/* AGENT_PROOF_SIZE random bytes */
};

/* Of both types. */
bool agent_proof_write(
    const struct agent_proof *proof, struct frame_writer *to);
const char *agent_proof_read(
    struct agent_proof *proof, const struct frame *from);

/* ---- Signatures ---------------------------------------------------------- */

/* Sign a request.  Its id is the client's; the answer is SIGNED or FAILED. */
struct agent_sign {
	struct apam_str profile; /* fewer than APAM_NAME_SIZE bytes */
	struct apam_str method;
	struct apam_str url;
	struct agent_headers headers; /* that the host will send */
	uint64_t body;		/* enum apam_body_kind; of a READER the agent
				   asks for digests */
	uint64_t body_length;	/* 0: not said */
	struct agent_digests digests; /* of the body */
	/* What PIECES asked for; the digests stand one behind the other. */
	uint64_t hash, piece;
	struct apam_str pieces;
	uint64_t timeout_ms;	/* at most INT_MAX; 0: the profile's deadline */
	uint64_t page;		/* serial of the page that the client has; 0 */
	uint64_t rejected;	/* generation that was refused; 0: none */
	/* For whom a gateway asks, who is believed or not; NULL: for itself. */
	const struct caller *caller;
};

/* What to add to the request. */
struct agent_signed {
	struct agent_headers headers;
	struct agent_headers query; /* percent-encoded */
	uint64_t yields;	/* bit i: a request that has parameter i keeps
				   its own */
	struct agent_texts covered; /* names of headers */
	uint64_t generation, credential, memo; /* of struct apam_signature */
	uint64_t entries, verifies; /* bits, as there */
	/* Serial of the page that serves such requests; 0: none.  Where SIGN
	   named another, its descriptor comes beside this (SCM_RIGHTS). */
	uint64_t page;
	/* The body is rewritten: what stands around its pieces of `piece` bytes
	   (agent/around.h), whose digests by `hash` were told, 0: none, and how
	   long it is then.  `around` is empty where it is sent as it is. */
	uint64_t hash, piece, new_length;
	struct apam_str around;
};

/* The module needs this digest of the body: send SIGN again, with the same id,
   all digests sent before and this one. */
struct agent_digest {
	uint64_t hash;		/* enum apam_hash */
};

/* The scheme signs the body by pieces: send SIGN again, with the same id, and
   the digest of each, beside all other digests sent before. */
struct agent_pieces {
	uint64_t hash;		/* enum apam_hash */
	uint64_t piece;		/* bytes of each but the last one */
};

bool agent_sign_write(const struct agent_sign *sign, struct frame_writer *to);
const char *agent_sign_read(struct agent_sign *sign, struct agent_room *room,
    const struct frame *from);
bool agent_signed_write(
    const struct agent_signed *made, struct frame_writer *to);
const char *agent_signed_read(struct agent_signed *made,
    struct agent_room *room, const struct frame *from);
bool agent_digest_write(
    const struct agent_digest *digest, struct frame_writer *to);
const char *agent_digest_read(
    struct agent_digest *digest, const struct frame *from);
bool agent_pieces_write(
    const struct agent_pieces *pieces, struct frame_writer *to);
const char *agent_pieces_read(
    struct agent_pieces *pieces, const struct frame *from);

/*
 * Is this the provider's answer?  The agent says VERIFIED, without items, or
 * FAILED.
 */
struct agent_verify {
	struct apam_str profile; /* fewer than APAM_NAME_SIZE bytes */
	struct apam_str method, url; /* of the request, as it was sent */
	struct agent_headers headers; /* the same */
	uint64_t status;	/* of HTTP, 100 to 999 */
	struct agent_headers answer; /* its headers */
	struct agent_digests digests; /* of its body */
	uint64_t generation, credential, entries, verifies; /* of the signature */
	uint64_t timeout_ms;	/* as in struct agent_sign */
};

bool agent_verify_write(
    const struct agent_verify *verify, struct frame_writer *to);
const char *agent_verify_read(struct agent_verify *verify,
    struct agent_room *room, const struct frame *from);

/*
 * CANCEL, REPLACE, TAKEN, SERVES, KEPT and VERIFIED have no items.  CANCEL has
 * the id of the SIGN, CALL or VERIFY whose answer nobody waits for any more; it
 * has no answer.
 */
const char *agent_bare_read(const struct frame *from);

/* ---- Another agent in its place ------------------------------------------ */

/*
 * What an agent hands to the one that asked to REPLACE it, a descriptor in each
 * (SCM_RIGHTS).  The last one has neither a name nor a descriptor; the other
 * agent then says TAKEN, and SERVES once it does.  Where TAKEN could not be sent
 * in time, the first one says KEPT.
 */
struct agent_handed {
	struct apam_str name;
};

bool agent_handed_write(
    const struct agent_handed *handed, struct frame_writer *to);
const char *agent_handed_read(
    struct agent_handed *handed, const struct frame *from);

/* ---- Answers of the provider --------------------------------------------- */

/* A hint: what a client made of the provider's answer.  No answer. */
struct agent_judged {
	struct apam_str profile;
	struct apam_str method, url; /* of the request, as it was sent */
	uint64_t status;	/* of HTTP, 100 to 999 */
	struct agent_headers headers; /* of the answer */
	uint64_t generation, credential, entries; /* of the signature */
	uint64_t verdict;	/* enum apam_verdict */
};

bool agent_judged_write(
    const struct agent_judged *judged, struct frame_writer *to);
const char *agent_judged_read(struct agent_judged *judged,
    struct agent_room *room, const struct frame *from);

/* ---- Failures ------------------------------------------------------------ */

/* The answer to a message that the agent does not do, or could not. */
struct agent_failed {
	/*
	 * Crosses whole.  What is read of it can be shown: what is not plain
	 * text (utf8.h) is '?', what is too long is cut, and a status that this
	 * library does not know is one that it knows, of the same class.  It is
	 * never APAM_OK.
	 */
	struct apam_error error;
};

bool agent_failed_write(
    const struct agent_failed *failed, struct frame_writer *to);
const char *agent_failed_read(
    struct agent_failed *failed, const struct frame *from);

/* ---- Calls --------------------------------------------------------------- */

/* A call of apam.h or admin.h; the answer is RESULT or FAILED. */
struct agent_call {
	struct apam_str name;	/* "check", "status", "keys", ... */
	struct apam_str profile; /* or empty */
	struct agent_texts arguments; /* by name, "WORD=VALUE" */
	uint64_t timeout_ms;	/* at most INT_MAX; 0: the profile's deadline */
	uint64_t from;		/* the first row that is wanted, from 0 */
	const struct caller *caller; /* as in SIGN: of "explain" alone */
};

/*
 * What a call brought: rows (agent/row.h), or one long text, and what is wrong
 * although there is something to show.
 */
struct agent_result {
	struct apam_error error; /* as in FAILED; may be APAM_OK here */
	struct apam_str text;
	struct apam_str rows;	/* read: agent_row_next takes them off; writing
				   uses agent_row_put instead */
	uint64_t next;		/* there are more rows, from here on; 0: no */
};

bool agent_call_write(const struct agent_call *call, struct frame_writer *to);
const char *agent_call_read(struct agent_call *call, struct agent_room *room,
    const struct frame *from);
/* All but its rows, which may be put before this or after it. */
bool agent_result_write(
    const struct agent_result *result, struct frame_writer *to);
const char *agent_result_read(
    struct agent_result *result, const struct frame *from);

/*
 * Add a row; false where the message has no room for it, and is as it was.
 * There is always room left for the rest of a result without a long text.
 */
bool agent_row_put(struct frame_writer *to, struct apam_str row);
/* Take the next row off *rows; false where there is none. */
bool agent_row_next(struct apam_str *rows, struct apam_str *row);

#endif
