/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is read of the login's answer, and where requests carry it: the options
 * token and lifetime.
 */
#include <stdlib.h>

#include "group.h"

/* ---- From where ------------------------------------------------------- */

static const char one_source[] =
    "is one of from_pointer, from_header, from_cookie and from_body, of which "
    "exactly one is needed";

/* from_body = false says nothing. */
static int32_t
read_source(const struct group *from, struct session_source *source)
{
	const bool body = group_number(from, TOKEN_FROM_BODY) != 0;
	const size_t named = group_last(
	    from, TOKEN_FROM_POINTER, TOKEN_FROM_COOKIE);
	int32_t status;

	source->from = FROM_BODY;
	if (body)
		return group_has(from, named) ?
		    group_refuse(from, named, one_source) :
		    APAM_OK;
	status = group_refuse_unless(
	    from, TOKEN_FROM_POINTER, TOKEN_FROM_COOKIE, one_source);
	if (status != APAM_OK)
		return status;
	source->from = (enum session_from)(
	    FROM_POINTER + (named - TOKEN_FROM_POINTER));
	source->name = group_text(from, named);
	return group_check_source(from, named, source);
}

/* ---- To where --------------------------------------------------------- */

/* A header and a cookie are sent as they came; else it is a bearer token. */
static void
usual_place(const struct session_source *source, struct place *to)
{
	to->kind = source->from == FROM_COOKIE ? PLACE_COOKIE : PLACE_HEADER;
	to->name = source->name;
	if (source->from == FROM_HEADER || source->from == FROM_COOKIE)
		return;
	to->name = APAM_STR("Authorization");
	to->prefix = APAM_STR("Bearer ");
}

static int32_t
read_prefix(const struct group *from, struct place *to)
{
	const char *why;

	if (!group_has(from, TOKEN_PREFIX))
		return APAM_OK;
	if (!group_has(from, TOKEN_HEADER))
		return group_refuse(from, TOKEN_PREFIX,
		    "is for a header: say which in the option header");
	to->prefix = group_text(from, TOKEN_PREFIX);
	why = place_prefix_bad(to->prefix);
	return why == NULL ? APAM_OK : group_refuse(from, TOKEN_PREFIX, why);
}

/* The member that names the place, or, where none does, the source. */
static size_t
token_place(const struct group *from)
{
	const size_t named = group_last(from, TOKEN_HEADER, TOKEN_QUERY);

	return group_has(from, named) ?
	    named :
	    group_last(from, TOKEN_FROM_POINTER, TOKEN_FROM_BODY);
}

static int32_t
read_place(const struct group *from, const struct session_source *source,
    struct place *to)
{
	const size_t named = group_last(from, TOKEN_HEADER, TOKEN_QUERY);
	const char *why;
	int32_t status;

	usual_place(source, to);
	if (group_has(from, named)) {
		status = group_refuse_unless(from, TOKEN_HEADER, TOKEN_QUERY,
		    "is one place too many: a token goes into one header, "
		    "query parameter or cookie");
		if (status != APAM_OK)
			return status;
		to->kind = named == TOKEN_HEADER ? PLACE_HEADER :
		    named == TOKEN_COOKIE        ? PLACE_COOKIE :
						   PLACE_QUERY;
		to->name = group_text(from, named);
		to->prefix = APAM_STR("");
	}
	why = place_name_bad(to);
	return why == NULL ? read_prefix(from, to) :
			     group_refuse(from, token_place(from), why);
}

/* ---- token ------------------------------------------------------------ */

static int32_t
read_token(struct login_token *t, size_t i)
{
	const struct group from = group_of(t, OPT_TOKEN, i, TOKEN_COUNT);
	struct session_token *token = &t->tokens[i];
	int32_t status = read_source(&from, &token->source);
	size_t k;

	if (status == APAM_OK)
		status = read_place(&from, &token->source, &token->to);
	for (k = 0; k < i && status == APAM_OK; k++)
		if (place_same(&t->tokens[k].to, &token->to))
			status = group_refuse(&from, token_place(&from),
			    "goes where another token of this entry goes");
	return status;
}

/* ---- lifetime --------------------------------------------------------- */

static int32_t
read_lifetime(struct login_token *t)
{
	const struct group from = group_alone(t, OPT_LIFETIME);
	const int64_t unit = group_number(&from, LIFETIME_UNIT);
	struct session_lifetime *lifetime = &t->session.lifetime;

	lifetime->pointer.p = NULL;
	if (from.members == NULL)
		return APAM_OK;
	lifetime->pointer = group_text(&from, LIFETIME_POINTER);
	lifetime->unit = (enum session_unit)unit;
	if (!scheme_is_pointer(lifetime->pointer))
		return group_refuse(&from, LIFETIME_POINTER,
		    "is not a JSON pointer: write \"/expires_in\"");
	return APAM_OK;
}

int32_t
login_tokens_open(struct login_token *t)
{
	const size_t count = option(t, OPT_TOKEN)->count;
	int32_t status;
	size_t i;

	t->tokens = calloc(count, sizeof(*t->tokens));
	if (t->tokens == NULL)
		return APAM_E_MEMORY;
	t->session.tokens = t->tokens;
	t->session.token_count = count;
	status = read_lifetime(t);
	for (i = 0; i < count && status == APAM_OK; i++)
		status = read_token(t, i);
	return status;
}
