/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/serve.c: for whom the agent signs, what it hands over, what
 * it asks for.  What takes an exchange is in tests/suite/agent.
 */
#include "api/serve.h"

#include <unistd.h>

#include "base/str.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "slot/slot.h"
#include "slot/write.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example"
#define OTHER 64001 /* a user that nobody is */

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;
static struct serve_news news;
static struct serve_known known;

/* What was handed over last. */
static struct {
	unsigned times;
	char header[256], query[256];
	unsigned entries;
	uint32_t user;
	uint64_t generation;
} made;

static void
setup(void)
{
	char config[128];
	struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };

	project_make(&project);
	project_module(&project, "api-key", false);
	project_module(&project, "hmac-test", true);
	project_module(&project, "basic-email-key", false);
	project_secret(&project, "secret", "FAKEkey");
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	ck_assert_int_eq(serve_open(&options, &project.ctx, &err), APAM_OK);
	memset(&made, 0, sizeof(made));
	memset(&news, 0, sizeof(news));
	memset(&known, 0, sizeof(known));
}

static void
teardown(void)
{
	project_remove(&project);
}

#define KEY                                                                    \
	"auth = ( { scheme = \"api-key\"; header = \"X-Key\"; "                \
	"key = \"file:@/secret\"; } );\n"
#define HMAC                                                                   \
	"auth = ( { scheme = \"hmac-test\"; key_id = \"k1\"; "                 \
	"secret = \"file:@/secret\"; } );\n"

static struct apam_profile *
use(const char *rest, const char *rules)
{
	char format[1024], text[2048];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"" URL "\" ];\n%s%s", rules, rest);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	return project_get(&project, "p");
}

static void
take(void *arg, const struct serve_signature *s)
{
	(void)arg;
	made.times++;
	made.entries = s->entries;
	made.user = s->asker->user;
	made.generation = s->generation;
	(void)snprintf(made.query, sizeof(made.query), "%.*s", SARG(s->query));
	if (s->header_count > 0)
		(void)snprintf(made.header, sizeof(made.header), "%s: %s",
		    s->headers[0].name.p, s->headers[0].value.p);
}

/* Sign once for them; *asked: the digest that is asked for. */
static enum apam_status
sign_for(const struct serve_who *who, struct apam_profile *profile,
    const struct apam_request *request, int32_t *asked)
{
	const struct serve_job job = { .profile = profile,
		.request = request,
		.who = who,
		.has_body = asked != NULL,
		.made = take };
	struct serve_call call = { 0 };
	enum apam_status status = serve_sign(&job, &call, &err);
	uint64_t landings = serve_landings(project.ctx);

	/* A first credential is got by the context's next step. */
	while (status == APAM_E_PENDING && call.digest == 0) {
		apam_step(project.ctx);
		ck_assert_uint_gt(serve_landings(project.ctx), landings);
		landings = serve_landings(project.ctx);
		status = serve_sign(&job, &call, &err);
	}
	if (asked != NULL)
		*asked = call.digest;
	else
		ck_assert_int_eq(call.digest, 0);
	return status;
}

/* Sign once as this user. */
static enum apam_status
sign_as(uint32_t user, struct apam_profile *profile,
    const struct apam_request *request, int32_t *asked)
{
	const struct serve_who who = { .caller = { .user = user },
		.program = "check",
		.news = &news,
		.known = &known };

	return sign_for(&who, profile, request, asked);
}

