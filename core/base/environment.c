/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list was found by watching each getenv during an exchange, and by
 * searching the libraries that libcurl brings along for names.
 */
#include "base/environment.h"

#include <stdlib.h>

#include "base/privilege.h"

#define TLS_NAMES 4

const char *const environment_names[] = {
	/*
	 * The first TLS_NAMES: where TLS keys are written, and whom TLS trusts.
	 */
	"SSLKEYLOGFILE",
	"SSL_CERT_FILE",
	"SSL_CERT_DIR",
	"CURL_CA_BUNDLE",
	/* Other files. */
	"CTLOG_FILE",
	"QLOGDIR",
	/* Which code is loaded, and how it works. */
	"CURL_SSL_BACKEND",
	"OPENSSL_CONF",
	"OPENSSL_CONF_INCLUDE",
	"OPENSSL_ENGINES",
	"OPENSSL_MODULES",
	"OPENSSL_ia32cap",
	"RANDFILE",
	"GNUTLS_CPUID_OVERRIDE",
	"GNUTLS_DEBUG_LEVEL",
	"GNUTLS_SYSTEM_PRIORITY_FILE",
	"P11_KIT_DEBUG",
	"P11_KIT_STRICT",
	/* Names and addresses; glibc removes most of these itself. */
	"HOSTALIASES",
	"LOCALDOMAIN",
	"RES_OPTIONS",
	"RESOLV_ADD_TRIM_DOMAINS",
	"RESOLV_HOST_CONF",
	"RESOLV_MULTI",
	"RESOLV_OVERRIDE_TRIM_DOMAINS",
	"RESOLV_REORDER",
	NULL,
};

void
environment_forget_tls(void)
{
	for (size_t i = 0; i < TLS_NAMES; i++)
		(void)unsetenv(environment_names[i]);
}

__attribute__((constructor)) void
environment_forget(void)
{
	if (!process_is_setid())
		return;
	for (size_t i = 0; environment_names[i] != NULL; i++)
		(void)unsetenv(environment_names[i]);
}
