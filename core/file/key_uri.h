/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References to keys that OpenSSL finds by URI (ossl_store-file(7), RFC 7512),
 * as in "openssl-store:URI" and "openssl-store:URI pin=REFERENCE".
 *
 * A URI says which key, and never which code is run, nor what the PIN is:
 * openssl.cnf alone chooses providers and what they load.
 */
#ifndef CORE_FILE_KEY_URI_H
#define CORE_FILE_KEY_URI_H

#include <apam/types.h>

#define KEY_URI_MAX 2000 /* bytes */

/* Views of the reference; none is there: empty. */
struct key_uri {
	struct apam_str uri;
	struct apam_str pin;	/* a reference of its own */
	struct apam_str file;	/* the path, where the URI is file: */
};

/*
 * Take what follows "openssl-store:" apart.  NULL, or a static text that says
 * what to write instead.  What kind of reference the PIN is, is not looked at.
 */
const char *key_uri_read(struct apam_str rest, struct key_uri *to);

#endif
