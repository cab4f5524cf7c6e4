/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/module_abi.c on descriptors in memory: each row breaks one
 * thing of a right one.  What files do is in check_modules.c.
 */
#include "../core/module_abi.h"

#include <stdlib.h>

#include "run.h"

#define FILE_NAME "/modules/demo.so"
#define SIZE_1_0                                                               \
	(offsetof(struct apam_module, prepare) + sizeof(void (*)(void)))

static enum apam_status
no_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)svc;
	(void)options;
	(void)state;
	return APAM_E_MEMORY;
}

static void
no_close(void *state)
{
	(void)state;
}

static enum apam_step
no_step(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_FAILED;
}

static enum apam_status
no_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)state;
	(void)credential;
	(void)request;
	(void)out;
	return APAM_E_MEMORY;
}

static enum apam_status
no_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out)
{
	(void)state;
	(void)request;
	(void)out;
	return APAM_OK;
}

static enum apam_verdict
no_judge(void *state, const struct apam_response *response, const char **reason)
{
	(void)state;
	(void)response;
	*reason = "none";
	return APAM_VERDICT_UNKNOWN;
}

static struct apam_option options[65];
static struct apam_module module, copy;
static struct apam_error err;

static void
setup(void)
{
	for (size_t i = 0; i < 65; i++)
		options[i] = (struct apam_option){ .name = "o",
			.help = "an option",
			.type = APAM_OPT_STRING };
	module = (struct apam_module){
		.magic = APAM_MODULE_MAGIC,
		.size = sizeof(struct apam_module),
		.abi_major = APAM_ABI_MAJOR,
		.abi_minor = APAM_ABI_MINOR,
		.scheme = "demo",
		.summary = "s",
		.vendor = "v",
		.version = "1",
		.options = options,
		.option_size = sizeof(options[0]),
		.option_count = 4,
		.open = no_open,
		.close = no_close,
		.acquire = no_step,
		.sign = no_sign,
		.judge = no_judge,
		.check = no_step,
		.revoke = no_step,
		.prepare = no_prepare,
	};
	err = (struct apam_error){ .entry = -1 };
}

static enum apam_status
accept_it(void)
{
	memset(&copy, 0x5a, sizeof(copy));
	return module_accept(&module, FILE_NAME, "demo", &copy, &err);
}

START_TEST(a_right_module_is_accepted)
{
	ck_assert_int_eq(accept_it(), APAM_OK);
	ck_assert_int_eq(memcmp(&copy, &module, sizeof(copy)), 0);
	ck_assert_int_eq(err.status, APAM_OK);
}
END_TEST

/* ---- One thing wrong -------------------------------------------------- */

static const char *const no_choices[] = { NULL };
static const char *const choices[] = { "a", NULL };

/* Groups in groups, this many. */
static void
nest(size_t depth)
{
	for (size_t i = 0; i < depth; i++) {
		options[i].type = i % 2 ? APAM_OPT_GROUP : APAM_OPT_GROUPS;
		options[i].members = &options[i + 1];
		options[i].member_count = 1;
	}
	module.option_count = 1;
}

static void
set_type(unsigned i, enum apam_option_type type)
{
	options[i].type = type;
}

