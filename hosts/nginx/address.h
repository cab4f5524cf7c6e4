/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Origins that are addresses, such as https://192.0.2.1: their certificates have
 * an iPAddress (RFC 9110, 4.3.5), which nginx itself never looks at.
 */
#ifndef HOSTS_NGINX_ADDRESS_H
#define HOSTS_NGINX_ADDRESS_H

#include "nginx.h"

/*
 * While nginx reads its configuration, and after proxy_pass's settings of the
 * location are known: where `origin` is an address by https, and proxy_ssl_verify
 * is on, OpenSSL holds each certificate against the address, in the handshake,
 * and nginx does not hold it against a name afterwards.  All else stays as it is:
 * nginx refuses what it cannot verify.
 *
 * NULL; or what is wrong, as nginx's configuration would have it:
 * another location has the same settings of TLS and another address.
 */
const char *address_verify(ngx_conf_t *cf, ngx_str_t origin);

#endif
