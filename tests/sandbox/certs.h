/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A throwaway certificate authority and one server certificate from it, for
 * 127.0.0.1 and localhost, good for a day. Private keys stay in memory and die
 * with the process; only the CA's certificate is meant to be written out.
 */
#ifndef SANDBOX_CERTS_H
#define SANDBOX_CERTS_H

#include <stdbool.h>

struct certs {
	char *ca; /* PEM, owned */
	char *server; /* PEM, owned */
	char *server_key; /* PEM, owned */
};

/* Makes both; false when OpenSSL fails, and then there is nothing to free. */
bool certs_make(struct certs *certs);

/* Frees what certs_make made. */
void certs_clear(struct certs *certs);

#endif
