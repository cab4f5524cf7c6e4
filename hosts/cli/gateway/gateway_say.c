/* SPDX-License-Identifier: BSD-2-Clause */
/* How to call it is said for the first of the profiles. */
#include "gateway/gateway_say.h"

#include <unistd.h>

/* Those in error are the last. */
static bool
serves_any(const struct nginx_conf *conf)
{
	return conf->count > 0 && !conf->origins[0].in_error;
}

static void
say_profiles(const struct nginx_conf *conf, FILE *to)
{
	for (size_t i = 0; i < conf->count; i++)
		if (conf->origins[i].by_path && !conf->origins[i].in_error)
			fprintf(to, "  /%s/ is %s/\n", conf->origins[i].profile,
			    conf->origins[i].origin);
	if (!serves_any(conf))
		fputs("  no profile is left\n", to);
}

static void
say_page(const struct gateway_options *options, const char *token, FILE *to)
{
	const char *at = gateway_options_page(options);
	const bool needed = token[0] != '\0';
	const bool shown = needed && isatty(fileno(to));

	if (at == NULL) {
		fputs("to look at it in a browser, start it with --page PORT\n",
		    to);
		return;
	}
	fputs("look at it:\n", to);
	if (shown || !needed)
		fprintf(to, "  http://%s/-/apam/%s%s\n", at, shown ? "#" : "",
		    token);
	fprintf(to, "  xdg-open %s/page.html\n", options->dir);
}

/* ---- How it is called ---------------------------------------------------- */

static void
say_socket(const struct gateway_options *options,
    const struct gateway_origin *first, FILE *to)
{
	const char *socket = gateway_options_socket(options);

	fprintf(to,
	    "  curl --unix-socket %s http://localhost/%s/PATH\n"
	    "  curl --unix-socket %s http://%s/PATH\n",
	    socket, first->profile, socket, first->authority);
}

static void
say_port(const struct gateway_options *options,
    const struct gateway_origin *first, FILE *to)
{
	fprintf(to,
	    "  curl http://%s/%s/PATH\n"
	    "  http_proxy=http://%s curl http://%s/PATH\n",
	    options->listen, first->profile, options->listen, first->authority);
}

static void
say_token(const struct gateway_options *options,
    const struct gateway_origin *first, FILE *to)
{
	fprintf(to,
	    "  curl -H \"Authorization: Bearer $(cat %s/token)\" "
	    "http://%s/%s/PATH\n"
	    "  http_proxy=http://apam:$(cat %s/token)@%s curl http://%s/PATH\n",
	    options->dir, options->listen, first->profile, options->dir,
	    options->listen, first->authority);
}

static void (*const says[])(
    const struct gateway_options *, const struct gateway_origin *, FILE *) = {
	[GATEWAY_PEER] = say_socket,
	[GATEWAY_TOKEN] = say_token,
	[GATEWAY_SOCKETS] = say_port,
};

void
gateway_say(const struct gateway_options *options,
    const struct nginx_conf *conf, const char *page_token, FILE *to)
{
	fprintf(to, "apam gateway on %s:\n", options->listen);
	say_profiles(conf, to);
	if (serves_any(conf)) {
		say_page(options, page_token, to);
		fputs("call it:\n", to);
		says[options->who](options, &conf->origins[0], to);
	}
	(void)fflush(to);
}
