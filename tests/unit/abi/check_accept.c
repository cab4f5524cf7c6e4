/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/accept.c on descriptors in memory: each row breaks one
 * thing of a right one.  What files do is in check_modules.c.
 */
#include "abi/accept.h"

#include <stdlib.h>

#include "support/run.h"

#define FILE_NAME "/modules/demo.so"
#define SIZE_1_0                                                               \
	(offsetof(struct apam_module, body_end) + sizeof(void (*)(void)))

static int32_t
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

static int32_t
no_step(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_FAILED;
}

static int32_t
no_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)state;
	(void)credential;
	(void)request;
	(void)out;
	return APAM_E_MEMORY;
}

static int32_t
no_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out)
{
	(void)state;
	(void)request;
	(void)out;
	return APAM_OK;
}

static int32_t
no_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)answer;
	(void)out;
	*reason = "none";
	return APAM_VERDICT_UNKNOWN;
}

static int32_t
verify_nothing(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_str digest,
    struct apam_verifying *out)
{
	(void)state;
	(void)request;
	(void)response;
	(void)digest;
	(void)out;
	return APAM_OK;
}

static struct apam_option options[65];
static char option_names[65][8];
static struct apam_module module, copy;
static struct apam_error err = APAM_ERROR_INIT;

static const char *
option_name(size_t i)
{
	(void)snprintf(option_names[i], sizeof(option_names[i]), "o%zu", i);
	return option_names[i];
}

