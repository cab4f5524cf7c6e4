/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry_fit.c: which text may be taken, for every state
 * of the text, the index and registry.known.  Only SAME and NEWER let a text
 * decide which keys sign.
 */
#include "keys/registry_fit.h"

#include <string.h>

#include "support/run.h"

enum { NO_TEXT = -1 };

static const struct {
	const char *name;
	/* The text: its registry and generation, and whether it was edited. */
	int text_id, text_generation;
	bool edited;
	enum registry_index_kind kind;
	int index_id, index_generation, index_keys;
	enum key_known_kind known;
	int known_id, known_generation;
	enum registry_fit fit;
} rows[] = {
	{ "nothing at all", NO_TEXT, 0, false, REGISTRY_INDEX_NONE, 0, 0, 0,
	    KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_NONE },
	{ "an empty index alone", NO_TEXT, 0, false, REGISTRY_INDEX_WHOLE, 1, 1,
	    0, KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_NONE },
	{ "an index with keys alone", NO_TEXT, 0, false, REGISTRY_INDEX_WHOLE,
	    1, 1, 1, KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_GONE },
	{ "a damaged index alone", NO_TEXT, 0, false, REGISTRY_INDEX_DAMAGED, 0,
	    0, 0, KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_GONE },
	{ "a registry that was here", NO_TEXT, 0, false, REGISTRY_INDEX_NONE, 0,
	    0, 0, KEY_KNOWN_WHOLE, 1, 1, REGISTRY_FIT_GONE },
	{ "one that may have been here", NO_TEXT, 0, false, REGISTRY_INDEX_NONE,
	    0, 0, 0, KEY_KNOWN_SOMETHING, 0, 0, REGISTRY_FIT_GONE },
	{ "the text of the index", 1, 3, false, REGISTRY_INDEX_WHOLE, 1, 3, 1,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_SAME },
	{ "the same, with known behind", 1, 3, false, REGISTRY_INDEX_WHOLE, 1,
	    3, 1, KEY_KNOWN_WHOLE, 1, 2, REGISTRY_FIT_SAME },
	{ "the same, with known lost", 1, 3, false, REGISTRY_INDEX_WHOLE, 1, 3,
	    1, KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_SAME },
	{ "a newer text", 1, 4, false, REGISTRY_INDEX_WHOLE, 1, 3, 1,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_NEWER },
	{ "the index is gone", 1, 3, false, REGISTRY_INDEX_NONE, 0, 0, 0,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_NEWER },
	{ "the index is damaged", 1, 3, false, REGISTRY_INDEX_DAMAGED, 0, 0, 0,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_NEWER },
	{ "an older text", 1, 2, false, REGISTRY_INDEX_WHOLE, 1, 3, 1,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_OLDER },
	{ "text and index are both older", 1, 2, false, REGISTRY_INDEX_WHOLE, 1,
	    2, 1, KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_OLDER },
	{ "an older text without an index", 1, 2, false, REGISTRY_INDEX_NONE, 0,
	    0, 0, KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_OLDER },
	{ "an edited text", 1, 3, true, REGISTRY_INDEX_WHOLE, 1, 3, 1,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_EDITED },
	{ "another registry's text", 2, 9, false, REGISTRY_INDEX_WHOLE, 1, 3, 1,
	    KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_OTHER },
	{ "another's, without an index", 2, 9, false, REGISTRY_INDEX_NONE, 0, 0,
	    0, KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_OTHER },
	{ "a text without a generation", 0, 0, false, REGISTRY_INDEX_WHOLE, 1,
	    3, 1, KEY_KNOWN_WHOLE, 1, 3, REGISTRY_FIT_STRANGE },
	{ "a text alone", 1, 3, false, REGISTRY_INDEX_NONE, 0, 0, 0,
	    KEY_KNOWN_NOTHING, 0, 0, REGISTRY_FIT_STRANGE },
	{ "a text, and nothing is sure", 1, 3, false, REGISTRY_INDEX_DAMAGED, 0,
	    0, 0, KEY_KNOWN_SOMETHING, 0, 0, REGISTRY_FIT_STRANGE },
};

static const struct key_registry registry = { .state_dir = "/state" };
static struct apam_error err = APAM_ERROR_INIT;

static struct registry_files
files_of(int i)
{
	struct registry_files f = registry_files_begin(&registry, &err);

	f.text_there = rows[i].text_id != NO_TEXT;
	if (f.text_there) {
		memset(f.set.is.registry, rows[i].text_id, KEY_REGISTRY_ID);
		f.set.is.generation = (uint64_t)rows[i].text_generation;
		f.set.is.sum = rows[i].edited ? 8 : 7;
	}
	f.kind = rows[i].kind;
	memset(f.head.registry, rows[i].index_id, KEY_REGISTRY_ID);
	f.head.generation = (uint64_t)rows[i].index_generation;
	f.head.count = (uint64_t)rows[i].index_keys;
	f.head.text_sum = 7;
	f.known.kind = rows[i].known;
	memset(f.known.registry, rows[i].known_id, KEY_REGISTRY_ID);
	f.known.generation = (uint64_t)rows[i].known_generation;
	return f;
}

START_TEST(a_text_fits)
{
	struct registry_files f = files_of(_i);
	const enum registry_fit fit = registry_fit_of(&f);

	ck_assert_msg(fit == rows[_i].fit, "%s: %d, not %d", rows[_i].name,
	    (int)fit, (int)rows[_i].fit);
	registry_files_end(&f);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	struct registry_files f = files_of(_i);

	memset(&err, 0, sizeof(err));
	if (rows[_i].fit > REGISTRY_FIT_SAME) {
		ck_assert_int_eq(
		    registry_fit_refuse(&f, rows[_i].fit), APAM_E_CONFIG);
		ck_assert_msg(strstr(err.text, "apam keys") != NULL, "%s: %s",
		    rows[_i].name, err.text);
	}
	registry_files_end(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry_fit");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, a_text_fits, 0, ROWS(rows));
	tcase_add_loop_test(tc, what_does_not_fit_is_refused, 0, ROWS(rows));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
