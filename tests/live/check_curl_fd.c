/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/curl_fd.c: what a program that the host starts inherits
 * after an exchange, and what of the host's own it goes on inheriting.
 */
#include "http/curl_fd.h"

#include <dirent.h>
#include <fcntl.h>

#include "support/flights.h"

/* How many descriptors are passed on to other programs. */
static int
passed_on(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0, fd;

	ck_assert_ptr_nonnull(dir);
	while ((e = readdir(dir)) != NULL) {
		fd = (int)strtol(e->d_name, NULL, 10);
		n += e->d_name[0] != '.' &&
		    (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
	}
	ck_assert_int_eq(closedir(dir), 0);
	return n;
}

START_TEST(a_multi_handle_is_sealed)
{
	const struct curl_api *curl = curl_api();
	const int before = passed_on();
	CURLM *multi;

	ck_assert_ptr_nonnull(curl);
	multi = curl->multi_init();
	ck_assert_ptr_nonnull(multi);
	curl_fd_seal(curl, multi);
	ck_assert_int_eq(passed_on(), before);
	(void)curl->multi_cleanup(multi);
	ck_assert_int_eq(passed_on(), before);
}
END_TEST

/* Empty or not, they are the host's to pass on. */
START_TEST(the_hosts_own_stay_as_they_are)
{
	const struct curl_api *curl = curl_api();
	int pipes[2][2], pairs[2][2], before;
	CURLM *multi;

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pipe(pipes[i]), 0);
		ck_assert_int_eq(
		    socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
	}
	ck_assert_int_eq(write(pipes[0][1], "x", 1), 1);
	ck_assert_int_eq(write(pairs[0][1], "x", 1), 1);
	before = passed_on();
	multi = curl->multi_init();
	curl_fd_seal(curl, multi);
	ck_assert_int_eq(passed_on(), before);
	(void)curl->multi_cleanup(multi);
	ck_assert_int_eq(passed_on(), before);
}
END_TEST

static const struct curl_api *real;

/* What another thread prints at the same time. */
static CURLMcode
wake_and_print(CURLM *multi)
{
	ck_assert_int_eq(write(STDOUT_FILENO, "x", 1), 1);
	return real->multi_wakeup(multi);
}

/* Into a pipe, as under a service manager. */
START_TEST(standard_output_stays_as_it_is)
{
	const int saved = dup(STDOUT_FILENO);
	struct curl_api busy;
	int ends[2], flags;
	CURLM *multi;

	real = curl_api();
	busy = *real;
	busy.multi_wakeup = wake_and_print;
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	multi = real->multi_init();
	curl_fd_seal(&busy, multi);
	flags = fcntl(STDOUT_FILENO, F_GETFD);
	ck_assert_int_eq(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(flags, 0);
	(void)real->multi_cleanup(multi);
	ck_assert_int_eq(close(ends[0]) + close(ends[1]) + close(saved), 0);
}
END_TEST

/* Through a context, as the host has it. */
START_TEST(a_program_inherits_nothing_of_an_exchange)
{
	const struct raw_answer quick = { .head = EMPTY_200 };
	struct apam_request request = APAM_REQUEST("GET", "http://127.0.0.1/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct flights t = { 0 };
	char url[64];
	int before;

	flights_open(&t, &quick, "", "acquire = 2; url = \"%/x\";");
	before = passed_on();
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", t.server.port);
	request.url = url;
	ck_assert_int_eq(
	    apam_sign(t.profile, &request, &signature, &t.p.err), APAM_OK);
	ck_assert_int_gt(atomic_load(&t.server.hits), 0);
	ck_assert_int_eq(passed_on(), before);
	apam_signature_release(&signature);
	flights_close(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_fd");
	TCase *tc = tcase_create("curl_fd");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_multi_handle_is_sealed);
	tcase_add_test(tc, the_hosts_own_stay_as_they_are);
	tcase_add_test(tc, standard_output_stays_as_it_is);
	tcase_add_test(tc, a_program_inherits_nothing_of_an_exchange);
	return run_suite(suite);
}