static void
setup(void)
{
	for (size_t i = 0; i < 65; i++)
		options[i] = (struct apam_option){ .name = option_name(i),
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
	err = (struct apam_error)APAM_ERROR_INIT;
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

/* What is broken, each by one of the functions below. */
enum what {
	MAGIC,
	MAJOR_0,
	MAJOR_2,
	A_NEWER_MINOR,
	SIZE_0,
	SIZE_TO_THE_MINOR,
	A_BYTE_TOO_SHORT,
	LONGER_THAN_WE_KNOW,
	NO_SCHEME,
	NO_SUMMARY,
	NO_VENDOR,
	NO_VERSION,
	ANOTHER_SCHEME,
	AN_EMPTY_SCHEME,
	TWO_THREAD_MODELS,
	EVERY_OTHER_TRAIT,
	NO_OPEN,
	NO_CLOSE,
	NO_ACQUIRE,
	NO_SIGN,
	NO_JUDGE,
	NO_OPTIONAL_SLOT,
	NO_OPTIONS,
	A_MISSING_TABLE,
	TOO_MANY_OPTIONS,
	AS_MANY_AS_MAY_BE,
	SHORT_ELEMENTS,
	A_NAMELESS_OPTION,
	AN_EMPTY_NAME,
	A_HELPLESS_OPTION,
	TYPE_0,
	TYPE_14,
	A_CHOICE_OF_NULL,
	A_CHOICE_OF_NONE,
	A_CHOICE_OF_ONE,
	ONE_KEY_ID,
	TWO_KEY_IDS,
	A_SECRET_KEY_ID,
	A_FLAG_OF_NO_CORE,
	LINES_OF_A_STRING,
	A_BINARY_STRING,
	A_BINARY_KEY,
	A_SYMMETRIC_KEY,
	A_BINARY_SYMMETRIC_KEY,
	A_SYMMETRIC_SECRET,
	A_DURABLE_STRING,
	A_LOCAL_STRING,
	A_PASSING_STRING,
	A_PASSING_SECRET,
	A_BINDING_SECRET,
	A_BINDING_URL,
	TWO_DURABLE,
	A_DURABLE_MEMBER,
	A_BINDING_MEMBER,
	THE_SAME_NAME_TWICE,
	A_NAME_OF_EVERY_ENTRY,
	A_NAME_IN_CAPITALS,
	A_NAME_FROM_A_DIGIT_ON,
	NO_CHECK,
	A_HASH_FOR_NOBODY,
	A_HASH_OF_NOBODY,
	GROUPS_IN_GROUPS,
	GROUPS_TOO_DEEP,
	A_GROUP_IN_ITSELF,
	A_GROUP_WITHOUT_MEMBERS,
	A_MEMBER_OF_NO_TYPE,
};

static const struct breakage {
	const char *name;
	enum what what;
	const char *text; /* NULL: it is right even so */
} breakages[] = {
	{ "magic", MAGIC, "magic is wrong: expected 0x4d415041, found 0x1" },
	{ "major 0", MAJOR_0, "ABI major is wrong: expected 1, found 0" },
	{ "major 2", MAJOR_2, "ABI major is wrong: expected 1, found 2" },
	{ "a newer minor", A_NEWER_MINOR, NULL },
	{ "size 0", SIZE_0, "found 0" },
	{ "size to the minor", SIZE_TO_THE_MINOR, "size is wrong: expected" },
	{ "a byte too short", A_BYTE_TOO_SHORT, "size is wrong: expected" },
	{ "longer than we know", LONGER_THAN_WE_KNOW, NULL },
	{ "no scheme", NO_SCHEME,
	    "lacks its scheme, summary, vendor or version" },
	{ "no summary", NO_SUMMARY,
	    "lacks its scheme, summary, vendor or version" },
	{ "no vendor", NO_VENDOR,
	    "lacks its scheme, summary, vendor or version" },
	{ "no version", NO_VERSION,
	    "lacks its scheme, summary, vendor or version" },
	{ "another scheme", ANOTHER_SCHEME, "expected demo, found Demo" },
	{ "an empty scheme", AN_EMPTY_SCHEME, "expected demo, found " },
	{ "two thread models", TWO_THREAD_MODELS,
	    "two thread models; expected one" },
	{ "every other trait", EVERY_OTHER_TRAIT, "a trait that is not known" },
	{ "no open", NO_OPEN, "slot open is missing" },
	{ "no close", NO_CLOSE, "slot close is missing" },
	{ "no acquire", NO_ACQUIRE, "slot acquire is missing" },
	{ "no sign", NO_SIGN, "slot sign is missing" },
	{ "no judge", NO_JUDGE, "slot judge is missing" },
	{ "no optional slot", NO_OPTIONAL_SLOT, NULL },
	{ "no options", NO_OPTIONS, NULL },
	{ "a missing table", A_MISSING_TABLE, "the option table is missing" },
	{ "too many options", TOO_MANY_OPTIONS, "expected 64, found 65" },
	{ "as many as may be", AS_MANY_AS_MAY_BE, NULL },
	{ "short elements", SHORT_ELEMENTS, "option size is wrong" },
	{ "a nameless option", A_NAMELESS_OPTION, "lacks its name or help" },
	{ "an empty name", AN_EMPTY_NAME, "lacks its name or help" },
	{ "a helpless option", A_HELPLESS_OPTION, "lacks its name or help" },
	{ "type 0", TYPE_0, "option type is wrong: expected 13, found 0" },
	{ "type 14", TYPE_14, "option type is wrong: expected 13, found 14" },
	{ "a choice of NULL", A_CHOICE_OF_NULL, "is a choice without choices" },
	{ "a choice of none", A_CHOICE_OF_NONE, "is a choice without choices" },
	{ "a choice of one", A_CHOICE_OF_ONE, NULL },
	{ "one key id", ONE_KEY_ID, NULL },
	{ "two key ids", TWO_KEY_IDS, "several of the module's options" },
	{ "a secret key id", A_SECRET_KEY_ID,
	    "names the key, and is not a string" },
	{ "a flag of no core", A_FLAG_OF_NO_CORE,
	    "option o1 has a flag that is not known" },
	{ "lines of a string", LINES_OF_A_STRING,
	    "may have lines, and is not a secret" },
	{ "a binary string", A_BINARY_STRING,
	    "may be binary, and is neither a secret nor a symmetric key" },
	{ "a binary key", A_BINARY_KEY,
	    "may be binary, and is neither a secret nor a symmetric key" },
	{ "a symmetric key", A_SYMMETRIC_KEY, NULL },
	{ "a binary symmetric key", A_BINARY_SYMMETRIC_KEY, NULL },
	{ "a symmetric secret", A_SYMMETRIC_SECRET,
	    "is symmetric, and is not a key" },
	{ "a durable string", A_DURABLE_STRING,
	    "is durable, and is not a secret" },
	{ "a local string", A_LOCAL_STRING, "may be local, and is not a URL" },
	{ "a passing string", A_PASSING_STRING,
	    "is passing, and is not a secret" },
	{ "a passing secret", A_PASSING_SECRET, NULL },
	{ "a binding secret", A_BINDING_SECRET,
	    "binds, and is not a string, a URL or a choice" },
	{ "a binding URL", A_BINDING_URL, NULL },
	{ "two durable", TWO_DURABLE,
	    "several of the module's options are durable" },
	{ "a durable member", A_DURABLE_MEMBER, "and is in a group" },
	{ "a binding member", A_BINDING_MEMBER, "and is in a group" },
	{ "the same name twice", THE_SAME_NAME_TWICE, "o0 is there twice" },
	{ "a name of every entry", A_NAME_OF_EVERY_ENTRY,
	    "has a name that every entry has already" },
	{ "a name in capitals", A_NAME_IN_CAPITALS, "has another name than" },
	{ "a name from a digit on", A_NAME_FROM_A_DIGIT_ON,
	    "has another name than" },
	{ "no check", NO_CHECK, "slot check is missing" },
	{ "a hash for nobody", A_HASH_FOR_NOBODY, "or it has no slot verify" },
	{ "a hash of nobody's", A_HASH_OF_NOBODY, "verify_hash is not known" },
	{ "groups in groups", GROUPS_IN_GROUPS, NULL },
	{ "groups too deep", GROUPS_TOO_DEEP, "nested too deep" },
	{ "a group in itself", A_GROUP_IN_ITSELF, "nested too deep" },
	{ "a group without members", A_GROUP_WITHOUT_MEMBERS,
	    "the option table is missing" },
	{ "a member of no type", A_MEMBER_OF_NO_TYPE, "option type is wrong" },
};

static void
break_frame(enum what what)
{
	switch (what) {
	case MAGIC:
		module.magic = 1;
		return;
	case MAJOR_0:
		module.abi_major = 0;
		return;
	case MAJOR_2:
		module.abi_major = 2;
		return;
	case A_NEWER_MINOR:
		module.abi_minor = 999;
		return;
	case SIZE_0:
		module.size = 0;
		return;
	case SIZE_TO_THE_MINOR:
		module.size = offsetof(struct apam_module, traits);
		return;
	case A_BYTE_TOO_SHORT:
		module.size = SIZE_1_0 - 1;
		return;
	case LONGER_THAN_WE_KNOW:
		module.size = 100000;
		return;
	default:
		return;
	}
}

static void
break_words(enum what what)
{
	switch (what) {
	case NO_SCHEME:
		module.scheme = NULL;
		return;
	case NO_SUMMARY:
		module.summary = NULL;
		return;
	case NO_VENDOR:
		module.vendor = NULL;
		return;
	case NO_VERSION:
		module.version = NULL;
		return;
	case ANOTHER_SCHEME:
		module.scheme = "Demo";
		return;
	case AN_EMPTY_SCHEME:
		module.scheme = "";
		return;
	case TWO_THREAD_MODELS:
		module.traits = APAM_TRAIT_THREADS_PER_CALL |
		    APAM_TRAIT_THREADS_PER_ENTRY;
		return;
	case EVERY_OTHER_TRAIT:
		module.traits = ~APAM_TRAIT_THREADS_PER_CALL;
		return;
	default:
		return;
	}
}

static void
break_slots(enum what what)
{
	switch (what) {
	case NO_OPEN:
		module.open = NULL;
		return;
	case NO_CLOSE:
		module.close = NULL;
		return;
	case NO_ACQUIRE:
		module.acquire = NULL;
		return;
	case NO_SIGN:
		module.sign = NULL;
		return;
	case NO_JUDGE:
		module.judge = NULL;
		return;
	case NO_OPTIONAL_SLOT:
		module.revoke = module.login = NULL;
		module.prepare = NULL;
		return;
	case NO_CHECK:
		module.check = NULL;
		return;
	case A_HASH_FOR_NOBODY:
		module.verify_hash = APAM_HASH_SHA256;
		return;
	case A_HASH_OF_NOBODY:
		module.verify = verify_nothing;
		module.verify_hash = APAM_HASH_MD5 + 1;
		return;
	default:
		return;
	}
}

static void
break_table(enum what what)
{
	switch (what) {
	case NO_OPTIONS:
		module.options = NULL;
		module.option_size = module.option_count = 0;
		return;
	case A_MISSING_TABLE:
		module.options = NULL;
		return;
	case TOO_MANY_OPTIONS:
		module.option_count = 65;
		return;
	case AS_MANY_AS_MAY_BE:
		module.option_count = 64;
		return;
	case SHORT_ELEMENTS:
		module.option_size = sizeof(options[0]) - 1;
		return;
	case A_NAMELESS_OPTION:
		options[3].name = NULL;
		return;
	case AN_EMPTY_NAME:
		options[3].name = "";
		return;
	case A_HELPLESS_OPTION:
		options[3].help = NULL;
		return;
	default:
		return;
	}
}

static void
break_option(enum what what)
{
	switch (what) {
	case TYPE_0:
		set_type(3, 0);
		return;
	case TYPE_14:
		set_type(3, (enum apam_option_type)14);
		return;
	case A_CHOICE_OF_NULL:
		set_type(0, APAM_OPT_CHOICE);
		return;
	case A_CHOICE_OF_NONE:
		set_type(0, APAM_OPT_CHOICE);
		options[0].choices = no_choices;
		return;
	case A_CHOICE_OF_ONE:
		set_type(0, APAM_OPT_CHOICE);
		options[0].choices = choices;
		return;
	case ONE_KEY_ID:
		options[2].flags = APAM_OPT_KEY_ID;
		return;
	case TWO_KEY_IDS:
		options[0].flags = options[3].flags = APAM_OPT_KEY_ID;
		return;
	case A_SECRET_KEY_ID:
		options[0].flags = APAM_OPT_KEY_ID;
		set_type(0, APAM_OPT_SECRET);
		return;
	default:
		return;
	}
}

static void
break_flags(enum what what)
{
	switch (what) {
	case A_FLAG_OF_NO_CORE:
		options[1].flags = 0x40000000;
		return;
	case LINES_OF_A_STRING:
		options[1].flags = APAM_OPT_LINES;
		return;
	case A_BINARY_STRING:
		options[1].flags = APAM_OPT_BINARY;
		return;
	case A_DURABLE_STRING:
		options[1].flags = APAM_OPT_DURABLE;
		return;
	case A_LOCAL_STRING:
		options[1].flags = APAM_OPT_LOCAL_HTTP;
		return;
	case A_PASSING_STRING:
		options[1].flags = APAM_OPT_PASSING;
		return;
	case A_PASSING_SECRET:
		options[1].flags = APAM_OPT_PASSING;
		set_type(1, APAM_OPT_SECRET);
		return;
	case A_BINDING_SECRET:
		options[1].flags = APAM_OPT_BINDS;
		set_type(1, APAM_OPT_SECRET);
		return;
	case A_BINDING_URL:
		options[1].flags = APAM_OPT_BINDS;
		set_type(1, APAM_OPT_URL);
		return;
	case TWO_DURABLE:
		options[1].flags = options[2].flags = APAM_OPT_DURABLE;
		set_type(1, APAM_OPT_SECRET);
		set_type(2, APAM_OPT_SECRET);
		return;
	default:
		return;
	}
}

static void
break_symmetric(enum what what)
{
	switch (what) {
	case A_BINARY_KEY:
		options[1].flags = APAM_OPT_BINARY;
		set_type(1, APAM_OPT_KEY);
		return;
	case A_SYMMETRIC_KEY:
		options[1].flags = APAM_OPT_SYMMETRIC;
		set_type(1, APAM_OPT_KEY);
		return;
	case A_BINARY_SYMMETRIC_KEY:
		options[1].flags = APAM_OPT_SYMMETRIC | APAM_OPT_BINARY;
		set_type(1, APAM_OPT_KEY);
		return;
	case A_SYMMETRIC_SECRET:
		options[1].flags = APAM_OPT_SYMMETRIC;
		set_type(1, APAM_OPT_SECRET);
		return;
	default:
		return;
	}
}

static void
break_name(enum what what)
{
	switch (what) {
	case THE_SAME_NAME_TWICE:
		options[3].name = options[0].name;
		return;
	case A_NAME_OF_EVERY_ENTRY:
		options[2].name = "probe";
		return;
	case A_NAME_IN_CAPITALS:
		options[2].name = "Key";
		return;
	case A_NAME_FROM_A_DIGIT_ON:
		options[2].name = "2nd";
		return;
	default:
		return;
	}
}

static void
break_group(enum what what)
{
	switch (what) {
	case A_BINDING_MEMBER:
		nest(1);
		options[1].flags = APAM_OPT_BINDS;
		return;
	case A_DURABLE_MEMBER:
		nest(1);
		set_type(1, APAM_OPT_SECRET);
		options[1].flags = APAM_OPT_DURABLE;
		return;
	case GROUPS_IN_GROUPS:
		nest(4);
		return;
	case GROUPS_TOO_DEEP:
		nest(5);
		return;
	case A_GROUP_IN_ITSELF:
		set_type(0, APAM_OPT_GROUP);
		options[0].members = options;
		options[0].member_count = 1;
		return;
	case A_GROUP_WITHOUT_MEMBERS:
		set_type(1, APAM_OPT_GROUP);
		options[1].member_count = 1;
		return;
	case A_MEMBER_OF_NO_TYPE:
		set_type(1, APAM_OPT_GROUPS);
		options[1].members = &options[10];
		options[1].member_count = 3;
		set_type(12, (enum apam_option_type) - 1);
		return;
	default:
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
	break_flags(row->what);
	break_symmetric(row->what);
	break_name(row->what);
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
	ck_assert(copy.check == no_step);
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
		table[i].known = options[i];
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
