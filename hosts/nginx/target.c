/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A location is called by names of its own, or by the origin's.  Any other name
 * is a page's in a browser that had its name point here (DNS rebinding), or a
 * mistake; and pages of other origins are refused as such.
 */
#include "target.h"

/* ---- Whom the client asked for ---------------------------------------- */

/* Texts that differ mostly do so in their first letter. */
static bool
same_nocase(ngx_str_t a, ngx_str_t b)
{
	if (a.len != b.len || a.len == 0)
		return a.len == b.len;
	return ngx_tolower(a.data[0]) == ngx_tolower(b.data[0]) &&
	    (ngx_memcmp(a.data, b.data, a.len) == 0 ||
		ngx_strncasecmp(a.data, b.data, a.len) == 0);
}

/* Of a request in absolute form; empty: it is not in that. */
static ngx_str_t
absolute_authority(const ngx_http_request_t *r)
{
	ngx_str_t to = ngx_null_string;

	if (r->schema_start == NULL || r->host_start == NULL)
		return to;
	to.data = r->host_start;
	to.len = (size_t)((r->port_end != NULL && r->port_end > r->host_end ?
				  r->port_end :
				  r->host_end) -
	    r->host_start);
	return to;
}

/* It ends a host, or what stands there is not one. */
static bool
is_mark(u_char c)
{
	return c <= ' ' || c == '@' || c == '/' || c == '?' || c == '#' ||
	    c == '\\';
}

ngx_str_t
target_asked(ngx_http_request_t *r)
{
	const ngx_str_t none = ngx_null_string;
	const ngx_str_t url = absolute_authority(r);
	ngx_str_t host = none;

	if (r->headers_in.host != NULL)
		host = r->headers_in.host->value;
	if (url.len > 0 && host.len > 0 && !same_nocase(url, host))
		return none;
	if (url.len > 0)
		host = url;
	for (size_t i = 0; i < host.len; i++)
		if (is_mark(host.data[i]))
			return none;
	return host;
}

/* Of a request in absolute form: the scheme is not one that is sent on. */
static bool
is_other_scheme(const ngx_http_request_t *r)
{
	ngx_str_t scheme;

	if (r->schema_start == NULL)
		return false;
	scheme.data = r->schema_start;
	scheme.len = (size_t)(r->schema_end - r->schema_start);
	return !same_nocase(scheme, TEXT("http")) &&
	    !same_nocase(scheme, TEXT("https"));
}

/* The part in front of the port. */
static ngx_str_t
name_of(ngx_str_t authority)
{
	size_t n = authority.len;

	while (n > 0 && authority.data[n - 1] >= '0' &&
	    authority.data[n - 1] <= '9')
		n--;
	if (n > 0 && authority.data[n - 1] == ':')
		authority.len = n - 1;
	return authority;
}

/* The origin's own name, with the port of https or without it. */
static bool
is_origins(const struct location_conf *conf, ngx_str_t asked)
{
	const ngx_str_t own = conf_authority(conf->origin);
	const size_t usual = sizeof(":443") - 1;

	if (same_nocase(asked, own))
		return true;
	if (asked.len <= usual ||
	    ngx_memcmp(asked.data + asked.len - usual, ":443", usual) != 0)
		return false;
	asked.len -= usual;
	return same_nocase(asked, own);
}

/*
 * A client that takes this for its proxy, and asks it for another port of this
 * machine, means what listens there.
 */
static bool
is_for_other_port(const ngx_http_request_t *r, ngx_str_t asked)
{
	struct sockaddr *own = r->connection->local_sockaddr;
	ngx_int_t port;
	size_t name;

	if (r->schema_start == NULL)
		return false;
	name = name_of(asked).len;
	if (name == asked.len)
		return false;
	port = ngx_atoi(asked.data + name + 1, asked.len - name - 1);
	return own->sa_family == AF_UNIX ||
	    port != (ngx_int_t)ngx_inet_get_port(own);
}

static bool
is_gateways(const ngx_http_request_t *r, const struct location_conf *conf,
    ngx_str_t asked)
{
	const ngx_str_t *host = conf->hosts->elts, name = name_of(asked);

	if (is_for_other_port(r, asked))
		return false;
	for (ngx_uint_t i = 0; i < conf->hosts->nelts; i++)
		if (same_nocase(name, host[i]))
			return true;
	return false;
}

/*
 * Most requests come by the same Host as the one before them.  Whether a location
 * answers for that depends on nothing else, so it is looked at once.
 */
