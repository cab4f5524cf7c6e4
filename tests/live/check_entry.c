/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/entry.c: an entry that does not open leaves nothing, at
 * whichever step; which entries are the same; whose key it is; and what is
 * held around a module's calls.
 */
#include "entry/entry.h"

#include "base/clock.h"
#include "base/secmem.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static int live;

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_module(&project, "bench-bearer", true);
	project_module(&project, "bad-magic", true);
	project_copy(&project, "modules/oauth2-client-credentials.so",
	    "modules/oauth2-client-credentials.so");
	ck_assert_int_eq(setenv("FAKE_TOKEN", "FAKE.token", 1), 0);
	project_secret(&project, "secret", "FAKEkey\n");
	project_secret(&project, "copy", "FAKEkey\n");
	project_secret(&project, "other", "FAKEkez\n");
	project_secret(&project, "empty", "");
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* The stack of a profile of one entry, on the file's line 2; not opened. */
static struct stack *
stack_of(const char *name, const char *entry)
{
	char format[1024], text[1024];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\" ];\nauth = ( { %s } );\n",
	    entry);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, name, text);
	return project_get(&project, name)->stack;
}

static bool
open_first(struct entry *e, struct stack *s, struct problems *all)
{
	const struct entry_place place = stack_place(s, 0);

	return entry_open(e, &place, all);
}

static bool
read_first(struct entry *e, struct stack *s, struct problems *all)
{
	const struct entry_place place = stack_place(s, 0);

	return entry_read(e, &place, all);
}

/* The same one, open. */
static struct stack *
opened_of(const char *name, const char *entry)
{
	(void)stack_of(name, entry);
	return opened(project_get(&project, name));
}

#define HMAC(more)                                                             \
	"scheme = \"hmac-test\"; key_id = \"k1\"; "                            \
	"secret = \"file:@/secret\"; " more
#define RETURNS(more) "scheme = \"return-test\"; " more
#define BEARER "scheme = \"bench-bearer\"; token = \"file:@/secret\"; "

/* ---- Opening ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *entry;
	enum apam_status status;
	unsigned line;
	const char *text; /* a part of it */
} broken[] = {
	{ "no module", "scheme = \"absent\"; ", APAM_E_MODULE, 2,
	    "no scheme absent: " },
	{ "a bad module", "scheme = \"bad-magic\"; ", APAM_E_MODULE, 2,
	    "bad-magic.so" },
	{ "no such option", HMAC("\nsecrets = 1; "), APAM_E_CONFIG, 3,
	    "secrets" },
	{ "a missing option", "scheme = \"hmac-test\"; key_id = \"k\"; ",
	    APAM_E_CONFIG, 2, "secret" },
	{ "a literal secret",
	    "scheme = \"hmac-test\"; key_id = \"k\";\nsecret = \"FAKE\"; ",
	    APAM_E_CONFIG, 3, "secret" },
	{ "no secret",
	    "scheme = \"hmac-test\"; key_id = \"k\";\n"
	    "secret = \"file:@/no\"; ",
	    APAM_E_SECRET, 3, "no does not exist" },
	{ "an empty secret",
	    "scheme = \"hmac-test\"; key_id = \"k\";\n"
	    "secret = \"file:@/empty\"; ",
	    APAM_E_SECRET, 3, "secret" },
	{ "an option that is refused", RETURNS("\n\nopen = 512; "),
	    APAM_E_CONFIG, 4, "open: says so" },
	{ "refused without a word", RETURNS("open = 512; silent = true; "),
	    APAM_E_CONFIG, 2, "the module of scheme return-test does not" },
	{ "no memory in the module", RETURNS("open = 1537; "), APAM_E_MEMORY, 2,
	    "the module of scheme return-test does not open" },
	{ "an illegal status", RETURNS("open = 7; "), APAM_E_ABI, 2,
	    "the module of scheme return-test does not open" },
	{ "a status that is not open's", RETURNS("open = 770; "), APAM_E_ABI, 2,
	    "the module of scheme return-test does not open" },
};

