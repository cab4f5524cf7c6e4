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
#include "crypto/key_der.h"
#include "file/trust.h"
#include "http/outcome.h"
#include "text/header.h"
#include "text/pem.h"
#include "text/url.h"

#define USER_AGENT "apam/" APAM_VERSION
#define CLIENT_FILE_MAX 65536

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
set_security(const struct curl_api *curl, const struct http_transfer *t,
    const struct http_policy *policy, const struct exchange *x)
{
	const char *protocols = x->clear ? "http" : "https";
	CURL *easy = t->easy;
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
	c |= curl->easy_setopt(easy, CURLOPT_PROXY, t->proxy);
	c |= curl->easy_setopt(easy, CURLOPT_NOPROXY, "");
	/* Send the path that was signed; libcurl would remove dot segments. */
	c |= curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	if (policy->ca_file != NULL)
		c |= curl->easy_setopt(easy, CURLOPT_CAINFO, policy->ca_file);
	return c == CURLE_OK;
}

/* True where a length is sent, which may be 0: RFC 9110, 8.6. */
static bool
has_body(const struct exchange *x)
{
	return x->encoding != APAM_ENCODING_NONE ||
	    strcmp(x->method, "POST") == 0 || strcmp(x->method, "PUT") == 0 ||
	    strcmp(x->method, "PATCH") == 0;
}

