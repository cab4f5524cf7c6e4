/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature of one request, while modules make it.
 */
#ifndef CORE_ABI_SIGNING_H
#define CORE_ABI_SIGNING_H

#include <apam/module.h>

#include <apam/apam.h>

#include "abi/pair.h"
#include "abi/rewriter.h"
#include "text/fields.h"

#define SIGNING_QUERY_MAX 64	/* parameters */

struct apam_signing {
	struct fields headers;
	struct fields query;	/* percent-encoded already */
	struct fields cookies;
	struct fields covers;	/* names; values empty */
	/* From here on all is zero at first. */
	/* Bit i: a request that has query parameter i keeps its own. */
	uint64_t query_defaults;
	bool nothing;		/* the request goes out as it is */
	/*
	 * The version of the memo that the module saw; of several entries the
	 * sum, which changes with each of them.  0: none.
	 */
	uint64_t memo;
	/* What the module named, owned, and then what that is, held. */
	struct pair_source *certificate;
	struct pair *pair;
	/* What sign_body was told; run is set where it was called. */
	struct apam_rewrite rewrite;
	bool rewrites;
	/* And what that is then, owned; NULL: the body is sent as it is. */
	struct rewriter *rewriter;
	/* What the module sees; NULL: the signature depends on none. */
	const struct apam_request_view *request;
	struct apam_error error; /* set by `refuse` */
};

/* Memory for what one request's signature usually has. */
struct signing_room {
	char headers[768];
	char query[256];
	char cookies[128];
	char covers[128];
};

/* In memory for secrets. */
void signing_init(struct apam_signing *s);
/* For one call, in ordinary memory: buf_init_in. */
void signing_init_in(struct apam_signing *s, struct signing_room *room);
void signing_free(struct apam_signing *s);

/* True if anything was added, or nothing is to be. */
bool signing_contributed(const struct apam_signing *s);
/* The first failure of a builder: HEADER, or MEMORY if memory ran out. */
enum apam_status signing_check(const struct apam_signing *s,
    struct apam_error *err);

/*
 * Add all of `from` but its query to `to`.  Errors: CONFIG, where both set the
 * same header or have a client certificate; MEMORY.
 */
enum apam_status signing_merge(struct apam_signing *to,
    struct apam_signing *from, struct apam_error *err);

/*
 * Make one Cookie header (RFC 6265, 5.4) of the cookies and the host's own,
 * which may be empty; one of the host's that has the same name as one of these
 * is left out.  Errors as of signing_check.
 */
enum apam_status signing_join_cookies(struct apam_signing *s,
    struct apam_str own, struct apam_error *err);

#endif
