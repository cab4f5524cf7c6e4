/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A note as text, without its file: one line of JSON.  What is read was written
 * by other programs, so it is checked; what is written is made plain.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "keys/note.h"
#include "text/encode.h"
#include "text/json.h"

#define QUOTE_EVIDENCE 140 /* bytes of the evidence */
#define CLOCK_SLACK 5 /* seconds by which clocks may be set back */

_Static_assert(sizeof(((struct key_note *)0)->program) == PROGRAM_NAME_SIZE,
    "a program's name fits");

/* ---- Writing ---------------------------------------------------------- */

/* Copy a text for a note; bytes that are not plain UTF-8 become '?'. */
static void
copy_plain(const char *from, char *to, size_t size)
{
	struct apam_str rest = apam_str(from), c;
	size_t at = 0;

	while (rest.n > 0) {
		c = utf8_take_plain(&rest);
		if (at + c.n >= size)
			break;
		memcpy(to + at, c.p, c.n);
		at += c.n;
	}
	to[at] = '\0';
}

void
key_note_program(char to[PROGRAM_NAME_SIZE])
{
	char name[PROGRAM_NAME_SIZE];

	program_name(name);
	copy_plain(name, to, PROGRAM_NAME_SIZE);
}

static void
put_note(struct buf *to, const char *name, const char *text)
{
	buf_put(to, apam_str(name));
	encode_json_string(to, apam_str(text));
}

static void
put_other(struct buf *to, const struct key_note *note)
{
	char user[40];

	(void)snprintf(
	    user, sizeof(user), ", \"for_user\": %lu", note->other_uid);
	buf_put(to, apam_str(user));
	if (note->other_unit[0] != '\0')
		put_note(to, ", \"for_unit\": ", note->other_unit);
}

bool
key_note_put(
    struct buf *to, enum key_note_kind kind, const struct key_note *note)
{
	char at[40], plain[sizeof(note->evidence)];

	(void)snprintf(at, sizeof(at), "{ \"at\": %lld", (long long)note->at);
	buf_put(to, apam_str(at));
	copy_plain(note->program, plain, sizeof(note->program));
	put_note(to, ", \"program\": ", plain);
	if (kind == KEY_NOTE_USED && note->for_other)
		put_other(to, note);
	if (kind == KEY_NOTE_CHECKED) {
		put_note(to, ", \"state\": ", apam_key_state_name(note->state));
		copy_plain(note->evidence, plain, sizeof(plain));
		put_note(to, ", \"evidence\": ", plain);
		if (note->seen[0] != '\0')
			put_note(to, ", \"seen\": ", note->seen);
		if (note->about[0] != '\0')
			put_note(to, ", \"about\": ", note->about);
	}
	buf_put(to, APAM_STR(" }\n"));
	return !to->failed;
}

/* ---- Reading ---------------------------------------------------------- */

/* False if it is not a text or does not fit. */
static bool
take(const struct json *json, const char *pointer, char *to, size_t size)
{
	const struct apam_json value = json_at(json, pointer);

	if (value.type != APAM_JSON_STRING || value.str.n >= size ||
	    memchr(value.str.p, '\0', value.str.n) != NULL)
		return false;
	memcpy(to, value.str.p, value.str.n);
	to[value.str.n] = '\0';
	return true;
}

static bool
take_state(const struct json *json, enum apam_key_state *to)
{
	char name[16];

	if (!take(json, "/state", name, sizeof(name)))
		return false;
	for (*to = APAM_KEY_UNKNOWN; *to <= APAM_KEY_REJECTED; (*to)++) {
		if (strcmp(apam_key_state_name(*to), name) == 0)
			return true;
	}
	return false;
}

/* It may be absent; *to is then not changed. */
static bool
take_seen(const struct json *json, const char *pointer, char to[SEEN_TEXT])
{
	return json_at(json, pointer).type == APAM_JSON_ABSENT ||
	    (take(json, pointer, to, SEEN_TEXT) && seen_ok(to));
}

/* For whom it was, which may be absent. */
static bool
take_other(const struct json *json, struct key_note *to)
{
	const struct apam_json user = json_at(json, "/for_user");

	to->for_other = user.type != APAM_JSON_ABSENT;
	if (!to->for_other)
		return true;
	if (user.type != APAM_JSON_INTEGER || user.num < 0 ||
	    user.num > UINT32_MAX)
		return false;
	to->other_uid = (unsigned long)user.num;
	return json_at(json, "/for_unit").type == APAM_JSON_ABSENT ||
	    (take(json, "/for_unit", to->other_unit, sizeof(to->other_unit)) &&
		unit_name_problem(apam_str(to->other_unit)) == NULL);
}

/* A note from the future is not accepted. */
static bool
is_past(int64_t at)
{
	return at > 0 && at <= clock_unix() + CLOCK_SLACK;
}

static bool
take_note(const struct json *json, enum key_note_kind kind, struct key_note *to)
{
	const struct apam_json at = json_at(json, "/at");

	to->at = at.num;
	if (at.type != APAM_JSON_INTEGER || !is_past(at.num) ||
	    !take(json, "/program", to->program, sizeof(to->program)))
		return false;
	if (kind == KEY_NOTE_USED && !take_other(json, to))
		return false;
	if (kind == KEY_NOTE_CHECKED &&
	    (!take_state(json, &to->state) ||
		!take_seen(json, "/seen", to->seen) ||
		!take_seen(json, "/about", to->about) ||
		!take(json, "/evidence", to->evidence, sizeof(to->evidence))))
		return false;
	return key_text_problem(to->program) == NULL &&
	    key_text_problem(to->evidence) == NULL;
}

bool
key_note_take(
    struct apam_str line, enum key_note_kind kind, struct key_note *to)
{
	struct json *json = NULL;
	const bool ok = json_new(line, &json) == NULL &&
	    take_note(json, kind, to);

	json_free(&json);
	return ok;
}

bool
key_note_is_of_another(const struct key_note *note)
{
	return note->state == APAM_KEY_REJECTED && note->seen[0] != '\0' &&
	    strcmp(note->seen, note->about) != 0;
}

/* ---- Quoting ---------------------------------------------------------- */

void
key_note_quote(const struct key_note *note, char to[KEY_NOTE_QUOTE])
{
	(void)snprintf(to, KEY_NOTE_QUOTE, "%s, says %s of uid %lu: %.*s",
	    apam_key_state_name(note->state), note->program, note->uid,
	    QUOTE_EVIDENCE, note->evidence);
	utf8_flatten(to);
}
