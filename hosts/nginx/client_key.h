/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client certificate and its key, as libapam gives them, for one connection.
 */
#ifndef HOSTS_NGINX_CLIENT_KEY_H
#define HOSTS_NGINX_CLIENT_KEY_H

#include "nginx.h"

/*
 * Have a connection whose handshake has not begun show the pair.  False: the
 * pair cannot be used.  Of the key there is then nothing but what OpenSSL keeps
 * for the connection.
 */
bool client_key_use(SSL *ssl, const struct apam_client_certificate *pair);

/* Free what the connection has of its pair: the handshake is over. */
void client_key_forget(SSL *ssl);

#endif
