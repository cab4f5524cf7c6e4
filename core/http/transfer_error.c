/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From libcurl's codes, the system's errors and the TLS library's words to one
 * sentence.  No handle of libcurl's is asked here: whoever has one fills in
 * struct apam_failure, the core (client.c) and hosts alike.  libcurl has one
 * code for all that can be wrong with a certificate and one for all that can go
 * wrong in a handshake; the result of OpenSSL's verification and libcurl's own
 * text tell these apart.  Other TLS libraries say less, and so do the
 * sentences.
 */
#include "http/transfer_error.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "text/url.h"

#define PLACE_SIZE (URL_HOST_MAX + sizeof("the proxy :65535"))
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- Where --------------------------------------------------------------- */

/* Host and port of a URL, with `before` in front. */
static void
put_place(const char *before, const char *text, char place[PLACE_SIZE])
{
	struct url url;

	if (text == NULL || url_parse(apam_str(text), &url) != NULL)
		(void)snprintf(place, PLACE_SIZE, "%sthe host", before);
	else
		(void)snprintf(place, PLACE_SIZE, "%s%s:%u", before, url.host,
		    (unsigned)url.port);
}

static bool
has_proxy(const struct apam_failure *f)
{
	return f->proxy != NULL && f->proxy[0] != '\0';
}

/* The place where the request was to go. */
static void
put_host(const struct apam_failure *f, char place[PLACE_SIZE])
{
	put_place("", f->url, place);
}

/* The machine to which the client connects. */
static void
put_next(const struct apam_failure *f, char place[PLACE_SIZE])
{
	if (has_proxy(f))
		put_place("the proxy ", f->proxy, place);
	else
		put_host(f, place);
}

/* ---- Names and connections ----------------------------------------------- */

static enum apam_status
not_resolved(const struct apam_failure *f, struct apam_error *err)
{
	char place[PLACE_SIZE];

	put_next(f, place);
	return error_set(err, APAM_E_NETWORK,
	    "%s: the host's name is not known: check its spelling, and this "
	    "machine's name server",
	    place);
}

static const struct {
	int number;
	const char *text; /* follows the place */
} refusals[] = {
	{ ECONNREFUSED,
	    "refuses connections: check the port, and whether a server runs" },
	{ ENETUNREACH, "cannot be reached: this machine has no route to it" },
	{ ENETDOWN, "cannot be reached: this machine's network is down" },
	{ EHOSTUNREACH,
	    "cannot be reached: there is no such machine, or a "
	    "firewall says so" },
	{ ETIMEDOUT,
	    "does not answer: check the host and what is in between, "
	    "such as a firewall" },
	{ EPERM, "cannot be connected to: a rule of this machine forbids it" },
	{ EACCES, "cannot be connected to: a rule of this machine forbids it" },
};

static enum apam_status
not_connected(const struct apam_failure *f, struct apam_error *err)
{
	char place[PLACE_SIZE];

	put_next(f, place);
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (refusals[i].number == f->system_error)
			return error_set(err, APAM_E_NETWORK, "%s %s", place,
			    refusals[i].text);
	return error_set(err, APAM_E_NETWORK,
	    "%s cannot be connected to: check the host and the port", place);
}

/* A proxy has answered CONNECT with something other than success. */
static enum apam_status
not_let_through(const struct apam_failure *f, struct apam_error *err)
{
	char place[PLACE_SIZE], proxy[PLACE_SIZE];

	put_host(f, place);
	put_next(f, proxy);
	return error_set(err, APAM_E_NETWORK,
	    "%s does not connect to %s: it answered %u", proxy, place,
	    f->proxy_status);
}

/* The time was over: say what the client was waiting for. */
static enum apam_status
too_late(const struct apam_failure *f, struct apam_error *err)
{
	char place[PLACE_SIZE];

	put_next(f, place);
	if (!f->resolved)
		return error_set(err, APAM_E_DEADLINE,
		    "%s: the host's name was not resolved in time: check this "
		    "machine's name server",
		    place);
	if (!f->connected)
		return error_set(err, APAM_E_DEADLINE,
		    "%s did not accept a connection in time: check the host "
		    "and what is in between, such as a firewall",
		    place);
	if (!f->ready)
		return error_set(err, APAM_E_DEADLINE,
		    "the TLS handshake with %s did not end in time", place);
	put_host(f, place);
	return error_set(
	    err, APAM_E_DEADLINE, "%s did not answer in time", place);
}

