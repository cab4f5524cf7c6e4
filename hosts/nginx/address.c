/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings of proxy_pass begin with nginx's public struct for upstreams, by
 * which all of nginx reads them.
 */
#include "address.h"

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

extern ngx_module_t ngx_http_proxy_module;

#define TEXT_MAX INET6_ADDRSTRLEN

/* "[ADDRESS]" or "ADDRESS", and perhaps a port; false where it is a name. */
static bool
read_address(ngx_str_t authority, char to[TEXT_MAX])
{
	const bool six = authority.len > 0 && authority.data[0] == '[';
	const u_char *from = authority.data + six;
	const u_char *end = authority.data + authority.len;
	const u_char *stop = memchr(
	    from, six ? ']' : ':', (size_t)(end - from));
	const size_t n = (size_t)((stop == NULL ? end : stop) - from);
	unsigned char bytes[16];

	if (n >= TEXT_MAX)
		return false;
	ngx_memcpy(to, from, n);
	to[n] = '\0';
	return inet_pton(six ? AF_INET6 : AF_INET, to, bytes) == 1;
}

/* False where the settings of TLS are those of another address. */
static bool
expect_address(SSL_CTX *ctx, const char *address)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	char *other = X509_VERIFY_PARAM_get1_ip_asc(param);
	X509_VERIFY_PARAM *mine = X509_VERIFY_PARAM_new();
	char *own = NULL;
	bool ok = false;

	/* As OpenSSL writes it. */
	if (mine != NULL && X509_VERIFY_PARAM_set1_ip_asc(mine, address) == 1)
		own = X509_VERIFY_PARAM_get1_ip_asc(mine);
	ok = own != NULL &&
	    (other == NULL ? X509_VERIFY_PARAM_set1_ip_asc(param, own) == 1 :
			     strcmp(own, other) == 0);
	X509_VERIFY_PARAM_free(mine);
	OPENSSL_free(own);
	OPENSSL_free(other);
	/* That there was none is an error to OpenSSL, not to nginx. */
	ERR_clear_error();
	return ok;
}

const char *
address_verify(ngx_conf_t *cf, ngx_str_t origin)
{
	ngx_http_upstream_conf_t *up = ngx_http_conf_get_module_loc_conf(
	    cf, ngx_http_proxy_module);
	ngx_str_t authority = origin;
	char address[TEXT_MAX];
	const size_t scheme = sizeof("https://") - 1;

	if (origin.len <= scheme ||
	    ngx_strncmp(origin.data, "https://", scheme) != 0)
		return NULL;
	authority.data += scheme;
	authority.len -= scheme;
	if (!read_address(authority, address) || up->ssl == NULL ||
	    up->ssl->ctx == NULL || up->ssl_verify != 1)
		return NULL;
	if (!expect_address(up->ssl->ctx, address))
		return "another location has the same settings of TLS: give "
		       "each of them proxy_ssl_trusted_certificate";
	/* Without nginx's callback, which lets all pass and looks later. */
	SSL_CTX_set_verify(up->ssl->ctx, SSL_VERIFY_PEER, NULL);
	up->ssl_verify = 0;
	return NULL;
}
