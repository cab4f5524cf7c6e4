/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature of one request, while modules make it.
 */
#include "abi/signing.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"

/* What is behind the lists. */
static void
init_rest(struct apam_signing *s)
{
	memset(&s->query_defaults, 0,
	    offsetof(struct apam_signing, error) -
		offsetof(struct apam_signing, query_defaults));
	error_init(&s->error);
}

void
signing_init(struct apam_signing *s)
{
	fields_init(&s->headers);
	fields_init(&s->query);
	fields_init(&s->cookies);
	fields_init(&s->covers);
	init_rest(s);
}

void
signing_init_in(struct apam_signing *s, struct signing_room *room)
{
	fields_init_in(&s->headers, room->headers, sizeof(room->headers));
	fields_init_in(&s->query, room->query, sizeof(room->query));
	fields_init_in(&s->cookies, room->cookies, sizeof(room->cookies));
	fields_init_in(&s->covers, room->covers, sizeof(room->covers));
	init_rest(s);
}

void
signing_free(struct apam_signing *s)
{
	rewriter_free(&s->rewriter);
	pair_release(&s->pair);
	pair_source_free(&s->certificate);
	fields_free(&s->covers);
	fields_free(&s->cookies);
	fields_free(&s->query);
	fields_free(&s->headers);
}

bool
signing_contributed(const struct apam_signing *s)
{
	return s->headers.count > 0 || s->query.count > 0 ||
	    s->cookies.count > 0 || s->certificate != NULL || s->nothing;
}

/* The list of fields that failed; NULL: none. */
static const struct fields *
failed_list(const struct apam_signing *s)
{
	const struct fields *const lists[] = { &s->headers, &s->query,
		&s->cookies, &s->covers };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i]->refused != NULL)
			return lists[i];
	return NULL;
}

enum apam_status
signing_check(const struct apam_signing *s, struct apam_error *err)
{
	const struct fields *list = failed_list(s);

	if (list == NULL)
		return APAM_OK;
	return error_set(err,
	    list->text.no_memory ? APAM_E_MEMORY : APAM_E_HEADER, "%s",
	    list->refused);
}

/* False if memory runs out. */
static bool
has_array(struct fields *f)
{
	return f->count == 0 || fields_array(f) != NULL;
}

/* Two entries may not set the same header.  Both have their arrays. */
static bool
share_header(struct fields *a, struct fields *b)
{
	const struct apam_header *x = fields_array(a), *y = fields_array(b);

	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (str_equal_nocase(x[i].name, y[j].name))
				return true;
	return false;
}

/* False if memory runs out. */
static bool
add_all(struct fields *to, struct fields *from)
{
	const struct apam_header *all = fields_array(from);

	if (all == NULL)
		return from->count == 0;
	for (size_t i = 0; i < from->count; i++)
		fields_add(to, all[i].name, all[i].value);
	return true;
}

enum apam_status
signing_merge(
    struct apam_signing *to, struct apam_signing *from, struct apam_error *err)
{
	if (!has_array(&from->headers) || !has_array(&to->headers))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (share_header(&from->headers, &to->headers))
		return error_set(err, APAM_E_CONFIG,
		    "two entries of the profile set the same header; keep one");
	if (to->pair != NULL && from->pair != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "two entries of the profile have a client certificate; "
		    "keep one");
	if (to->rewriter != NULL && from->rewriter != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "two entries of the profile rewrite the body; keep one");
	if (!add_all(&to->headers, &from->headers) ||
	    !add_all(&to->cookies, &from->cookies) ||
	    !add_all(&to->covers, &from->covers))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	to->memo += from->memo;
	if (from->pair != NULL) {
		to->pair = from->pair;
		from->pair = NULL; /* it is the total's now */
	}
	if (from->rewriter != NULL) {
		to->rewriter = from->rewriter;
		from->rewriter = NULL; /* the same */
	}
	return signing_check(to, err);
}

/* True where the host's cookie has the name of one that is set. */
static bool
is_set_anew(struct apam_signing *s, struct apam_str pair)
{
	const struct apam_header *cookies = fields_array(&s->cookies);
	const struct apam_str name = str_trim(
	    str_cut(pair, str_find(pair, '=')));

	for (size_t i = 0; i < s->cookies.count; i++)
		if (str_equal(cookies[i].name, name))
			return true;
	return false;
}

/* The host's own cookies, but for those that are set anew. */
static void
put_own_cookies(struct apam_signing *s, struct apam_str own, struct buf *line)
{
	struct apam_str pair;
	size_t n;

	for (; own.n > 0; own = str_skip(own, n < own.n ? n + 1 : n)) {
		n = str_find(own, ';');
		pair = str_trim(str_cut(own, n));
		if (pair.n == 0 || is_set_anew(s, pair))
			continue;
		if (line->n > 0)
			buf_put(line, APAM_STR("; "));
		buf_put(line, pair);
	}
}

enum apam_status
signing_join_cookies(
    struct apam_signing *s, struct apam_str own, struct apam_error *err)
{
	const struct apam_header *cookies = fields_array(&s->cookies);
	struct buf line;
	bool no_memory;

	if (s->cookies.count == 0)
		return APAM_OK;
	if (cookies == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	buf_init(&line, FIELDS_MAX);
	put_own_cookies(s, own, &line);
	for (size_t i = 0; i < s->cookies.count; i++) {
		if (line.n > 0)
			buf_put(&line, APAM_STR("; "));
		buf_put(&line, cookies[i].name);
		buf_put_char(&line, '=');
		buf_put(&line, cookies[i].value);
	}
	/* What does not fit, or is not there, is not sent in part. */
	if (line.failed)
		fields_refuse(&s->cookies, "the cookies are too large");
	else
		fields_add_header(
		    &s->headers, APAM_STR("Cookie"), buf_view(&line));
	no_memory = line.no_memory;
	buf_free(&line);
	return no_memory ? error_set(err, APAM_E_MEMORY, "out of memory") :
			   signing_check(s, err);
}
