/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program signs by the page that an agent has passed to it: with the agent
 * and without it, for how long, in a child, and until the page is retired or
 * replaced.  It uses no page that is wrong.  The agent is a scripted one.
 */
#include <fcntl.h>

#include "base/clock.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "slot/page_file.h"
#include "slot/page_map.h"
#include "slot/write.h"
#include "support/run.h"
#include "support/served_tests.h"

/* What the agent's page is like. */
struct paging {
	int64_t good_ms, alone_ms; /* 0: longer than a test takes */
	bool query; /* it adds a parameter */
	bool other_serial; /* the agent says another one than it has */
	bool no_memory_file; /* and passes a file of the disk */
	bool writable; /* or one that could be written */
};

static _Atomic uint64_t page_counter;

static int64_t
or_long(int64_t ms)
{
	return ms == 0 ? 1000000 : ms;
}

/* The origin of the profile; the page itself knows none. */
static struct slot *
make_page(const struct paging *paging)
{
	const struct page_facts facts = { .rights = 1 };
	struct slot *slot = slot_new_shared(&page_counter, &facts);
	struct fields headers, query;
	struct slot_content content = { .generation = (1ULL << 40) + 1,
		.credential = 3,
		.entries = 1,
		.good_ms = or_long(paging->good_ms),
		.alone_ms = or_long(paging->alone_ms),
		.headers = &headers,
		.query = &query };

	scripted_must(slot != NULL);
	fields_init(&headers);
	fields_init(&query);
	fields_add_header(
	    &headers, APAM_STR("Authorization"), APAM_STR("Page"));
	if (paging->query)
		fields_add(&query, APAM_STR("org"), APAM_STR("1%2F2"));
	slot_open(slot, &content);
	fields_free(&headers);
	fields_free(&query);
	return slot;
}

static int
page_to_pass(const struct paging *paging, const struct slot *slot)
{
	if (paging->no_memory_file)
		return open("/dev/null", O_RDONLY);
	if (paging->writable)
		return dup(slot_kept_descriptor(slot));
	return slot_descriptor(slot);
}

/*
 * Each signature that is asked for is "Asked N", and comes with a page that
 * says "Page".  A URL that ends in "retire" has that one retired first.
 */
static void
give_page(int fd, struct scripted_message *m, void *arg)
{
	static unsigned asked;
	static struct slot *slot;
	const struct paging *paging = arg;
	struct apam_header header = { APAM_STR("Authorization"), APAM_STR("") };
	struct agent_signed made = { .headers = { &header, 1 },
		.generation = (1ULL << 40) + 1,
		.credential = 3,
		.entries = 1 };
	struct agent_sign sign;
	char text[64];
	int passed = -1;

	if (m->frame.type == AGENT_JUDGED)
		return;
	read_sign(m, &sign);
	if (sign.url.p[sign.url.n - 1] == 'e')
		slot_free(&slot);
	if (slot == NULL)
		slot = make_page(paging);
	(void)snprintf(text, sizeof(text), "Asked %u%s", ++asked,
	    sign.rejected == made.generation ? " anew" : "");
	header.value = apam_str(text);
	made.page = slot_serial(slot) + (paging->other_serial ? 2 : 0);
	if (sign.page != made.page)
		passed = page_to_pass(paging, slot);
	scripted_sign(fd, m->frame.id, &made, &passed, passed >= 0);
	if (passed >= 0)
		(void)close(passed);
}

static void
gives_page(int listener, void *arg)
{
	scripted_serve(listener, give_page, arg);
}

static struct apam_profile *
start_paging(struct paging *paging)
{
	scripted_start(&agent, gives_page, paging);
	return project_get(&project, "p");
}