static const struct {
	const char *name, *rest, *rules;
	bool own; /* this process's user asks, else OTHER */
	const char *method, *url;
	enum apam_status status;
} rows[] = {
	{ "no rules: the agent's own user", KEY, "", true, "GET", URL "/",
	    APAM_OK },
	{ "no rules: another", KEY, "", false, "GET", URL "/", APAM_E_POLICY },
	{ "a rule for the other", KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n",
	    false, "GET", URL "/", APAM_OK },
	{ "rules hold for the agent's own, too", KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n",
	    true, "GET", URL "/", APAM_E_POLICY },
	{ "a rule that gives nothing", KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"nothing\"; } );\n",
	    false, "GET", URL "/", APAM_E_POLICY },
	{ "a rule that gives too little", KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"headers\"; } );\n",
	    false, "GET", URL "/", APAM_E_CONFIG },
	{ "another origin", KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n",
	    false, "GET", "https://other.example/", APAM_E_ORIGIN },
	{ "a method that the rule has", HMAC,
	    "allow = ( { users = [ \"64001\" ]; methods = [ \"GET\" ]; "
	    "paths = [ \"/a/*\" ]; give = \"signature\"; } );\n",
	    false, "GET", URL "/a/b?c", APAM_OK },
	{ "another method", HMAC,
	    "allow = ( { users = [ \"64001\" ]; methods = [ \"GET\" ]; "
	    "paths = [ \"/a/*\" ]; give = \"signature\"; } );\n",
	    false, "POST", URL "/a/b?c", APAM_E_POLICY },
	{ "another path", HMAC,
	    "allow = ( { users = [ \"64001\" ]; methods = [ \"GET\" ]; "
	    "paths = [ \"/a/*\" ]; give = \"signature\"; } );\n",
	    false, "GET", URL "/ab", APAM_E_POLICY },
};

/* Twice: the second one may take the direct way. */
START_TEST(the_rules_say_for_whom)
{
	struct apam_profile *profile = use(rows[_i].rest, rows[_i].rules);
	struct apam_request request = APAM_REQUEST(
	    rows[_i].method, rows[_i].url);
	const uint32_t user = rows[_i].own ? (uint32_t)geteuid() : OTHER;

	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_msg(
		    sign_as(user, profile, &request, NULL) == rows[_i].status,
		    "%s: %s: %s", rows[_i].name, apam_status_name(err.status),
		    err.text);
		ck_assert_uint_eq(
		    made.times, rows[_i].status == APAM_OK ? i : 0);
		if (rows[_i].status != APAM_OK)
			ck_assert_str_eq(err.profile, "p");
	}
}
END_TEST

/* What was lent for one caller is not another's. */
START_TEST(the_direct_way_looks_at_the_rules_of_each_caller)
{
	struct apam_profile *profile = use(HMAC,
	    "allow = ( { users = [ \"64001\" ]; give = \"signature\"; } );\n");
	struct apam_request request = APAM_REQUEST("GET", URL "/");

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(
		    sign_as(OTHER, profile, &request, NULL), APAM_OK);
	ck_assert_int_eq(
	    sign_as(OTHER + 1, profile, &request, NULL), APAM_E_POLICY);
	ck_assert_uint_eq(made.times, 3);
}
END_TEST

/* The slot's text, changed, so that a signature by it is another one. */
static char *
slot_text(struct apam_profile *profile)
{
	struct slot *slot = atomic_load(&profile->slot);

	ck_assert_ptr_nonnull(slot);
	ck_assert_int_eq(slot->kind, SLOT_SHARED);
	return slot->page.image;
}

/* Its header, as the slot or the stack has it. */
static void
expect_header(struct apam_profile *profile, const char *url, const char *header)
{
	struct apam_request request = APAM_REQUEST("GET", url);

	made.header[0] = '\0';
	ck_assert_msg(
	    sign_as((uint32_t)geteuid(), profile, &request, NULL) == APAM_OK,
	    "%s", err.text);
	ck_assert_str_eq(made.header, header);
	ck_assert_str_eq(made.query, "");
	ck_assert_uint_eq(made.entries, 1);
}

