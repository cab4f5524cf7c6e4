/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing fields as JSON: see json_body.h.  One walk looks for what is wrong
 * and writes.
 */
#include "json_body.h"

#define DEPTH_MAX 16 /* segments of a pointer */

struct walk {
	const struct session_part *parts;
	size_t count;
	bool nested;
	const struct session *s; /* NULL: nothing is written */
	struct apam_op *op;
	struct apam_text *to;
	const char *why; /* the first thing that is wrong */
};

/* ---- Names ------------------------------------------------------------ */

static bool
is_pointer(const struct walk *w, const struct session_part *part)
{
	return w->nested && part->name.n > 0 && part->name.p[0] == '/';
}

static size_t
segments_of(const struct walk *w, const struct session_part *part)
{
	size_t i, n = 0;

	if (!is_pointer(w, part))
		return 1;
	for (i = 0; i < part->name.n; i++)
		n += part->name.p[i] == '/';
	return n;
}

/* Segment `k`, still escaped. */
static struct apam_str
segment(const struct walk *w, const struct session_part *part, size_t k)
{
	const struct apam_str name = part->name;
	size_t from = 1, to;

	if (!is_pointer(w, part))
		return name;
	for (to = 1;; to++) {
		if (to < name.n && name.p[to] != '/')
			continue;
		if (k-- == 0)
			return scheme_str(name.p + from, to - from);
		from = to + 1;
	}
}

static bool
is_field(const struct session_part *part)
{
	return part->where == IN_FIELD;
}

/* Do both lie in the same place down to `depth` segments? */
static bool
shares(const struct walk *w, size_t a, size_t b, size_t depth)
{
	size_t k;

	if (!is_field(&w->parts[a]) || !is_field(&w->parts[b]) ||
	    segments_of(w, &w->parts[a]) < depth ||
	    segments_of(w, &w->parts[b]) < depth)
		return false;
	for (k = 0; k < depth; k++)
		if (!scheme_same(segment(w, &w->parts[a], k),
			segment(w, &w->parts[b], k)))
			return false;
	return true;
}

/* The first part that lies in the same place down to `depth`. */
static size_t
first_of(const struct walk *w, size_t part, size_t depth)
{
	size_t i = 0;

	while (!shares(w, i, part, depth))
		i++;
	return i;
}

/* A number without leading zeros: RFC 6901, 4. */
static bool
is_index(struct apam_str s, size_t *index)
{
	size_t i;

	*index = 0;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || i == 3)
			return false;
		*index = *index * 10 + (size_t)(s.p[i] - '0');
	}
	return s.n > 0 && (s.n == 1 || s.p[0] != '0');
}

/* ---- Looking ---------------------------------------------------------- */

static void
blame(struct walk *w, const char *why)
{
	if (w->why == NULL)
		w->why = why;
}

/* Member number `n` of the array or object that `first` opens. */
static void
look(struct walk *w, size_t first, size_t part, size_t depth, size_t n)
{
	const struct session_part *p = &w->parts[part];
	size_t index, i;
	const bool array = is_pointer(w, &w->parts[first]) &&
	    is_index(segment(w, &w->parts[first], depth), &index);
	const bool indexed = is_pointer(w, p) &&
	    is_index(segment(w, p, depth), &index);

	if (array != indexed)
		blame(w, "has a number where another field has a name");
	else if (array && index != n)
		blame(w, "is an element out of its order: count from 0");
	for (i = 0; i < w->count; i++)
		if (i != part && shares(w, i, part, depth + 1) &&
		    (segments_of(w, p) == depth + 1 ||
			segments_of(w, &w->parts[i]) == depth + 1))
			blame(w, "is where another field is, or lies in it");
}

/* ---- Writing ---------------------------------------------------------- */

static void
emit(struct walk *w, enum apam_writing writing, struct apam_str bytes)
{
	if (w->s != NULL)
		w->s->svc->text_put(w->s->svc, w->to, (int32_t)writing, bytes);
}

