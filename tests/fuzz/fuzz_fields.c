/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of fields.  Lines of the input: "NAME:VALUE" is added as a header,
 * "=NAME:VALUE" without a look at its bytes, "-" frees all.  What was accepted
 * is there, in order and as it came, until something was refused.
 */
#include "fuzz.h"
#include "support/drive.h"
#include "text/fields.h"
#include "text/header.h"

#define FIELDS_SEEN 256

struct model {
	struct apam_header all[FIELDS_SEEN];
	size_t count;
};

static bool
is_taken(struct apam_str name, struct apam_str value, bool raw)
{
	if (raw)
		return (name.n == 0 || memchr(name.p, 0, name.n) == NULL) &&
		    (value.n == 0 || memchr(value.p, 0, value.n) == NULL);
	return header_name_ok(name) && header_value_ok(value);
}

static void
check(struct fields *f, const struct model *m)
{
	const struct apam_header *array = fields_array(f);

	if (f->refused != NULL || m->count == 0) {
		HOLDS(array == NULL);
		return;
	}
	HOLDS(f->count == m->count);
	HOLDS(array != NULL || fuzz_is_starved());
	if (array == NULL)
		return;
	for (size_t i = 0; i < m->count; i++) {
		HOLDS(str_equal(array[i].name, m->all[i].name));
		HOLDS(str_equal(array[i].value, m->all[i].value));
	}
}

static void
add(struct fields *f, struct model *m, struct apam_str line)
{
	const bool raw = str_starts(line, APAM_STR("="));
	struct apam_str name, value;
	const char *before = f->refused;

	line = str_skip(line, raw ? 1 : 0);
	name = str_cut(line, str_find(line, ':'));
	value = str_skip(line, name.n < line.n ? name.n + 1 : name.n);
	if (raw)
		fields_add(f, name, value);
	else
		fields_add_header(f, name, value);
	HOLDS(before == NULL || f->refused == before);
	fuzz_says(f->refused);
	if (f->refused != NULL)
		return;
	HOLDS(is_taken(name, value, raw));
	m->all[m->count++] = (struct apam_header){ name, value };
}

static void
run(struct apam_str text)
{
	static struct model m;
	struct fields f;

	fields_init(&f);
	m.count = 0;
	while (text.n > 0 && m.count < FIELDS_SEEN) {
		struct apam_str line = drive_line(&text);

		if (str_equal(line, APAM_STR("-"))) {
			fields_free(&f);
			m.count = 0;
			continue;
		}
		add(&f, &m, line);
		check(&f, &m);
	}
	fields_free(&f);
	HOLDS(f.count == 0 && f.refused == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };

	run(text);
	return 0;
}
