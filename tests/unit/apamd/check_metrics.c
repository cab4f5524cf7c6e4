/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/metrics.c.  What it writes is read by
 * tests/apamd/openmetrics.py, which has Prometheus's own parser.
 */
#include "agent/metrics.c"

#include <sys/wait.h>
#include <time.h>

#include "support/project.h"
#include "support/run.h"

#define SECRET "FAKE-secret-of-the-test"

static struct project project;
static struct metrics *m;
static struct buf text;
static char *samples; /* as the parser prints them */
static const struct metrics_now now = { 3, 2, 1, 4 };

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", SECRET "\n");
	buf_init_plain(&text, METRICS_TEXT_MAX);
	m = metrics_new();
	ck_assert_ptr_nonnull(m);
}

static void
teardown(void)
{
	metrics_free(&m);
	metrics_free(&m);
	buf_free(&text);
	free(samples);
	samples = NULL;
	project_remove(&project);
}

/* Have the text read; it must be right. */
static void
parse(void)
{
	char command[256];
	size_t n = 0;
	FILE *out;

	project_write(&project, "metrics", text.p);
	(void)snprintf(command, sizeof(command),
	    "/usr/bin/python3 tests/apamd/openmetrics.py <%s/metrics 2>&1",
	    project.dir);
	out = popen(command, "r");
	ck_assert_ptr_nonnull(out);
	free(samples);
	samples = calloc(1, METRICS_TEXT_MAX);
	ck_assert_ptr_nonnull(samples);
	n = fread(samples + 1, 1, METRICS_TEXT_MAX - 2, out);
	ck_assert_msg(pclose(out) == 0, "%s%s", samples + 1, text.p);
	ck_assert_uint_gt(n, 0);
	samples[0] = '\n';
}

static void
write_and_parse(void)
{
	buf_truncate(&text, 0);
	ck_assert(metrics_write(m, project.ctx, &now, &text));
	parse();
}

static void
has(const char *sample)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "\n%s\n", sample);
	ck_assert_msg(
	    strstr(samples, line) != NULL, "no %s in %s", sample, samples);
}

static void
has_none(const char *part)
{
	ck_assert_msg(strstr(samples, part) == NULL, "%s in %s", part, samples);
}

static struct apam_profile *
use(const char *name, const char *entries)
{
	project_entries(&project, name, entries);
	return project_get(&project, name);
}

static void
sign(struct apam_profile *profile)
{
	const struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_signature s = APAM_SIGNATURE_INIT;

	ck_assert_int_eq(apam_sign(profile, &request, &s, NULL), APAM_OK);
	apam_signature_release(&s);
}

#define HMAC                                                                   \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; }"
#define RETURNS(more) "{ scheme = \"return-test\"; " more "}"

/* ---- What is there ------------------------------------------------------ */

START_TEST(an_agent_that_just_began)
{
	use("p", HMAC);
	write_and_parse();
	has("apam_agent_info version=" APAM_VERSION " = 1");
	has("apam_agent_connections = 3");
	has("apam_agent_users = 2");
	has("apam_agent_requests = 1");
	has("apam_agent_pages = 4");
	has("apam_agent_refusals_total reason=peer = 0");
	has("apam_agent_refusals_total reason=protocol = 0");
	has_none("profile=");
}
END_TEST

START_TEST(what_is_counted_is_told)
{
	use("p", HMAC);
	metrics_signature(m, "p", APAM_OK);
	metrics_signature(m, "p", APAM_OK);
	metrics_signature(m, "p", APAM_E_POLICY);
	metrics_signature(m, "p", (enum apam_status)0x7777);
	metrics_signature(m, NULL, APAM_E_NO_PROFILE);
	metrics_verdict(m, "p", APAM_VERDICT_ACCEPTED);
	metrics_verdict(m, "p", (enum apam_verdict)99);
	metrics_page(m, "p");
	metrics_refused(m, METRICS_FLOOD);
	write_and_parse();
	has("apam_signatures_total profile=p result=ok = 2");
	has("apam_signatures_total profile=p result=policy = 1");
	has("apam_signatures_total profile=p result=internal = 1");
	has("apam_signatures_total profile= result=no_profile = 1");
	has("apam_verdicts_total profile=p verdict=accepted = 1");
	has("apam_pages_given_total profile=p = 1");
	has("apam_agent_refusals_total reason=flood = 1");
	has_none("result=denied");
	has_none("verdict=?");
}
END_TEST

/* Each status has a word, which is its name's. */
START_TEST(each_status_has_a_word)
{
	for (int status = 0; status < 0x700; status++) {
		const char *name = apam_status_name((enum apam_status)status);
		size_t i = 0;

		if (strcmp(name, "APAM_E_?") == 0 || status == APAM_E_PENDING ||
		    status == APAM_OK)
			continue;
		while (i < RESULTS - 1 && (int)results[i].status != status)
			i++;
		ck_assert_msg((int)results[i].status == status, "%s", name);
		ck_assert_int_eq(
		    strcasecmp(results[i].word, name + strlen("APAM_E_")), 0);
	}
}
END_TEST

