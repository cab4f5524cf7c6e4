/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that uses apam, again and again:
 *
 *	use [--refused] [--within MS] CONFIG SECONDS PROFILE=URL ...
 *
 * It signs for each profile in turn and looks at what it is given, as a program
 * does that sends it, until SECONDS have passed or SIGTERM comes.  It says how often, and ends with 0 if it always could,
 * and each signature came within MS ms; with --refused, if it never could,
 * because of the rules.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <apam/apam.h>

#define PROFILES_MAX 32

static struct apam_profile *profiles[PROFILES_MAX];
static const char *urls[PROFILES_MAX];
static volatile sig_atomic_t told_to_end;
static long within = 60000, slowest; /* ms */
static struct apam_error err = APAM_ERROR_INIT;

static void
end_soon(int number)
{
	(void)number;
	told_to_end = 1;
}

static long
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
fail(const char *what)
{
	fprintf(stderr, "use: %s: %s\n", what, err.text);
	return 1;
}

/* Sign once; what was signed goes to memory of this program, and stays there. */
static enum apam_status
sign(int i)
{
	static char sent[PROFILES_MAX][4096];
	const struct apam_request request = APAM_REQUEST("GET", urls[i]);
	struct apam_signature s = APAM_SIGNATURE_INIT;
	const long begun = now_ms();
	const enum apam_status status = apam_sign(
	    profiles[i], &request, &s, &err);
	const long took = now_ms() - begun;
	size_t n = 0;

	slowest = took > slowest ? took : slowest;
	for (size_t h = 0; status == APAM_OK && h < s.header_count; h++)
		if (n < sizeof(sent[i]))
			n += (size_t)snprintf(sent[i] + n, sizeof(sent[i]) - n,
			    "%.*s: %.*s\n", (int)s.headers[h].name.n,
			    s.headers[h].name.p, (int)s.headers[h].value.n,
			    s.headers[h].value.p);
	apam_signature_release(&s);
	return status;
}

static int
open_profiles(struct apam *ctx, int count, char **names)
{
	for (int i = 0; i < count; i++) {
		char *url = strchr(names[i], '=');

		if (url == NULL || i == PROFILES_MAX)
			return 1;
		*url = '\0';
		urls[i] = url + 1;
		if (apam_profile_get(ctx, names[i], &profiles[i], &err) !=
		    APAM_OK)
			return fail(names[i]);
	}
	return 0;
}

static int
use(time_t seconds, int count, char **names, enum apam_status expected)
{
	const struct timespec pause = { 0, 20000000 };
	const time_t end = time(NULL) + seconds;
	unsigned long done = 0;

	while (!told_to_end && (time(NULL) < end || done == 0)) {
		for (int i = 0; i < count; i++)
			if (sign(i) != expected)
				return fail(names[i]);
		done++;
		(void)nanosleep(&pause, NULL);
	}
	printf("%lu times, the slowest in %ld ms\n", done, slowest);
	return slowest > within;
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options) };
	enum apam_status expected = APAM_OK;
	struct apam *ctx = NULL;
	int status;

	if (argc > 1 && strcmp(argv[1], "--refused") == 0) {
		expected = APAM_E_POLICY;
		argv++;
		argc--;
	}
	if (argc > 2 && strcmp(argv[1], "--within") == 0) {
		within = strtol(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	if (argc < 4)
		return 2;
	options.config = argv[1];
	(void)signal(SIGTERM, end_soon);
	if (apam_open(&options, &ctx, &err) != APAM_OK)
		return fail("apam_open");
	status = open_profiles(ctx, argc - 3, argv + 3);
	if (status == 0)
		status = use(
		    strtol(argv[2], NULL, 10), argc - 3, argv + 3, expected);
	apam_close(&ctx);
	return status;
}