/* ---- Certificates -------------------------------------------------------- */

/*
 * OpenSSL's X509_V_ERR_..., which libcurl passes on.  If the chain is right,
 * libcurl compares the names itself, and 7.88 has not read the result by then.
 */
enum {
	NOT_OPENSSL = -1,
	CHAIN_IN_ORDER = 0,
	NOT_READ = 1,
	NO_ISSUER = 2,
	NOT_YET_VALID = 9,
	EXPIRED = 10,
	SELF_SIGNED = 18,
	ROOT_UNKNOWN = 19,
	NO_LOCAL_ISSUER = 20,
	CHAIN_INCOMPLETE = 21,
	REVOKED = 23,
	WRONG_PURPOSE = 26,
	WRONG_HOST = 62,
	WRONG_ADDRESS = 64,
	KEY_TOO_SMALL = 66,
	CA_KEY_TOO_SMALL = 67,
	DIGEST_TOO_WEAK = 68
};

#define UNKNOWN_CA                                                              \
	"is signed by a CA that is not trusted here: ca_file is for a private " \
	"CA"
#define OTHER_NAME "is for another name: check the host in the URL"
#define WEAK "is too weak for this machine: the server needs another"

static const struct {
	long result;
	const char *text; /* follows "the certificate of PLACE" */
} verdicts[] = {
	{ NO_ISSUER, UNKNOWN_CA },
	{ NO_LOCAL_ISSUER, UNKNOWN_CA },
	{ CHAIN_INCOMPLETE,
	    UNKNOWN_CA ", or the server does not send its intermediate one" },
	{ ROOT_UNKNOWN, UNKNOWN_CA },
	{ SELF_SIGNED,
	    "is self-signed and not trusted here: if it is the right one, name "
	    "it in ca_file" },
	{ REVOKED, "is revoked: the server needs another" },
	{ WRONG_PURPOSE, "is not made for servers: the server needs another" },
	{ CHAIN_IN_ORDER, OTHER_NAME },
	{ NOT_READ, OTHER_NAME },
	{ WRONG_HOST, OTHER_NAME },
	{ WRONG_ADDRESS, OTHER_NAME },
	{ KEY_TOO_SMALL, WEAK },
	{ CA_KEY_TOO_SMALL, WEAK },
	{ DIGEST_TOO_WEAK, WEAK },
};

/* Name the clock with which the certificate's time was compared. */
static enum apam_status
out_of_time(const char *place, bool early, struct apam_error *err)
{
	const time_t now = (time_t)clock_unix();
	struct tm utc = { 0 };
	char clock[sizeof("2026-01-01 00:00Z")] = "";

	(void)gmtime_r(&now, &utc);
	(void)strftime(clock, sizeof(clock), "%Y-%m-%d %H:%MZ", &utc);
	if (early)
		return error_set(err, APAM_E_NETWORK,
		    "the certificate of %s is not valid yet at %s, which is "
		    "this machine's time: set the clock",
		    place, clock);
	return error_set(err, APAM_E_NETWORK,
	    "the certificate of %s has expired at %s, which is this machine's "
	    "time: if the clock is right, the server needs a new one",
	    place, clock);
}

static enum apam_status
not_verified(const struct apam_failure *f, struct apam_error *err)
{
	const long result = f->openssl ? f->verify_result : NOT_OPENSSL;
	char place[PLACE_SIZE];

	put_host(f, place);
	if (result == EXPIRED || result == NOT_YET_VALID)
		return out_of_time(place, result == NOT_YET_VALID, err);
	for (size_t i = 0; i < COUNT(verdicts); i++)
		if (verdicts[i].result == result)
			return error_set(err, APAM_E_NETWORK,
			    "the certificate of %s %s", place,
			    verdicts[i].text);
	return error_set(err, APAM_E_NETWORK,
	    "the certificate of %s is not trusted, names another host, or is "
	    "not valid by this machine's clock; ca_file is for a private CA",
	    place);
}

/* ---- Handshakes and answers ---------------------------------------------- */