START_TEST(credentials_are_told_by_their_times)
{
	struct apam_profile *p = use(
	    "p", RETURNS("lifetime = 1000; ") ", " HMAC);
	const long long before = (long long)time(NULL);
	long long at = 0;
	const char *line;

	sign(p);
	metrics_signature(m, "p", APAM_OK);
	write_and_parse();
	has("apam_entry_info entry=1 profile=p scheme=return-test = 1");
	has("apam_entry_info entry=2 profile=p scheme=hmac-test = 1");
	has("apam_credential_usable entry=1 profile=p = 1");
	has("apam_credential_usable entry=2 profile=p = 0");
	has("apam_exchanges_total entry=1 profile=p result=sent = 0");
	has("apam_refreshes_total entry=1 profile=p result=failed = 0");
	has("apam_key_state apam_key_state=unknown entry=2 profile=p = 1");
	has("apam_key_state apam_key_state=good entry=2 profile=p = 0");
	has_none("apam_login_needed");
	has_none("apam_credential_end_timestamp_seconds entry=2");
	line = strstr(text.p, "\napam_credential_end_timestamp_seconds{");
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(sscanf(strchr(line, '}'), "} %lld", &at), 1);
	ck_assert(at >= before + 990 && at <= (long long)time(NULL) + 1000);
	line = strstr(text.p, "\napam_credential_acquired_timestamp_seconds{");
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(sscanf(strchr(line, '}'), "} %lld", &at), 1);
	ck_assert(at >= before && at <= (long long)time(NULL));
}
END_TEST

START_TEST(the_process_is_told_of)
{
	const long long wall = (long long)time(NULL);
	struct process_facts facts;

	use("p", HMAC);
	write_and_parse();
	process_view_read(m->process, &facts);
	ck_assert(facts.start_s > (double)(wall - 3600));
	ck_assert(facts.start_s < (double)(wall + 2));
	ck_assert(facts.cpu_s >= 0 && facts.cpu_s < 3600);
	ck_assert_uint_gt(facts.resident, 100000);
	ck_assert_uint_gt(facts.virtual, facts.resident);
	ck_assert_uint_ge(facts.descriptors, 5);
	ck_assert_uint_lt(facts.descriptors, facts.descriptors_max);
	has_none("process_open_fds = 0");
	has_none("process_max_fds = 0");
}
END_TEST

/* ---- What is not -------------------------------------------------------- */

START_TEST(no_secret_and_no_id_of_a_key)
{
	struct apam_profile *p = use("p", HMAC);

	sign(p);
	metrics_signature(m, "p", APAM_OK);
	write_and_parse();
	ck_assert_ptr_null(strstr(text.p, SECRET));
	ck_assert_ptr_null(strstr(text.p, "k1"));
}
END_TEST

START_TEST(a_profile_that_went_away_keeps_its_counts_alone)
{
	use("p", HMAC);
	metrics_signature(m, "gone", APAM_OK);
	metrics_signature(m, "p", APAM_OK);
	write_and_parse();
	has("apam_signatures_total profile=gone result=ok = 1");
	has("apam_credential_usable entry=1 profile=p = 0");
	has_none("apam_credential_usable entry=1 profile=gone");
}
END_TEST

/* As many as there is room for; they are found again, in any order. */
START_TEST(profiles_are_bounded)
{
	char name[APAM_NAME_SIZE];

	use("p", HMAC);
	for (unsigned i = 0; i < METRICS_PROFILES_MAX + 100; i++) {
		(void)snprintf(name, sizeof(name), "p%u", i * 7919 % 65537);
		metrics_signature(m, name, APAM_OK);
		metrics_signature(m, name, APAM_OK);
	}
	ck_assert_uint_eq(m->count, METRICS_PROFILES_MAX);
	ck_assert_uint_eq(m->none.results[0], 200);
	for (size_t i = 0; i < m->count; i++)
		ck_assert_uint_eq(m->profiles[i]->results[0], 2);
	for (size_t i = 1; i < m->count; i++)
		ck_assert_int_lt(
		    strcmp(m->profiles[i - 1]->name, m->profiles[i]->name), 0);
	write_and_parse();
}
END_TEST

START_TEST(without_room_there_is_nothing)
{
	struct buf small;

	use("p", HMAC);
	buf_init_plain(&small, 1000);
	ck_assert(!metrics_write(m, project.ctx, &now, &small));
	buf_free(&small);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tests = tcase_create("metrics");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_agent_that_just_began);
	tcase_add_test(tests, what_is_counted_is_told);
	tcase_add_test(tests, each_status_has_a_word);
	tcase_add_test(tests, credentials_are_told_by_their_times);
	tcase_add_test(tests, the_process_is_told_of);
	tcase_add_test(tests, no_secret_and_no_id_of_a_key);
	tcase_add_test(tests, a_profile_that_went_away_keeps_its_counts_alone);
	tcase_add_test(tests, profiles_are_bounded);
	tcase_add_test(tests, without_room_there_is_nothing);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