START_TEST(a_good_page_serves_the_agent_itself)
{
	struct apam_profile *profile = use(KEY, "");
	struct slot *slot;
	uint64_t generation;

	expect_header(profile, URL "/", "X-Key: FAKEkey");
	generation = made.generation;
	slot_text(profile)[0] = 'Y';
	expect_header(profile, URL "/a?b=c#d", "Y-Key: FAKEkey");
	ck_assert_uint_eq(made.generation, generation);
	/* What is not good any more is made anew. */
	slot = atomic_load(&profile->slot);
	page_span_end(&slot->page.fresh);
	atomic_store(&slot->page.second, PAGE_NO_SECOND);
	atomic_store(&slot->page.generation, 0);
	expect_header(profile, URL "/", "X-Key: FAKEkey");
	ck_assert_uint_eq(made.generation, generation);
	slot_text(profile)[0] = 'Y';
	slot_close(slot);
	expect_header(profile, URL "/", "X-Key: FAKEkey");
}
END_TEST

START_TEST(a_good_page_does_not_pass_rules_or_origins)
{
	struct apam_profile *profile = use(KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n");
	struct apam_request request = APAM_REQUEST("GET", URL "/a");

	ck_assert_int_eq(sign_as(OTHER, profile, &request, NULL), APAM_OK);
	(void)slot_text(profile);
	ck_assert_int_eq(
	    sign_as(OTHER + 1, profile, &request, NULL), APAM_E_POLICY);
	request.url = "https://other.example/a";
	ck_assert_int_eq(
	    sign_as(OTHER, profile, &request, NULL), APAM_E_ORIGIN);
	ck_assert_uint_eq(made.times, 1);
}
END_TEST

/* What the provider refused is looked at, whatever the page says. */
START_TEST(a_caller_that_doubts_gets_no_page)
{
	const struct serve_who who = {
		.caller = { .user = (uint32_t)geteuid() },
		.program = "check",
		.news = &news,
		.known = &known
	};
	struct apam_profile *profile = use(KEY, "");
	struct apam_request request = APAM_REQUEST("GET", URL "/");
	struct serve_job job = { .profile = profile,
		.request = &request,
		.who = &who,
		.made = take };
	struct serve_call call = { 0 };

	expect_header(profile, URL "/", "X-Key: FAKEkey");
	slot_text(profile)[0] = 'Y';
	job.rejected = made.generation;
	made.header[0] = '\0';
	(void)serve_sign(&job, &call, &err);
	ck_assert_ptr_null(strstr(made.header, "Y-Key"));
}
END_TEST

/* ---- Gateways ----------------------------------------------------------- */

#define GATE 64003

#define OF_GATE                                                                \
	"allow = ( { users = [ \"64003\" ]; give = \"nothing\"; "              \
	"gateway = true; },\n"                                                 \
	"{ users = [ \"64001\" ]; give = \"nothing\"; },\n"                    \
	"{ users = [ \"64002\" ]; give = \"secret\"; },\n"                     \
	"{ groups = [ \"64005\" ]; give = \"nothing\"; } );\n"

static const struct {
	const char *name, *rules;
	uint32_t sender, named, group; /* group 0: none */
	enum apam_status status;
	const char *text; /* of the refusal */
} claims[] = {
	{ "a gateway for who is named", OF_GATE, GATE, OTHER, 0, APAM_OK, "" },
	{ "for who is given more", OF_GATE, GATE, 64002, 0, APAM_OK, "" },
	{ "for one of a group", OF_GATE, GATE, 64009, 64005, APAM_OK, "" },
	{ "for a stranger", OF_GATE, GATE, 64009, 0, APAM_E_POLICY,
	    "allow has no rule for user 64009" },
	{ "a gateway for itself, by name", OF_GATE, GATE, GATE, 0,
	    APAM_E_POLICY, "allow has user 64003 ask for others alone" },
	/* They have no gateway, or would be their own. */
	{ "who is given nothing, for itself", OF_GATE, OTHER, OTHER, 0,
	    APAM_E_POLICY, "allow gives user 64001 nothing to send itself" },
	{ "who is given nothing, for another", OF_GATE, OTHER, 64002, 0,
	    APAM_E_POLICY,
	    "user 64001 says that it asks for user 64002, and no rule of allow "
	    "calls it a gateway" },
	{ "who is given something, for another", OF_GATE, 64002, OTHER, 0,
	    APAM_E_POLICY, "user 64002 says that it asks for user 64001" },
	{ "who is given something, for itself", OF_GATE, 64002, 64002, 0,
	    APAM_OK, "" },
	{ "root is not a gateway by itself", OF_GATE, 0, OTHER, 0,
	    APAM_E_POLICY, "user 0 (root) says that it asks for user 64001" },
	{ "a group is not gained by saying so", OF_GATE, 64009, 64009, 64005,
	    APAM_E_POLICY, "allow has no rule for user 64009" },
	{ "without rules, root for a stranger", "", 0, OTHER, 0, APAM_E_POLICY,
	    "the profile has no rules" },
	{ "without rules, root for itself", "", 0, 0, 0, APAM_OK, "" },
	{ "without rules, a stranger for root", "", OTHER, 0, 0, APAM_E_POLICY,
	    "user 64001 says that it asks for user 0 (root)" },
};

/* The direct way decides as the long one. */
START_TEST(a_gateway_asks_for_others)
{
	const struct caller named = { .user = claims[_i].named,
		.groups = &claims[_i].group,
		.group_count = claims[_i].group != 0 };
	const struct serve_who who = { .caller = { .user = claims[_i].sender },
		.named = &named,
		.program = "nginx",
		.news = &news,
		.known = &known };
	struct apam_request request = APAM_REQUEST("GET", URL "/");
	struct apam_profile *profile;

	for (int way = 0; way < 2; way++) {
		profile = use(way == 0 ? KEY : HMAC, claims[_i].rules);
		serve_look(project.ctx);
		for (int i = 0; i < 3; i++) {
			ck_assert_msg(sign_for(&who, profile, &request, NULL) ==
				claims[_i].status,
			    "%s: %s", claims[_i].name, err.text);
			ck_assert_msg(strstr(err.text, claims[_i].text) != NULL,
			    "%s: %s", claims[_i].name, err.text);
		}
	}
	ck_assert_uint_eq(made.times, claims[_i].status == APAM_OK ? 6 : 0);
	if (claims[_i].status == APAM_OK)
		ck_assert_uint_eq(made.user, named.user);
}
END_TEST

/* Whom one connection asked for before is not taken for whom it asks for now. */
START_TEST(the_audit_log_has_whom_it_asked_for)
{
	static const uint32_t users[] = { OTHER, 64002, OTHER };
	struct apam_request request = APAM_REQUEST("GET", URL "/");
	struct apam_profile *profile = use(KEY, OF_GATE);
	char path[256], line[AUDIT_LINE_MAX];
	int used = 0, other = 0;
	FILE *f;

	project_directory(&project, "state");
	for (int i = 0; i < ROWS(users); i++) {
		const struct caller named = { .user = users[i] };
		const struct serve_who who = { .caller = { .user = GATE },
			.named = &named,
			.program = "nginx",
			.news = &news,
			.known = &known };

		ck_assert_int_eq(
		    sign_for(&who, profile, &request, NULL), APAM_OK);
	}
	(void)snprintf(path, sizeof(path), "%s/state/users/%lu/audit.log",
	    project.dir, (unsigned long)geteuid());
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		used += strstr(line, "\"APAM_EVENT\":\"used\"") != NULL;
		other += strstr(line, "\"APAM_FOR_UID\":\"64002\"") != NULL;
	}
	(void)fclose(f);
	ck_assert_int_eq(used, 2);
	ck_assert_int_eq(other, 1);
}
END_TEST