/* A segment without its escapes, as a JSON string: RFC 6901, 4. */
static void
put_name(struct walk *w, const struct session_part *part, size_t depth)
{
	const struct apam_str s = segment(w, part, depth);
	const bool escaped = is_pointer(w, part);
	const struct apam_services *svc;
	struct apam_text *name;
	size_t i;
	char c;

	if (w->s == NULL)
		return;
	svc = w->s->svc;
	name = svc->text_new(svc, 0);
	for (i = 0; i < s.n; i++) {
		c = s.p[i];
		if (c == '~' && escaped)
			c = s.p[++i] == '1' ? '/' : '~';
		svc->text_put(svc, name, APAM_WRITING_PLAIN, scheme_str(&c, 1));
	}
	emit(w, APAM_WRITING_JSON, svc->text_view(svc, name));
	emit(w, APAM_WRITING_PLAIN, APAM_STR(":"));
	svc->text_free(svc, &name);
}

static void
put_value(struct walk *w, const struct session_part *part)
{
	if (w->s == NULL)
		return;
	emit(w,
	    part->what == PART_JSON ? APAM_WRITING_PLAIN : APAM_WRITING_JSON,
	    session_part_value(w->s, w->op, part));
}

/*
 * All that lies in the same place as `first` down to `depth`.  It ends: a
 * pointer has DEPTH_MAX segments at most.
 */
static void
walk(struct walk *w, size_t first, size_t depth)
{
	size_t i, index, n = 0;
	const bool array = depth > 0 &&
	    is_index(segment(w, &w->parts[first], depth), &index);

	emit(w, APAM_WRITING_PLAIN, array ? APAM_STR("[") : APAM_STR("{"));
	for (i = first; i < w->count; i++) {
		if (!shares(w, first, i, depth) ||
		    segments_of(w, &w->parts[i]) == depth ||
		    first_of(w, i, depth + 1) != i)
			continue;
		look(w, first, i, depth, n);
		if (n++ > 0)
			emit(w, APAM_WRITING_PLAIN, APAM_STR(","));
		if (!array)
			put_name(w, &w->parts[i], depth);
		if (segments_of(w, &w->parts[i]) == depth + 1)
			put_value(w, &w->parts[i]);
		else
			walk(w, i, depth + 1);
	}
	emit(w, APAM_WRITING_PLAIN, array ? APAM_STR("]") : APAM_STR("}"));
}

/* ---- The two ways to use it ------------------------------------------- */

static size_t
first_field(const struct session_part *parts, size_t count)
{
	size_t i = 0;

	while (i < count && !is_field(&parts[i]))
		i++;
	return i;
}

/* What is wrong with the name itself. */
static const char *
name_bad(const struct walk *w, const struct session_part *part)
{
	size_t index;

	if (!is_pointer(w, part))
		return NULL;
	if (!scheme_is_pointer(part->name))
		return "is not a JSON pointer: write \"/user/name\"";
	if (segments_of(w, part) > DEPTH_MAX)
		return "is a JSON pointer of more than 16 segments";
	if (is_index(segment(w, part, 0), &index))
		return "begins with a number: the body is an object";
	return NULL;
}

const char *
json_body_bad(const struct session_part *parts, size_t count)
{
	struct walk w = { .parts = parts, .count = count, .nested = true };
	const char *why = name_bad(&w, &parts[count - 1]);

	if (why != NULL)
		return why;
	walk(&w, first_field(parts, count), 0);
	return w.why;
}

void
json_body_put(const struct session *s, struct apam_op *op, struct apam_text *to)
{
	struct walk w = { .s = s,
		.parts = s->login.parts,
		.count = s->login.part_count,
		.nested = s->login.nested,
		.op = op,
		.to = to };

	walk(&w, first_field(w.parts, w.count), 0);
}
