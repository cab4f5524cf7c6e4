/* SPDX-License-Identifier: BSD-2-Clause */
#include "curl/explain.h"

#include <string.h>

long
curl_fact(CURL *easy, CURLINFO what)
{
	long value = 0;

	(void)curl_easy_getinfo(easy, what, &value);
	return value;
}

/* True where a stage of the transfer was reached. */
static bool
reached(CURL *easy, CURLINFO what)
{
	curl_off_t when = 0;

	(void)curl_easy_getinfo(easy, what, &when);
	return when > 0;
}

/* libcurl 7.88 notes the time of the connection once TLS is there as well. */
static bool
is_connected(CURL *easy)
{
	return reached(easy, CURLINFO_CONNECT_TIME_T) ||
	    curl_fact(easy, CURLINFO_LOCAL_PORT) != 0;
}

static bool
has_openssl(void)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	return v->ssl_version != NULL &&
	    strncmp(v->ssl_version, "OpenSSL/", strlen("OpenSSL/")) == 0;
}

enum apam_status
curl_explain(const struct curl_handle *h, CURLcode code, struct apam_error *err)
{
	CURL *easy = h->easy;
	const struct apam_failure f = { .size = sizeof(f),
		.code = (int)code,
		.url = h->signature->url,
		.proxy = h->transport->proxy,
		.resolved = reached(easy, CURLINFO_NAMELOOKUP_TIME_T),
		.connected = is_connected(easy),
		.ready = reached(easy, CURLINFO_PRETRANSFER_TIME_T),
		.system_error = (int)curl_fact(easy, CURLINFO_OS_ERRNO),
		.proxy_status = (unsigned)curl_fact(
		    easy, CURLINFO_HTTP_CONNECTCODE),
		.openssl = has_openssl(),
		.verify_result = curl_fact(easy, CURLINFO_SSL_VERIFYRESULT),
		.detail = h->detail,
		.what = curl_easy_strerror(code) };

	return apam_failure_explain(&f, err);
}
