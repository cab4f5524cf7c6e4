/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hosts/curl/answer.c: the lines of the input up to an empty one are the head
 * of a response, the rest is its body, in pieces.  What is read of the head is
 * a header by the rules on them, and the host gets every byte of the last head
 * and of the body, once and in order.
 *
 * A first line "hold N" or "stream N" has the answer verified, and refuses it
 * at step N of that; 0: it is authentic.  The steps are this file's own in
 * place of proof.c's, because chance does not find an answer that is authentic.
 * The host gets nothing of one that is held and refused.
 */
#include <string.h>

#include "base/str.h"
#include "curl/answer.h"
#include "fuzz.h"
#include "text/header.h"

#define BODY_MAX 16
#define PIECE 7

static struct apam_signature verified = { .verifies = 1 };
static unsigned steps, refused; /* of verifying; which one refuses */

bool
proof_is_asked(const struct proof *p)
{
	return p->signature != NULL;
}

static enum apam_status
step(struct apam_error *err)
{
	if (++steps != refused)
		return APAM_OK;
	(void)snprintf(err->text, sizeof(err->text), "refused");
	err->status = APAM_E_PROVIDER;
	return err->status;
}

enum apam_status
proof_begin(
    struct proof *p, const struct apam_answer *head, struct apam_error *err)
{
	HOLDS(!p->begun && (head->header_count == 0 || head->headers != NULL));
	p->begun = true;
	return step(err);
}

enum apam_status
proof_body(struct proof *p, struct apam_str bytes, struct apam_error *err)
{
	HOLDS(p->begun && bytes.n > 0);
	return step(err);
}

enum apam_status
proof_end(struct proof *p, bool whole, struct apam_error *err)
{
	HOLDS(p->begun);
	p->begun = false;
	return whole ? step(err) : APAM_OK;
}

/* What the host is to see, and how much of it it has seen. */
struct host {
	char *want;
	size_t n, seen;
};

static size_t
see(char *p, size_t one, size_t n, void *arg)
{
	struct host *host = arg;

	HOLDS(one == 1 && n <= CURL_MAX_WRITE_SIZE);
	HOLDS(n <= host->n - host->seen);
	HOLDS(memcmp(p, host->want + host->seen, n) == 0);
	host->seen += n;
	return n;
}

static void
expect(struct host *host, struct apam_str bytes)
{
	if (bytes.n > 0)
		memcpy(host->want + host->n, bytes.p, bytes.n);
	host->n += bytes.n;
}

/* libcurl hands out memory that may be changed. */
static bool
feed(struct answer *a, curl_write_callback to, struct apam_str bytes)
{
	char *copy = fuzz_copy(bytes.p, bytes.n);
	const bool taken = to(copy, 1, bytes.n, a) == bytes.n;

	free(copy);
	return taken;
}

static bool
take_head(struct answer *a, struct host *host, struct apam_str *rest)
{
	struct apam_str line;
	bool taken = true;

	do {
		size_t n = str_find(*rest, '\n');

		line = str_cut(*rest, n < rest->n ? n + 1 : n);
		*rest = str_skip(*rest, line.n);
		if (str_starts(line, APAM_STR("HTTP/")))
			host->n = 0;
		expect(host, line);
		taken = feed(a, answer_on_header, line);
	} while (taken && line.n > 2);
	return taken;
}

static bool
take_body(struct answer *a, struct host *host, struct apam_str rest)
{
	bool taken = true;

	while (taken && rest.n > 0) {
		struct apam_str piece = str_cut(
		    rest, rest.n < PIECE ? rest.n : PIECE);

		rest = str_skip(rest, piece.n);
		expect(host, piece);
		taken = feed(a, answer_on_body, piece);
	}
	return taken;
}

static void
check_headers(const struct answer *a)
{
	for (size_t i = 0; i < a->header_count; i++) {
		HOLDS(header_name_ok(a->headers[i].name));
		HOLDS(header_value_ok(a->headers[i].value));
	}
}

/* "hold N" or "stream N" in front of the answer, if it is there. */
static void
ask_proof(struct answer *a, struct apam_str *rest)
{
	const size_t n = str_find(*rest, '\n');
	char *line = fuzz_copy(rest->p, n);
	char how[8];

	steps = refused = 0;
	if (sscanf(line, "%7[a-z] %u", how, &refused) == 2 &&
	    (strcmp(how, "hold") == 0 || strcmp(how, "stream") == 0)) {
		a->proof.signature = &verified;
		a->proof.streams = how[0] == 's';
		*rest = str_skip(*rest, n < rest->n ? n + 1 : n);
	}
	free(line);
}

/* Whether the answer was taken to its end. */
static bool
take_answer(struct answer *a, struct host *host, struct apam_str rest)
{
	return take_head(a, host, &rest) && take_body(a, host, rest) &&
	    answer_prove(a) && answer_read_headers(a);
}

/* A step refused it, or it is larger than what can be held. */
static void
check_refused(const struct answer *a, const struct host *host)
{
	HOLDS(fuzz_is_starved() || proof_is_asked(&a->proof));
	HOLDS(a->why != NULL && a->status != APAM_OK);
	HOLDS(
	    !proof_is_asked(&a->proof) || a->proof.streams || host->seen == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size };
	struct host host = { .want = fuzz_alloc(size + 1) };
	const struct apam_transfer transfer = { .write = see,
		.write_arg = &host,
		.header = see,
		.header_arg = &host };
	struct answer a;

	answer_init(&a, &transfer, NULL, BODY_MAX);
	ask_proof(&a, &rest);
	if (take_answer(&a, &host, rest)) {
		check_headers(&a);
		HOLDS(refused == 0 || steps < refused);
		HOLDS(answer_pass_on(&a));
		HOLDS(host.seen == host.n);
	} else {
		check_refused(&a, &host);
	}
	fuzz_says(a.why);
	answer_free(&a);
	free(host.want);
	return 0;
}