static const struct breakage {
	const char *name;
	int what;
	const char *text; /* NULL: it is right even so */
} breakages[] = {
	{ "magic", 0, "magic is wrong: expected 0x4d415041, found 0x1" },
	{ "major 0", 1, "ABI major is wrong: expected 1, found 0" },
	{ "major 2", 2, "ABI major is wrong: expected 1, found 2" },
	{ "a newer minor", 3, NULL },
	{ "size 0", 4, "found 0" },
	{ "size to the minor", 5, "size is wrong: expected" },
	{ "a byte too short", 6, "size is wrong: expected" },
	{ "longer than we know", 7, NULL },
	{ "no scheme", 8, "lacks its scheme, summary, vendor or version" },
	{ "no summary", 9, "lacks its scheme, summary, vendor or version" },
	{ "no vendor", 10, "lacks its scheme, summary, vendor or version" },
	{ "no version", 11, "lacks its scheme, summary, vendor or version" },
	{ "another scheme", 12, "expected demo, found Demo" },
	{ "an empty scheme", 13, "expected demo, found " },
	{ "two thread models", 14, "two thread models; expected one" },
	{ "every other trait", 15, NULL },
	{ "no open", 16, "slot open is missing" },
	{ "no close", 17, "slot close is missing" },
	{ "no acquire", 18, "slot acquire is missing" },
	{ "no sign", 19, "slot sign is missing" },
	{ "no judge", 20, "slot judge is missing" },
	{ "no optional slot", 21, NULL },
	{ "no options", 22, NULL },
	{ "a missing table", 23, "the option table is missing" },
	{ "too many options", 24, "expected 64, found 65" },
	{ "as many as may be", 25, NULL },
	{ "short elements", 26, "option size is wrong" },
	{ "a nameless option", 27, "lacks its name or help" },
	{ "an empty name", 28, "lacks its name or help" },
	{ "a helpless option", 29, "lacks its name or help" },
	{ "type 0", 30, "option type is wrong: expected 11, found 0" },
	{ "type 12", 31, "option type is wrong: expected 11, found 12" },
	{ "a choice of NULL", 32, "of type choice has none" },
	{ "a choice of none", 33, "of type choice has none" },
	{ "a choice of one", 34, NULL },
	{ "one key id", 35, NULL },
	{ "two key ids", 36, "more than one option" },
	{ "a secret key id", 37, "the key id is no string" },
	{ "groups in groups", 38, NULL },
	{ "groups too deep", 39, "nested too deep" },
	{ "a group in itself", 40, "nested too deep" },
	{ "a group without members", 41, "the option table is missing" },
	{ "a member of no type", 42, "option type is wrong" },
};

static void
break_frame(int what)
{
	switch (what) {
	case 0:
		module.magic = 1;
		return;
	case 1:
		module.abi_major = 0;
		return;
	case 2:
		module.abi_major = 2;
		return;
	case 3:
		module.abi_minor = 999;
		return;
	case 4:
		module.size = 0;
		return;
	case 5:
		module.size = offsetof(struct apam_module, traits);
		return;
	case 6:
		module.size = SIZE_1_0 - 1;
		return;
	case 7:
		module.size = 100000;
		return;
	}
}

static void
break_words(int what)
{
	switch (what) {
	case 8:
		module.scheme = NULL;
		return;
	case 9:
		module.summary = NULL;
		return;
	case 10:
		module.vendor = NULL;
		return;
	case 11:
		module.version = NULL;
		return;
	case 12:
		module.scheme = "Demo";
		return;
	case 13:
		module.scheme = "";
		return;
	case 14:
		module.traits = APAM_TRAIT_THREADS_PER_CALL |
		    APAM_TRAIT_THREADS_PER_ENTRY;
		return;
	case 15:
		module.traits = ~APAM_TRAIT_THREADS_PER_CALL;
		return;
	}
}

static void
break_slots(int what)
{
	switch (what) {
	case 16:
		module.open = NULL;
		return;
	case 17:
		module.close = NULL;
		return;
	case 18:
		module.acquire = NULL;
		return;
	case 19:
		module.sign = NULL;
		return;
	case 20:
		module.judge = NULL;
		return;
	case 21:
		module.check = module.revoke = NULL;
		module.prepare = NULL;
		return;
	}
}

static void
break_table(int what)
{
	switch (what) {
	case 22:
		module.options = NULL;
		module.option_size = module.option_count = 0;
		return;
	case 23:
		module.options = NULL;
		return;
	case 24:
		module.option_count = 65;
		return;
	case 25:
		module.option_count = 64;
		return;
	case 26:
		module.option_size = sizeof(options[0]) - 1;
		return;
	case 27:
		options[3].name = NULL;
		return;
	case 28:
		options[3].name = "";
		return;
	case 29:
		options[3].help = NULL;
		return;
	}
}

static void
break_option(int what)
{
	switch (what) {
	case 30:
		set_type(3, 0);
		return;
	case 31:
		set_type(3, (enum apam_option_type)12);
		return;
	case 32:
		set_type(0, APAM_OPT_CHOICE);
		return;
	case 33:
		set_type(0, APAM_OPT_CHOICE);
		options[0].choices = no_choices;
		return;
	case 34:
		set_type(0, APAM_OPT_CHOICE);
		options[0].choices = choices;
		return;
	case 35:
		options[2].flags = APAM_OPT_KEY_ID;
		return;
	case 36:
		options[0].flags = options[3].flags = APAM_OPT_KEY_ID;
		return;
	case 37:
		options[0].flags = APAM_OPT_KEY_ID;
		set_type(0, APAM_OPT_SECRET);
		return;
	}
}

