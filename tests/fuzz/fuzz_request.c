/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request_init, and parameters that are added and taken back.  Lines of the
 * input: a method, a URL, then headers as "Name:value".  A line "&name=value"
 * is a parameter, "?name=value" one of which the URL may have its own,
 * "+Name:value" a header of an entry before this one; "*NUMBER" says of what
 * kind the body is.  What is accepted is within the profile and holds no
 * control character; the quick way makes the same of it.
 */
#include "abi/request.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "fuzz.h"
#include "slot/url_plain.h"
#include "text/header.h"

#define LINES_MAX 32

static const char *const texts[] = { "https://api.example.com/v1",
	"https://api.example.com/v1/deep", "https://[::1]:8443",
	"http://127.0.0.1:81" };
#define ORIGINS (sizeof(texts) / sizeof(texts[0]))

/* What the lines of an input are collected in. */
struct lines {
	struct apam_header headers[LINES_MAX];
	struct apam_body body;
	struct apam_signing query;
	struct fields earlier;
};

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

/*
 * What is shown has no header of the connection, and those of earlier entries
 * in place of the host's own.  An entry whose headers were refused is followed
 * by none.
 */
static void
check_shown(struct request *r, struct fields *earlier)
{
	const struct apam_request_view *v = &r->view;
	struct apam_error err = APAM_ERROR_INIT;

	if (earlier->refused != NULL)
		return;
	r->earlier = earlier;
	if (request_show_headers(r, &err) != APAM_OK) {
		HOLDS(fuzz_is_starved());
		return;
	}
	HOLDS(v->header_count <= r->header_count + earlier->count);
	for (size_t i = 0; i < v->header_count; i++)
		HOLDS(i + earlier->count >= v->header_count ||
		    !header_is_framing(v->headers[i].name));
	for (size_t i = 0; i + earlier->count < v->header_count; i++)
		for (size_t j = v->header_count - earlier->count;
		     j < v->header_count; j++)
			HOLDS(!str_equal_nocase(
			    v->headers[i].name, v->headers[j].name));
}

/* A plain URL of an origin without a path looks alike by the quick way. */
static void
check_plain(const struct request *r, const struct apam_request *from,
    const struct url *origin)
{
	/* A sanitizer's stack does not align it as its type asks. */
	static struct url_start start;
	struct request plain;

	url_start_init(&start);
	url_start_set(&start, origin->text.p, origin->text.n);
	if (origin->path.n > 1 || !url_is_plain_narrow(from->url, &start))
		return;
	request_init_plain(&plain, from, origin);
	HOLDS(str_equal(plain.view.url, r->view.url));
	HOLDS(str_equal(plain.view.path, r->view.path));
	HOLDS(str_equal(plain.view.query, r->view.query));
	HOLDS(str_equal(plain.view.host, r->view.host));
	HOLDS(str_equal(plain.view.scheme, r->view.scheme));
	HOLDS(plain.view.port == r->view.port);
	HOLDS(request_url_is_given(&plain) && request_url_is_given(r));
	HOLDS(plain.body.kind == r->body.kind);
	request_free(&plain);
}

static void
run(const struct apam_request *from, const struct profile *profile,
    struct lines *lines)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct request r;

	if (request_init(&r, from, profile, &err) == APAM_OK) {
		check_view(&r);
		for (size_t i = 0; i < ORIGINS; i++)
			check_plain(&r, from, &profile->origins[i]);
		check_shown(&r, &lines->earlier);
		add_and_rewind(&r, &lines->query);
	} else {
		HOLDS(err.status != APAM_OK && err.text[0] != '\0');
	}
	fuzz_says(err.text);
	request_free(&r);
}

static void
add_parameter(struct apam_signing *query, struct apam_str line)
{
	const struct apam_header pair = pair_of(str_skip(line, 1), '=');

	if (line.p[0] == '?')
		query->query_defaults |= (uint64_t)1 << query->query.count;
	fields_add(&query->query, pair.name, pair.value);
}

/* The body is "" or of a reader that is not there. */
static void
set_body(struct lines *lines, struct apam_request *from, struct apam_str line)
{
	lines->body = (struct apam_body){ .size = sizeof(lines->body),
		.kind = line.n > 1 ? (uint32_t)line.p[1] - '0' : 0 };
	from->body = &lines->body;
}

static void
take_line(struct lines *lines, struct apam_request *from, struct apam_str line)
{
	const char mark = line.n > 0 ? line.p[0] : ':';
	struct apam_header pair;

	if (mark == '&' || mark == '?') {
		add_parameter(&lines->query, line);
	} else if (mark == '+') {
		pair = pair_of(str_skip(line, 1), ':');
		fields_add_header(&lines->earlier, pair.name, pair.value);
	} else if (mark == '*') {
		set_body(lines, from, line);
	} else {
		lines->headers[from->header_count++] = pair_of(line, ':');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str rest = { (const char *)data, size };
	struct url origins[ORIGINS];
	struct profile profile = { .origins = origins,
		.origin_count = ORIGINS,
		.allow_http = size % 2 == 0 };
	char *method = copy_line(&rest);
	char *url = copy_line(&rest);
	struct apam_request from = APAM_REQUEST(method, url);
	struct lines lines;

	signing_init(&lines.query);
	fields_init(&lines.earlier);
	for (size_t i = 0; i < ORIGINS; i++)
		HOLDS(url_parse(apam_str(texts[i]), &origins[i]) == NULL);
	from.headers = lines.headers;
	for (int i = 0; rest.n > 0 && i < LINES_MAX; i++)
		take_line(&lines, &from, next_line(&rest));
	run(&from, &profile, &lines);
	fields_free(&lines.earlier);
	signing_free(&lines.query);
	free(method);
	free(url);
	HOLDS(secmem_live() == 0);
	return 0;
}
