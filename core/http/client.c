/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's HTTP client on libcurl.  TLS policy, deadline, limits and the
 * refusal of redirects are here, once for all modules.
 */
#include "http/client.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "file/trust.h"
#include "http/transfer_error.h"
#include "text/header.h"
#include "text/url.h"

#define USER_AGENT "apam/" APAM_VERSION
#define CLIENT_KEY_MAX 65536

long
http_remaining(int64_t deadline)
{
	int64_t left = deadline - clock_ms();

	if (left <= 0)
		return 0;
	return left > INT32_MAX ? INT32_MAX : (long)left;
}

/* ---- Header lists ----------------------------------------------------- */

bool
http_list_add(const struct curl_api *curl, struct curl_slist **list,
    struct apam_str name, struct apam_str value)
{
	struct curl_slist *longer = NULL;
	struct buf line;

	buf_init(&line, FIELDS_MAX);
	buf_put(&line, name);
	/* An empty value needs "Name;": libcurl takes "Name:" as a removal. */
	buf_put(&line, value.n == 0 ? APAM_STR(";") : APAM_STR(": "));
	buf_put(&line, value);
	if (!line.failed)
		longer = curl->slist_append(*list, buf_view(&line).p);
	if (longer != NULL)
		*list = longer;
	buf_free(&line);
	return longer != NULL;
}

void
http_list_free(const struct curl_api *curl, struct curl_slist **list)
{
	for (struct curl_slist *i = *list; i != NULL; i = i->next)
		wipe(i->data, strlen(i->data));
	curl->slist_free_all(*list);
	*list = NULL;
}

/* ---- Responses -------------------------------------------------------- */

