/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry's options are looked through for the one that leads to a URL or to a
 * socket.  Members of groups count as options do.
 */
#include "http/reach.h"

#include "base/str.h"

/* What is looked for: a URL, or else a path. */
struct aim {
	const struct url *url;
	struct apam_str path;
};

static bool
leads_to(const struct apam_option *option, const struct apam_value *value,
    const struct aim *aim)
{
	struct url from;

	if (aim->url == NULL)
		return option->type == APAM_OPT_PATH &&
		    str_equal(value->str, aim->path);
	return option->type == APAM_OPT_URL &&
	    (option->flags & APAM_OPT_LOCAL_HTTP) != 0 &&
	    url_parse(value->str, &from) == NULL &&
	    url_outside(&from, aim->url) == NULL;
}

static bool
any_leads(const struct option_table *table, const struct apam_value *values,
    const struct aim *aim)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);
		const struct apam_value *v = &values[i];
		const struct option_table members = { o->members,
			table->option_size, o->member_count };
		const size_t groups = o->type == APAM_OPT_GROUP ? 1 :
		    o->type == APAM_OPT_GROUPS                  ? v->count :
								  0;

		if (!v->set)
			continue;
		if (leads_to(o, v, aim))
			return true;
		for (size_t g = 0; g < groups; g++)
			if (any_leads(
				&members, v->members + g * members.count, aim))
				return true;
	}
	return false;
}

const char *
reach_url(const struct reach *r, const struct url *url)
{
	const struct aim aim = { .url = url };
	const char *why = url_insecure(url, r->allow_http);

	if (why == NULL || !any_leads(&r->options, r->values, &aim))
		return why;
	return url_insecure_listed(
	    url, r->allow_http, r->addresses, r->address_count);
}

const char *
reach_socket(const struct reach *r, struct apam_str path)
{
	const struct aim aim = { .path = path };

	if (path.n > 0 && any_leads(&r->options, r->values, &aim))
		return NULL;
	return "the socket is not the value of an option of type path";
}
