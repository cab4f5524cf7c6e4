/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a URL back to the line that it comes from.  If no option names the
 * endpoint, the provider published it at the first URL of the entry.
 */
#include "flight/astray.h"

#include <stdio.h>

#include "base/str.h"

#define TAIL_SIZE 240 /* leaves some of the text in evidence, too */
#define FILE_MAX 160
#define URL_SHOWN 100

/* An option that has a URL, and its line. */
struct origin {
	const char *group; /* that it is a member of; "" */
	const char *name;
	unsigned line;
	bool exact;
};

/* Look at one option; true where it is the very URL. */
static bool
consider_option(struct origin *found, const char *group,
    const struct apam_option *option, const struct apam_value *value,
    unsigned line, struct apam_str url)
{
	const bool same = value->set && option->type == APAM_OPT_URL &&
	    str_equal(value->str, url);

	if (!value->set || option->type != APAM_OPT_URL ||
	    (found->name != NULL && !same))
		return false;
	*found = (struct origin){ group, option->name, line, same };
	return same;
}

static bool
consider_members(struct origin *found, const struct apam_option *group,
    const struct apam_value *value, unsigned line, size_t option_size,
    struct apam_str url)
{
	const struct option_table members = { group->members, option_size,
		group->member_count };

	if (!value->set || group->type != APAM_OPT_GROUP)
		return false;
	for (size_t i = 0; i < members.count; i++)
		if (consider_option(found, group->name, option_at(&members, i),
			&value->members[i], line, url))
			return true;
	return false;
}

/* The option that has this URL, or else the first option that has any. */
static struct origin
find_origin(const struct entry *e, struct apam_str url)
{
	const struct option_table *table = &e->module->options;
	struct origin found = { .group = "", .line = e->conf->line };

	for (size_t i = 0; i < e->values.count; i++) {
		const struct apam_option *o = option_at(table, i);
		const struct apam_value *v = &e->values.values[i];
		const unsigned line = e->values.lines[i];

		if (consider_option(&found, "", o, v, line, url) ||
		    consider_members(
			&found, o, v, line, table->option_size, url))
			break;
	}
	return found;
}

static void
add_tail(char *text, size_t size, const char *tail)
{
	const size_t room = size - 1 - strlen(tail);
	size_t n = strlen(text);

	if (n > room)
		n = room;
	/* Do not cut a character in two. */
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	(void)snprintf(text + n, size - n, "%s", tail);
}

void
astray_tell(const struct entry *e, const struct exchange *x, bool whole,
    char *text, size_t size)
{
	const struct apam_str all = buf_view(&x->url);
	const struct apam_str url = str_cut(all, str_find(all, '?'));
	const struct origin from = find_origin(e, str_cut(all, x->url_given));
	char tail[TAIL_SIZE], shown[URL_SHOWN + 8] = "";

	if (whole)
		(void)snprintf(shown, sizeof(shown), "; %.*s%s",
		    url.n > URL_SHOWN ? URL_SHOWN : (int)url.n, url.p,
		    url.n > URL_SHOWN ? "..." : "");
	(void)snprintf(tail, sizeof(tail), "%s; %s%s%s%s, %.*s:%u", shown,
	    from.exact ? "" : "by ", from.group,
	    from.group[0] == '\0' ? "" : ".",
	    from.name == NULL ? "the entry" : from.name,
	    (int)(TAIL_SIZE - sizeof(shown) - 40), e->profile->file, from.line);
	add_tail(text, size, tail);
}

void
astray_tell_probe(const struct entry *e, char *text, size_t size)
{
	char tail[TAIL_SIZE];

	(void)snprintf(tail, sizeof(tail), "; probe, %.*s:%u", FILE_MAX,
	    e->profile->file, e->conf->probe_line);
	add_tail(text, size, tail);
}
