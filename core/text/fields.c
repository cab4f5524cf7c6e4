/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pairs of name and value in one wiped buffer.  Views are made only on request,
 * because the buffer moves when it grows.
 */
#include "text/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "text/header.h"

/* All but `few`, which is read only after it was written. */
static void
init_empty(struct fields *f)
{
	f->array = NULL;
	f->shown = f->count = 0;
	f->refused = NULL;
}

void
fields_init(struct fields *f)
{
	init_empty(f);
	buf_init(&f->text, FIELDS_MAX);
}

void
fields_init_in(struct fields *f, char *room, size_t size)
{
	init_empty(f);
	buf_init_in(&f->text, FIELDS_MAX, room, size);
}

static void
drop_array(struct fields *f)
{
	if (f->array != f->few)
		free(f->array);
	f->array = NULL;
	f->shown = 0;
}

void
fields_free(struct fields *f)
{
	drop_array(f);
	buf_free(&f->text);
	init_empty(f);
}

void
fields_refuse(struct fields *f, const char *why)
{
	if (f->refused == NULL)
		f->refused = why;
}

static bool
has_nul(struct apam_str s)
{
	return s.n > 0 && memchr(s.p, '\0', s.n) != NULL;
}

/*
 * The pair that was added last, from `at` on, is shown at once where all before
 * it are shown and have not moved: it takes longer to find them anew.
 */
static void
show_last(struct fields *f, size_t at, size_t name_n)
{
	const char *p = f->text.p;
	struct apam_header *pair;

	if (f->shown + 1 != f->count || f->count > FIELDS_FEW ||
	    (f->shown > 0 && (f->array != f->few || f->few[0].name.p != p)))
		return;
	f->array = f->few;
	pair = &f->few[f->shown++];
	pair->name = (struct apam_str){ p + at, name_n };
	pair->value.p = p + at + name_n + 1;
	pair->value.n = f->text.n - 1 - (at + name_n + 1);
}

void
fields_add_written(struct fields *f, struct apam_str name,
    struct apam_str value, void (*put)(struct buf *b, struct apam_str bytes))
{
	const size_t at = f->text.n;
	size_t name_n;

	if (f->refused != NULL)
		return;
	put(&f->text, name);
	name_n = f->text.n - at;
	buf_put_char(&f->text, '\0');
	put(&f->text, value);
	buf_put_char(&f->text, '\0');
	if (f->text.failed) {
		fields_refuse(f,
		    f->text.no_memory ? "out of memory" :
					"headers or parameters are too large");
		return;
	}
	f->count++;
	show_last(f, at, name_n);
}

static void
put_as_it_is(struct buf *b, struct apam_str bytes)
{
	buf_put(b, bytes);
}

void
fields_add(struct fields *f, struct apam_str name, struct apam_str value)
{
	if (has_nul(name) || has_nul(value))
		fields_refuse(f, "a name or value contains a NUL");
	fields_add_written(f, name, value, put_as_it_is);
}

void
fields_add_header(struct fields *f, struct apam_str name, struct apam_str value)
{
	if (!header_name_ok(name))
		fields_refuse(f,
		    "a header's name has characters that it must not "
		    "have");
	else if (!header_value_ok(value))
		fields_refuse(f,
		    "a header's value has control characters, or a space at "
		    "its start or end");
	else
		/* Neither has a NUL, which is a control character. */
		fields_add_written(f, name, value, put_as_it_is);
}

bool
fields_next(const struct fields *f, size_t *at, struct apam_header *pair)
{
	if (f->refused != NULL || *at >= f->text.n)
		return false;
	pair->name = apam_str(f->text.p + *at);
	*at += pair->name.n + 1;
	pair->value = apam_str(f->text.p + *at);
	*at += pair->value.n + 1;
	return true;
}

/* Room for views of all pairs; false if memory runs out. */
static bool
make_array(struct fields *f)
{
	drop_array(f);
	f->array = f->count <= FIELDS_FEW ? f->few :
					    calloc(f->count, sizeof(*f->array));
	return f->array != NULL;
}

const struct apam_header *
fields_array(struct fields *f)
{
	size_t at = 0;

	if (f->count == 0 || f->refused != NULL)
		return NULL;
	if (f->shown == f->count)
		return f->array;
	if (!make_array(f))
		return NULL;

	for (; f->shown < f->count; f->shown++)
		(void)fields_next(f, &at, &f->array[f->shown]);
	return f->array;
}
