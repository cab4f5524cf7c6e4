/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A strict reader of absolute http and https URLs (RFC 3986), and the rule that
 * decides whether a request belongs to an origin.
 *
 * It is strict on purpose: anything that two parsers could read differently is
 * refused: user info, backslash, control characters, spaces, non-ASCII, a
 * trailing dot or a percent sign in the host, an empty or odd port, an empty
 * host.
 */
#ifndef CORE_TEXT_URL_H
#define CORE_TEXT_URL_H

#include <stdbool.h>

#include <apam/types.h>

#include "text/url_path.h"

#define URL_HOST_MAX 255
/* bytes of url_origin's text, with its NUL */
#define URL_ORIGIN_SIZE (URL_HOST_MAX + sizeof("https://:65535"))

struct url {
	struct apam_str text; /* the input without its fragment */
	struct apam_str origin; /* its beginning: scheme, host and port */
	struct apam_str path; /* "/" if the input has none */
	struct apam_str query; /* without '?'; empty if there is none */
	bool https;
	bool loopback; /* the host is a literal in 127/8 or [::1] */
	/*
	 * The host is a literal of the link or of a private network: 169.254/16
	 * (RFC 3927), fe80::/10 (RFC 4291, 2.5.6), 10/8, 172.16/12, 192.168/16
	 * (RFC 1918) or fc00::/7 (RFC 4193).
	 */
	bool nearby;
	uint16_t port; /* given or the default */
	char host[URL_HOST_MAX + 1]; /* lower case; IPv6 in brackets */
};

/*
 * Read `text`; the views in *url point into it.  Returns NULL, or a static text
 * that says what is wrong ("the URL has user info"); *url is cleared then.
 */
const char *url_parse(struct apam_str text, struct url *url);

/*
 * Write an origin as RFC 6454, 6.2, has it: "https://api.example.com", and the
 * port where that is not the scheme's.  `host` is as struct url has it.
 */
void url_origin(
    bool https, const char *host, uint16_t port, char to[URL_ORIGIN_SIZE]);

/*
 * NULL if a request to `url` belongs to `origin`: same scheme, host and port,
 * and a path below the origin's, if that has one other than "/".  Otherwise a
 * static text that says what differs ("the port differs").  If the origin has a
 * path, a URL's path that servers could read differently is refused
 * (url_path.h).
 */
const char *url_outside(const struct url *origin, const struct url *url);

/*
 * True if the text of `url` shows that it leads to this machine: an address in
 * 127/8 (also mapped into IPv6), ::1 or unspecified, "localhost" and names
 * below it (RFC 6761, 6.3).
 */
bool url_is_local(const struct url *url);

/*
 * NULL if apam may send credentials to `url`: https, or http to a loopback
 * address if `allow_http`.  Otherwise a static text.
 */
const char *url_insecure(const struct url *url, bool allow_http);

/*
 * The same where http may also go to the addresses of a list, each spelt as
 * url_address does.
 */
const char *url_insecure_listed(const struct url *url, bool allow_http,
    const struct apam_str *hosts, size_t count);

/*
 * Read an IP address without brackets that may be listed: a loopback address,
 * or one that is `nearby`.  Writes it to `host` as struct url has it.  NULL, or
 * a static text.
 */
const char *url_address(struct apam_str text, char host[URL_HOST_MAX + 1]);

#endif
