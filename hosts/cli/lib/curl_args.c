/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader of curl's command line.  It must see the same options as curl does:
 * long ones by their exact name with the value in the next argument, short ones
 * bundled, with the value attached or next.  An option that is not in the table
 * is refused: if we did not know whether it takes a value, all that follows
 * could be misread.
 */
#include "lib/curl_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/header_arg.h"

enum kind {
	PLAIN, /* does not affect the request */
	PRINTED, /* does not affect it either; its value is printed */
	METHOD,
	HEAD,
	DATA, /* makes the method POST */
	FORM, /* makes it POST, too */
	UPLOAD, /* makes it PUT */
	HEADER,
	URL
};

struct option {
	const char *name;
	char letter; /* 0: it has none */
	bool value;
	enum kind kind;
	const char *refused; /* why it is refused; NULL: it is not */
};

#define NO_REDIRECT "a signed request follows no redirect"
#define NO_TRACE "it would show the credential; see `apam request -v`"
#define NO_FILE "it could hold any option"
#define NO_TLS "certificates are always verified; set ca_file in the profile"
#define NO_AUTH "the profile holds the credential"
#define NO_ROUTE "where the request goes is the profile's to say"
#define NO_NEXT "one request at a time"
#define NO_QUERY "write the parameters into the URL, so that they are signed"