void
http_header_line(struct fields *headers, struct apam_str line)
{
	size_t colon = str_find(line, ':');
	struct apam_str name, value;

	while (line.n > 0 &&
	    (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (str_starts(line, APAM_STR("HTTP/"))) {
		fields_free(headers);
		return;
	}
	if (colon >= line.n)
		return;
	name = str_cut(line, colon);
	value = str_trim(str_skip(line, colon + 1));
	if (header_name_ok(name) && header_value_ok(value))
		fields_add(headers, name, value);
}

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct response *r = arg;

	http_header_line(&r->headers, (struct apam_str){ p, one * n });
	return r->headers.refused == NULL ? one * n : 0;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct response *r = arg;

	buf_put(&r->body, (struct apam_str){ p, one * n });
	return r->body.failed ? 0 : one * n;
}

/* ---- Requests --------------------------------------------------------- */

const char *
http_proxy(const struct http_policy *policy, struct apam_str text)
{
	struct url url;

	/* A URL that cannot be read will not be sent. */
	if (policy->proxy == NULL || url_parse(text, &url) != NULL)
		return "";
	return url.https && !url_is_local(&url) ? policy->proxy : "";
}

/* Set the options that client.h promises.  False if libcurl refuses one. */
static bool
set_security(const struct curl_api *curl, CURL *easy,
    const struct http_policy *policy, struct apam_str url)
{
	const char *protocols = policy->allow_http ? "http,https" : "https";
	const char *proxy = http_proxy(policy, url);
	long tls = CURL_SSLVERSION_TLSv1_2;
	CURLcode c = CURLE_OK;

	c |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	c |= curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	c |= curl->easy_setopt(easy, CURLOPT_SSLVERSION, tls);
	c |= curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	c |= curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	c |= curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	c |= curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/*
	 * Otherwise a deadline would wait for a name server that does not
	 * answer.  libcurl before 7.87 does not know this option and has no
	 * other way.
	 */
	(void)curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	/* If these are empty, libcurl does not look in the environment. */
	c |= curl->easy_setopt(easy, CURLOPT_PROXY, proxy);
	c |= curl->easy_setopt(easy, CURLOPT_NOPROXY, "");
	/* Send the path that was signed; libcurl would remove dot segments. */
	c |= curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	if (policy->ca_file != NULL)
		c |= curl->easy_setopt(easy, CURLOPT_CAINFO, policy->ca_file);
	return c == CURLE_OK;
}

static bool
set_body(const struct curl_api *curl, CURL *easy, const struct exchange *x)
{
	struct apam_str body = buf_view(&x->body);
	CURLcode c = CURLE_OK;

	if (x->encoding != APAM_ENCODING_NONE) {
		c |= curl->easy_setopt(easy, CURLOPT_POST, 1L);
		c |= curl->easy_setopt(
		    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		c |= curl->easy_setopt(easy, CURLOPT_POSTFIELDS, body.p);
	}
	if (strcmp(x->method, "HEAD") == 0)
		c |= curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else
		c |= curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, x->method);
	return c == CURLE_OK;
}

static bool
set_sink(const struct curl_api *curl, CURL *easy, struct response *r)
{
	CURLcode c = CURLE_OK;

	c |= curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	c |= curl->easy_setopt(easy, CURLOPT_HEADERDATA, r);
	c |= curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	c |= curl->easy_setopt(easy, CURLOPT_WRITEDATA, r);
	return c == CURLE_OK;
}

static bool
make_list(
    const struct curl_api *curl, struct exchange *x, struct curl_slist **list)
{
	const struct apam_header *h = fields_array(&x->headers);

	/* No "Expect: 100-continue": it costs a round trip. */
	*list = curl->slist_append(NULL, "Expect:");
	if (h == NULL || *list == NULL)
		return false;
	for (size_t i = 0; i < x->headers.count; i++)
		if (!http_list_add(curl, list, h[i].name, h[i].value))
			return false;
	return true;
}

/* True if PEM says, in one of its two ways, that it needs a passphrase. */
static bool
is_encrypted(struct apam_str pem)
{
	static const char pkcs8[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
	static const char traditional[] = "\nProc-Type: 4,ENCRYPTED";

	return strstr(pem.p, pkcs8) != NULL ||
	    strstr(pem.p, traditional) != NULL;
}

/*
 * A client's key is a secret like others; OpenSSL must not ask for its
 * passphrase.
 */
static enum apam_status
check_client_key(const char *path, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	enum apam_status status;
	struct buf pem;

	buf_init(&pem, CLIENT_KEY_MAX);
	status = trust_read(path, TRUST_SECRET, policy->user, &pem, err);
	if (status == APAM_OK && x->passphrase.n == 0 &&
	    is_encrypted(buf_view(&pem)))
		status = error_set(err, APAM_E_CONFIG,
		    "the client key %s is encrypted: give its passphrase, or "
		    "store it without one",
		    path);
	buf_free(&pem);
	return status;
}

static enum apam_status
set_client_certificate(CURL *easy, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	const char *key = buf_view(&x->key).p;
	enum apam_status status;
	CURLcode c = CURLE_OK;

	if (x->certificate.n == 0)
		return APAM_OK;
	status = check_client_key(key, policy, x, err);
	if (status != APAM_OK)
		return status;
	c |= curl->easy_setopt(
	    easy, CURLOPT_SSLCERT, buf_view(&x->certificate).p);
	/*
	 * If this is not set, OpenSSL asks on the terminal or standard input.
	 */
	c |= curl->easy_setopt(
	    easy, CURLOPT_KEYPASSWD, buf_view(&x->passphrase).p);
	c |= curl->easy_setopt(easy, CURLOPT_SSLKEY, key);
	if (c == CURLE_OK)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

/* ---- Outcomes --------------------------------------------------------- */

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

static enum apam_status
fail_transfer(
    const struct http_transfer *t, CURLcode code, struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	struct apam_failure f = { .size = sizeof(f), .code = (int)code };

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

static enum apam_status
finish_transfer(struct http_transfer *t, CURLcode code, struct apam_error *err)
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

static bool
prepare_transfer(struct http_transfer *t, const struct http_policy *policy,
    struct exchange *x, long left)
{
	const struct curl_api *curl = curl_api();
	CURL *easy = t->easy;
	CURLcode c = CURLE_OK;

	if (easy == NULL || !make_list(curl, x, &t->list))
		return false;
	c |= curl->easy_setopt(easy, CURLOPT_URL, buf_view(&x->url).p);
	c |= curl->easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	c |= curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, t->detail);
	c |= curl->easy_setopt(easy, CURLOPT_HTTPHEADER, t->list);
	c |= curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, left);
	/*
	 * RFC 9110, 12.5.3: without this header any coding is allowed.  The
	 * body is decoded before its size is checked (body_max).
	 */
	c |= curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	c |= curl->easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	return c == CURLE_OK &&
	    set_security(curl, easy, policy, buf_view(&x->url)) &&
	    set_body(curl, easy, x) && set_sink(curl, easy, t->r);
}

enum apam_status
http_begin(struct http_transfer *t, const struct http_policy *policy,
    struct exchange *x, int64_t deadline, struct response *r,
    struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	const struct curl_api *curl = curl_api_load(&why);
	enum apam_status status = APAM_OK;
	long left = http_remaining(deadline);

	response_init(r, policy->body_max);
	*t = (struct http_transfer){ .r = r,
		.proxy = http_proxy(policy, buf_view(&x->url)) };
	if (curl == NULL)
		return error_set_at(
		    err, why.status, why.file, 0, "%s", why.text);
	if (left == 0)
		return error_set(err, APAM_E_DEADLINE,
		    "no time was left to ask the provider");
	t->easy = curl->easy_init();
	if (!prepare_transfer(t, policy, x, left))
		status = error_set(
		    err, APAM_E_MEMORY, "libcurl does not accept the request");
	if (status == APAM_OK)
		status = set_client_certificate(t->easy, policy, x, err);
	if (status != APAM_OK)
		http_abandon(t);
	return status;
}

enum apam_status
http_end(struct http_transfer *t, CURLcode code, struct apam_error *err)
{
	enum apam_status status = finish_transfer(t, code, err);

	http_abandon(t);
	return status;
}

void
http_give_up(struct http_transfer *t)
{
	t->easy = NULL;
	http_abandon(t);
}

void
http_abandon(struct http_transfer *t)
{
	const struct curl_api *curl;

	/* Do not load libcurl without need. */
	if (t->easy == NULL && t->list == NULL)
		return;
	curl = curl_api();
	curl->easy_cleanup(t->easy);
	http_list_free(curl, &t->list);
	t->easy = NULL;
}
