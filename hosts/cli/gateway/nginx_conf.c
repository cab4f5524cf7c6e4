/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each origin is an upstream of its own, so that no connection and no TLS
 * session is shared between profiles, and a location of its own for each way to
 * call it.
 */
#include "gateway/nginx_conf.h"
#include "gateway/nginx_http.h"

#include <stdlib.h>
#include <string.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

/* ---- Origins ------------------------------------------------------------ */

static void
origin_free(struct gateway_origin *o)
{
	free(o->profile);
	free(o->origin);
	free(o->host);
	free(o->authority);
	free(o->address);
	free(o->ca_file);
}

void
nginx_conf_free(struct nginx_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++)
		origin_free(&conf->origins[i]);
	free(conf->origins);
	conf->origins = NULL;
	conf->count = 0;
}

/* Write the port, where there is one, and return the host's length. */
static size_t
split(const char *authority, size_t n, const char **port)
{
	size_t at = n;

	while (at > 0 && authority[at - 1] >= '0' && authority[at - 1] <= '9')
		at--;
	*port = NULL;
	if (at == 0 || at == n || authority[at - 1] != ':')
		return n;
	*port = authority + at;
	return at - 1;
}

static char *
join(const char *a, size_t n, const char *b, const char *c, size_t m)
{
	char *to = malloc(n + strlen(b) + m + 1);

	if (to == NULL)
		return NULL;
	memcpy(to, a, n);
	memcpy(to + n, b, strlen(b));
	memcpy(to + n + strlen(b), c, m);
	to[n + strlen(b) + m] = '\0';
	return to;
}

/* An origin as a profile has it: "https://api.example:8443/v1". */
static bool
origin_read(struct gateway_origin *o, const char *text,
    const struct apam_profile_info *profile)
{
	const char *authority = strstr(text, "://") + 3, *port;
	const size_t all = strcspn(authority, "/?");
	const size_t host = split(authority, all, &port);
	const char *usual, *own;
	size_t digits;

	*o = (struct gateway_origin){ .https = text[4] == 's' };
	usual = o->https ? "443" : "80";
	own = port == NULL ? usual : port;
	digits = port == NULL ? strlen(usual) :
				all - (size_t)(port - authority);
	o->profile = strdup(profile->name);
	o->host = join(authority, host, "", "", 0);
	o->address = join(authority, host, ":", own, digits);
	o->authority = digits == strlen(usual) &&
		memcmp(own, usual, digits) == 0 ?
	    join(authority, host, "", "", 0) :
	    join(authority, host, ":", own, digits);
	o->ca_file = strdup(
	    profile->ca_file == NULL ? SYSTEM_CA : profile->ca_file);
	if (o->authority != NULL)
		o->origin = join(
		    text, (size_t)(authority - text), o->authority, "", 0);
	return o->profile != NULL && o->host != NULL && o->address != NULL &&
	    o->ca_file != NULL && o->origin != NULL;
}

static bool
is_taken(const struct nginx_conf *conf, const struct gateway_origin *o)
{
	for (size_t i = 0; i < conf->count; i++)
		if (strcmp(conf->origins[i].profile, o->profile) == 0 &&
		    strcmp(conf->origins[i].origin, o->origin) == 0)
			return true;
	return false;
}

bool
nginx_conf_add(struct nginx_conf *conf, const struct apam_profile_info *profile)
{
	struct gateway_origin *grown = realloc(conf->origins,
	    (conf->count + profile->origin_count + 1) * sizeof(*grown));
	struct gateway_origin o;
	bool first = true;

	if (grown == NULL)
		return false;
	conf->origins = grown;
	for (size_t i = 0; i < profile->origin_count; i++) {
		if (!origin_read(&o, profile->origins[i], profile)) {
			origin_free(&o);
			return false;
		}
		if (is_taken(conf, &o)) {
			origin_free(&o);
			continue;
		}
		o.by_path = first;
		o.in_error = profile->entry_count == 0;
		first = false;
		conf->origins[conf->count++] = o;
	}
	return true;
}

