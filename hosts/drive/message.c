/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests and responses as scripts write them, and comparing headers.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "drive/playing.h"

#define HEADERS_MAX 64

struct apam_str
message_line(struct apam_str *text)
{
	const size_t n = str_find(*text, '\n');
	const struct apam_str line = str_cut(*text, n);

	*text = str_skip(*text, n < text->n ? n + 1 : n);
	return line;
}

size_t
message_read(struct apam_str text, struct apam_header *headers, size_t max,
    struct apam_str *rest)
{
	struct apam_str line;
	size_t count = 0, colon;

	while ((line = message_line(&text)).n > 0) {
		colon = str_find(line, ':');
		if (count == max)
			continue;
		headers[count].name = str_cut(line, colon);
		headers[count].value = colon == line.n ?
		    APAM_STR("") :
		    str_trim(str_skip(line, colon + 1));
		count++;
	}
	*rest = text;
	return count;
}

static bool
is_quiet(struct apam_str name, const char *const *quiet)
{
	for (; *quiet != NULL; quiet++)
		if (str_equal_nocase(name, apam_str(*quiet)))
			return true;
	return false;
}

/* The headers of two sides, and which of them have been matched. */
struct matching {
	struct playing *p;
	const struct script_section *s;
	struct apam_header expected[HEADERS_MAX];
	size_t expected_count;
	const struct apam_header *found;
	size_t count;
	uint64_t matched; /* bit i: found[i] was expected */
	bool open; /* others may be there */
	bool same;
};

static void
tell_header(struct matching *m, struct apam_str name, struct apam_str expected,
    struct apam_str found)
{
	char what[160];

	(void)snprintf(what, sizeof(what), "header %.*s",
	    name.n > 100 ? 100 : (int)name.n, name.p);
	told_failed(m->p->told, m->s->line, what, expected, found);
	m->same = false;
}

/* Match one expected header with one that was found. */
static void
match_header(struct matching *m, const struct apam_header *expected)
{
	struct apam_str other = APAM_STR("(none)");

	for (size_t i = 0; i < m->count && i < HEADERS_MAX; i++) {
		if (!str_equal_nocase(expected->name, m->found[i].name) ||
		    (m->matched >> i & 1) != 0)
			continue;
		other = m->found[i].value;
		m->matched |= (uint64_t)1 << i;
		break;
	}
	if (!told_same(expected->value, other))
		tell_header(m, expected->name, expected->value, other);
}

bool
message_compare(struct playing *p, const struct script_section *s,
    struct apam_str expected, const struct apam_header *found, size_t count,
    const char *const *quiet, struct apam_str *body)
{
	struct matching m = {
		.p = p, .s = s, .found = found, .count = count, .same = true
	};

	m.expected_count = message_read(
	    expected, m.expected, HEADERS_MAX, body);
	for (size_t i = 0; i < m.expected_count; i++) {
		if (str_equal(m.expected[i].name, APAM_STR("...")))
			m.open = true;
		else
			match_header(&m, &m.expected[i]);
	}
	for (size_t i = 0; i < count && i < HEADERS_MAX && !m.open; i++)
		if ((m.matched >> i & 1) == 0 &&
		    !is_quiet(found[i].name, quiet))
			tell_header(&m, found[i].name, APAM_STR("(none)"),
			    found[i].value);
	return m.same;
}
