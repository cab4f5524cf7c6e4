/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_note_take: root reads what users wrote.  The first byte says which kind
 * of note it is.  What is taken is plain, of the past, and once written it is
 * taken again and writes the same.
 */
#include "base/clock.h"
#include "base/str.h"
#include "fuzz.h"
#include "keys/note.h"

static void
check_note(const struct key_note *note)
{
	char quote[KEY_NOTE_QUOTE];

	HOLDS(note->at > 0 && note->at <= clock_unix() + 60);
	HOLDS(key_text_problem(note->program) == NULL);
	HOLDS(key_text_problem(note->evidence) == NULL);
	if (key_note_is_of_another(note))
		HOLDS(note->state == APAM_KEY_REJECTED);
	key_note_quote(note, quote);
	HOLDS(key_text_problem(quote) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum key_note_kind kind = size > 0 && data[0] == 'c' ?
	    KEY_NOTE_CHECKED :
	    KEY_NOTE_USED;
	const size_t skip = size > 0;
	const struct apam_str line = { (const char *)data + skip, size - skip };
	struct key_note note = { .uid = 1 }, again = { .uid = 1 };
	struct buf written, rewritten;

	if (line.n > KEY_NOTE_MAX || !key_note_take(line, kind, &note))
		return 0;
	check_note(&note);
	buf_init(&written, KEY_NOTE_MAX);
	buf_init(&rewritten, KEY_NOTE_MAX);
	if (key_note_put(&written, kind, &note)) {
		fuzz_feed();
		HOLDS(key_note_take(buf_view(&written), kind, &again));
		HOLDS(key_note_put(&rewritten, kind, &again));
		HOLDS(str_equal(buf_view(&written), buf_view(&rewritten)));
	} else {
		HOLDS(fuzz_is_starved());
	}
	buf_free(&written);
	buf_free(&rewritten);
	return 0;
}
