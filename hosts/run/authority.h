/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate authority for one host and one run.  It is constrained to exactly
 * this name (RFC 5280, 4.2.1.10), has made one certificate, and its key is
 * forgotten before anybody is told to trust it.
 */
#ifndef HOSTS_RUN_AUTHORITY_H
#define HOSTS_RUN_AUTHORITY_H

#include <stdbool.h>

/* PEM, each ended by NUL, of malloc. */
struct authority {
	char *ca;		/* the authority's certificate */
	char *certificate;	/* of the host */
	char *key;		/* of that certificate: secret */
};

/*
 * Make one for a host as it stands in a URL, but without brackets: a name or an
 * address.  False where OpenSSL fails.
 */
bool authority_make(struct authority *authority, const char *host);

/* Wipe the certificate's key. */
void authority_forget_key(struct authority *authority);

/* Wipe and free; a zeroed one is allowed. */
void authority_free(struct authority *authority);

#endif
