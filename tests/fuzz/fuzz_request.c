/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request_init, and parameters that are added and taken back.  Lines of the
 * input: a method, a URL, then headers as "Name:value"; one that begins with an
 * ampersand is a parameter, as "&name=value".  What is accepted is within the
 * profile and holds no control character.
 */
#include "abi/request.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "fuzz.h"
#include "text/header.h"

#define LINES_MAX 32

static const char *const texts[] = { "https://api.example.com/v1",
	"https://api.example.com/v1/deep", "https://[::1]:8443",
	"http://127.0.0.1:81" };
#define ORIGINS (sizeof(texts) / sizeof(texts[0]))

static struct apam_str
next_line(struct apam_str *rest)
{
	struct apam_str line = str_cut(*rest, str_find(*rest, '\n'));

	*rest = str_skip(*rest, line.n < rest->n ? line.n + 1 : line.n);
	return line;
}

static char *
copy_line(struct apam_str *rest)
{
	const struct apam_str line = next_line(rest);

	return fuzz_copy(line.p, line.n);
}

/* "Name:value", or "name=value" after an ampersand. */
static struct apam_header
pair_of(struct apam_str line, char mark)
{
	size_t n = str_find(line, mark);

	return (struct apam_header){ str_cut(line, n),
		str_skip(line, n < line.n ? n + 1 : n) };
}

static void
check_view(const struct request *r)
{
	const struct apam_request_view *v = &r->view;

	HOLDS(!str_has_control(v->url) && v->url.n <= URL_MAX);
	HOLDS(v->path.n > 0 && v->path.p[0] == '/');
	HOLDS(v->host.n > 0 && v->port != 0);
	HOLDS(str_equal_nocase(str_cut(v->url, v->scheme.n), v->scheme));
	HOLDS(header_name_ok(v->method));
	for (size_t i = 0; i < v->header_count; i++)
		HOLDS(!str_has_control(v->headers[i].value));
	if (str_equal(v->host, APAM_STR("api.example.com")))
		HOLDS(str_starts(v->path, APAM_STR("/v1")) &&
		    str_equal(v->scheme, APAM_STR("https")));
}

/* Added as it is, and gone again. */
static void
add_and_rewind(struct request *r, struct apam_signing *query)
{
	size_t before = r->view.url.n;
	struct apam_error err = APAM_ERROR_INIT;

	if (request_add_query(r, query, 0, &err) == APAM_OK)
		HOLDS(r->view.url.n >= before);
	request_rewind(r, before);
	HOLDS(r->url.failed || r->view.url.n == before);
}

static void
run(struct apam_request *from, const struct profile *profile,
    struct apam_signing *query)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct request r;

	if (request_init(&r, from, profile, &err) == APAM_OK) {
		check_view(&r);
		add_and_rewind(&r, query);
	} else {
		HOLDS(err.status != APAM_OK && err.text[0] != '\0');
	}
	fuzz_says(err.text);
	request_free(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size }, line;
	struct apam_header headers[LINES_MAX];
	struct url origins[ORIGINS];
	struct profile profile = { .origins = origins,
		.origin_count = ORIGINS,
		.allow_http = size % 2 == 0 };
	char *method = copy_line(&rest);
	char *url = copy_line(&rest);
	struct apam_request from = APAM_REQUEST(method, url);
	struct apam_signing query;

	signing_init(&query);
	for (size_t i = 0; i < ORIGINS; i++)
		HOLDS(url_parse(apam_str(texts[i]), &origins[i]) == NULL);
	from.headers = headers;
	while (rest.n > 0 && from.header_count < LINES_MAX) {
		line = next_line(&rest);
		if (line.n > 0 && line.p[0] == '&')
			fields_add(&query.query,
			    pair_of(str_skip(line, 1), '=').name,
			    pair_of(str_skip(line, 1), '=').value);
		else
			headers[from.header_count++] = pair_of(line, ':');
	}
	run(&from, &profile, &query);
	signing_free(&query);
	free(method);
	free(url);
	HOLDS(secmem_live() == 0);
	return 0;
}