START_TEST(what_does_not_open_leaves_nothing)
{
	struct stack *s = stack_of("p", broken[_i].entry);
	struct entry e, zero;
	struct problems all;
	int before = secmem_live();

	memset(&zero, 0, sizeof(zero));
	memset(&e, 0x5a, sizeof(e));
	problems_init(&all);
	ck_assert_msg(!open_first(&e, s, &all), "%s", broken[_i].name);
	ck_assert_int_eq(memcmp(&e, &zero, sizeof(e)), 0);
	ck_assert_int_eq(secmem_live(), before);
	ck_assert_uint_eq(all.count, 1);
	ck_assert_msg(all.first.status == broken[_i].status, "%s: %s",
	    broken[_i].name, apam_status_name(all.first.status));
	ck_assert_str_eq(
	    all.first.file, project_path(&project, "apam.d/p.conf"));
	ck_assert_msg(all.first.line == broken[_i].line, "%s: line %u",
	    broken[_i].name, all.first.line);
	ck_assert_msg(strstr(all.first.text, broken[_i].text) != NULL, "%s: %s",
	    broken[_i].name, all.first.text);
	entry_close(&e);
}
END_TEST

static int opens, closes;
static size_t refused_option;

static int32_t
refuse_and_open(const struct apam_services *svc,
    const struct apam_options *options, void **state)
{
	(void)apam_refuse_optionf(svc, refused_option, "no");
	*state = (void *)(uintptr_t)options;
	opens++;
	return APAM_OK;
}

static void
count_close(void *state)
{
	ck_assert_ptr_nonnull(state);
	closes++;
}

/* Also where the option that it names is none. */
START_TEST(a_module_that_refuses_and_opens_is_closed)
{
	struct stack *s = opened_of("p", HMAC(""));
	void (*real)(void *state);
	struct module *m;
	struct problems all;
	struct entry e;

	problems_init(&all);
	m = s->entries[0].module;
	m->abi.open = refuse_and_open;
	refused_option = _i == 0 ? 1 : 99;
	opens = closes = 0;
	real = m->abi.close;
	m->abi.close = count_close;
	ck_assert(!open_first(&e, s, &all));
	m->abi.close = real;
	ck_assert_ptr_null(e.env);
	ck_assert_int_eq(opens, 1);
	ck_assert_int_eq(closes, 1);
	ck_assert_uint_eq(all.count, 1);
	ck_assert_str_eq(all.first.text, _i == 0 ? "secret: no" : "?: no");
}
END_TEST

START_TEST(any_allocation_may_fail)
{
	struct stack *s = stack_of("p", HMAC(""));
	struct problems all;
	struct entry e;
	bool opened = false;
	int n, before;

	before = secmem_live();
	for (n = 0; n < 50 && !opened; n++) {
		problems_init(&all);
		secmem_fail_after(n);
		opened = open_first(&e, s, &all);
		secmem_fail_after(-1);
		if (opened)
			break;
		ck_assert_uint_ge(all.count, 1);
		ck_assert_ptr_null(e.env);
		ck_assert_int_eq(secmem_live(), before);
	}
	ck_assert(opened);
	ck_assert_int_gt(n, 0);
	ck_assert_uint_eq(all.count, 0);
	ck_assert_int_gt(secmem_live(), before);
	entry_close(&e);
	ck_assert_ptr_null(e.env);
	ck_assert_int_eq(secmem_live(), before);
	entry_close(&e);
}
END_TEST

START_TEST(an_open_entry_has_no_credential_yet)
{
	struct stack *s = stack_of("p", HMAC("ttl = 60; "));
	struct problems all;
	struct entry e;

	problems_init(&all);
	ck_assert(open_first(&e, s, &all));
	ck_assert_ptr_null(e.credential.current);
	ck_assert_int_eq(e.credential.restraint.latch.status, APAM_OK);
	ck_assert_int_eq(e.flight.outcome.status, APAM_OK);
	ck_assert_int_eq(e.credential.restraint.last_error.status, APAM_OK);
	ck_assert(e.credential.refresh_at == INT64_MAX);
	ck_assert_ptr_eq(e.owner, &s->owner);
	ck_assert_int_eq(e.conf->ttl, 60);
	ck_assert(e.policy.user);
	/* The module has no say in what is refused from here on. */
	ck_assert(e.services.refuse == NULL);
	ck_assert(!e.needs_prepare);
	entry_close(&e);
}
END_TEST

/* ---- The same or not ---------------------------------------------------- */

