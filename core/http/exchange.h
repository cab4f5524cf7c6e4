/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One HTTP request that a module asks the core to make.
 */
#ifndef CORE_HTTP_EXCHANGE_H
#define CORE_HTTP_EXCHANGE_H

#include <apam/module.h>

#include "http/reach.h"
#include "text/fields.h"

struct exchange {
	char method[16];
	struct buf url;
	size_t url_given;	/* bytes of it without what was added */
	struct fields headers;
	struct buf body;	/* encoded so far; JSON lacks its end */
	int32_t encoding;	/* enum apam_encoding */
	struct buf type;	/* RAW: the body's */
	struct buf socket;	/* the path to send it to; empty: the URL's
				   host */
	bool http2;		/* from the first byte */
	bool clear;		/* after exchange_finish: http is allowed */
	struct buf certificate, key; /* paths of a TLS client certificate */
	struct buf passphrase;	/* that key's; empty: none */
	struct apam_key *key_handle; /* in place of its path; held; or NULL */
	const char *refused;	/* first failure of a builder; static */
};

void exchange_init(struct exchange *x);
void exchange_free(struct exchange *x);

/* Begin a new exchange.  Failures are kept in `refused`. */
void exchange_begin(struct exchange *x, struct apam_str method,
    struct apam_str url, int32_t encoding);
/* Add a parameter to the URL's query; both are percent-encoded here. */
void exchange_query(struct exchange *x, struct apam_str name,
    struct apam_str value);
/* FORM, JSON: add a member to the body. */
void exchange_add(struct exchange *x, struct apam_str name,
    struct apam_str value);
/* RAW: the whole body, which may be any bytes, and its content type. */
void exchange_body(struct exchange *x, struct apam_str type,
    struct apam_str bytes);

/* Present this client certificate.  Its key, if it is a handle, is held. */
void exchange_certificate(struct exchange *x,
    const struct apam_certificate *certificate);

/*
 * Close the body, add the Content-Type and Accept that the module did not set,
 * and check everything: method, where it goes (http/reach.h), headers, of which
 * none may be the connection's (header_is_framing; but "TE: trailers" with
 * HTTP/2).  Returns NULL, or a static text that says what is wrong.
 */
const char *exchange_finish(struct exchange *x, const struct reach *reach);

/* True if a builder failed because memory ran out. */
bool exchange_no_memory(const struct exchange *x);

#endif
