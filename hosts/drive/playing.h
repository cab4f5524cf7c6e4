/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the playing of a script stands, for play.c and the files beside it.
 */
#ifndef HOSTS_DRIVE_PLAYING_H
#define HOSTS_DRIVE_PLAYING_H

#include "abi/judging.h"
#include "abi/op.h"
#include "abi/request.h"
#include "crypto/digests.h"
#include "drive/play.h"
#include "entry/authentic.h"
#include "entry/new_body.h"
#include "http/response.h"

#define TEXT_SIZE 1024
#define ANSWER_HEADERS 64

/* What a signature or a verdict was, until the script has said of it. */
enum made { MADE_NOTHING, MADE_SIGNATURE, MADE_REFUSAL, MADE_VERDICT };

struct playing {
	struct played *module;
	const char *directory;
	struct told *told;

	struct apam_str options, probe;
	struct played_secret secrets[PLAYED_SECRETS_MAX];
	size_t secret_count;
	struct buf files[PLAYED_SECRETS_MAX]; /* what secret-file read */
	size_t file_count;
	bool open;
	bool shut;		/* it does not open: pass over the rest */

	/* The run of a step function. */
	bool running;
	bool lost;		/* it goes another way: pass over its rest */
	bool ended_as_said;	/* the script has said how it ended */
	unsigned run_line;
	const char *run_name;
	struct op op;
	enum apam_step step;
	struct apam_credential_view view; /* what check and revoke are shown */
	struct buf redirected;
	const struct apam_option *durable; /* its option; NULL: none */
	struct buf kept;	/* the durable secret as it is now */
	struct buf facts;	/* what the last login kept beside it */
	bool shows_durable;	/* the run is shown that secret */

	struct buf credential;	/* what sign gets */
	struct buf memo;	/* what judge kept */
	uint64_t memo_count;

	struct module loaded;	/* of the entry: nothing else of it is used */
	struct entry entry;

	/* What was signed or judged last. */
	enum made made;
	unsigned made_line;
	struct apam_signing signing;
	struct new_body *new_body; /* as it is sent; NULL: it is the program's */
	struct request request;
	struct apam_header headers[ANSWER_HEADERS]; /* the program's own */
	bool requested;		/* both have to be freed */
	bool is_signed;		/* the request is, and can be verified */
	struct apam_error refusal;
	int32_t verdict;
	const char *reason;
	struct apam_judging judging;

	/* The answer that is verified. */
	bool verifying;
	bool cut;		/* its body does not come to its end */
	unsigned verify_line;
	struct apam_header answer_headers[ANSWER_HEADERS];
	struct response answer;
	struct digests digests;	/* of its body, as far as it has come */
	struct apam_error unauthentic; /* what a host is told; or OK */
};

/* Set up p->entry, through which the core's own code calls the module. */
void playing_stand_in(struct playing *p);

/*
 * After `sign`, which returned *status: where the body is to be rewritten, take
 * that over, or end it.
 */
void play_body_take(struct playing *p, int32_t *status);
/* "sends": the body that goes out is this one. */
void play_sends(struct playing *p, const struct script_section *s);

/* The section is not as it should be: tell what it is about. */
void playing_failed(struct playing *p, const struct script_section *s,
    const char *expected, const char *found);

/* Compare an error with the section's argument and content. */
void playing_compare_error(struct playing *p, const struct script_section *s,
    const struct apam_error *err);

/* Open the module where it is not; false where that was told to fail. */
bool playing_open(struct playing *p, const struct script_section *s);

/*
 * End the run, and what is verified; what the script did not say of it is a
 * difference.
 */
void playing_end_run(struct playing *p);

/*
 * Read a section as an answer: the status, headers, an empty line, the body.
 * *response points to `headers` and the script.  False where that was told to
 * be none.
 */
bool answer_take(struct playing *p, const struct script_section *s,
    struct apam_header headers[ANSWER_HEADERS], struct response *response);

/* True if the section is of a run, and was played. */
bool play_run(struct playing *p, const struct script_section *s);

/* The same of signing and judging. */
bool play_sign(struct playing *p, const struct script_section *s);
/* It is a difference if the script did not say what came of it. */
void play_sign_left(struct playing *p);
/* The same, and free what was signed. */
void play_sign_end(struct playing *p);

/* The same of verifying. */
bool play_verify(struct playing *p, const struct script_section *s);
void play_verify_end(struct playing *p);

/*
 * Take a message apart: header lines, and the body after the first empty line.
 * Returns how many headers, at most `max`; *rest is the body.
 */
size_t message_read(struct apam_str text, struct apam_header *headers,
    size_t max, struct apam_str *rest);

/* Take the first line off *text. */
struct apam_str message_line(struct apam_str *text);

/*
 * Compare headers and tell what differs.  Those that are found and not expected
 * are a difference, but for those that `quiet` names (ended by NULL), and where
 * a line "..." is expected.
 */
bool message_compare(struct playing *p, const struct script_section *s,
    struct apam_str expected, const struct apam_header *found, size_t count,
    const char *const *quiet, struct apam_str *body);

#endif
