/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * URLs are read from left to right, in the order of RFC 3986's grammar, and
 * compared without normalisation, except for letter case and the spelling of
 * IPv6 addresses.  This is not a general URL library: it has no relative
 * references, no resolving, no other schemes, no internationalised names.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/str.h"
#include "text/url.h"

#define HOST_NAME_MAX_BYTES 253 /* RFC 1035, 2.3.4, without the root */

/* Refuse what makes a URL ambiguous in any place, even in the fragment. */
static const char *
check_bytes(struct apam_str text)
{
	if (text.n == 0)
		return "the URL is empty";
	if (text.n > URL_MAX)
		return "the URL is longer than 8192 bytes";
	if (str_has_control(text))
		return "the URL has a control character";
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] > 127)
			return "the URL has a character outside ASCII: "
			       "percent-encode it, or write the host as xn--";
		if (text.p[i] == ' ')
			return "the URL has a space: percent-encode it";
		if (text.p[i] == '\\')
			return "the URL has a backslash";
	}
	return NULL;
}

/* scheme "://", RFC 3986, 3.1. */
static const char *
read_scheme(struct apam_str *rest, struct url *url)
{
	struct apam_str colon = str_skip(*rest, str_find(*rest, ':'));
	struct apam_str scheme = str_cut(*rest, rest->n - colon.n);

	url->https = str_equal_nocase(scheme, APAM_STR("https"));
	if (!url->https && !str_equal_nocase(scheme, APAM_STR("http")))
		return "the URL does not begin with https:// or http://";
	if (!str_starts(colon, APAM_STR("://")))
		return "the URL does not begin with https:// or http://";
	url->port = url->https ? 443 : 80;
	*rest = str_skip(colon, 3);
	return NULL;
}

/* The bytes before the first of "/?#", RFC 3986, 3.2. */
static struct apam_str
take_authority(struct apam_str *rest)
{
	struct apam_str authority;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '/' && rest->p[n] != '?' &&
	    rest->p[n] != '#')
		n++;
	authority = str_cut(*rest, n);
	*rest = str_skip(*rest, n);
	return authority;
}

/* True if an IPv4 parser would take the last label as a number. */
static bool
ends_in_number(struct apam_str host)
{
	size_t dot = host.n;
	struct apam_str last;

	while (dot > 0 && host.p[dot - 1] != '.')
		dot--;
	last = str_skip(host, dot);
	if (last.n > 1 && last.p[0] == '0' && last.p[1] == 'x')
		return true;
	for (size_t i = 0; i < last.n; i++) {
		if (!str_is_digit(last.p[i]))
			return false;
	}
	return true;
}

static bool
is_nearby_ipv4(uint32_t address)
{
	return address >> 16 == 0xa9fe || address >> 24 == 10 ||
	    address >> 20 == 0xac1 || address >> 16 == 0xc0a8;
}

/*
 * Accept a dotted quad only in the one spelling on which all parsers agree:
 * some take 127.1 and 0177.0.0.1 as loopback, others as names or other
 * addresses.
 */
static const char *
check_ipv4(struct url *url)
{
	struct in_addr address;
	char canonical[INET_ADDRSTRLEN];

	if (inet_pton(AF_INET, url->host, &address) != 1 ||
	    inet_ntop(AF_INET, &address, canonical, sizeof(canonical)) ==
		NULL ||
	    strcmp(canonical, url->host) != 0)
		return "the host is a number but not a dotted IPv4 address";
	url->loopback = ntohl(address.s_addr) >> 24 == 127;
	url->nearby = is_nearby_ipv4(ntohl(address.s_addr));
	return NULL;
}

static const char *
check_host_bytes(struct apam_str host)
{
	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] == '%')
			return "the host has a percent sign";
		if (!str_is_alnum(host.p[i]) && host.p[i] != '-' &&
		    host.p[i] != '.' && host.p[i] != '_')
			return "the host has a character other than a "
			       "letter, a digit, '-', '.' and '_'";
		if (host.p[i] == '.' && (i == 0 || host.p[i - 1] == '.'))
			return "the host has an empty label";
	}
	return NULL;
}