static const struct option options[] = {
	{ "compressed", 0, false, PLAIN, NULL },
	{ "connect-timeout", 0, true, PLAIN, NULL },
	{ "cookie", 'b', true, PLAIN, NULL },
	{ "cookie-jar", 'c', true, PLAIN, NULL },
	{ "create-dirs", 0, false, PLAIN, NULL },
	{ "data", 'd', true, DATA, NULL },
	{ "data-ascii", 0, true, DATA, NULL },
	{ "data-binary", 0, true, DATA, NULL },
	{ "data-raw", 0, true, DATA, NULL },
	{ "data-urlencode", 0, true, DATA, NULL },
	{ "dump-header", 'D', true, PLAIN, NULL },
	{ "fail", 'f', false, PLAIN, NULL },
	{ "fail-with-body", 0, false, PLAIN, NULL },
	{ "form", 'F', true, FORM, NULL },
	{ "form-string", 0, true, FORM, NULL },
	{ "head", 'I', false, HEAD, NULL },
	{ "header", 'H', true, HEADER, NULL },
	{ "http1.1", 0, false, PLAIN, NULL },
	{ "http2", 0, false, PLAIN, NULL },
	{ "include", 'i', false, PLAIN, NULL },
	{ "ipv4", '4', false, PLAIN, NULL },
	{ "ipv6", '6', false, PLAIN, NULL },
	{ "json", 0, true, DATA, NULL },
	{ "limit-rate", 0, true, PLAIN, NULL },
	{ "max-filesize", 0, true, PLAIN, NULL },
	{ "max-time", 'm', true, PLAIN, NULL },
	{ "no-buffer", 'N', false, PLAIN, NULL },
	{ "no-progress-meter", 0, false, PLAIN, NULL },
	{ "output", 'o', true, PLAIN, NULL },
	{ "output-dir", 0, true, PLAIN, NULL },
	{ "progress-bar", '#', false, PLAIN, NULL },
	{ "range", 'r', true, PLAIN, NULL },
	{ "referer", 'e', true, PLAIN, NULL },
	{ "remote-name", 'O', false, PLAIN, NULL },
	{ "remote-time", 'R', false, PLAIN, NULL },
	{ "request", 'X', true, METHOD, NULL },
	{ "retry", 0, true, PLAIN, NULL },
	{ "retry-all-errors", 0, false, PLAIN, NULL },
	{ "retry-connrefused", 0, false, PLAIN, NULL },
	{ "retry-delay", 0, true, PLAIN, NULL },
	{ "retry-max-time", 0, true, PLAIN, NULL },
	{ "show-error", 'S', false, PLAIN, NULL },
	{ "silent", 's', false, PLAIN, NULL },
	{ "speed-limit", 'Y', true, PLAIN, NULL },
	{ "speed-time", 'y', true, PLAIN, NULL },
	{ "tlsv1.2", 0, false, PLAIN, NULL },
	{ "tlsv1.3", 0, false, PLAIN, NULL },
	{ "upload-file", 'T', true, UPLOAD, NULL },
	{ "url", 0, true, URL, NULL },
	{ "user-agent", 'A', true, PLAIN, NULL },
	{ "write-out", 'w', true, PRINTED, NULL },

	{ "anyauth", 0, false, PLAIN, NO_AUTH },
	{ "aws-sigv4", 0, true, PLAIN, NO_AUTH },
	{ "basic", 0, false, PLAIN, NO_AUTH },
	{ "config", 'K', true, PLAIN, NO_FILE },
	{ "connect-to", 0, true, PLAIN, NO_ROUTE },
	{ "digest", 0, false, PLAIN, NO_AUTH },
	{ "get", 'G', false, PLAIN, NO_QUERY },
	{ "insecure", 'k', false, PLAIN, NO_TLS },
	{ "libcurl", 0, true, PLAIN, NO_TRACE },
	{ "location", 'L', false, PLAIN, NO_REDIRECT },
	{ "location-trusted", 0, false, PLAIN, NO_REDIRECT },
	{ "netrc", 'n', false, PLAIN, NO_AUTH },
	{ "netrc-file", 0, true, PLAIN, NO_AUTH },
	{ "netrc-optional", 0, false, PLAIN, NO_AUTH },
	{ "next", ':', false, PLAIN, NO_NEXT },
	{ "oauth2-bearer", 0, true, PLAIN, NO_AUTH },
	{ "preproxy", 0, true, PLAIN, NO_ROUTE },
	{ "proxy", 'x', true, PLAIN, NO_ROUTE },
	{ "request-target", 0, true, PLAIN, NO_ROUTE },
	{ "resolve", 0, true, PLAIN, NO_ROUTE },
	{ "trace", 0, true, PLAIN, NO_TRACE },
	{ "trace-ascii", 0, true, PLAIN, NO_TRACE },
	{ "unix-socket", 0, true, PLAIN, NO_ROUTE },
	{ "url-query", 0, true, PLAIN, NO_QUERY },
	{ "user", 'u', true, PLAIN, NO_AUTH },
	{ "verbose", 'v', false, PLAIN, NO_TRACE },
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

struct cursor {
	struct curl_args *args;
	const char *const *words;
	size_t count, i;
	bool head, ended;
};

static bool
args_problem(struct curl_args *args, const char *text)
{
	snprintf(args->problem, sizeof(args->problem), "%s", text);
	return false;
}

static void
pass(struct curl_args *args, const char *word)
{
	args->pass[args->pass_count++] = word;
}

static bool
take_url(struct curl_args *args, const char *url)
{
	if (args->url != NULL)
		return args_problem(args, "give exactly one URL");
	if (has_control(apam_str(url)))
		return args_problem(
		    args, "the URL must not have control characters");
	args->url = url;
	return true;
}

static bool
take_header(struct curl_args *args, const char *text)
{
	const char *why = header_arg(text, &args->headers[args->header_count]);

	if (why != NULL)
		return args_problem(args, why);
	args->header_count++;
	return true;
}

/* Note what an accepted option changes in the request. */
static bool
take_option(struct cursor *c, const struct option *option, const char *value)
{
	switch (option->kind) {
	case METHOD:
		c->args->method = value;
		return true;
	case HEAD:
		c->head = true;
		return true;
	case DATA:
		c->args->data[c->args->data_count++] = (struct curl_datum){
			option->name, value
		};
		return true;
	case FORM:
		c->args->form = true;
		return true;
	case UPLOAD:
		c->args->upload = value;
		return true;
	case HEADER:
		return take_header(c->args, value);
	case URL:
		return take_url(c->args, value);
	default:
		return true;
	}
}

/*
 * Whether a value may contain line breaks.  A body may, because its length is
 * sent before it, and so may what curl prints.  Anywhere else curl would write
 * them into the head of the request, where the next line would be another
 * header, or another request with our credential.  Headers have a stricter
 * check of their own.
 */
static bool
may_break(const struct option *option)
{
	return option->kind == DATA || option->kind == FORM ||
	    option->kind == PRINTED || option->kind == HEADER;
}

static bool
value_ok(struct curl_args *args, const struct option *option, const char *value)
{
	if (value == NULL || may_break(option) || !has_control(apam_str(value)))
		return true;
	snprintf(args->problem, sizeof(args->problem),
	    "the value of --%s must not have control characters", option->name);
	return false;
}

/* Take the option of the word at c->i; its value is attached or next. */
static bool
found(struct cursor *c, const struct option *option, const char *attached)
{
	const char *value = attached;

	if (option->refused != NULL) {
		snprintf(c->args->problem, sizeof(c->args->problem),
		    "--%s is refused: %s", option->name, option->refused);
		return false;
	}
	if (option->value && attached == NULL) {
		if (c->i + 1 >= c->count)
			return args_problem(c->args,
			    "curl's last option needs a "
			    "value");
		value = c->words[++c->i];
	}
	if (option->value && !value_ok(c->args, option, value))
		return false;
	return take_option(c, option, value);
}

static const struct option *
by_name(const char *name)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

static const struct option *
by_letter(char letter)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

static bool
unknown(struct curl_args *args, const char *dashes, const char *name, size_t n)
{
	snprintf(args->problem, sizeof(args->problem),
	    "%s%.*s is not among the curl options that apam passes on", dashes,
	    (int)n, name);
	return false;
}

static bool
long_option(struct cursor *c)
{
	const char *name = c->words[c->i] + 2;
	const struct option *option = by_name(name);
	size_t first = c->i, shown = strcspn(name, "=");

	if (option == NULL)
		return unknown(c->args, "--", name, shown < 40 ? shown : 40);
	if (!found(c, option, NULL))
		return false;
	if (option->kind == URL || option->kind == DATA)
		return true;
	for (; first <= c->i; first++)
		pass(c->args, c->words[first]);
	return true;
}

/* Pass on the letters before a data option, which is not passed on. */
static bool
pass_part(struct curl_args *args, const char *word, size_t n)
{
	char *part;

	if (n <= 1)
		return true;
	part = strndup(word, n);
	if (part == NULL)
		return args_problem(args, "");
	args->owned[args->owned_count++] = part;
	pass(args, part);
	return true;
}

static bool
short_options(struct cursor *c)
{
	const char *word = c->words[c->i], *p = word + 1;
	size_t first = c->i;

	for (; *p != '\0'; p++) {
		const struct option *option = by_letter(*p);

		if (option == NULL)
			return unknown(c->args, "-", p, 1);
		if (!found(c, option, p[1] == '\0' ? NULL : p + 1))
			return false;
		if (option->kind == DATA)
			return pass_part(c->args, word, (size_t)(p - word));
		if (option->value)
			break;
	}
	for (; first <= c->i; first++)
		pass(c->args, c->words[first]);
	return true;
}

static bool
read_word(struct cursor *c)
{
	const char *text = c->words[c->i];

	if (c->ended || text[0] != '-')
		return take_url(c->args, text);
	if (strcmp(text, "--") == 0) {
		c->ended = true;
		return true;
	}
	if (strcmp(text, "-") == 0)
		return args_problem(c->args, "- is not a URL");
	return text[1] == '-' ? long_option(c) : short_options(c);
}

/*
 * False if curl would append the file's name to the URL, as it does if the path
 * ends in a slash or is missing: the URL sent would not be the one signed.
 */
static bool
names_a_file(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = strcspn(url, "?#");

	host = host == NULL ? url : host + 3;
	return strchr(host, '/') != NULL && strchr(host, '/') < url + n &&
	    url[n - 1] != '/';
}

/* Determine the method as curl does, from -X, -I, -T and data; else GET. */
static bool
settle_method(struct cursor *c)
{
	struct curl_args *args = c->args;
	const bool posts = args->data_count > 0, uploads = args->upload != NULL;

	if (args->url == NULL)
		return args_problem(args, "give exactly one URL");
	if (c->head + uploads + posts + args->form > 1)
		return args_problem(
		    args, "-I, -T, -F and data exclude each other");
	if (uploads && !names_a_file(args->url))
		return args_problem(args, "with -T the URL must name the file");
	if (args->method != NULL)
		return true;
	args->method = "GET";
	if (c->head)
		args->method = "HEAD";
	if (uploads)
		args->method = "PUT";
	if (posts || args->form)
		args->method = "POST";
	return true;
}

bool
curl_args_read(struct curl_args *args, const char *const *words, size_t count)
{
	struct cursor c = { .args = args, .words = words, .count = count };

	memset(args, 0, sizeof(*args));
	args->pass = calloc(count + 1, sizeof(args->pass[0]));
	args->headers = calloc(count + 1, sizeof(args->headers[0]));
	args->data = calloc(count + 1, sizeof(args->data[0]));
	args->owned = calloc(count + 1, sizeof(args->owned[0]));
	if (args->pass == NULL || args->headers == NULL || args->data == NULL ||
	    args->owned == NULL)
		return args_problem(args, "");
	for (; c.i < count; c.i++)
		if (!read_word(&c))
			return false;
	return settle_method(&c);
}

void
curl_args_free(struct curl_args *args)
{
	for (size_t i = 0; i < args->owned_count; i++)
		free(args->owned[i]);
	free(args->owned);
	free(args->data);
	free(args->pass);
	free(args->headers);
	args->owned = NULL;
	args->data = NULL;
	args->owned_count = args->data_count = 0;
	args->pass = NULL;
	args->headers = NULL;
}
