/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_set_read: what is refused leaves an empty set, what is read is within its
 * bounds, and once written it reads and writes the same.  And the input as a
 * text that somebody writes for a record.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "keys/record_read.h"
#include "keys/record_write.h"

static void
check_record(const struct key_record *r)
{
	const char *texts[] = { r->id, r->description, r->access, r->created_by,
		r->archived_by, r->why };

	HOLDS(r->scheme[0] != '\0' && strlen(r->scheme) <= 64);
	HOLDS(r->id[0] != '\0');
	HOLDS(r->created_at >= 0 && r->archived_at >= 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		HOLDS(key_text_problem(texts[i]) == NULL);
}

static void
check_written(struct apam_str text)
{
	struct key_set set;
	struct buf again;
	unsigned line;

	fuzz_feed();
	HOLDS(key_set_read(text, &set, &line) == NULL);
	buf_init(&again, KEY_FILE_MAX);
	HOLDS(key_set_write(&set, &again));
	HOLDS(str_equal(buf_view(&again), text));
	buf_free(&again);
	key_set_free(&set);
	fuzz_starve();
}

/* Written anew in every record, it is read as the same keys. */
static void
check_rendered(struct key_set *set)
{
	char mark[APAM_MARK_SIZE];
	struct key_set again;
	struct buf text;
	unsigned line;

	set->before_count = 0;
	fuzz_says(key_set_problem(set));
	buf_init(&text, KEY_FILE_MAX);
	fuzz_feed();
	HOLDS(key_set_problem(set) == NULL && key_set_write(set, &text));
	HOLDS(key_set_read(buf_view(&text), &again, &line) == NULL);
	HOLDS(again.count == set->count);
	for (size_t i = 0; i < set->count; i++) {
		const struct key_record *a = &set->records[i];

		HOLDS(strcmp(a->id, again.records[i].id) == 0);
		HOLDS(a->archived_at == again.records[i].archived_at);
		key_mark_text(a, mark);
		HOLDS((mark[0] != '\0') == a->marked);
	}
	key_set_free(&again);
	buf_free(&text);
}

/* What passes is short, and plain throughout. */
static void
check_text(struct apam_str given)
{
	char *text = fuzz_copy(given.p, given.n);

	if (key_text_problem(text) == NULL)
		HOLDS(strlen(text) <= KEY_TEXT_MAX &&
		    utf8_is_plain(apam_str(text)));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	unsigned line = 0, lines = 1;
	struct key_set set;
	struct buf written;
	const char *why;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	check_text(text);
	why = key_set_read(text, &set, &line);
	fuzz_says(why);
	if (why != NULL) {
		HOLDS(set.records == NULL && set.arena.blocks == NULL);
		HOLDS(set.count == 0 && line <= lines);
		return 0;
	}
	for (size_t i = 0; i < set.count; i++)
		check_record(&set.records[i]);
	buf_init(&written, KEY_FILE_MAX);
	if (key_set_write(&set, &written))
		check_written(buf_view(&written));
	else
		HOLDS(fuzz_is_starved());
	check_rendered(&set);
	buf_free(&written);
	key_set_free(&set);
	return 0;
}