/* reg-name or IPv4address, RFC 3986, 3.2.2, without what DNS does not allow. */
static const char *
read_name(struct apam_str host, struct url *url)
{
	const char *why = check_host_bytes(host);

	if (host.n == 0)
		return "the URL has no host";
	if (why != NULL)
		return why;
	if (host.p[host.n - 1] == '.')
		return "the host ends in a dot";
	if (host.n > HOST_NAME_MAX_BYTES)
		return "the host is longer than 253 bytes";
	for (size_t i = 0; i < host.n; i++)
		url->host[i] = str_lower(host.p[i]);
	url->host[host.n] = '\0';
	return ends_in_number(apam_str(url->host)) ? check_ipv4(url) : NULL;
}

/*
 * IP-literal, RFC 3986, 3.2.2, without zones and future versions.  An address
 * has many spellings; the host gets that of inet_ntop.
 */
static const char *
read_ipv6(struct apam_str *rest, struct url *url)
{
	size_t end = str_find(*rest, ']');
	char text[INET6_ADDRSTRLEN], *to = url->host + 1;
	struct in6_addr address;

	if (end == rest->n || end - 1 >= sizeof(text))
		return "the IPv6 address is malformed";
	memcpy(text, rest->p + 1, end - 1);
	text[end - 1] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, to, INET6_ADDRSTRLEN) == NULL)
		return "the IPv6 address is malformed";
	url->host[0] = '[';
	to += strlen(to);
	to[0] = ']';
	to[1] = '\0';
	url->loopback = IN6_IS_ADDR_LOOPBACK(&address);
	url->nearby = IN6_IS_ADDR_LINKLOCAL(&address) ||
	    (address.s6_addr[0] & 0xfe) == 0xfc;
	*rest = str_skip(*rest, end + 1);
	return NULL;
}

/* ":" port, RFC 3986, 3.2.3; an empty port is refused. */
static const char *
read_port(struct apam_str rest, struct url *url)
{
	int64_t port;

	if (rest.n == 0)
		return NULL;
	if (rest.p[0] != ':')
		return "the host is followed by something that is not a port";
	rest = str_skip(rest, 1);
	if (rest.n == 0)
		return "the port is empty";
	if (rest.p[0] == '0' || !str_number(rest, UINT16_MAX, &port))
		return "the port is not a number from 1 to 65535";
	url->port = (uint16_t)port;
	return NULL;
}

static const char *
read_authority(struct apam_str *rest, struct url *url)
{
	struct apam_str authority = take_authority(rest), host;
	const char *why;

	if (str_find(authority, '@') < authority.n)
		return "the URL has user info";
	if (authority.n > 0 && authority.p[0] == '[') {
		why = read_ipv6(&authority, url);
		return why != NULL ? why : read_port(authority, url);
	}
	host = str_cut(authority, str_find(authority, ':'));
	why = read_name(host, url);
	if (why != NULL)
		return why;
	return read_port(str_skip(authority, host.n), url);
}

/* A pchar, RFC 3986, 3.3; each request comes through here. */
static bool
is_pchar(char c)
{
	if (str_is_alnum(c))
		return true;
	switch (c) {
	case '%':
	case '-':
	case '.':
	case '_':
	case '~':
	case '!':
	case '$':
	case '&':
	case '\'':
	case '(':
	case ')':
	case '*':
	case '+':
	case ',':
	case ';':
	case '=':
	case ':':
	case '@':
		return true;
	default:
		return false;
	}
}

/* Accept only pchars and the characters of `more`. */
static const char *
check_pchars(struct apam_str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%' &&
		    (s.n - i < 3 || str_hex(s.p[i + 1]) < 0 ||
			str_hex(s.p[i + 2]) < 0))
			return "the URL has a percent sign without two hex "
			       "digits: write %25";
		if (!is_pchar(c) && !str_is_one_of(c, more))
			return "the URL has a character that must be "
			       "percent-encoded";
	}
	return NULL;
}

/* path-abempty [ "?" query ] [ "#" fragment ], RFC 3986, 3.3 to 3.5. */
static const char *
read_path(struct apam_str rest, struct url *url)
{
	/* Brackets in a query are not in RFC 3986, but common and harmless. */
	static const char IN_QUERY[] = "/?[]";
	struct apam_str before = str_cut(rest, str_find(rest, '#'));
	struct apam_str fragment = str_skip(rest, before.n);
	const char *why;

	url->path = str_cut(before, str_find(before, '?'));
	url->query = str_skip(before, url->path.n);
	if (url->query.n > 0)
		url->query = str_skip(url->query, 1);
	if (fragment.n > 0)
		fragment = str_skip(fragment, 1);
	why = check_pchars(url->path, "/");
	if (why == NULL)
		why = check_pchars(url->query, IN_QUERY);
	if (why == NULL)
		why = check_pchars(fragment, IN_QUERY);
	if (url->path.n == 0)
		url->path = APAM_STR("/");
	return why;
}