static bool
is_asked_again(const ngx_http_request_t *r, const struct location_conf *conf)
{
	const ngx_table_elt_t *host = r->headers_in.host;
	const struct answered *a = conf->answered;

	return r->schema_start == NULL && host != NULL && a->len > 0 &&
	    host->value.len == a->len &&
	    ngx_memcmp(host->value.data, a->host, a->len) == 0;
}

static void
note_asked(const ngx_http_request_t *r, struct answered *a, ngx_str_t asked)
{
	if (r->schema_start != NULL || asked.len > sizeof(a->host))
		return;
	ngx_memcpy(a->host, asked.data, asked.len);
	a->len = asked.len;
}

/* ---- Web pages -------------------------------------------------------- */

/* What a browser says of a request; other programs say nothing. */
struct browser {
	ngx_str_t origin; /* of the page that asks */
	ngx_str_t site, dest; /* Sec-Fetch-Site, Sec-Fetch-Dest */
	ngx_str_t upgrade; /* Upgrade-Insecure-Requests */
};

/* The first header of a name counts. */
static void
take_named(ngx_str_t *to, const ngx_table_elt_t *h, ngx_str_t name)
{
	if (to->data == NULL && same_nocase(h->key, name))
		*to = h->value;
}

static void
take_field(struct browser *b, const ngx_table_elt_t *h)
{
	switch (h->key.len) {
	case sizeof("Origin") - 1:
		take_named(&b->origin, h, TEXT("Origin"));
		break;
	case sizeof("Sec-Fetch-Site") - 1:
		take_named(&b->site, h, TEXT("Sec-Fetch-Site"));
		take_named(&b->dest, h, TEXT("Sec-Fetch-Dest"));
		break;
	case sizeof("Upgrade-Insecure-Requests") - 1:
		take_named(&b->upgrade, h, TEXT("Upgrade-Insecure-Requests"));
		break;
	default:
		break;
	}
}

static struct browser
browser_of(ngx_http_request_t *r)
{
	struct browser b = { .origin = ngx_null_string };

	for (const ngx_list_part_t *p = &r->headers_in.headers.part; p != NULL;
	     p = p->next) {
		const ngx_table_elt_t *h = p->elts;

		for (ngx_uint_t i = 0; i < p->nelts; i++)
			take_field(&b, &h[i]);
	}
	return b;
}

/* A page's script says where it is from. */
static bool
is_foreign_page(const struct browser *b, ngx_str_t asked)
{
	if (b->site.len > 0 && !same_nocase(b->site, TEXT("none")) &&
	    !same_nocase(b->site, TEXT("same-origin")))
		return true;
	if (b->origin.len == 0)
		return false;
	if (b->origin.len < sizeof("http://") ||
	    ngx_strncmp(b->origin.data, "http", 4) != 0)
		return true;
	return !same_nocase(conf_authority(b->origin), asked);
}

/* Where browsers reach it, too: one that is asked for Basic keeps the token. */
static bool
is_of_tcp(const struct location_conf *conf)
{
	return conf->callers == CALLERS_SOCKETS ||
	    conf->callers == CALLERS_TOKEN;
}

/*
 * A window of a browser, which would show what comes as the gateway's own page.
 * Browsers that do not say what a request is for, as old ones, or all of them where
 * the address is not of this machine, say that windows may be led to https.
 */
static bool
is_window(const struct browser *b)
{
	static const char *const kinds[] = { "document", "iframe", "frame",
		"embed", "object" };

	if (b->dest.len == 0)
		return b->upgrade.len > 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (b->dest.len == strlen(kinds[i]) &&
		    strncasecmp((char *)b->dest.data, kinds[i], b->dest.len) ==
			0)
			return true;
	return false;
}

/* ---- The URL ---------------------------------------------------------- */

static ngx_int_t
refuse(struct target *to, ngx_uint_t status, const char *why)
{
	to->status = status;
	to->why = why;
	return NGX_DECLINED;
}

/* The raw path and query, without the location's prefix. */
static ngx_int_t
path_of(ngx_http_request_t *r, const struct location_conf *conf,
    struct target *to, ngx_str_t *path)
{
	const ngx_str_t prefix = conf->prefix;

