/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One HTTP request that a module asks the core to make.
 */
#ifndef CORE_HTTP_EXCHANGE_H
#define CORE_HTTP_EXCHANGE_H

#include <apam/module.h>

#include "text/fields.h"

struct exchange {
	char method[16];
	struct buf url;
	struct fields headers;
	struct buf body;	/* encoded so far; JSON lacks its end */
	enum apam_encoding encoding;
	struct buf certificate, key; /* paths of a TLS client certificate */
	struct buf passphrase;	/* that key's; empty: none */
	const char *refused;	/* first failure of a builder; static */
};

void exchange_init(struct exchange *x);
void exchange_free(struct exchange *x);

/* Begin a new exchange.  Failures are kept in `refused`. */
void exchange_begin(struct exchange *x, const char *method,
    struct apam_str url, enum apam_encoding encoding);
/* Add a member to the body. */
void exchange_add(struct exchange *x, struct apam_str name,
    struct apam_str value);

/*
 * Close the body, add Content-Type and Accept, and check everything: method,
 * URL (text/url.h), headers.  Returns NULL, or a static text that says what is
 * wrong.
 */
const char *exchange_finish(struct exchange *x, bool allow_http);

/* True if a builder failed because memory ran out. */
bool exchange_no_memory(const struct exchange *x);

#endif
