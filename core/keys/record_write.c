/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the registry's text.  A key that was not changed is written as the
 * bytes that it was read from.
 */
#include "keys/record_write.h"

#include "base/str.h"
#include "keys/record_members.h"
#include "keys/record_read.h"
#include "text/encode.h"

#define WRITE_MORE 4096 /* bytes that a change adds, as a rule */

static void
put_name(struct buf *to, const char *name, bool first)
{
	buf_put(to, first ? APAM_STR(" \"") : APAM_STR(", \""));
	buf_put(to, apam_str(name));
	buf_put(to, APAM_STR("\": "));
}

static void
put_digits(struct buf *to, uint64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_put(to, (struct apam_str){ digits + at, sizeof(digits) - at });
}

static void
put_bytes(struct buf *to, const unsigned char *bytes, size_t n)
{
	char text[2 * KEY_SALT_SIZE + 1];

	encode_hex(bytes, n, text);
	encode_json_string(to, apam_str(text));
}

static bool
is_given(const struct key_record *record, const struct key_member *member)
{
	const void *at = key_member_of(record, member);

	switch (member->kind) {
	case KEY_MEMBER_TEXT:
		return *(const char *const *)at != NULL &&
		    **(const char *const *)at != '\0';
	case KEY_MEMBER_TIME:
		return *(const int64_t *)at != 0;
	case KEY_MEMBER_COUNT:
		return *(const uint64_t *)at != 0;
	case KEY_MEMBER_BYTES:
		return record->marked;
	}
	return false;
}

static void
put_member(struct buf *to, const struct key_record *record,
    const struct key_member *member)
{
	const void *at = key_member_of(record, member);

	switch (member->kind) {
	case KEY_MEMBER_TEXT:
		encode_json_string(to, apam_str(*(const char *const *)at));
		return;
	case KEY_MEMBER_TIME:
	case KEY_MEMBER_COUNT:
		put_digits(to, *(const uint64_t *)at);
		return;
	case KEY_MEMBER_BYTES:
		put_bytes(to, at, member->size);
		return;
	}
}

static void
put_record(struct buf *to, const struct key_record *record)
{
	bool first = true;

	buf_put_char(to, '{');
	for (size_t i = 0; i < KEY_MEMBERS; i++) {
		if (!is_given(record, &key_members[i]))
			continue;
		put_name(to, key_members[i].name, first);
		put_member(to, record, &key_members[i]);
		first = false;
	}
	buf_put(to, APAM_STR(" }"));
}

static bool
is_as_read(const struct key_set *set, size_t i)
{
	return i < set->before_count &&
	    memcmp(&set->records[i], &set->before[i], sizeof(*set->before)) ==
	    0;
}

static void
put_key(struct buf *to, const struct key_set *set, size_t i)
{
	if (is_as_read(set, i))
		buf_put(to, set->records[i].source);
	else
		put_record(to, &set->records[i]);
}

static void
put_set_head(struct buf *to, const struct key_text *is)
{
	buf_put(to, APAM_STR("{ \"apam\": \"" KEY_REGISTRY_VERSION "\""));
	if (is->generation > 0) {
		buf_put(to, APAM_STR(", \"registry\": "));
		put_bytes(to, is->registry, KEY_REGISTRY_ID);
		buf_put(to, APAM_STR(", \"generation\": "));
		put_digits(to, is->generation);
	}
	buf_put(to, APAM_STR(", \"keys\": ["));
}

bool
key_set_write(struct key_set *set, struct buf *to)
{
	buf_reserve(to, set->is.size + WRITE_MORE);
	put_set_head(to, &set->is);
	for (size_t i = 0; i < set->count; i++) {
		buf_put(to, i == 0 ? APAM_STR("\n") : APAM_STR(",\n"));
		put_key(to, set, i);
	}
	buf_put(to, APAM_STR("\n] }\n"));
	if (to->failed)
		return false;
	set->is.size = to->n;
	set->is.sum = key_text_sum(buf_view(to));
	return true;
}

/* The records that were changed, as a registry of their own. */
static void
put_changed(struct buf *to, const struct key_set *set)
{
	bool first = true;

	put_set_head(to, &(struct key_text){ .generation = 0 });
	for (size_t i = 0; i < set->count; i++) {
		if (is_as_read(set, i))
			continue;
		if (!first)
			buf_put_char(to, ',');
		put_record(to, &set->records[i]);
		first = false;
	}
	buf_put(to, APAM_STR("] }"));
}

const char *
key_set_problem(struct key_set *set)
{
	const char *why = key_no_memory;
	struct key_set changed;
	struct buf text;
	unsigned line;
	size_t at;

	buf_init_plain(&text, KEY_FILE_MAX);
	put_changed(&text, set);
	if (!text.failed)
		why = key_set_read(buf_view(&text), &changed, &line);
	if (why == NULL)
		key_set_free(&changed);
	buf_free(&text);
	if (why != NULL)
		return why;
	if (!key_set_find_twice(set, &at))
		return key_no_memory;
	return at == set->count ? NULL : "a key is there twice";
}
