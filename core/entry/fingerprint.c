/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values go into the hash as a run of tokens: a tag, a length, bytes.  Each
 * token says where it ends, and an option begins with its name, so that two
 * different sets of values never make the same run.  No secret is copied.
 */
#include "entry/fingerprint.h"

#include "base/buf.h"
#include "base/error.h"
#include "crypto/digest.h"

enum tag {
	TAG_SCHEME = 1,
	TAG_OPTION, /* its name; a value follows */
	TAG_TEXT,
	TAG_NUMBER,
	TAG_LIST, /* how many texts follow */
	TAG_MAP, /* how many pairs of texts follow */
	TAG_GROUPS, /* how many groups follow */
	TAG_END /* of a group */
};

struct run {
	struct digest digest;
	bool ok; /* false: an option is of an unknown type */
};

_Static_assert(FINGERPRINT_SIZE == DIGEST_SIZE, "a fingerprint is a digest");

static void put_table(struct run *run, const struct option_table *table,
    const struct apam_value *values);

static void
hash_number(struct run *run, enum tag tag, uint64_t n)
{
	const unsigned char byte = (unsigned char)tag;

	digest_put(&run->digest, &byte, 1);
	digest_put_number(&run->digest, n);
}

static void
hash_text(struct run *run, enum tag tag, struct apam_str text)
{
	hash_number(run, tag, text.n);
	digest_put(&run->digest, text.p, text.n);
}

static void
put_items(struct run *run, const struct apam_value *value)
{
	hash_number(
	    run, value->names == NULL ? TAG_LIST : TAG_MAP, value->count);
	for (size_t i = 0; i < value->count; i++) {
		if (value->names != NULL)
			hash_text(run, TAG_TEXT, value->names[i]);
		hash_text(run, TAG_TEXT, value->items[i]);
	}
}

static void
put_groups(struct run *run, const struct option_table *members,
    const struct apam_value *first, size_t count)
{
	hash_number(run, TAG_GROUPS, count);
	for (size_t i = 0; i < count; i++)
		put_table(run, members, first + i * members->count);
}

static void
put_value(struct run *run, const struct apam_option *option, size_t option_size,
    const struct apam_value *value)
{
	const struct option_table members = { option->members, option_size,
		option->member_count };

	switch (option->type) {
	case APAM_OPT_KEY:
		hash_text(run, TAG_TEXT, option_key_text(value));
		return;
	case APAM_OPT_STRING:
	case APAM_OPT_SECRET:
	case APAM_OPT_URL:
	case APAM_OPT_CHOICE:
	case APAM_OPT_PATH:
		hash_text(run, TAG_TEXT, value->str);
		return;
	case APAM_OPT_INTEGER:
	case APAM_OPT_DURATION:
	case APAM_OPT_BOOLEAN:
		hash_number(run, TAG_NUMBER, (uint64_t)value->num);
		return;
	case APAM_OPT_LIST:
	case APAM_OPT_MAP:
		put_items(run, value);
		return;
	case APAM_OPT_GROUP:
		put_groups(run, &members, value->members, 1);
		return;
	case APAM_OPT_GROUPS:
		put_groups(run, &members, value->members, value->count);
		return;
	}
	run->ok = false;
}

/* What is not set leaves no trace: a later table may have more options. */
static void
put_table(struct run *run, const struct option_table *table,
    const struct apam_value *values)
{
	const struct apam_option *option;

	for (size_t i = 0; i < table->count; i++) {
		option = option_at(table, i);
		if (!values[i].set)
			continue;
		hash_text(run, TAG_OPTION, apam_str(option->name));
		put_value(run, option, table->option_size, &values[i]);
	}
	hash_number(run, TAG_END, 0);
}

enum apam_status
fingerprint_of(const char *scheme, const struct option_table *table,
    const struct option_values *values, unsigned char to[FINGERPRINT_SIZE],
    struct apam_error *err)
{
	struct run run = { .ok = values->count == table->count };
	enum apam_status status;

	digest_begin(&run.digest, err);
	if (run.ok) {
		hash_text(&run, TAG_SCHEME, apam_str(scheme));
		put_table(&run, table, values->values);
	}
	status = digest_end(&run.digest, to);
	if (run.ok)
		return status;
	wipe(to, FINGERPRINT_SIZE);
	return error_set(
	    err, APAM_E_INTERNAL, "the entry has an option of an unknown type");
}
