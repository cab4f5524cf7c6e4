/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/curl_api.c: each member of the table is the function of
 * its name.  This program is linked to libcurl, so that the two can be
 * compared.
 */
#include "http/curl_api.h"

#include <pthread.h>
#include <string.h>

#include "support/run.h"

#define THREADS 8

/* The function as it is linked, to be held against the table's. */
#define MEMBER(name)                                                           \
	{                                                                      \
#name, offsetof(struct curl_api, name),                        \
		    (void (*)(void))(curl_##name)                              \
	}

static const struct {
	const char *name;
	size_t offset;
	void (*function)(void);
} members[] = {
	MEMBER(easy_init),
	MEMBER(easy_cleanup),
	MEMBER(easy_setopt),
	MEMBER(easy_getinfo),
	MEMBER(easy_perform),
	MEMBER(easy_strerror),
	MEMBER(slist_append),
	MEMBER(slist_free_all),
	MEMBER(getdate),
	MEMBER(version_info),
	MEMBER(multi_init),
	MEMBER(multi_cleanup),
	MEMBER(multi_wakeup),
	MEMBER(multi_setopt),
	MEMBER(multi_add_handle),
	MEMBER(multi_remove_handle),
	MEMBER(multi_socket_action),
	MEMBER(multi_info_read),
};

_Static_assert(
    sizeof(members) / sizeof(members[0]) * sizeof(members[0].function) ==
	sizeof(struct curl_api),
    "a member lacks its row");

static void
ck_assert_member(const struct curl_api *api, int i)
{
	void (*found)(void);

	ck_assert_ptr_nonnull(api);
	memcpy(&found, (const char *)api + members[i].offset, sizeof(found));
	ck_assert_msg(found == members[i].function, "%s is another function",
	    members[i].name);
}

START_TEST(a_member_is_its_function)
{
	ck_assert_member(curl_api(), _i);
}
END_TEST

START_TEST(a_table_is_made_once)
{
	const struct curl_api *api = curl_api();

	ck_assert_ptr_nonnull(api);
	ck_assert_ptr_eq(curl_api(), api);
}
END_TEST

/* In a child of its own, so that all of these come first. */
static void *
find(void *arg)
{
	const struct curl_api *api;

	(void)pthread_barrier_wait(arg);
	api = curl_api();
	return api == NULL || api->easy_perform == NULL ? NULL : arg;
}

START_TEST(many_may_be_the_first)
{
	pthread_t threads[THREADS];
	pthread_barrier_t start;
	void *found;

	ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, find, &start), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &found), 0);
		ck_assert_ptr_nonnull(found);
	}
}
END_TEST

START_TEST(it_is_initialised)
{
	const struct curl_api *curl = curl_api();
	CURL *easy = curl->easy_init();

	ck_assert_ptr_nonnull(easy);
	ck_assert_int_eq(
	    curl->easy_setopt(easy, CURLOPT_URL, "gopher+x://h/"), CURLE_OK);
	ck_assert_int_eq(curl->easy_perform(easy), CURLE_UNSUPPORTED_PROTOCOL);
	curl->easy_cleanup(easy);
	ck_assert_int_eq(
	    curl->getdate("Thu, 01 Jan 1970 00:01:00 GMT", NULL), 60);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_api");
	TCase *tc = tcase_create("curl_api");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_member_is_its_function, 0, ROWS(members));
	tcase_add_test(tc, a_table_is_made_once);
	tcase_add_test(tc, many_may_be_the_first);
	tcase_add_test(tc, it_is_initialised);
	return run_suite(suite);
}