static const struct {
	const char *name;
	const char *one, *other;
	bool same;
} pairs[] = {
	{ "itself", HMAC(""), HMAC(""), true },
	{ "another key id", HMAC(""),
	    "scheme = \"hmac-test\"; key_id = \"k2\"; "
	    "secret = \"file:@/secret\"; ",
	    false },
	{ "another secret", HMAC(""),
	    "scheme = \"hmac-test\"; key_id = \"k1\"; "
	    "secret = \"file:@/other\"; ",
	    false },
	/* What counts is the secret, not where it is kept. */
	{ "the same secret elsewhere", HMAC(""),
	    "scheme = \"hmac-test\"; key_id = \"k1\"; "
	    "secret = \"file:@/copy\"; ",
	    true },
	{ "an option more", HMAC(""), HMAC("headers = [ \"X-A\" ]; "), false },
	{ "another scheme", HMAC(""), BEARER, false },
	{ "a default that is said", RETURNS(""), RETURNS("sign = 0; "), true },
	{ "another number", RETURNS(""), RETURNS("sign = 1; "), false },
	/* The core's options do not change what is acquired. */
	{ "another control", RETURNS(""), RETURNS("control = \"required\"; "),
	    true },
	{ "another probe", RETURNS(""), RETURNS("probe = \"GET /x\"; "), true },
	{ "another order", HMAC(""),
	    "secret = \"file:@/secret\"; key_id = \"k1\"; "
	    "scheme = \"hmac-test\"; ",
	    true },
};

START_TEST(one_is_as_the_other_or_not)
{
	unsigned char a[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE];
	struct apam_error err = APAM_ERROR_INIT;
	struct stack *one = opened_of("one", pairs[_i].one);
	struct stack *other = opened_of("other", pairs[_i].other);
	struct entry *x, *y;

	x = &one->entries[0];
	y = &other->entries[0];
	ck_assert_msg(entry_same(x, y) == pairs[_i].same, "%s", pairs[_i].name);
	ck_assert(entry_same(y, x) == pairs[_i].same);
	ck_assert(entry_same(y, y));
	memset(a, 0, sizeof(a));
	memset(b, 1, sizeof(b));
	ck_assert_int_eq(entry_fingerprint(x, a, &err), APAM_OK);
	ck_assert_int_eq(entry_fingerprint(y, b, &err), APAM_OK);
	ck_assert_int_eq(memcmp(a, b, sizeof(a)) == 0, pairs[_i].same);
}
END_TEST

/* ---- The key ------------------------------------------------------------ */

static const struct {
	const char *entry;
	const char *id;
} ids[] = {
	{ BEARER, "" },
	{ HMAC(""), "k1" },
	{ RETURNS(""), "return-test" },
	{ RETURNS("key_id = \"a:b c\"; "), "a:b c" },
};

START_TEST(a_key_has_its_modules_name)
{
	struct stack *s = opened_of("p", ids[_i].entry);
	struct apam_str id;

	id = entry_key_id(&s->entries[0]);
	ck_assert_uint_eq(id.n, strlen(ids[_i].id));
	ck_assert_str_eq(id.p, ids[_i].id);
}
END_TEST

/* ---- Locks -------------------------------------------------------------- */

static const struct {
	const char *name;
	uint32_t traits;
	bool module, entry; /* what is held */
} models[] = {
	{ "none", 0, true, false },
	{ "none, static", APAM_TRAIT_STATIC, true, false },
	{ "per call", APAM_TRAIT_THREADS_PER_CALL, false, false },
	{ "per entry", APAM_TRAIT_THREADS_PER_ENTRY, false, true },
};

static bool
is_held(pthread_mutex_t *lock)
{
	if (pthread_mutex_trylock(lock) != 0)
		return true;
	pthread_mutex_unlock(lock);
	return false;
}

START_TEST(a_module_is_called_as_it_says)
{
	struct stack *s = opened_of("p", RETURNS(""));
	struct entry *e;

	e = &s->entries[0];
	e->module->abi.traits = models[_i].traits;
	for (int i = 0; i < 2; i++) {
		entry_enter(e);
		ck_assert_msg(is_held(&e->module->lock) == models[_i].module,
		    "%s", models[_i].name);
		ck_assert_msg(is_held(&e->calls) == models[_i].entry, "%s",
		    models[_i].name);
		entry_leave(e);
		ck_assert(!is_held(&e->module->lock));
		ck_assert(!is_held(&e->calls));
	}
}
END_TEST

/* ---- Reading ------------------------------------------------------------ */

