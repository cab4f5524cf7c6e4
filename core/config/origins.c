/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an origin may look like, and how it is kept.
 */
#include "config/origins.h"

#include <string.h>

#include "base/str.h"

const char origin_out_of_memory[] = "out of memory";

/* What is wrong with one segment of a path, or NULL. */
static const char *
segment_problem(struct apam_str segment)
{
	if (str_find(segment, '*') != segment.n)
		return "an origin cannot have a wildcard; it includes all "
		       "paths below its own";
	if (str_find(segment, '%') != segment.n)
		return "an origin's path has a percent sign";
	if (segment.n == 0)
		return "an origin's path has an empty segment";
	if (str_equal(segment, APAM_STR(".")) ||
	    str_equal(segment, APAM_STR("..")))
		return "an origin's path has a dot segment";
	return NULL;
}

size_t
origin_path_part(struct apam_str path, const char **why)
{
	struct apam_str rest = path, segment;

	*why = NULL;
	while (rest.n > 1) {
		rest = str_skip(rest, 1);
		segment = str_cut(rest, str_find(rest, '/'));
		*why = segment_problem(segment);
		if (*why != NULL)
			return path.n - rest.n;
		rest = str_skip(rest, segment.n);
	}
	return path.n;
}

static const char *
origin_problem(struct apam_str text, bool allow_http)
{
	struct url url;
	const char *why = url_parse(text, &url);

	if (why == NULL)
		why = url_insecure(&url, allow_http);
	if (why != NULL)
		return why;
	if (str_find(text, '?') != text.n)
		return "an origin has a query";
	if (str_find(text, '#') != text.n)
		return "an origin has a fragment";
	(void)origin_path_part(url.path, &why);
	return why;
}

static bool
same_origin(const struct url *a, const struct url *b)
{
	return a->https == b->https && a->port == b->port &&
	    strcmp(a->host, b->host) == 0 && str_equal(a->path, b->path);
}

const char *
origin_add(struct profile *p, struct apam_str text)
{
	struct url *url = &p->origins[p->origin_count];
	const char *why = origin_problem(text, p->allow_http);
	char *copy, name[URL_ORIGIN_SIZE];

	if (why != NULL)
		return why;
	/*
	 * "https://host/" equals "https://host"; a longer path keeps its slash.
	 */
	if (url_parse(text, url) == NULL && url->path.n == 1 &&
	    text.p[text.n - 1] == '/')
		text.n--;
	copy = arena_copy(&p->values.arena, text);
	if (copy == NULL)
		return origin_out_of_memory;
	why = url_parse(apam_str(copy), url);
	if (why != NULL)
		return why;
	for (size_t i = 0; i < p->origin_count; i++) {
		if (same_origin(&p->origins[i], url))
			return "the same origin twice";
	}
	url_origin(url->https, url->host, url->port, name);
	p->origin_names[p->origin_count] = arena_copy(
	    &p->values.arena, apam_str(name));
	if (p->origin_names[p->origin_count] == NULL)
		return origin_out_of_memory;
	p->origin_texts[p->origin_count++] = copy;
	return NULL;
}