	*path = r->unparsed_uri;
	if (path->len == 0 || path->data[0] != '/')
		return refuse(to, NGX_HTTP_BAD_REQUEST,
		    "the request has no path that could be sent on");
	if (prefix.len == 0)
		return NGX_OK;
	if (path->len < prefix.len ||
	    ngx_memcmp(path->data, prefix.data, prefix.len) != 0)
		return refuse(to, NGX_HTTP_BAD_REQUEST,
		    "the path does not begin with the profile's name as it is "
		    "written");
	path->data += prefix.len;
	path->len -= prefix.len;
	if (path->len > 0 && path->data[0] != '/' && path->data[0] != '?')
		return refuse(to, NGX_HTTP_BAD_REQUEST,
		    "the path does not begin with the profile's name as it is "
		    "written");
	return NGX_OK;
}

static ngx_int_t
join(ngx_http_request_t *r, ngx_str_t origin, ngx_str_t path, struct target *to)
{
	const bool has_slash = path.len > 0 && path.data[0] == '/';
	u_char *p = ngx_pnalloc(r->pool, origin.len + path.len + 2);

	if (p == NULL)
		return NGX_ERROR;
	to->url = (char *)p;
	p = ngx_cpymem(p, origin.data, origin.len);
	to->path.data = p;
	if (!has_slash)
		*p++ = '/';
	p = ngx_cpymem(p, path.data, path.len);
	*p = '\0';
	to->path.len = (size_t)(p - to->path.data);
	to->authority = conf_authority(origin);
	return NGX_OK;
}

/* By Host: the origin is what was asked for, by https. */
static ngx_int_t
asked_origin(ngx_http_request_t *r, ngx_str_t asked, ngx_str_t *origin)
{
	u_char *p = ngx_pnalloc(r->pool, asked.len + sizeof("https://"));

	if (p == NULL)
		return NGX_ERROR;
	origin->data = p;
	p = ngx_cpymem(p, "https://", sizeof("https://") - 1);
	p = ngx_cpymem(p, asked.data, asked.len);
	origin->len = (size_t)(p - origin->data);
	return NGX_OK;
}

static ngx_int_t
admit(ngx_str_t asked, bool answers, bool foreign, struct target *to)
{
	if (asked.len == 0)
		return refuse(to, NGX_HTTP_BAD_REQUEST,
		    "the request does not say one host: Host is missing, or "
		    "differs from the URL");
	if (!answers)
		return refuse(to, NGX_HTTP_MISDIRECTED_REQUEST,
		    "this gateway does not answer for that host");
	if (foreign)
		return refuse(to, NGX_HTTP_FORBIDDEN,
		    "the request comes from a web page of another origin");
	return NGX_OK;
}

/* A link leads to the page itself; what that shows is another request. */
static bool
is_link(const struct browser *b)
{
	return same_nocase(b->dest, TEXT("document"));
}

ngx_int_t
target_is_gateway(
    ngx_http_request_t *r, const struct location_conf *conf, struct target *to)
{
	const ngx_str_t asked = target_asked(r);
	const struct browser browser = browser_of(r);
	const bool led = conf->page == PAGE_FILES && is_link(&browser);

	ngx_memzero(to, sizeof(*to));
	return admit(asked, is_gateways(r, conf, asked),
	    !led && is_foreign_page(&browser, asked), to);
}

ngx_int_t
target_find(
    ngx_http_request_t *r, const struct location_conf *conf, struct target *to)
{
	const bool again = is_asked_again(r, conf);
	const ngx_str_t asked = again ? r->headers_in.host->value :
					target_asked(r);
	const struct browser browser = browser_of(r);
	ngx_str_t origin = conf->origin, path;
	ngx_int_t rc;

	ngx_memzero(to, sizeof(*to));
	if (asked.len > 0 && is_other_scheme(r))
		return refuse(
		    to, NGX_HTTP_BAD_REQUEST, "the URL is not one of http");
	rc = admit(asked,
	    again || origin.len == 0 || is_origins(conf, asked) ||
		is_gateways(r, conf, asked),
	    is_foreign_page(&browser, asked), to);
	if (rc != NGX_OK)
		return rc;
	if (!again)
		note_asked(r, conf->answered, asked);
	if (is_of_tcp(conf) && is_window(&browser))
		return refuse(to, NGX_HTTP_FORBIDDEN,
		    "a browser's window shows nothing that came through the "
		    "gateway: programs call it");
	rc = path_of(r, conf, to, &path);
	if (rc == NGX_OK && origin.len == 0)
		rc = asked_origin(r, asked, &origin);
	if (rc != NGX_OK)
		return rc;
	return join(r, origin, path, to);
}