/* The key of an entry is known where its secret cannot be read. */
START_TEST(an_entry_is_read_without_its_secrets)
{
	struct stack *s = stack_of("p",
	    "scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/no\"; ");
	struct problems all;
	struct entry e;
	struct buf secret;

	problems_init(&all);
	buf_init(&secret, 64);
	ck_assert(read_first(&e, s, &all));
	ck_assert_uint_eq(all.count, 0);
	ck_assert_str_eq(entry_key_id(&e).p, "k");
	ck_assert_ptr_null(e.state);
	ck_assert(entry_key_secret(&e, &secret));
	ck_assert_uint_eq(secret.n, 0);
	ck_assert(!entry_read_secrets(&e, &all));
	ck_assert_int_eq(all.first.status, APAM_E_SECRET);
	entry_close(&e);
	ck_assert(
	    !read_first(&e, stack_of("q", "scheme = \"absent\"; "), &all));
}
END_TEST

static const struct {
	const char *entry;
	struct apam_str secret;
} key_secrets[] = {
	{ HMAC(""), { "\7\0\0\0\0\0\0\0FAKEkey", 15 } },
	{ "scheme = \"hmac-test\"; key_id = \"k2\"; "
	  "secret = \"file:@/other\"; ",
	    { "\7\0\0\0\0\0\0\0FAKEkez", 15 } },
	{ BEARER, { "\7\0\0\0\0\0\0\0FAKEkey", 15 } },
	{ RETURNS(""), { "", 0 } },
	/* A token that is renewed is known by where it is, and its length. */
	{ "scheme = \"oauth2-client-credentials\"; "
	  "token_url = \"https://a.example/t\"; grant = \"jwt-bearer\"; "
	  "bearer_assertion = \"env:FAKE_TOKEN\"; ",
	    { "\16\0\0\0\0\0\0\0env:FAKE_TOKEN", 22 } },
};

/* The same whether the entry is at work or was read to tell keys apart. */
START_TEST(a_key_is_told_by_its_secret)
{
	const struct apam_str want = key_secrets[_i].secret;
	struct stack *s = stack_of("p", key_secrets[_i].entry);
	struct problems all;
	struct entry e;
	struct buf read, at_work, small;

	problems_init(&all);
	buf_init(&read, 64);
	buf_init(&at_work, 64);
	buf_init(&small, 14);
	ck_assert(read_first(&e, s, &all) && entry_read_secrets(&e, &all));
	ck_assert(entry_key_secret(&e, &read));
	ck_assert(bytes_equal(buf_view(&read), want));
	ck_assert_int_eq(entry_key_secret(&e, &small), want.n == 0);
	s = opened(project_get(&project, "p"));
	ck_assert(entry_key_secret(&s->entries[0], &at_work));
	ck_assert(bytes_equal(buf_view(&at_work), want));
	entry_close(&e);
	buf_free(&read);
	buf_free(&at_work);
	buf_free(&small);
}
END_TEST

/* What a reload carries over, and what an administrator makes it forget. */
START_TEST(what_is_known_is_inherited_and_dropped)
{
	struct stack *s = stack_of("p", RETURNS(""));
	struct problems all;
	struct entry old, next;

	problems_init(&all);
	ck_assert(open_first(&old, s, &all) && open_first(&next, s, &all));
	old.registry.reading = 3;
	old.registry.drops = 2;
	old.credential.restraint.latch.status = APAM_E_REVOKED;
	old.flight.busy = true;
	entry_inherit(&next, &old);
	ck_assert_uint_eq(next.registry.drops, 2);
	ck_assert_int_eq(
	    next.credential.restraint.latch.status, APAM_E_REVOKED);
	ck_assert(!next.flight.busy);
	entry_drop(&old);
	ck_assert_int_eq(old.credential.restraint.latch.status, APAM_OK);
	ck_assert(old.flight.unwanted);
	entry_drop(&next);
	ck_assert(!next.flight.unwanted);
	entry_close(&old);
	entry_close(&next);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("entry");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, what_does_not_open_leaves_nothing, 0, ROWS(broken));
	tcase_add_loop_test(t, a_module_that_refuses_and_opens_is_closed, 0, 2);
	tcase_add_test(t, any_allocation_may_fail);
	tcase_add_test(t, an_open_entry_has_no_credential_yet);
	tcase_add_loop_test(t, one_is_as_the_other_or_not, 0, ROWS(pairs));
	tcase_add_loop_test(t, a_key_has_its_modules_name, 0, ROWS(ids));
	tcase_add_loop_test(t, a_module_is_called_as_it_says, 0, ROWS(models));
	tcase_add_test(t, an_entry_is_read_without_its_secrets);
	tcase_add_test(t, what_is_known_is_inherited_and_dropped);
	tcase_add_loop_test(
	    t, a_key_is_told_by_its_secret, 0, ROWS(key_secrets));
	suite_add_tcase(s, t);
	return run_suite(s);
}