static void
break_group(int what)
{
	switch (what) {
	case 38:
		nest(4);
		return;
	case 39:
		nest(5);
		return;
	case 40:
		set_type(0, APAM_OPT_GROUP);
		options[0].members = options;
		options[0].member_count = 1;
		return;
	case 41:
		set_type(1, APAM_OPT_GROUP);
		options[1].member_count = 1;
		return;
	case 42:
		set_type(1, APAM_OPT_GROUPS);
		options[1].members = &options[10];
		options[1].member_count = 3;
		set_type(12, (enum apam_option_type) - 1);
		return;
	}
}

START_TEST(one_wrong_thing_is_refused)
{
	static const struct apam_module none;
	const struct breakage *row = &breakages[_i];
	enum apam_status status;

	break_frame(row->what);
	break_words(row->what);
	break_slots(row->what);
	break_table(row->what);
	break_option(row->what);
	break_group(row->what);
	status = accept_it();
	if (row->text == NULL) {
		ck_assert_msg(status == APAM_OK, "%s: %s", row->name, err.text);
		return;
	}
	ck_assert_msg(status == APAM_E_MODULE, "%s: accepted", row->name);
	ck_assert_int_eq(err.status, APAM_E_MODULE);
	ck_assert_msg(
	    strstr(err.text, row->text) != NULL, "%s: %s", row->name, err.text);
	ck_assert_str_eq(err.file, FILE_NAME);
	ck_assert_msg(memcmp(&copy, &none, sizeof(copy)) == 0,
	    "%s: copied even so", row->name);
}
END_TEST

/* ---- Skew ------------------------------------------------------------- */

/* The first version's struct and no byte more: nothing behind it is read. */
START_TEST(the_first_version_is_read_within_its_size)
{
	struct apam_module *first = malloc(SIZE_1_0);

	ck_assert_ptr_nonnull(first);
	module.size = SIZE_1_0;
	memcpy(first, &module, SIZE_1_0);
	memset(&copy, 0x5a, sizeof(copy));
	ck_assert_int_eq(
	    module_accept(first, FILE_NAME, "demo", &copy, &err), APAM_OK);
	free(first);
	ck_assert(copy.prepare == no_prepare);
	for (size_t i = SIZE_1_0; i < sizeof(copy); i++)
		ck_assert_int_eq(((const char *)&copy)[i], 0);
}
END_TEST

/* Of a struct that says to be short, no more is read than it has. */
START_TEST(a_short_struct_is_not_read_beyond)
{
	size_t n = offsetof(struct apam_module, traits);
	struct apam_module *cut = malloc(n);

	ck_assert_ptr_nonnull(cut);
	module.size = (uint32_t)n;
	memcpy(cut, &module, n);
	ck_assert_int_eq(
	    module_accept(cut, FILE_NAME, "demo", &copy, &err), APAM_E_MODULE);
	free(cut);
}
END_TEST

struct longer {
	struct apam_option known;
	char more[24];
};

START_TEST(longer_elements_are_stepped_over)
{
	static struct longer table[3];

	for (int i = 0; i < ROWS(table); i++) {
		table[i].known = options[0];
		memset(table[i].more, 0xff, sizeof(table[i].more));
	}
	module.options = &table[0].known;
	module.option_size = sizeof(table[0]);
	module.option_count = 3;
	ck_assert_msg(accept_it() == APAM_OK, "%s", err.text);
	table[2].known.help = NULL;
	ck_assert_int_eq(accept_it(), APAM_E_MODULE);
}
END_TEST

START_TEST(nobody_has_to_want_the_detail)
{
	module.magic = 0;
	ck_assert_int_eq(module_accept(&module, FILE_NAME, "demo", &copy, NULL),
	    APAM_E_MODULE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("module_abi");
	TCase *tc = tcase_create("module_abi");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_right_module_is_accepted);
	tcase_add_loop_test(tc, one_wrong_thing_is_refused, 0, ROWS(breakages));
	tcase_add_test(tc, the_first_version_is_read_within_its_size);
	tcase_add_test(tc, a_short_struct_is_not_read_beyond);
	tcase_add_test(tc, longer_elements_are_stepped_over);
	tcase_add_test(tc, nobody_has_to_want_the_detail);
	return run_suite(suite);
}