bool
nginx_conf_append(struct nginx_conf *conf, struct nginx_conf *from)
{
	struct gateway_origin *grown = realloc(
	    conf->origins, (conf->count + from->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return false;
	conf->origins = grown;
	for (size_t i = 0; i < from->count; i++)
		grown[conf->count++] = from->origins[i];
	from->count = 0;
	return true;
}

void
nginx_conf_drop(struct nginx_conf *conf, size_t i)
{
	struct gateway_origin *o = &conf->origins[i];

	if (o->by_path && i + 1 < conf->count &&
	    strcmp(o[1].profile, o->profile) == 0)
		o[1].by_path = true;
	origin_free(o);
	memmove(o, o + 1, (conf->count - i - 1) * sizeof(*o));
	conf->count--;
}

/* ---- The file ------------------------------------------------------------ */

/* Within double quotes nginx reads these as its own. */
static bool
is_unfit(const char *text)
{
	if (text == NULL)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (strchr("\"\\$;{}#'", *p) != NULL ||
		    (unsigned char)*p <= ' ')
			return true;
	return false;
}

const char *
nginx_conf_unfit(const struct nginx_conf *conf)
{
	const char *const own[] = { conf->module, conf->dir, conf->listen,
		conf->config, conf->page, conf->page_listen };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (is_unfit(own[i]))
			return own[i];
	for (size_t i = 0; i < conf->count; i++) {
		const struct gateway_origin *o = &conf->origins[i];

		if (is_unfit(o->ca_file))
			return o->ca_file;
		if (is_unfit(o->address))
			return o->address;
	}
	return NULL;
}

static void
write_head(const struct nginx_conf *conf, FILE *to)
{
	fprintf(to,
	    "# Written by `apam gateway`; apam-nginx(5) has the directives.\n"
	    "load_module %s;\n"
	    "%s"
	    "daemon off;\n"
	    "worker_processes %u;\n"
	    "pid %s/nginx.pid;\n"
	    "error_log stderr warn;\n"
	    "events { worker_connections 1024; }\n"
	    "http {\n",
	    conf->module, conf->root ? "user root;\n" : "", conf->workers,
	    conf->dir);
	if (conf->config != NULL)
		fprintf(to, "  apam_config %s%s;\n", conf->config,
		    conf->user ? " user" : "");
	if (conf->who == GATEWAY_TOKEN)
		fprintf(to, "  apam_callers token %s/token;\n", conf->dir);
	if (conf->who == GATEWAY_SOCKETS)
		fputs("  apam_callers sockets;\n", to);
}

static const char *const proxying = "  merge_slashes off;\n"
				    "  proxy_connect_timeout 15s;\n"
				    "  proxy_read_timeout 300s;\n"
				    "  proxy_send_timeout 300s;\n"
				    "  proxy_next_upstream error timeout;\n"
				    "  proxy_pass_header Server;\n"
				    "  proxy_pass_header Date;\n"
				    "  proxy_ssl_verify_depth 5;\n";

/* nginx starts with no profile in error by name, and finds such a one by URL. */
static void
write_location(const struct nginx_conf *conf, size_t i, bool by_path, FILE *to)
{
	const struct gateway_origin *o = &conf->origins[i];

	if (by_path)
		fprintf(to,
		    "    location /%s/ {\n"
		    "      apam_prefix /%s;\n",
		    o->profile, o->profile);
	else
		fprintf(to,
		    "    location = /.apam/%zu {\n"
		    "      internal;\n",
		    i);
	fprintf(to,
	    "      apam %s;\n"
	    "      apam_origin %s;\n",
	    o->in_error ? "*" : o->profile, o->origin);
	if (o->https && !o->in_error)
		fprintf(to,
		    "      proxy_ssl_name %s;\n"
		    "      proxy_ssl_trusted_certificate %s;\n",
		    o->host, o->ca_file);
	/* $apam_authority would be the same, and takes longer. */
	nginx_http_write_headers(to, "      ", o->authority);
	fprintf(to, "      proxy_pass http%s://apam_%zu;\n    }\n",
	    o->https && !o->in_error ? "s" : "", i);
}

/*
 * Which authorities a profile in error trusts is not known.  So once it has been
 * mended nothing is sent for it either, until nginx has read what it says.
 */
static void
write_upstream(const struct nginx_conf *conf, size_t i, FILE *to)
{
	const struct gateway_origin *o = &conf->origins[i];

	if (o->in_error)
		fprintf(to, "  upstream apam_%zu { server unix:%s/nowhere; }\n",
		    i, conf->dir);
	else
		fprintf(to,
		    "  upstream apam_%zu { server %s; keepalive 64; }\n", i,
		    o->address);
}

/* Which location a host is, however its port is written. */
static void
write_hosts(const struct nginx_conf *conf, FILE *to)
{
	const struct gateway_origin *o;
	bool taken;

	fputs("  map $apam_asked $apam_place {\n    default \"\";\n", to);
	for (size_t i = 0; i < conf->count; i++) {
		o = &conf->origins[i];
		taken = false;
		for (size_t k = 0; k < i; k++)
			taken = taken ||
			    strcmp(conf->origins[k].address, o->address) == 0;
		if (taken)
			continue;
		fprintf(to, "    %s /.apam/%zu;\n", o->address, i);
		if (strcmp(o->authority, o->address) != 0)
			fprintf(to, "    %s /.apam/%zu;\n", o->authority, i);
	}
	fputs("  }\n", to);
}

/* ---- The page ------------------------------------------------------------ */

/*
 * Nothing but the page's own files is run or shown, nothing can be sent
 * elsewhere, no other page can have this one in it, and no text becomes HTML.
 */
static const char *const page_headers =
    "      add_header Content-Security-Policy \"default-src 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'\" always;\n"
    "      add_header X-Content-Type-Options nosniff always;\n"
    "      add_header Referrer-Policy no-referrer always;\n"
    "      add_header Cross-Origin-Opener-Policy same-origin always;\n"
    "      add_header Cross-Origin-Resource-Policy same-origin always;\n"
    "      add_header Cache-Control no-store always;\n";

static void
write_page_callers(const struct nginx_conf *conf, bool tcp, FILE *to)
{
	if (tcp && conf->who != GATEWAY_SOCKETS)
		fprintf(
		    to, "      apam_callers token %s/page-token;\n", conf->dir);
	fputs(page_headers, to);
	fputs("    }\n", to);
}

static void
write_page(const struct nginx_conf *conf, bool tcp, FILE *to)
{
	fprintf(to,
	    "    location /-/apam/ {\n"
	    "      apam_page files;\n"
	    "      alias %s/;\n"
	    "      index index.html;\n"
	    "      types { text/html html; text/css css; text/javascript js; "
	    "image/svg+xml svg; }\n"
	    "      charset utf-8;\n"
	    "%s"
	    "    }\n",
	    conf->page, page_headers);
	fprintf(to,
	    "    location = /-/apam/state.json {\n"
	    "      apam_page state;\n"
	    "      proxy_pass http://unix:%s/page.sock:/state;\n"
	    "      proxy_method GET;\n"
	    "      proxy_http_version 1.0;\n"
	    "      proxy_pass_request_headers off;\n"
	    "      proxy_pass_request_body off;\n"
	    "      proxy_set_header Host localhost;\n"
	    "      proxy_set_header X-Apam-Caller $apam_caller;\n",
	    conf->dir);
	write_page_callers(conf, tcp, to);
	fputs("    location = /-/apam/calls.json {\n"
	      "      apam_page calls;\n",
	    to);
	write_page_callers(conf, tcp, to);
}

static void
write_page_server(const struct nginx_conf *conf, FILE *to)
{
	fprintf(to, "  server {\n    listen %s;\n", conf->page_listen);
	write_page(conf, true, to);
	fputs("    location / { return 404; }\n  }\n", to);
}

/* ---- Servers ---------------------------------------------------------------- */

/* This machine's names, by which a path is called. */
static const char *const own_names[] = { "localhost", "127.0.0.1", "[::1]" };

static bool
is_an_origins(const struct nginx_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->count; i++)
		if (strcmp(conf->origins[i].host, name) == 0)
			return true;
	return false;
}

/* Names that can lead to a path alone: nothing is looked up for them. */
static void
write_names(const struct nginx_conf *conf, FILE *to)
{
	fputs("    server_name \"-\"", to);
	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
		if (!is_an_origins(conf, own_names[i]))
			fprintf(to, " %s", own_names[i]);
	fputs(";\n", to);
}

static void
write_server(const struct nginx_conf *conf, bool by_host, FILE *to)
{
	fprintf(to, "  server {\n    listen %s%s;\n", conf->listen,
	    by_host ? " default_server" : "");
	if (by_host)
		fputs("    if ($apam_place) { rewrite ^ $apam_place last; }\n",
		    to);
	else
		write_names(conf, to);
	for (size_t i = 0; i < conf->count; i++) {
		if (conf->origins[i].by_path)
			write_location(conf, i, true, to);
		if (by_host)
			write_location(conf, i, false, to);
	}
	if (conf->page != NULL)
		write_page(conf, strncmp(conf->listen, "unix:", 5) != 0, to);
	fputs("    location / { return 404; }\n  }\n", to);
}

/* ---- All of it ----------------------------------------------------------- */

void
nginx_conf_write(const struct nginx_conf *conf, FILE *to)
{
	write_head(conf, to);
	nginx_http_write(to, conf->dir);
	fputs(proxying, to);
	for (size_t i = 0; i < conf->count; i++)
		write_upstream(conf, i, to);
	write_hosts(conf, to);
	write_server(conf, true, to);
	write_server(conf, false, to);
	if (conf->page_listen != NULL)
		write_page_server(conf, to);
	fputs("}\n", to);
}
