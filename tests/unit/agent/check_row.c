/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/row.c: each struct comes out as it went in, and what a
 * stranger puts in its place can be shown.
 */
#include "agent/row.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "support/run.h"

static struct buf items;
static struct frame_writer writer;
static struct apam_str rows;

static void
setup(void)
{
	buf_init(&items, FRAME_ITEMS_MAX);
	frame_begin(&writer, &items, AGENT_RESULT, 1);
}

static void
teardown(void)
{
	buf_free(&items);
}

/* The next row of what was written so far. */
static struct apam_str
next_row(void)
{
	struct apam_str row;

	rows = buf_view(&items);
	ck_assert(agent_row_next(&rows, &row));
	return row;
}

/* A row of one item. */
static struct apam_str
row_of(uint16_t tag, struct apam_str bytes, struct buf *to)
{
	struct frame_writer row;

	buf_init(to, FRAME_ITEMS_MAX);
	frame_begin(&row, to, 0, 0);
	frame_put(&row, tag, 0, bytes);
	return buf_view(to);
}

static const struct apam_entry_status told = { .size = sizeof(told),
	.entry = 3,
	.latched = APAM_E_REVOKED,
	.key_state = APAM_KEY_REVOKED,
	.last_status = APAM_E_NETWORK,
	.scheme = "a-scheme",
	.key_id = "an id",
	.evidence = "401",
	.last_error = "no connection",
	.usable = true,
	.refreshing = true,
	.generation = UINT64_MAX,
	.acquired_at = 1,
	.expires_in = -1,
	.refresh_in = -1,
	.checked_at = 2,
	.last_error_at = 3,
	.stored = "store:NAME",
	.login_needed = true,
	.stored_at = 4,
	.exchanges = 5,
	.unanswered = 6,
	.acquired = 7,
	.not_acquired = 8 };

static void
is_what_was_told(const struct apam_entry_status *got)
{
	ck_assert_uint_eq(got->size, sizeof(*got));
	ck_assert_uint_eq(got->entry, 3);
	ck_assert_int_eq(got->latched, APAM_E_REVOKED);
	ck_assert_int_eq(got->key_state, APAM_KEY_REVOKED);
	ck_assert_int_eq(got->last_status, APAM_E_NETWORK);
	ck_assert_str_eq(got->scheme, "a-scheme");
	ck_assert_str_eq(got->key_id, "an id");
	ck_assert_str_eq(got->evidence, "401");
	ck_assert_str_eq(got->last_error, "no connection");
	ck_assert(got->usable && got->refreshing && got->login_needed);
	ck_assert_uint_eq(got->generation, UINT64_MAX);
	ck_assert_int_eq(got->acquired_at, 1);
	ck_assert_int_eq(got->expires_in, -1);
	ck_assert_int_eq(got->refresh_in, -1);
	ck_assert_int_eq(got->checked_at, 2);
	ck_assert_int_eq(got->last_error_at, 3);
	ck_assert_str_eq(got->stored, "store:NAME");
	ck_assert_int_eq(got->stored_at, 4);
	ck_assert_uint_eq(got->exchanges, 5);
	ck_assert_uint_eq(got->unanswered, 6);
	ck_assert_uint_eq(got->acquired, 7);
	ck_assert_uint_eq(got->not_acquired, 8);
}

START_TEST(a_status_crosses)
{
	struct apam_entry_status got;

	ck_assert(agent_put_status(&writer, &told));
	memset(&got, 'x', sizeof(got));
	ck_assert_ptr_null(agent_take_status(&got, next_row()));
	is_what_was_told(&got);
}
END_TEST

START_TEST(a_report_crosses)
{
	const struct apam_key_report sent = { .entry = 1,
		.state = APAM_KEY_UNKNOWN,
		.checked_at = 1800000000,
		.scheme = "a-scheme",
		.key_id = "an id",
		.evidence = "no connection",
		.why = APAM_E_NETWORK };
	struct apam_key_report got;

	ck_assert(agent_put_report(&writer, &sent));
	ck_assert_ptr_null(agent_take_report(&got, next_row()));
	ck_assert_uint_eq(got.size, sizeof(got));
	ck_assert_uint_eq(got.entry, 1);
	ck_assert_int_eq(got.state, APAM_KEY_UNKNOWN);
	ck_assert_int_eq(got.checked_at, 1800000000);
	ck_assert_str_eq(got.scheme, "a-scheme");
	ck_assert_str_eq(got.key_id, "an id");
	ck_assert_str_eq(got.evidence, "no connection");
	ck_assert_int_eq(got.why, APAM_E_NETWORK);
}
END_TEST

START_TEST(a_revocation_crosses)
{
	const struct apam_revoke_report sent = { .entry = 31,
		.status = APAM_E_POLICY,
		.result = "impossible",
		.scheme = "a-scheme",
		.key_id = "an id",
		.text = "there is no way",
		.drop_text = "nor here",
		.had_credential = true,
		.drop_status = APAM_E_TRUST };
	struct apam_revoke_report got;

	ck_assert(agent_put_revoked(&writer, &sent));
	ck_assert_ptr_null(agent_take_revoked(&got, next_row()));
	ck_assert_uint_eq(got.size, sizeof(got));
	ck_assert_uint_eq(got.entry, 31);
	ck_assert_int_eq(got.status, APAM_E_POLICY);
	ck_assert_ptr_null(got.result);
	ck_assert_str_eq(got.scheme, "a-scheme");
	ck_assert_str_eq(got.key_id, "an id");
	ck_assert_str_eq(got.text, "there is no way");
	ck_assert_str_eq(got.drop_text, "nor here");
	ck_assert(got.had_credential);
	ck_assert_int_eq(got.drop_status, APAM_E_TRUST);
}
END_TEST

