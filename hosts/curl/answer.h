/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The response to a signed request on its way to the host.  One that another
 * may take the place of is held back until it was judged: the host sees one
 * response of a call, whole, or none.  One that is to be verified is held back
 * until it was, too, unless the host wants it at once.
 */
#ifndef HOSTS_CURL_ANSWER_H
#define HOSTS_CURL_ANSWER_H

#include "curl/proof.h"

/* Bytes that grow up to `max`, and are wiped. */
struct held {
	char *p;
	size_t n, room, max;
};

struct answer {
	const struct apam_transfer *transfer; /* who is to have it */
	CURL *easy;
	struct held head;	/* header lines as they came */
	struct held body;	/* while it is held back */
	struct apam_header *headers; /* views of `head`, for judging */
	size_t header_count;
	bool has_odd_line;	/* one of `head` that is neither a header nor its end */
	bool has_begun;		/* the body has: headers are trailers now */
	bool passed_on;		/* the host has seen some of it */
	enum apam_status status; /* why it was given up; or APAM_OK */
	const char *why;	/* the same in words; static, or `said` */
	struct proof proof;	/* that it is the provider's */
	char said[APAM_TEXT_SIZE];
};

/* Begin with nothing, and hold at most body_max bytes of a body back. */
void answer_init(struct answer *a, const struct apam_transfer *transfer,
    CURL *easy, size_t body_max);

/* Forget what came, for another try. */
void answer_reset(struct answer *a);

/* For CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION, with a struct answer. */
size_t answer_on_header(char *p, size_t one, size_t n, void *arg);
size_t answer_on_body(char *p, size_t one, size_t n, void *arg);

/*
 * Make `headers` of the lines that came: of the last response where there were
 * several heads.  A line that is not a field (RFC 9110, 5.1 and 5.5) is left
 * out.  False where there is no memory.
 */
bool answer_read_headers(struct answer *a);

/*
 * At the end of the body, which is whole: have the answer verified, if that is
 * asked for.  False where it is not authentic; `why` is set then.
 */
bool answer_prove(struct answer *a);

/*
 * Let the host have what was held back.  From then on nothing is, and no other
 * response can take its place.  False where a callback does not take it; `why`
 * is set then.
 */
bool answer_pass_on(struct answer *a);

/* Wipe and free. */
void answer_free(struct answer *a);

#endif