const char *
url_parse(struct apam_str text, struct url *url)
{
	struct apam_str rest = text;
	const char *why;

	memset(url, 0, sizeof(*url));
	why = check_bytes(text);
	if (why == NULL)
		why = read_scheme(&rest, url);
	if (why == NULL)
		why = read_authority(&rest, url);
	url->origin = str_cut(text, text.n - rest.n);
	if (why == NULL)
		why = read_path(rest, url);
	if (why != NULL) {
		memset(url, 0, sizeof(*url));
		return why;
	}
	url->text = str_cut(text, str_find(text, '#'));
	return NULL;
}

const char *
url_outside(const struct url *origin, const struct url *url)
{
	const char *why;

	if (origin->https != url->https)
		return "the scheme differs";
	if (strcmp(origin->host, url->host) != 0)
		return "the host differs";
	if (origin->port != url->port)
		return "the port differs";
	if (str_equal(origin->path, APAM_STR("/")))
		return NULL;
	why = url_path_unclear(url->path);
	if (why != NULL)
		return why;
	if (!url_path_below(origin->path, url->path))
		return "the path is not below the origin's";
	return NULL;
}

bool
url_is_local(const struct url *url)
{
	static const char *const hosts[] = { "localhost", "0.0.0.0", "[::]" };
	const struct apam_str host = apam_str(url->host);
	const struct apam_str below = APAM_STR(".localhost");

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (str_equal(host, apam_str(hosts[i])))
			return true;
	if (host.n > below.n &&
	    str_equal(str_skip(host, host.n - below.n), below))
		return true;
	/* inet_ntop writes a mapped address as a dotted quad. */
	return url->loopback || str_starts(host, APAM_STR("[::ffff:127."));
}

/* Each answer that is judged comes through here: snprintf would take longer. */
static char *
put_port(char *to, uint16_t port)
{
	char digits[5];
	size_t n = 0;

	*to++ = ':';
	do {
		digits[n++] = (char)('0' + port % 10);
		port /= 10;
	} while (port > 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

void
url_origin(
    bool https, const char *host, uint16_t port, char to[URL_ORIGIN_SIZE])
{
	const struct apam_str scheme = https ? APAM_STR("https://") :
					       APAM_STR("http://");
	const size_t n = strnlen(host, URL_HOST_MAX);

	memcpy(to, scheme.p, scheme.n);
	to += scheme.n;
	memcpy(to, host, n);
	to += n;
	if (port != (https ? 443 : 80))
		to = put_port(to, port);
	*to = '\0';
}

const char *
url_insecure(const struct url *url, bool allow_http)
{
	if (url->https)
		return NULL;
	if (!url->loopback)
		return "http sends credentials in the clear: use https";
	if (!allow_http)
		return "http to a loopback address needs allow_http = true";
	return NULL;
}

const char *
url_insecure_listed(const struct url *url, bool allow_http,
    const struct apam_str *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(hosts[i], apam_str(url->host)))
			return NULL;
	if (!url->https && url->nearby)
		return "http to an address of the local network needs that "
		       "address in http_addresses";
	return url_insecure(url, allow_http);
}

const char *
url_address(struct apam_str text, char host[URL_HOST_MAX + 1])
{
	static const char other[] =
	    "must be an IP address of this machine, of its link or of a "
	    "private network, such as \"169.254.169.254\"";
	const bool v6 = str_find(text, ':') < text.n;
	char literal[sizeof("http://[]") + INET6_ADDRSTRLEN];
	struct url url;
	int n;

	if (text.n >= INET6_ADDRSTRLEN)
		return other;
	for (size_t i = 0; i < text.n; i++)
		if (str_hex(text.p[i]) < 0 && !str_is_one_of(text.p[i], ".:"))
			return other;
	n = snprintf(literal, sizeof(literal),
	    v6 ? "http://[%.*s]" : "http://%.*s", SARG(text));
	if (url_parse((struct apam_str){ literal, (size_t)n }, &url) != NULL ||
	    (!url.loopback && !url.nearby))
		return other;
	memcpy(host, url.host, sizeof(url.host));
	return NULL;
}
