/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cyrus SASL: one client, new to dispose, that makes the initial response of
 * PLAIN (RFC 4616) with a password of 900 bytes.
 */
#include <sasl/sasl.h>

#include "peer.h"

static sasl_secret_t *password;

static int
give_name(void *context, int id, const char **name, unsigned *n)
{
	(void)context;
	(void)id;
	*name = "a@example.com";
	if (n != NULL)
		*n = (unsigned)strlen(*name);
	return SASL_OK;
}

static int
give_password(sasl_conn_t *c, void *context, int id, sasl_secret_t **secret)
{
	(void)c;
	(void)context;
	(void)id;
	*secret = password;
	return SASL_OK;
}

/* The library calls each by the type that its id implies. */
#define CALLBACK(f) ((int (*)(void))(void (*)(void))(f))

static void
once(void)
{
	static const sasl_callback_t callbacks[] = {
		{ SASL_CB_USER, CALLBACK(give_name), NULL },
		{ SASL_CB_AUTHNAME, CALLBACK(give_name), NULL },
		{ SASL_CB_PASS, CALLBACK(give_password), NULL },
		{ SASL_CB_LIST_END, NULL, NULL },
	};
	sasl_conn_t *connection = NULL;
	const char *out = NULL, *mechanism = NULL;
	unsigned n = 0;

	peer_need(sasl_client_new("http", "api.example.com", NULL, NULL,
		      callbacks, 0, &connection) == SASL_OK,
	    "sasl_client_new failed");
	peer_need(sasl_client_start(connection, "PLAIN", NULL, &out, &n,
		      &mechanism) >= SASL_OK &&
		n > TOKEN_SIZE,
	    "sasl_client_start failed: is its PLAIN plug-in there?");
	sasl_dispose(&connection);
}

int
main(void)
{
	password = calloc(1, sizeof(*password) + TOKEN_SIZE);
	peer_need(password != NULL, "out of memory");
	password->len = TOKEN_SIZE;
	memcpy(password->data, peer_token(), TOKEN_SIZE);
	peer_need(sasl_client_init(NULL) == SASL_OK, "sasl_client_init failed");
	return peer_report(once);
}