static bool
set_body(const struct curl_api *curl, CURL *easy, const struct exchange *x)
{
	struct apam_str body = buf_view(&x->body);
	CURLcode c = CURLE_OK;

	if (has_body(x)) {
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
add_line(
    const struct curl_api *curl, struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl->slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

static bool
make_list(
    const struct curl_api *curl, struct exchange *x, struct curl_slist **list)
{
	const struct apam_header *h = fields_array(&x->headers);

	/* No "Expect: 100-continue": it costs a round trip. */
	if (!add_line(curl, list, "Expect:") || h == NULL)
		return false;
	/* libcurl has one for every body. */
	if (x->encoding == APAM_ENCODING_NONE &&
	    !add_line(curl, list, "Content-Type:"))
		return false;
	for (size_t i = 0; i < x->headers.count; i++)
		if (!http_list_add(curl, list, h[i].name, h[i].value))
			return false;
	return true;
}

/*
 * The files are read here, so that what was checked is what is used.  A
 * client's key is a secret like others; OpenSSL must not ask for its
 * passphrase.
 */
static enum apam_status
read_client_key(struct http_transfer *t, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	const char *key = buf_view(&x->key).p;
	enum apam_status status;

	if (x->key_handle != NULL)
		return key_der(x->key_handle, &t->key, err);
	status = trust_read(key, TRUST_SECRET, policy->user, &t->key, err);
	if (status != APAM_OK)
		return status;
	if (x->passphrase.n == 0 && pem_key_is_encrypted(buf_view(&t->key)))
		return error_set(err, APAM_E_CONFIG,
		    "the client key %s is encrypted: give its passphrase, or "
		    "store it without one",
		    key);
	return APAM_OK;
}

static enum apam_status
read_client_pair(struct http_transfer *t, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	const enum apam_status status = read_client_key(t, policy, x, err);

	if (status != APAM_OK)
		return status;
	return trust_read(buf_view(&x->certificate).p, TRUST_FILE, policy->user,
	    &t->certificate, err);
}

/* The bytes stay where they are: a copy of libcurl's would not be wiped. */
static struct curl_blob
blob_of(const struct buf *b)
{
	const struct apam_str bytes = buf_view(b);

	return (struct curl_blob){ .data = (void *)(uintptr_t)bytes.p,
		.len = bytes.n,
		.flags = CURL_BLOB_NOCOPY };
}

static enum apam_status
set_client_certificate(struct http_transfer *t,
    const struct http_policy *policy, const struct exchange *x,
    struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	struct curl_blob certificate, key;
	enum apam_status status;
	CURL *easy = t->easy;
	CURLcode c = CURLE_OK;

	if (x->certificate.n == 0)
		return APAM_OK;
	status = read_client_pair(t, policy, x, err);
	if (status != APAM_OK)
		return status;
	certificate = blob_of(&t->certificate);
	key = blob_of(&t->key);
	c |= curl->easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
	/*
	 * If this is not set, OpenSSL asks on the terminal or standard input.
	 */
	c |= curl->easy_setopt(
	    easy, CURLOPT_KEYPASSWD, buf_view(&x->passphrase).p);
	c |= curl->easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
	c |= curl->easy_setopt(
	    easy, CURLOPT_SSLKEYTYPE, x->key_handle != NULL ? "DER" : "PEM");
	if (c == CURLE_OK)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

/* ---- The way ----------------------------------------------------------- */

/*
 * Open the socket's file and have libcurl connect to what was opened.  So it has
 * no effect if a name on the path is swapped in between.
 */
static enum apam_status
set_socket(struct http_transfer *t, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	char way[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	struct apam_error why = APAM_ERROR_INIT;
	int fd;

	if (x->socket.n == 0)
		return APAM_OK;
	t->socket_path = buf_view(&x->socket).p;
	fd = trust_open(t->socket_path, TRUST_SOCKET, policy->user, &why);
	if (fd < 0)
		return error_set(err, why.status, "%s", why.text);
	t->socket = own_fd_of(fd);
	(void)snprintf(way, sizeof(way), "/proc/self/fd/%d", fd);
	if (curl_api()->easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, way) ==
	    CURLE_OK)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

static enum apam_status
set_version(CURL *easy, const struct exchange *x, struct apam_error *err)
{
	const long version = x->http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE :
					CURL_HTTP_VERSION_1_1;

	if (curl_api()->easy_setopt(easy, CURLOPT_HTTP_VERSION, version) ==
	    CURLE_OK)
		return APAM_OK;
	return error_set(
	    err, APAM_E_INTERNAL, "this machine's libcurl has no HTTP/2");
}

/* Share nothing with another exchange where client.h says so. */
static enum apam_status
set_apart(CURL *easy, const struct exchange *x, struct apam_error *err)
{
	const struct curl_api *curl = curl_api();
	CURLcode c = CURLE_OK;

	if (x->certificate.n == 0 && x->socket.n == 0 && !x->http2)
		return APAM_OK;
	c |= curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	c |= curl->easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	c |= curl->easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (c == CURLE_OK)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

static enum apam_status
set_way(struct http_transfer *t, const struct http_policy *policy,
    const struct exchange *x, struct apam_error *err)
{
	enum apam_status status = set_version(t->easy, x, err);

	if (status == APAM_OK)
		status = set_apart(t->easy, x, err);
	if (status == APAM_OK)
		status = set_socket(t, policy, x, err);
	if (status == APAM_OK)
		status = set_client_certificate(t, policy, x, err);
	return status;
}

/* ---- Beginning and end -------------------------------------------------- */

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
	return c == CURLE_OK && set_security(curl, t, policy, x) &&
	    set_body(curl, easy, x) && set_sink(curl, easy, t->r);
}

static void
init_transfer(struct http_transfer *t, const struct http_policy *policy,
    const struct exchange *x, struct response *r)
{
	*t = (struct http_transfer){ .r = r,
		.proxy = x->socket.n > 0 ?
		    "" :
		    http_proxy(policy, buf_view(&x->url)),
		.socket = OWN_FD_NONE };
	buf_init(&t->certificate, CLIENT_FILE_MAX);
	buf_init(&t->key, CLIENT_FILE_MAX);
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
	init_transfer(t, policy, x, r);
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
		status = set_way(t, policy, x, err);
	if (status != APAM_OK)
		http_abandon(t);
	return status;
}

bool
http_began(const struct http_transfer *t)
{
	const struct curl_api *curl = curl_api();
	curl_off_t when = 0;
	long bytes = 0;

	return curl->easy_getinfo(
		   t->easy, CURLINFO_PRETRANSFER_TIME_T, &when) != CURLE_OK ||
	    curl->easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &bytes) !=
	    CURLE_OK ||
	    when > 0 || bytes > 0;
}

enum apam_status
http_end(struct http_transfer *t, CURLcode code, struct apam_error *err)
{
	enum apam_status status = outcome_of(t, code, err);

	t->sent = http_began(t);
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
	own_fd_close(&t->socket);
	buf_free(&t->key);
	buf_free(&t->certificate);
	t->easy = NULL;
}
