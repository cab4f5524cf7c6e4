/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of a file are read, and what is not a token is passed over: the
 * list of origins is looked for wherever it stands.  A URL is taken without its
 * quotes, too, where one of them is missing.
 */
#include "config/claims.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/str.h"
#include "config/lexer.h"
#include "config/origins.h"
#include "config/syntax.h"
#include "file/trust.h"
#include "text/suggest.h"

/* ---- One URL ------------------------------------------------------------ */

/* As much of a URL as an origin may have. */
static struct apam_str
origin_part(struct apam_str text, const struct url *url)
{
	const char *why;
	const size_t part = origin_path_part(url->path, &why);

	if (part < url->path.n)
		return str_cut(text, (size_t)(url->path.p + part - text.p));
	return str_cut(url->text, str_find(url->text, '?'));
}

/* Add a URL; what is not one is left out.  False without memory. */
static bool
add_url(struct claims *c, struct apam_str text)
{
	struct url url;
	char *copy;

	if (url_parse(text, &url) != NULL)
		return true;
	copy = arena_copy(&c->arena, origin_part(text, &url));
	if (copy == NULL ||
	    !array_grow(&c->origins, c->count, &c->room, sizeof(*c->origins)) ||
	    !array_grow(&c->texts, c->count, &c->text_room, sizeof(*c->texts)))
		return false;
	if (url_parse(apam_str(copy), &c->origins[c->count]) == NULL)
		c->texts[c->count++] = copy;
	return true;
}

/* ---- The file ----------------------------------------------------------- */

struct reading {
	struct claims *claims;
	struct conf_lexer lexer;
	bool listing; /* the next texts are origins */
	bool failed; /* out of memory */
};

/* Up to what cannot be in a URL, or is more likely to end it. */
static struct apam_str
up_to_end(struct apam_str text)
{
	size_t n = 0;

	while (n < text.n && !str_is_one_of(text.p[n], " \t\r\n\"',;()[]{}"))
		n++;
	return str_cut(text, n);
}

static void
take(struct reading *r, struct apam_str url)
{
	r->failed = !add_url(r->claims, url);
}

/* Pass over what is not a token; `from` is where it was looked for. */
static void
pass(struct reading *r, struct apam_str from)
{
	struct conf_lexer *g = &r->lexer;
	size_t quote = from.n - g->rest.n, n;

	/* It may be a text without its last quote. */
	while (quote > 0 && from.p[quote - 1] != '"')
		quote--;
	if (r->listing && quote > 0)
		take(r, up_to_end(str_skip(from, quote)));
	n = up_to_end(g->rest).n;
	if (n == 0 && g->rest.n > 0)
		n = 1;
	g->rest = str_skip(g->rest, n);
}

/* Go to the next token; false at the end. */
static bool
next_token(struct reading *r)
{
	struct apam_str from = r->lexer.rest;

	while (!r->failed && !conf_lexer_next(&r->lexer)) {
		pass(r, from);
		from = r->lexer.rest;
	}
	return !r->failed && r->lexer.token != CONF_END;
}

/* Its name, or what was meant to be. */
static bool
is_list_name(struct apam_str name)
{
	char text[32];

	if (name.n >= sizeof(text))
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	return strcmp(text, "origins") == 0 || suggest_near(text, "origins");
}

/* A name begins or ends the list, or a URL in it that has no quotes. */
static void
take_name(struct reading *r)
{
	struct conf_lexer *g = &r->lexer;
	const char *start = g->token_text.p;
	struct apam_str url;

	if (!r->listing || !str_starts(g->rest, APAM_STR("://"))) {
		r->listing = is_list_name(g->token_text);
		return;
	}
	url = up_to_end(
	    (struct apam_str){ start, g->token_text.n + g->rest.n });
	g->rest = str_skip(g->rest, url.n - g->token_text.n);
	take(r, url);
}

static void
take_token(struct reading *r)
{
	const struct apam_str text = r->lexer.token_text;

	switch (r->lexer.token) {
	case CONF_NAME:
		take_name(r);
		return;
	case CONF_STRING:
		/* What an escape can stand for needs none in a URL. */
		if (r->listing)
			take(r, str_cut(str_skip(text, 1), text.n - 2));
		return;
	case CONF_EQUALS:
	case CONF_ARRAY:
	case CONF_LIST:
	case CONF_COMMA:
		return;
	default:
		r->listing = false;
	}
}

bool
claims_add(struct claims *claims, struct apam_str text)
{
	struct problems unwanted;
	struct reading r = { .claims = claims,
		.lexer = {
		    .file = "", .rest = text, .line = 1, .all = &unwanted } };

	problems_init(&unwanted);
	while (next_token(&r))
		take_token(&r);
	return !r.failed;
}

bool
claims_read(struct claims *claims, const char *file, bool user)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct buf text;
	bool ok;

	buf_init(&text, CONF_FILE_MAX);
	status = trust_read(file, TRUST_FILE, user, &text, &err);
	ok = status != APAM_E_MEMORY;
	if (status == APAM_OK)
		ok = claims_add(claims, buf_view(&text));
	buf_free(&text);
	return ok;
}

void
claims_free(struct claims *claims)
{
	arena_free(&claims->arena);
	free(claims->origins);
	free(claims->texts);
	*claims = (struct claims){ .count = 0 };
}
