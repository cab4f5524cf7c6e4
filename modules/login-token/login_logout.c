/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a session ends: the option logout.
 */
#include "group.h"

static int32_t
check_place(const struct group *from)
{
	const struct apam_str url = group_text(from, LOGOUT_URL);
	const int32_t status = group_refuse_unless(from, LOGOUT_URL,
	    LOGOUT_FROM_HEADER,
	    "is one of url and from_header, of which exactly one is needed");

	if (status != APAM_OK)
		return status;
	if (group_has(from, LOGOUT_FROM_HEADER) &&
	    !scheme_is_token(group_text(from, LOGOUT_FROM_HEADER)))
		return group_refuse(from, LOGOUT_FROM_HEADER,
		    "is not the name of a header: letters, digits and '-', "
		    "without the colon");
	if (group_number(from, LOGOUT_TOKEN_IN_PATH) == 0)
		return APAM_OK;
	if (url.n == 0 || scheme_has_char(url, '?') ||
	    scheme_has_char(url, '#') || url.p[url.n - 1] == '/')
		return group_refuse(from, LOGOUT_TOKEN_IN_PATH,
		    "needs a url without a query, and without a '/' at its "
		    "end, which the token comes after");
	return APAM_OK;
}

static int32_t
check_token_header(const struct group *from)
{
	const struct place to = { PLACE_HEADER,
		group_text(from, LOGOUT_TOKEN_HEADER), APAM_STR("") };
	const char *why;
	size_t i;

	if (!group_has(from, LOGOUT_TOKEN_HEADER))
		return APAM_OK;
	why = place_name_bad(&to);
	for (i = 0; i < from->t->session.token_count && why == NULL; i++)
		if (place_same(&to, &from->t->tokens[i].to))
			why = "has a token in it already: name another header";
	return why == NULL ? APAM_OK :
			     group_refuse(from, LOGOUT_TOKEN_HEADER, why);
}

static int32_t
check_body(const struct group *from)
{
	if (!group_has(from, LOGOUT_JSON))
		return APAM_OK;
	if (scheme_same(group_text(from, LOGOUT_METHOD), APAM_STR("GET")))
		return group_refuse(
		    from, LOGOUT_JSON, "is a body, which a GET does not have");
	return group_check_json(
	    from, LOGOUT_JSON, "is not JSON: write as in {}");
}

int32_t
login_logout_open(struct login_token *t)
{
	const struct group from = group_alone(t, OPT_LOGOUT);
	struct session_logout *logout = &t->session.logout;
	int32_t status;

	if (from.members == NULL)
		return APAM_OK;
	*logout = (struct session_logout){ .set = true,
		.method = group_text(&from, LOGOUT_METHOD),
		.url = group_text(&from, LOGOUT_URL),
		.url_header = group_text(&from, LOGOUT_FROM_HEADER),
		.token_in_path = group_number(&from, LOGOUT_TOKEN_IN_PATH) != 0,
		.token_header = group_text(&from, LOGOUT_TOKEN_HEADER),
		.json = group_text(&from, LOGOUT_JSON) };
	status = check_place(&from);
	if (status == APAM_OK)
		status = check_token_header(&from);
	if (status == APAM_OK)
		status = check_body(&from);
	return status;
}
