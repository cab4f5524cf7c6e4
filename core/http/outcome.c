/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of a transfer: what libcurl knows of it, for http_error's texts.
 */
#include "http/outcome.h"

#include <errno.h>

#include "base/error.h"
#include "http/transfer_error.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * libcurl reports a header line beyond its limit as a lack of memory.  What the
 * provider sent must not look like a fault of this machine.
 */
static bool
header_too_long(const struct curl_api *curl, CURL *easy, CURLcode code)
{
	curl_off_t first_byte = 0;

	return code == CURLE_OUT_OF_MEMORY &&
	    curl->easy_getinfo(
		easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte) == CURLE_OK &&
	    first_byte > 0;
}

static long
info_long(CURL *easy, CURLINFO what)
{
	long value = 0;

	(void)curl_api()->easy_getinfo(easy, what, &value);
	return value;
}

/* True if the transfer has reached a stage. */
static bool
reached(CURL *easy, CURLINFO what)
{
	curl_off_t when = 0;

	(void)curl_api()->easy_getinfo(easy, what, &when);
	return when > 0;
}

/* libcurl 7.88 notes the time of the connection once TLS is there as well. */
static bool
is_connected(CURL *easy)
{
	return reached(easy, CURLINFO_CONNECT_TIME_T) ||
	    info_long(easy, CURLINFO_LOCAL_PORT) != 0;
}

static const struct {
	int number;
	const char *text; /* follows the path */
} socket_refusals[] = {
	{ ECONNREFUSED, "refuses connections: check whether its server runs" },
	{ EACCES, "may not be connected to by this user: check its mode" },
	{ EPERM, "may not be connected to by this user: check its mode" },
};

static enum apam_status
fail_socket(const struct http_transfer *t, struct apam_error *err)
{
	const long number = info_long(t->easy, CURLINFO_OS_ERRNO);

	for (size_t i = 0; i < COUNT(socket_refusals); i++)
		if (socket_refusals[i].number == number)
			return error_set(err, APAM_E_NETWORK,
			    "the socket %s %s", t->socket_path,
			    socket_refusals[i].text);
	return error_set(err, APAM_E_NETWORK,
	    "the socket %s cannot be connected to: is /proc mounted?",
	    t->socket_path);
}

static enum apam_status
fail_transfer(
    const struct http_transfer *t, CURLcode code, struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	struct apam_failure f = { .size = sizeof(f), .code = (int)code };

	if (t->socket_path != NULL && code == CURLE_COULDNT_CONNECT)
		return fail_socket(t, err);
	(void)curl->easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &f.url);
	f.proxy = t->proxy;
	f.resolved = reached(t->easy, CURLINFO_NAMELOOKUP_TIME_T);
	f.connected = is_connected(t->easy);
	f.ready = reached(t->easy, CURLINFO_PRETRANSFER_TIME_T);
	f.system_error = (int)info_long(t->easy, CURLINFO_OS_ERRNO);
	f.proxy_status = (unsigned)info_long(
	    t->easy, CURLINFO_HTTP_CONNECTCODE);
	f.openssl = curl_api_has_openssl(curl);
	f.verify_result = info_long(t->easy, CURLINFO_SSL_VERIFYRESULT);
	f.detail = t->detail;
	f.what = curl->easy_strerror(code);
	return http_error(&f, err);
}

enum apam_status
outcome_of(struct http_transfer *t, CURLcode code, struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	struct response *r = t->r;
	long status = 0;

	if (r->body.no_memory || r->headers.text.no_memory)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (r->body.failed)
		return error_set(err, APAM_E_PROVIDER,
		    "the response is larger than %zu bytes", r->body.max);
	if (r->headers.refused != NULL || header_too_long(curl, t->easy, code))
		return error_set(err, APAM_E_PROVIDER,
		    "the headers of the response are too large");
	if (code != CURLE_OK)
		return fail_transfer(t, code, err);
	if (curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) !=
		CURLE_OK ||
	    status < 100 || status > RESPONSE_STATUS_MAX)
		return error_set(
		    err, APAM_E_PROVIDER, "the answer is not HTTP");
	r->pub.status = (unsigned)status;
	if (!response_finish(r))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}