/* What OpenSSL says, and what it means; the first match counts. */
static const struct {
	const char *said;
	const char *text; /* follows the place */
} alerts[] = {
	{ "wrong version number", "does not speak TLS: check the port" },
	{ "packet length too long", "does not speak TLS: check the port" },
	{ "record layer failure", "does not speak TLS: check the port" },
	{ "http request", "does not speak TLS: check the port" },
	{ "unsupported protocol", "has no TLS 1.2 or newer" },
	{ "protocol version", "has no TLS 1.2 or newer" },
	{ "no protocols available", "has no TLS 1.2 or newer" },
	{ "certificate required", "asks for a client certificate" },
	{ "bad certificate", "does not accept the client certificate" },
	{ "unknown ca", "does not accept the client certificate" },
	{ "handshake failure",
	    "refuses the TLS handshake: it may ask for a client certificate" },
	{ "dh key too small", "has TLS that is too weak for this machine" },
	{ "no shared cipher", "has TLS that is too weak for this machine" },
};

static const char *
find_alert(const struct apam_failure *f)
{
	if (f->detail == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (strstr(f->detail, alerts[i].said) != NULL)
			return alerts[i].text;
	return NULL;
}

static enum apam_status
broken(
    const struct apam_failure *f, const char *else_text, struct apam_error *err)
{
	const char *text = find_alert(f);
	char place[PLACE_SIZE];

	if (has_proxy(f) && f->proxy_status >= 300)
		return not_let_through(f, err);
	put_host(f, place);
	return error_set(err, APAM_E_NETWORK, "%s %s", place,
	    text == NULL ? else_text : text);
}

/*
 * Answers about which an administrator can do something; texts follow the
 * place.
 */
static const struct {
	CURLcode code;
	enum apam_status status;
	const char *text;
} answers[] = {
	{ CURLE_GOT_NOTHING, APAM_E_NETWORK,
	    "closed the connection before any answer" },
	{ CURLE_PARTIAL_FILE, APAM_E_PROVIDER, "ended its response too early" },
	/* The URL was checked before, so this is an answer that is not HTTP. */
	{ CURLE_UNSUPPORTED_PROTOCOL, APAM_E_PROVIDER,
	    "gives an answer that is not HTTP" },
	{ CURLE_WEIRD_SERVER_REPLY, APAM_E_PROVIDER,
	    "gives an answer that is not HTTP" },
	{ CURLE_BAD_CONTENT_ENCODING, APAM_E_PROVIDER,
	    "gives an answer that is not gzip, or has an encoding that was not "
	    "asked for" },
	{ CURLE_HTTP2, APAM_E_NETWORK, "breaks the rules of HTTP/2" },
	{ CURLE_HTTP2_STREAM, APAM_E_NETWORK,
	    "ended the HTTP/2 stream without an answer" },
};

static enum apam_status
answered_badly(const struct apam_failure *f, struct apam_error *err)
{
	char place[PLACE_SIZE];

	put_host(f, place);
	for (size_t i = 0; i < COUNT(answers); i++)
		if ((int)answers[i].code == f->code)
			return error_set(err, answers[i].status, "%s %s", place,
			    answers[i].text);
	return error_set(err, APAM_E_NETWORK, "the connection to %s failed: %s",
	    place, f->what == NULL ? "no reason is known" : f->what);
}

enum apam_status
http_error(const struct apam_failure *f, struct apam_error *err)
{
	switch ((CURLcode)f->code) {
	case CURLE_OK:
		return APAM_OK;
	case CURLE_OUT_OF_MEMORY:
		return error_set(err, APAM_E_MEMORY, "out of memory");
	case CURLE_URL_MALFORMAT:
		return error_set(err, APAM_E_INTERNAL, "the URL is malformed");
	case CURLE_SSL_CERTPROBLEM:
		return error_set(err, APAM_E_CONFIG,
		    "the client certificate or its key cannot be used: are "
		    "both PEM, does one belong to the other, is the passphrase "
		    "right?");
	case CURLE_SSL_CACERT_BADFILE:
		return error_set(err, APAM_E_CONFIG,
		    "ca_file has no certificate in PEM, or, if it is not set, "
		    "the system has none: install ca-certificates");
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return not_resolved(f, err);
	case CURLE_COULDNT_CONNECT:
		return not_connected(f, err);
	case CURLE_OPERATION_TIMEDOUT:
		return too_late(f, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return not_verified(f, err);
	case CURLE_SSL_CONNECT_ERROR:
		return broken(f,
		    "ends the TLS handshake, or does not speak TLS: check the "
		    "port",
		    err);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return broken(f, "broke the connection", err);
	default:
		return answered_badly(f, err);
	}
}