/* ---- What answers leave --------------------------------------------------- */

#define CHALLENGE                                                              \
	"auth = ( { scheme = \"challenge-test\"; "                             \
	"secret = \"file:@/secret\"; eager = true; } );\n"

/* The user says that the server has given this nonce. */
static void
tell(struct apam_profile *profile, uint32_t user, const char *challenge)
{
	const struct apam_header header = { APAM_STR("WWW-Authenticate"),
		apam_str(challenge) };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401,
		.headers = &header,
		.header_count = 1 };
	const struct serve_who who = { .caller = { .user = user },
		.program = "check",
		.news = &news,
		.known = &known };
	const struct serve_answer said = { .method = "GET",
		.url = URL "/",
		.answer = &answer,
		.generation = made.generation,
		.entries = 1,
		.verdict = APAM_VERDICT_CHALLENGED };

	serve_judged(profile, &who, &said);
}

/* What one says of nonces, be it a lie, is in no signature of another. */
START_TEST(a_nonce_is_for_who_told_of_it)
{
	struct apam_request request = APAM_REQUEST("GET", URL "/");
	struct apam_profile *profile;

	project_module(&project, "challenge-test", true);
	profile = use(CHALLENGE,
	    "allow = ( { users = [ \"64001\", \"64002\" ]; "
	    "give = \"secret\"; } );\n");
	ck_assert_msg(
	    sign_as(OTHER, profile, &request, NULL) == APAM_OK, "%s", err.text);
	tell(profile, OTHER, "Challenge-Test nonce=\"mine\"");
	ck_assert_int_eq(sign_as(64002, profile, &request, NULL), APAM_OK);
	ck_assert_ptr_null(strstr(made.header, "mine"));
	ck_assert_int_eq(sign_as(OTHER, profile, &request, NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(made.header, "nonce=mine, nc=1"));
	tell(profile, 64002, "Challenge-Test nonce=\"yours\"");
	ck_assert_int_eq(sign_as(OTHER, profile, &request, NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(made.header, "nonce=mine, nc=2"));
	ck_assert_int_eq(sign_as(64002, profile, &request, NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(made.header, "nonce=yours, nc=1"));
	/* A stranger tells it nothing. */
	tell(profile, 64009, "Challenge-Test nonce=\"theirs\"");
	ck_assert_int_eq(sign_as(OTHER, profile, &request, NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(made.header, "nonce=mine, nc=3"));
}
END_TEST

/* ---- What is handed over ------------------------------------------------- */

START_TEST(the_parts_are_handed_over)
{
	struct apam_profile *profile = use(KEY, "");
	struct apam_request request = APAM_REQUEST("GET", URL "/a");
	const uint32_t me = (uint32_t)geteuid();

	ck_assert_int_eq(sign_as(me, profile, &request, NULL), APAM_OK);
	ck_assert_str_eq(made.header, "X-Key: FAKEkey");
	ck_assert_str_eq(made.query, "");
	ck_assert_uint_eq(made.entries, 1);
}
END_TEST

START_TEST(parameters_are_what_is_to_be_appended)
{
	struct apam_profile *profile = use(
	    "auth = ( { scheme = \"basic-email-key\"; "
	    "email = \"a@example.com\"; key = \"file:@/secret\"; "
	    "query = { one = \"1\"; two = \"2 3\"; }; } );\n",
	    "");
	struct apam_request request = APAM_REQUEST("GET", URL "/a?two=own#x");
	const uint32_t me = (uint32_t)geteuid();

	ck_assert_msg(
	    sign_as(me, profile, &request, NULL) == APAM_OK, "%s", err.text);
	ck_assert_str_eq(made.query, "&one=1");
	request.url = URL "/a";
	ck_assert_int_eq(sign_as(me, profile, &request, NULL), APAM_OK);
	ck_assert_str_eq(made.query, "?one=1&two=2%203");
}
END_TEST

START_TEST(a_digest_that_is_lacking_is_asked_for)
{
	struct apam_profile *profile = use(HMAC, "");
	const struct apam_digest none,
	    sum = { APAM_HASH_SHA256,
		    APAM_STR("0123456789abcdef0123456789abcdef") };
	struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_DIGESTS,
		.digests = &none };
	struct apam_request request = APAM_REQUEST("POST", URL "/a");
	const uint32_t me = (uint32_t)geteuid();
	int32_t asked;

	request.body = &body;
	/* By the long way, then by the direct one. */
	for (int i = 0; i < 2; i++) {
		body.digest_count = 0;
		ck_assert_int_eq(
		    sign_as(me, profile, &request, &asked), APAM_E_PENDING);
		ck_assert_int_eq(asked, APAM_HASH_SHA256);
		body.digests = &sum;
		body.digest_count = 1;
		ck_assert_int_eq(
		    sign_as(me, profile, &request, &asked), APAM_OK);
		ck_assert_int_eq(asked, 0);
	}
	ck_assert_uint_eq(made.times, 2);
	/* A caller that has nothing but digests is not asked. */
	body.digest_count = 0;
	ck_assert_int_eq(sign_as(me, profile, &request, NULL), APAM_E_POLICY);
	ck_assert_uint_eq(made.times, 2);
}
END_TEST

START_TEST(changed_files_count_once_they_are_looked_at)
{
	struct apam_profile *profile = use(KEY, "");
	struct apam_request request = APAM_REQUEST("GET", URL "/");

	ck_assert_int_eq(
	    sign_as(OTHER, profile, &request, NULL), APAM_E_POLICY);
	(void)use(KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n");
	serve_look(project.ctx);
	ck_assert_int_eq(sign_as(OTHER, profile, &request, NULL), APAM_OK);
}
END_TEST

/* What the next signature's rules ask, when the files have changed before it. */
START_TEST(needs_are_those_of_the_files_as_they_are_now)
{
	struct apam_profile *profile = use(KEY, "");
	char path[256];

	ck_assert(!serve_needs(profile).unit);
	ck_assert(!serve_needs(profile).groups);
	(void)use(KEY,
	    "allow = ( { groups = [ \"64005\" ]; give = \"secret\"; } );\n");
	profile_look_soon(profile);
	ck_assert(serve_needs(profile).groups);
	ck_assert(!serve_needs(profile).unit);
	(void)use(KEY,
	    "allow = ( { units = [ \"a.service\" ]; "
	    "give = \"secret\"; } );\n");
	profile_look_soon(profile);
	ck_assert(serve_needs(profile).unit);
	ck_assert(!serve_needs(profile).groups);
	(void)snprintf(path, sizeof(path), "%s/apam.d/p.conf", project.dir);
	ck_assert_int_eq(unlink(path), 0);
	profile_look_soon(profile);
	ck_assert(!serve_needs(profile).unit);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("serve");
	TCase *t = tcase_create("serve");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, the_rules_say_for_whom, 0, ROWS(rows));
	tcase_add_test(t, the_direct_way_looks_at_the_rules_of_each_caller);
	tcase_add_test(t, a_good_page_serves_the_agent_itself);
	tcase_add_test(t, a_good_page_does_not_pass_rules_or_origins);
	tcase_add_test(t, a_caller_that_doubts_gets_no_page);
	tcase_add_loop_test(t, a_gateway_asks_for_others, 0, ROWS(claims));
	tcase_add_test(t, the_audit_log_has_whom_it_asked_for);
	tcase_add_test(t, a_nonce_is_for_who_told_of_it);
	tcase_add_test(t, the_parts_are_handed_over);
	tcase_add_test(t, parameters_are_what_is_to_be_appended);
	tcase_add_test(t, a_digest_that_is_lacking_is_asked_for);
	tcase_add_test(t, needs_are_those_of_the_files_as_they_are_now);
	tcase_add_test(t, changed_files_count_once_they_are_looked_at);
	suite_add_tcase(s, t);
	return run_suite(s);
}
