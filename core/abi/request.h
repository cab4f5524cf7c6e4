/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request to sign, checked, in the form that modules see.
 */
#ifndef CORE_ABI_REQUEST_H
#define CORE_ABI_REQUEST_H

#include <apam/apam.h>

#include "abi/signing.h"
#include "config/profile_conf.h"
#include "text/fields.h"
#include "text/url.h"

#define REQUEST_ROOM 512	/* bytes of a URL that cost no allocation */

struct request {
	struct apam_request_view view;
	struct apam_body body;	/* what view.body shows */
	struct apam_str given;	/* the host's URL, without its fragment */
	bool cut;		/* it had one */
	size_t path_end;	/* bytes of the URL in front of its query */
	/* The URL once parameters were added, which may be secret; or empty. */
	struct buf url;
	/* The host's headers, and those that entries before this one add. */
	const struct apam_header *headers;
	size_t header_count;
	struct fields *earlier;	/* NULL: none */
	struct apam_header *shown; /* the array of view.headers, if it is ours */
	uint32_t asker;		/* in the agent: the user whose memos it sees */
	char host[URL_HOST_MAX + 1]; /* the text of view.host */
	char room[REQUEST_ROOM];	/* for url */
};

/*
 * Check a host's request and bind it to the profile: method, URL and origin,
 * headers, body.  Errors: USAGE, URL, ORIGIN, HEADER, MEMORY.
 */
enum apam_status request_init(struct request *r,
    const struct apam_request *given, const struct profile *profile,
    struct apam_error *err);
/*
 * The same where the URL is known to begin with the text of this origin of the
 * profile's and to be plain (slot/plain_origin.h): it is not parsed.
 */
enum apam_status request_init_at(struct request *r,
    const struct apam_request *given, const struct url *origin,
    struct apam_error *err);
/* The same for one of which all else is known to be in order, too. */
void request_init_plain(struct request *r, const struct apam_request *given,
    const struct url *origin);
void request_free(struct request *r);

/* True if the URL is the host's own text. */
bool request_url_is_given(const struct request *r);

/*
 * Append the query parameters of a signature from index `first` on.  Errors:
 * URL (too long); POLICY, where the URL has one of that name, which is not to
 * be kept; MEMORY.
 */
enum apam_status request_add_query(struct request *r, struct apam_signing *from,
    size_t first, struct apam_error *err);

/*
 * Make the view show all headers that will be sent: without those of the
 * connection, and with those of earlier entries in place of the host's own.
 * Errors: MEMORY.
 */
enum apam_status request_show_headers(
    struct request *r, struct apam_error *err);

/* Remove what was added since the URL had `n` bytes (r->view.url.n). */
void request_rewind(struct request *r, size_t n);

/*
 * NULL if an origin of the profile contains the URL; *depth is then the length
 * of that origin's path.  Otherwise a text that says why the last origin does
 * not.
 */
const char *request_outside(const struct profile *profile,
    const struct url *url, size_t *depth);

#endif