START_TEST(a_grant_crosses)
{
	const struct apam_grant sent = { .ruled = true,
		.given = true,
		.give = APAM_GIVE_SECRET,
		.rule = 2,
		.line = 17,
		.why_not = "not today" };
	struct apam_grant got;

	ck_assert(agent_put_grant(&writer, &sent));
	ck_assert_ptr_null(agent_take_grant(&got, next_row()));
	ck_assert_uint_eq(got.size, sizeof(got));
	ck_assert(got.ruled && got.given);
	ck_assert_int_eq(got.give, APAM_GIVE_SECRET);
	ck_assert_uint_eq(got.rule, 2);
	ck_assert_uint_eq(got.line, 17);
	ck_assert_str_eq(got.why_not, "not today");
}
END_TEST

START_TEST(a_use_crosses)
{
	const struct agent_use_row sent = { .profile = "p",
		.entry = 1,
		.program = "backup",
		.unit = "nightly.service",
		.user = 33,
		.at = 1800000000,
		.count = 12 };
	struct agent_use_row got;

	ck_assert(agent_put_use(&writer, &sent));
	ck_assert_ptr_null(agent_take_use(&got, next_row()));
	ck_assert_str_eq(got.profile, "p");
	ck_assert_uint_eq(got.entry, 1);
	ck_assert_str_eq(got.program, "backup");
	ck_assert_str_eq(got.unit, "nightly.service");
	ck_assert_uint_eq(got.user, 33);
	ck_assert_int_eq(got.at, 1800000000);
	ck_assert_uint_eq(got.count, 12);
}
END_TEST

/* Items of a status that are not what they are to be; NULL: it is read. */
static const struct {
	const char *name;
	uint16_t tag;
	struct apam_str bytes;
	const char *wrong;
} odd[] = {
	{ "an entry too many", 1, { "\40\0\0\0\0\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "a state of 5 bytes", 3, { "\0\0\0\0\1\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "a status of 5 bytes", 2, { "\0\0\0\0\1\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "neither true nor false", 9, { "\2\0\0\0\0\0\0\0", 8 },
	    "a number of a message is not in its range" },
	{ "a short truth", 9, { "\1", 1 },
	    "a number of a message is not in its range" },
	{ "another state", 3, { "\6\0\0\0\0\0\0\0", 8 }, NULL },
	{ "another status", 2, { "\377\5\0\0\0\0\0\0", 8 }, NULL },
	{ "something new", 63, { "x", 1 }, NULL },
};

START_TEST(an_odd_row)
{
	struct apam_entry_status got;
	struct buf row;
	const char *wrong = agent_take_status(
	    &got, row_of(odd[_i].tag, odd[_i].bytes, &row));

	if (odd[_i].wrong == NULL)
		ck_assert_msg(wrong == NULL, "%s: %s", odd[_i].name, wrong);
	else
		ck_assert_msg(
		    wrong != NULL && strcmp(wrong, odd[_i].wrong) == 0,
		    "%s: %s", odd[_i].name, wrong);
	ck_assert_int_eq(got.key_state, APAM_KEY_UNKNOWN);
	if (odd[_i].tag == 2 && wrong == NULL)
		ck_assert_uint_eq(APAM_CLASS(got.latched), APAM_CLASS_REVOKED);
	buf_free(&row);
}
END_TEST

/* It is shown on terminals. */
START_TEST(a_text_is_made_plain)
{
	char text[APAM_NAME_SIZE + 20];
	struct agent_use_row got;
	struct buf row;

	memset(text, 'x', sizeof(text));
	memcpy(text, "\x1b[2J\0\n", 6);
	ck_assert_ptr_null(agent_take_use(
	    &got, row_of(1, (struct apam_str){ text, sizeof(text) }, &row)));
	ck_assert_uint_eq(strlen(got.profile), APAM_NAME_SIZE - 1);
	ck_assert_int_eq(strncmp(got.profile, "?[2J??xx", 8), 0);
	buf_free(&row);
	ck_assert_ptr_null(
	    agent_take_use(&got, row_of(4, APAM_STR("a\xe2\x80\xae"), &row)));
	ck_assert_str_eq(got.unit, "a?");
	buf_free(&row);
}
END_TEST

START_TEST(rows_come_to_an_end)
{
	const struct agent_use_row use = { .profile = "p", .at = 1 };
	struct apam_str row;
	unsigned put = 0, got = 0;

	while (agent_put_use(&writer, &use))
		put++;
	ck_assert_uint_gt(put, 1000);
	ck_assert(!items.failed);
	rows = buf_view(&items);
	while (agent_row_next(&rows, &row))
		got++;
	ck_assert_uint_eq(got, put);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("row");
	TCase *tcase = tcase_create("row");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_status_crosses);
	tcase_add_test(tcase, a_report_crosses);
	tcase_add_test(tcase, a_revocation_crosses);
	tcase_add_test(tcase, a_grant_crosses);
	tcase_add_test(tcase, a_use_crosses);
	tcase_add_loop_test(tcase, an_odd_row, 0, ROWS(odd));
	tcase_add_test(tcase, a_text_is_made_plain);
	tcase_add_test(tcase, rows_come_to_an_end);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
