/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hosts/curl/answer.c: the lines of the input up to an empty one are the head
 * of a response, the rest is its body, in pieces.  What is read of the head is
 * a header by the rules on them, and the host gets every byte of the last head
 * and of the body, once and in order.
 */
#include <string.h>

#include "base/str.h"
#include "curl/answer.h"
#include "fuzz.h"
#include "text/header.h"

#define BODY_MAX 16
#define PIECE 7

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
	bool ok;

	answer_init(&a, &transfer, NULL, BODY_MAX);
	ok = take_head(&a, &host, &rest) && take_body(&a, &host, rest) &&
	    answer_read_headers(&a);
	if (ok) {
		check_headers(&a);
		HOLDS(answer_pass_on(&a));
		HOLDS(host.seen == host.n);
	}
	HOLDS(ok || fuzz_is_starved());
	fuzz_says(a.why);
	answer_free(&a);
	free(host.want);
	return 0;
}
