/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * url_parse and url_outside.  The input is an origin's path, a newline and a
 * URL; without a newline it is a URL alone.  What is accepted must mean to
 * libcurl, which will connect, just what it means to us, who check.
 */
#include <arpa/inet.h>
#include <curl/curl.h>

#include "base/str.h"
#include "fuzz.h"
#include "text/url.h"

static bool
is_within(struct apam_str part, struct apam_str whole)
{
	return part.n == 0 || str_equal(part, APAM_STR("/")) ||
	    (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void
check_host(const struct url *url)
{
	struct apam_str host = apam_str(url->host);

	HOLDS(host.n > 0 && host.n <= URL_HOST_MAX);
	HOLDS(!str_has_control(host));
	for (size_t i = 0; i < host.n; i++) {
		HOLDS(str_lower(host.p[i]) == host.p[i]);
		HOLDS((unsigned char)host.p[i] < 127);
		HOLDS(strchr("@/\\?#% ", host.p[i]) == NULL);
	}
	HOLDS(host.p[host.n - 1] != '.');
}

/* An address is loopback or nearby, and its own spelling is read alike. */
static void
check_address(struct apam_str text)
{
	char host[URL_HOST_MAX + 1], literal[URL_HOST_MAX + 8];
	struct url url;

	if (url_address(text, host) != NULL)
		return;
	(void)snprintf(literal, sizeof(literal), "http://%s", host);
	HOLDS(url_parse(apam_str(literal), &url) == NULL);
	HOLDS(strcmp(url.host, host) == 0);
	HOLDS(url.loopback || url.nearby);
}

/* The text, read again, says the same. */
static void
check_again(const struct url *url)
{
	struct url again;

	HOLDS(url_parse(url->text, &again) == NULL);
	HOLDS(str_equal(again.text, url->text));
	HOLDS(str_equal(again.path, url->path));
	HOLDS(str_equal(again.query, url->query));
	HOLDS(strcmp(again.host, url->host) == 0);
	HOLDS(again.port == url->port && again.https == url->https);
	HOLDS(again.loopback == url->loopback);
	HOLDS(url_insecure(url, false) == NULL || !url->https);
	HOLDS(
	    url_insecure(url, true) == NULL || (!url->https && !url->loopback));
}

/* The address between brackets. */
static struct in6_addr
address_of(const char *host)
{
	struct apam_str s = apam_str(host);
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN] = "";

	HOLDS(s.n > 2 && s.n - 2 < sizeof(text));
	memcpy(text, s.p + 1, s.n - 2);
	HOLDS(inet_pton(AF_INET6, text, &address) == 1);
	return address;
}

/* libcurl keeps some longer spellings of IPv6 addresses. */
static void
check_curl_host(CURLU *curl, const char *ours)
{
	struct in6_addr a, b;
	char *theirs = NULL;

	HOLDS(curl_url_get(curl, CURLUPART_HOST, &theirs, 0) == CURLUE_OK);
	if (ours[0] == '[') {
		a = address_of(ours);
		b = address_of(theirs);
		HOLDS(memcmp(&a, &b, sizeof(a)) == 0);
	} else {
		HOLDS(str_equal_nocase(apam_str(theirs), apam_str(ours)));
	}
	curl_free(theirs);
}

static void
check_part(CURLU *curl, CURLUPart part, struct apam_str ours)
{
	char *theirs = NULL;

	HOLDS(
	    curl_url_get(curl, part, &theirs, CURLU_DEFAULT_PORT) == CURLUE_OK);
	HOLDS(str_equal_nocase(apam_str(theirs), ours));
	curl_free(theirs);
}

/* The origin, written anew, is read as the same; a list names hosts whole. */
static void
check_written(const struct url *url)
{
	const struct apam_str listed[] = { APAM_STR("192.168.0.1"),
		apam_str(url->host) };
	char text[URL_ORIGIN_SIZE];
	struct url again;

	url_origin(url->https, url->host, url->port, text);
	HOLDS(url_parse(apam_str(text), &again) == NULL);
	HOLDS(url_outside(&again, url) == NULL);
	HOLDS(url_insecure_listed(url, false, listed, 2) == NULL);
	if (strcmp(url->host, "192.168.0.1") != 0 && !url->https)
		HOLDS(url_insecure_listed(url, false, listed, 1) != NULL);
}

/* What libcurl accepts of what we accept, it reads as we do. */
static void
check_curl(const struct url *url)
{
	char *text = fuzz_copy(url->text.p, url->text.n), port[6];
	CURLU *curl = curl_url();

	HOLDS(curl != NULL);
	snprintf(port, sizeof(port), "%u", (unsigned)url->port);
	if (curl_url_set(curl, CURLUPART_URL, text, CURLU_PATH_AS_IS) ==
	    CURLUE_OK) {
		check_part(curl, CURLUPART_SCHEME,
		    url->https ? APAM_STR("https") : APAM_STR("http"));
		check_curl_host(curl, url->host);
		check_part(curl, CURLUPART_PORT, apam_str(port));
		check_part(curl, CURLUPART_PATH, url->path);
	}
	curl_url_cleanup(curl);
	free(text);
}

/* A URL below an origin with a path stays below it, as curl sends it. */
static void
check_origin(const struct url *url, struct apam_str path)
{
	struct url origin = *url;

	origin.path = APAM_STR("/");
	HOLDS(url_outside(&origin, url) == NULL);
	if (path.n > 0 && path.p[0] == '/')
		origin.path = path;
	if (origin.path.n > 1 && url_outside(&origin, url) == NULL) {
		HOLDS(str_starts(url->path, origin.path));
		for (size_t i = 3; i <= url->path.n; i++)
			HOLDS(memcmp(url->path.p + i - 3, "/..", 3) != 0 ||
			    (i < url->path.n && url->path.p[i] != '/'));
	}
	origin.port ^= 1;
	HOLDS(url_outside(&origin, url) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str all = { (const char *)data, size }, text = all;
	size_t newline = str_find(all, '\n');
	struct url url;

	if (newline < size)
		text = str_skip(all, newline + 1);
	check_address(text);
	if (url_parse(text, &url) != NULL) {
		HOLDS(url.text.n == 0 && url.host[0] == '\0');
		return 0;
	}
	HOLDS(url.port != 0);
	HOLDS(url.path.n > 0 && url.path.p[0] == '/');
	HOLDS(is_within(url.path, text) && is_within(url.query, text));
	HOLDS(!str_has_control(url.text));
	check_host(&url);
	HOLDS(!url.loopback || url_is_local(&url));
	check_again(&url);
	check_written(&url);
	check_curl(&url);
	check_origin(&url, str_cut(all, newline < size ? newline : 0));
	return 0;
}