START_TEST(a_page_signs)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	for (int i = 0; i < 100; i++)
		signs(p, "Page");
	ck_assert_uint_eq(signature.generation, (1ULL << 40) + 1);
	ck_assert_uint_eq(signature.credential, 3);
	ck_assert_ptr_eq(atomic_load(&p->slot), p->page.now);
	/* What is not plain is asked for, and brings no second page. */
	ck_assert_int_eq(sign_url(p, URL "#f"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Asked 2");
	signs(p, "Page");
}
END_TEST

/* It is fresh no more, and nobody can be asked. */
static void
outlive(struct apam_profile *p)
{
	scripted_kill(&agent);
	(void)unlink(agent.path);
	while (slot_is_good(p->page.now))
		clock_sleep(50);
}

START_TEST(a_page_signs_alone)
{
	struct paging paging = { .good_ms = PAGE_FRESH_MS, .query = true };
	const struct apam_request request = APAM_REQUEST("GET", URL "?a=b");
	struct apam_signature owned = APAM_SIGNATURE_INIT;
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	outlive(p);
	for (int i = 0; i < 3; i++) {
		signs(p, "Page");
		ck_assert_str_eq(signature.url, URL "?org=1%2F2");
	}
	/* In memory of the library's own, and with a query. */
	ck_assert_msg(
	    apam_sign(p, &request, &owned, &err) == APAM_OK, "%s", err.text);
	ck_assert_str_eq(owned.url, URL "?a=b&org=1%2F2");
	ck_assert_uint_eq(owned.generation, (1ULL << 40) + 1);
	apam_signature_release(&owned);
	ck_assert_int_eq(sign_url(p, "https://other.example/"), APAM_E_ORIGIN);
	ck_assert_int_eq(sign_url(p, URL "?org=9"), APAM_E_POLICY);
	ck_assert(!stack_is_open(p->stack));
}
END_TEST

START_TEST(a_page_does_not_sign_alone_for_ever)
{
	struct paging paging = { .good_ms = PAGE_FRESH_MS, .alone_ms = 2500 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	outlive(p);
	for (int i = 0; sign_url(p, URL) == APAM_OK; i++) {
		ck_assert_str_eq(signature.headers[0].value.p, "Page");
		ck_assert_int_lt(i, 1000);
		clock_sleep(20);
	}
	ck_assert_int_eq(err.status, APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent"));
}
END_TEST

/* A child has the page, and none of its parent's connections. */
START_TEST(a_child_has_the_page)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	pid_t child;
	int status;

	signs(p, "Asked 1");
	child = fork();
	if (child == 0) {
		signs(p, "Page");
		ck_assert_int_eq(sign_url(p, URL "#f"), APAM_OK);
		signs(p, "Page");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	signs(p, "Page");
}
END_TEST

START_TEST(a_retired_page_is_replaced)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	struct slot *slot;
	uint64_t serial;

	signs(p, "Asked 1");
	signs(p, "Page");
	slot = p->page.now;
	serial = p->page.serial;
	ck_assert_int_eq(sign_url(p, "https://api.example/retire#"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Asked 2");
	ck_assert_uint_ne(p->page.serial, serial);
	ck_assert_ptr_eq(p->page.now, slot);
	signs(p, "Page");
}
END_TEST

START_TEST(a_rejection_closes_the_page)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	signs(p, "Page");
	ck_assert(replays(p, &signature));
	signs(p, "Asked 2 anew");
	signs(p, "Page");
}
END_TEST

/* A slot knows its origins; readers may still have the old one. */
START_TEST(other_origins_have_another_slot)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	struct slot *slot;

	signs(p, "Asked 1");
	signs(p, "Page");
	slot = p->page.now;
	project_profile(&project, "p",
	    "origins = [ \"https://api.example\", \"https://b.example\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\";\n"
	    "key = \"file:/nonexistent\"; } );\n");
	for (int i = 0; i < 500; i++) {
		(void)sign_url(p, "https://b.example/x#f");
		if (err.status == APAM_OK)
			break;
		clock_sleep(20);
	}
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_ptr_ne(p->page.now, slot);
	ck_assert_uint_eq(p->page.old_count, 1);
	ck_assert_ptr_eq(p->page.old[0], slot);
	ck_assert_int_eq(sign_url(p, "https://b.example/x"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Page");
	signs(p, "Page");
}
END_TEST

static struct paging wrong_pages[] = {
	{ .other_serial = true },
	{ .no_memory_file = true },
	{ .writable = true },
};

START_TEST(a_wrong_page_is_not_used)
{
	struct apam_profile *p;

	p = start_paging(&wrong_pages[_i]);
	signs(p, "Asked 1");
	signs(p, "Asked 2");
	ck_assert_ptr_null(atomic_load(&p->slot));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_by_page");
	TCase *tc = tcase_create("served_by_page");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_project, remove_project);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, a_page_signs);
	tcase_add_test(tc, a_page_signs_alone);
	tcase_add_test(tc, a_page_does_not_sign_alone_for_ever);
	tcase_add_test(tc, a_child_has_the_page);
	tcase_add_test(tc, a_retired_page_is_replaced);
	tcase_add_test(tc, a_rejection_closes_the_page);
	tcase_add_test(tc, other_origins_have_another_slot);
	tcase_add_loop_test(tc, a_wrong_page_is_not_used, 0, ROWS(wrong_pages));
	/* A child that a test forks asserts, and writes to Check's file. */
	return run_suite_apart(suite);
}
