/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the libcurl adapter against the sandbox: what is sent again and
 * what the host sees of it, one handle and many, and what stays in a handle.
 */
#include <apam/curl.h>
#include <poll.h>

#include "support/run.h"
#include "support/sandbox_child.h"

#define MANY 50
#define TOKEN "\"path\":\"/oauth2/token\""
#define EYES "\"path\":\"/eyes\""

static struct sandbox sandbox;
static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static CURL *easy;
static char eyes[128], origin[64];

/* What callbacks of the host saw. */
struct seen {
	char body[4096], head[4096];
	size_t n, lines, sendings;
	bool refuse; /* the next piece */
};

static struct seen seen;
static struct apam_transfer transfer;
static struct apam_body body;
static struct apam_result result;
static struct apam_error detail = APAM_ERROR_INIT; /* of it */

/* ---- The host's callbacks ---------------------------------------------- */

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct seen *s = arg;

	if (s->refuse)
		return 0;
	ck_assert_uint_lt(s->n + one * n, sizeof(s->body));
	memcpy(s->body + s->n, p, one * n);
	s->n += one * n;
	s->body[s->n] = '\0';
	return one * n;
}

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct seen *s = arg;
	size_t used = strlen(s->head);

	if (s->refuse)
		return 0;
	(void)snprintf(
	    s->head + used, sizeof(s->head) - used, "%.*s", (int)(one * n), p);
	s->lines++;
	return one * n;
}

static void
on_sending(void *arg, const struct apam_signature *signature)
{
	struct seen *s = arg;

	ck_assert_uint_eq(signature->header_count, 1);
	s->sendings++;
}

/* ---- Fixtures ---------------------------------------------------------- */

static void
write_profile(void)
{
	char text[1024];

	(void)snprintf(origin, sizeof(origin), "https://127.0.0.1:%d",
	    sandbox_port(&sandbox, "SEVENSIGNAL"));
	(void)snprintf(eyes, sizeof(eyes), "%s/eyes", origin);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%s\" ];\nca_file = \"%s/ca.pem\";\n"
	    "deadline = \"20s\";\n"
	    "auth = ( { scheme = \"oauth2-client-credentials\";\n"
	    "  token_url = \"%s/oauth2/token\";\n"
	    "  client_id = \"SANDBOX.CLIENT.ONE\";\n"
	    "  client_secret = \"file:%s/secret\"; } );\n",
	    origin, project.dir, origin, project.dir);
	project_profile(&project, "p", text);
	/* The same, but the sandbox's CA is nobody's that the system knows. */
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%s\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n",
	    origin, project.dir);
	project_profile(&project, "untrusted", text);
}

/* Elsewhere, and by a proxy at a port where nothing listens. */
static void
write_far_profile(void)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example.test\" ];\n"
	    "proxy = \"http://127.0.0.1:1\";\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n",
	    project.dir);
	project_profile(&project, "far", text);
}

/* Once: the tests are children of this process, or run in it. */
static void
start(void)
{
	project_make(&project);
	project_module(&project, "oauth2-client-credentials", false);
	project_module(&project, "basic-email-key", false);
	project_secret(&project, "secret", "not-a-secret-7signal-one");
	sandbox_start(&sandbox, project.dir);
	ck_assert_int_eq(chmod(project_path(&project, "ca.pem"), 0644), 0);
	write_profile();
	write_far_profile();
}

static void
end(void)
{
	sandbox_end(&sandbox);
	project_remove(&project);
}

static void
open_context(unsigned flags)
{
	char config[128];
	struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER | flags };

	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	ck_assert_int_eq(apam_open(&options, &project.ctx, &err), APAM_OK);
	profile = project_get(&project, "p");
}

static void
ready(void)
{
	sandbox_control(&sandbox, "/reset");
	memset(&seen, 0, sizeof(seen));
	transfer = (struct apam_transfer){ .size = sizeof(transfer),
		.method = "GET",
		.url = eyes,
		.write = on_body,
		.write_arg = &seen,
		.header = on_header,
		.header_arg = &seen,
		.sending = on_sending,
		.arg = &seen };
	body = (struct apam_body){ .size = sizeof(body) };
	result = (struct apam_result){ .size = sizeof(result),
		.detail = &detail };
	open_context(0);
	easy = curl_easy_init();
	ck_assert_ptr_nonnull(easy);
}

static void
done(void)
{
	curl_easy_cleanup(easy);
	apam_close(&project.ctx);
}

static enum apam_status
perform(void)
{
	return apam_curl_perform(profile, easy, &transfer, &result, &err);
}

/* Perform, which must work, and end with this status and number of tries. */
static void
performs(unsigned status, unsigned tries)
{
	enum apam_status got = perform();

	ck_assert_msg(got == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(result.status, status);
	ck_assert_uint_eq(result.tries, tries);
	ck_assert_uint_eq(result.size, sizeof(result));
}

/* The transfer has a body of this kind. */
static void
give_body(int32_t kind)
{
	body.kind = kind;
	transfer.body = &body;
}

/* ---- One handle -------------------------------------------------------- */

START_TEST(once)
{
	performs(200, 1);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_ACCEPTED);
	ck_assert_ptr_nonnull(strstr(seen.body, "\"eyes\""));
	ck_assert_ptr_nonnull(strstr(seen.head, "200"));
	ck_assert_uint_gt(seen.lines, 2);
	ck_assert_uint_eq(seen.sendings, 1);
}
END_TEST

START_TEST(an_expired_token_is_replaced)
{
	performs(200, 1);
	sandbox_control(&sandbox, "/expire?provider=7signal");
	memset(&seen, 0, sizeof(seen));
	performs(200, 2);
	/* The host sees the second response, and nothing of the first. */
	ck_assert_ptr_nonnull(strstr(seen.body, "\"eyes\""));
	ck_assert_ptr_null(strstr(seen.body, "401"));
	ck_assert_ptr_null(strstr(seen.head, "401"));
	ck_assert_uint_eq(seen.sendings, 2);
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", TOKEN), 2);
	ck_assert_str_eq(detail.text, "");
}
END_TEST

START_TEST(rejected_twice_is_the_end)
{
	size_t n = 0;

	sandbox_control(
	    &sandbox, "/fault?provider=7signal&path=/eyes&kind=401");
	performs(401, 2);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_REJECTED);
	for (const char *p = seen.head; (p = strstr(p, "HTTP/")) != NULL; p++)
		n++;
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", EYES), 2);
}
END_TEST

START_TEST(not_signed_again_says_why)
{
	performs(200, 1);
	sandbox_control(&sandbox, "/expire?provider=7signal");
	sandbox_control(
	    &sandbox, "/fault?provider=7signal&path=/oauth2/token&kind=503");
	memset(&seen, 0, sizeof(seen));
	performs(401, 1);
	ck_assert_ptr_nonnull(strstr(seen.head, "401"));
	ck_assert_int_eq(detail.status, APAM_E_PROVIDER);
	ck_assert_str_ne(detail.text, "");
}
END_TEST

/* ---- Bodies ------------------------------------------------------------ */

#define BODY_SIZE 60000 /* the sandbox keeps 64 KiB */

static int64_t
read_body(void *arg, uint64_t offset, void *to, size_t size)
{
	size_t left = BODY_SIZE - (size_t)offset;

	if (*(bool *)arg)
		return -1;
	size = size < left ? size : left;
	memset(to, 'x', size);
	return (int64_t)size;
}

static int64_t
read_too_much(void *arg, uint64_t offset, void *to, size_t size)
{
	(void)arg;
	(void)offset;
	memset(to, 'x', size);
	return (int64_t)size + 1;
}

START_TEST(a_reader_is_read_from_the_start)
{
	bool broken = false;

	transfer.method = _i == 0 ? "PUT" : "POST";
	give_body(APAM_BODY_READER);
	body.read = read_body;
	body.arg = &broken;
	sandbox_control(
	    &sandbox, "/fault?provider=7signal&path=/eyes&kind=401&count=1");
	ck_assert_int_eq(perform(), APAM_OK);
	ck_assert_uint_eq(result.tries, 2);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "7signal", "\"body_bytes\":60000,"), 2);
}
END_TEST

/* As long as the body says, so that the server learns it beforehand. */
START_TEST(a_readers_length_is_sent)
{
	bool broken = false;

	transfer.method = "PUT";
	give_body(APAM_BODY_READER);
	body.read = read_body;
	body.arg = &broken;
	body.length = BODY_SIZE;
	ck_assert_msg(perform() == APAM_OK, "%s", err.text);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "7signal", "\"body_bytes\":60000,"), 1);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "7signal", "Transfer-Encoding"), 0);
}
END_TEST

/* A body that is shorter or longer than it says. */
static const uint64_t wrong_lengths[] = { BODY_SIZE + 1, BODY_SIZE - 1, 1 };

START_TEST(a_reader_of_another_length)
{
	bool broken = false;

	transfer.method = "PUT";
	give_body(APAM_BODY_READER);
	body.read = read_body;
	body.arg = &broken;
	body.length = wrong_lengths[_i];
	ck_assert_int_eq(perform(), APAM_E_USAGE);
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

/* Whose reading fails. */
static int64_t (*const broken_readers[])(void *arg, uint64_t offset, void *to,
    size_t size) = { read_body, read_too_much };

START_TEST(a_reader_that_fails)
{
	bool broken = true;

	transfer.method = "PUT";
	give_body(APAM_BODY_READER);
	body.read = broken_readers[_i];
	body.arg = &broken;
	ck_assert_int_eq(perform(), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "body"));
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

START_TEST(bytes_are_sent_again)
{
	transfer.method = "POST";
	give_body(APAM_BODY_BYTES);
	body.bytes = apam_str("0123456789");
	sandbox_control(
	    &sandbox, "/fault?provider=7signal&path=/eyes&kind=401&count=1");
	ck_assert_int_eq(perform(), APAM_OK);
	ck_assert_uint_eq(result.tries, 2);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "7signal", "\"body_bytes\":10,"), 2);
}
END_TEST

/* ---- What is refused --------------------------------------------------- */

static void
no_size(void)
{
	transfer.size = 0;
}

static void
no_method(void)
{
	transfer.method = NULL;
}

static void
no_url(void)
{
	transfer.url = NULL;
}

static void
negative_timeout(void)
{
	transfer.timeout_ms = -1;
}

static void
digest_alone(void)
{
	give_body(APAM_BODY_DIGESTS);
}

static void
unknown_body(void)
{
	give_body(APAM_BODY_UNKNOWN);
}

static void
no_reader(void)
{
	give_body(APAM_BODY_READER);
}

static void
odd_body(void)
{
	give_body(99);
}

static const struct {
	const char *name;
	void (*spoil)(void);
} refused[] = {
	{ "no size", no_size },
	{ "no method", no_method },
	{ "no URL", no_url },
	{ "negative timeout", negative_timeout },
	{ "digest alone", digest_alone },
	{ "unknown body", unknown_body },
	{ "no reader", no_reader },
	{ "body of no kind", odd_body },
};

START_TEST(a_bad_transfer)
{
	struct apam_curl_call *call = NULL;
	enum apam_status status;

	refused[_i].spoil();
	ck_assert_msg(perform() == APAM_E_USAGE, "%s", refused[_i].name);
	ck_assert_str_ne(err.text, "");
	status = apam_curl_start(profile, easy, &transfer, &call, &err);
	ck_assert_msg(status == APAM_E_USAGE, "%s", refused[_i].name);
	ck_assert_ptr_null(call);
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", "path"), 0);
	ck_assert_uint_eq(seen.sendings, 0);
}
END_TEST

START_TEST(a_result_without_its_size)
{
	result.size = sizeof(result) - 1;
	ck_assert_int_eq(perform(), APAM_E_USAGE);
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", "path"), 0);
}
END_TEST

START_TEST(an_error_without_its_size)
{
	struct apam_curl_call *call = NULL;

	/* Less than the first version had of it. */
	err.size = offsetof(struct apam_error, retry_at) - 1;
	ck_assert_int_eq(perform(), APAM_E_USAGE);
	ck_assert_int_eq(apam_curl_start(profile, easy, &transfer, &call, &err),
	    APAM_E_USAGE);
	ck_assert_ptr_null(call);
	err.size++;
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", "path"), 0);
}
END_TEST

START_TEST(a_url_of_another_origin)
{
	transfer.url = "https://127.0.0.1:9/eyes";
	ck_assert_int_eq(perform(), APAM_E_ORIGIN);
	ck_assert_uint_eq(result.tries, 0);
	ck_assert_str_eq(err.profile, "p");
}
END_TEST

START_TEST(a_callback_that_fails)
{
	if (_i == 0)
		transfer.header = NULL;
	else
		transfer.write = NULL;
	if (_i == 2)
		sandbox_control(
		    &sandbox, "/fault?provider=7signal&path=/eyes&kind=403");
	seen.refuse = true;
	ck_assert_int_eq(perform(), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "the program did not accept"));
	ck_assert_uint_eq(seen.n, 0);
	/* The handle is as good as new. */
	seen.refuse = false;
	sandbox_control(&sandbox, "/clear");
	performs(200, 1);
}
END_TEST

/* ---- Redirects, and what stays in a handle ------------------------------ */

START_TEST(a_redirect_is_not_followed)
{
	char fault[256], to[128];

	(void)snprintf(to, sizeof(to), "https://127.0.0.1:%d/api/version/",
	    sandbox_port(&sandbox, "SEED"));
	(void)snprintf(fault, sizeof(fault),
	    "/fault?provider=7signal&path=/eyes&kind=redirect&arg=%s", to);
	sandbox_control(&sandbox, fault);
	/* What the handle was told before does not count. */
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 1L);
	performs(302, 1);
	ck_assert_int_eq(sandbox_seen(&sandbox, "seed", "path"), 0);
	/* A new call is bound anew. */
	transfer.url = to;
	ck_assert_int_eq(perform(), APAM_E_ORIGIN);
	ck_assert_int_eq(sandbox_seen(&sandbox, "seed", "path"), 0);
}
END_TEST

static size_t
drop(char *p, size_t one, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return one * n;
}

/* A plain GET on the handle, as it is. */
static void
sends_plainly(void)
{
	char url[128];
	long status = 0;
	CURLcode code;

	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/api/version/",
	    sandbox_port(&sandbox, "SEED"));
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	code = curl_easy_perform(easy);
	ck_assert_msg(code == CURLE_OK, "%s", curl_easy_strerror(code));
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	ck_assert_int_eq(status, 403); /* no Authorization at all */
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "seed", "\"has_authorization\":false"), 1);
	ck_assert_int_eq(sandbox_seen(&sandbox, "seed", "X-Ours"), 0);
	ck_assert_int_eq(sandbox_seen(&sandbox, "seed", "x-ours"), 0);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "seed", "\"method\":\"GET\""), 1);
	ck_assert_int_eq(
	    sandbox_seen(&sandbox, "seed", "\"body_bytes\":0,"), 1);
}

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };

START_TEST(a_handle_keeps_no_trace)
{
	const struct apam_header own = { APAM_STR("X-Ours"), APAM_STR("1") };
	bool broken = false;

	transfer.method = methods[_i];
	transfer.headers = &own;
	transfer.header_count = 1;
	if (strcmp(methods[_i], "POST") == 0) {
		give_body(APAM_BODY_BYTES);
		body.bytes = apam_str("text");
	}
	if (strcmp(methods[_i], "PUT") == 0) {
		give_body(APAM_BODY_READER);
		body.read = read_body;
		body.arg = &broken;
	}
	ck_assert_msg(perform() == APAM_OK, "%s", err.text);
	sends_plainly();
}
END_TEST

START_TEST(a_cancelled_call_leaves_no_trace)
{
	struct apam_curl_call *call = NULL;

	ck_assert_int_eq(
	    apam_curl_start(profile, easy, &transfer, &call, &err), APAM_OK);
	apam_curl_cancel(&call);
	ck_assert_ptr_null(call);
	apam_curl_cancel(&call);
	/* Policy stays; only the CA of the profile knows the sandbox. */
	sends_plainly();
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", EYES), 0);
}
END_TEST

/* ---- Proxies ------------------------------------------------------------ */

START_TEST(the_environment_names_no_proxy)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY" };

	for (int i = 0; i < ROWS(names); i++)
		ck_assert_int_eq(setenv(names[i], "http://127.0.0.1:1", 1), 0);
	performs(200, 1);
}
END_TEST

START_TEST(the_profile_names_the_proxy)
{
	transfer.url = "https://api.example.test/x";
	profile = project_get(&project, "far");
	/* Nor does the environment lead past it. */
	ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
	ck_assert_int_eq(perform(), APAM_E_NETWORK);
	ck_assert_msg(strstr(err.text, "the proxy 127.0.0.1:1 refuses") != NULL,
	    "%s", err.text);
	ck_assert_str_eq(err.profile, "far");
}
END_TEST

/* ---- Whom a used handle trusts ------------------------------------------ */

static void
trusts_anybody(void)
{
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

static void
trusts_a_file(void)
{
	curl_easy_setopt(
	    easy, CURLOPT_CAINFO, project_path(&project, "ca.pem"));
}

static void
trusts_a_blob(void)
{
	static char pem[8192];
	FILE *file = fopen(project_path(&project, "ca.pem"), "r");
	struct curl_blob blob = { pem, 0, CURL_BLOB_COPY };

	ck_assert_ptr_nonnull(file);
	blob.len = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

/* Another profile's CA is set by apam itself. */
static void
trusts_another_profile(void)
{
	performs(200, 1);
}

static CURLcode
trust_all(CURL *handle, void *tls, void *arg)
{
	(void)arg;
	(void)tls;
	return curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
}

static void
trusts_by_a_function(void)
{
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_all);
}

static void (*const trusting[])(void) = { trusts_anybody, trusts_a_file,
	trusts_a_blob, trusts_another_profile, trusts_by_a_function };

START_TEST(a_used_handle_trusts_nobody_else)
{
	trusting[_i]();
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	profile = project_get(&project, "untrusted");
	ck_assert_msg(
	    perform() == APAM_E_NETWORK, "%d: HTTP %u", _i, result.status);
	ck_assert_ptr_nonnull(strstr(err.text, "certificate"));
}
END_TEST

/* ---- Many handles ------------------------------------------------------ */

struct one {
	CURL *easy;
	struct apam_transfer transfer;
	struct apam_curl_call *call;
	struct apam_result result;
	struct seen seen;
};

static struct one many[MANY];

static void
start_one(struct one *one)
{
	*one = (struct one){ .easy = curl_easy_init(),
		.transfer = transfer,
		.result = { .size = sizeof(one->result) } };
	one->transfer.write_arg = &one->seen;
	one->transfer.header_arg = &one->seen;
	one->transfer.arg = &one->seen;
	ck_assert_ptr_nonnull(one->easy);
	curl_easy_setopt(one->easy, CURLOPT_PRIVATE, one);
	ck_assert_msg(apam_curl_start(profile, one->easy, &one->transfer,
			  &one->call, &err) == APAM_OK,
	    "%s", err.text);
}

/* True where it goes once more. */
static bool
finish_one(CURLM *multi, struct one *one, CURLcode code)
{
	bool again;

	curl_multi_remove_handle(multi, one->easy);
	ck_assert_msg(apam_curl_finish(one->call, code, &again, &one->result,
			  &err) == APAM_OK,
	    "%s", err.text);
	if (again)
		curl_multi_add_handle(multi, one->easy);
	return again;
}

/* Handle what has ended.  Returns how many calls have. */
static int
finish_some(CURLM *multi)
{
	CURLMsg *message;
	int left, ended = 0;

	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		struct one *one = NULL;
		CURLcode code = message->data.result;

		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&one);
		ended += !finish_one(multi, one, code);
	}
	return ended;
}

static void
perform_many(CURLM *multi)
{
	int running, ended = 0;

	for (int i = 0; i < MANY; i++) {
		start_one(&many[i]);
		curl_multi_add_handle(multi, many[i].easy);
	}
	for (int i = 0; i < 10000 && ended < MANY; i++) {
		ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
		ended += finish_some(multi);
		if (ended < MANY)
			curl_multi_poll(multi, NULL, 0, 20, NULL);
	}
	ck_assert_int_eq(ended, MANY);
}

START_TEST(many_at_once)
{
	CURLM *multi = curl_multi_init();

	/* The token that all of them begin with is dead. */
	performs(200, 1);
	sandbox_control(&sandbox, "/expire?provider=7signal");
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L);
	perform_many(multi);
	for (int i = 0; i < MANY; i++) {
		ck_assert_uint_eq(many[i].result.status, 200);
		ck_assert_uint_eq(many[i].result.tries, 2);
		ck_assert_ptr_nonnull(strstr(many[i].seen.body, "\"eyes\""));
		ck_assert_ptr_null(strstr(many[i].seen.head, "401"));
		apam_curl_cancel(&many[i].call);
		curl_easy_cleanup(many[i].easy);
	}
	curl_multi_cleanup(multi);
	/* Fifty rejections of one token are one exchange for another. */
	ck_assert_int_eq(sandbox_seen(&sandbox, "7signal", TOKEN), 2);
}
END_TEST

/* ---- Calls out of turn ------------------------------------------------- */

START_TEST(a_call_ends_once)
{
	struct apam_curl_call *call = NULL, *same;
	bool again = true;

	ck_assert_int_eq(
	    apam_curl_start(profile, easy, &transfer, &call, &err), APAM_OK);
	same = call;
	ck_assert_int_eq(apam_curl_start(profile, easy, &transfer, &call, &err),
	    APAM_E_USAGE);
	ck_assert_ptr_eq(call, same);
	result.size = 0;
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err),
	    APAM_E_USAGE);
	result.size = sizeof(result);
	ck_assert_int_eq(curl_easy_perform(easy), CURLE_OK);
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err), APAM_OK);
	ck_assert(!again);
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err),
	    APAM_E_USAGE);
	apam_curl_cancel(&call);
}
END_TEST

START_TEST(a_transfer_that_failed)
{
	struct apam_curl_call *call = NULL;
	bool again = true;

	ck_assert_int_eq(
	    apam_curl_start(profile, easy, &transfer, &call, &err), APAM_OK);
	ck_assert_int_eq(apam_curl_finish(call, CURLE_COULDNT_CONNECT, &again,
			     &result, &err),
	    APAM_E_NETWORK);
	ck_assert(!again);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_uint_eq(seen.n + seen.lines, 0);
	apam_curl_cancel(&call);
}
END_TEST

/* ---- Without a thread -------------------------------------------------- */

/* Wait as a host does, for what the context waits for. */
static void
wait_and_step(void)
{
	struct pollfd p = { .fd = apam_fd(project.ctx), .events = POLLIN };
	int ms = apam_timeout(project.ctx);

	(void)poll(&p, 1, ms < 0 || ms > 1000 ? 1000 : ms);
	apam_step(project.ctx);
}

static struct apam_curl_call *
start_stepwise(int *pending)
{
	struct apam_curl_call *call = NULL;
	enum apam_status status = APAM_E_PENDING;

	*pending = -1;
	for (int i = 0; i < 1000 && status == APAM_E_PENDING; i++) {
		status = apam_curl_start(profile, easy, &transfer, &call, &err);
		++*pending;
		if (status == APAM_E_PENDING)
			wait_and_step();
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	return call;
}

START_TEST(without_a_thread)
{
	struct apam_curl_call *call;
	enum apam_status status = APAM_E_PENDING;
	bool again = false;
	int pending;

	apam_close(&project.ctx);
	open_context(APAM_OPEN_NO_THREAD);
	call = start_stepwise(&pending);
	ck_assert_int_gt(pending, 0);
	sandbox_control(&sandbox, "/expire?provider=7signal");
	ck_assert_int_eq(curl_easy_perform(easy), CURLE_OK);
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err), status);
	ck_assert(!again);
	for (int i = 0; i < 1000 && status == APAM_E_PENDING; i++) {
		wait_and_step();
		status = apam_curl_finish(
		    call, CURLE_OK, &again, &result, &err);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert(again);
	ck_assert_uint_eq(seen.n + seen.lines, 0);
	ck_assert_int_eq(curl_easy_perform(easy), CURLE_OK);
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err), APAM_OK);
	ck_assert(!again);
	ck_assert_uint_eq(result.status, 200);
	ck_assert_uint_eq(result.tries, 2);
	apam_curl_cancel(&call);
}
END_TEST

START_TEST(perform_without_a_thread)
{
	apam_close(&project.ctx);
	open_context(APAM_OPEN_NO_THREAD);
	performs(200, 1);
	sandbox_control(&sandbox, "/expire?provider=7signal");
	performs(200, 2);
}
END_TEST

START_TEST(finished_before_it_began)
{
	struct apam_curl_call *call = NULL;
	bool again = true;

	apam_close(&project.ctx);
	open_context(APAM_OPEN_NO_THREAD);
	ck_assert_int_eq(apam_curl_start(profile, easy, &transfer, &call, &err),
	    APAM_E_PENDING);
	ck_assert_int_eq(
	    apam_curl_finish(call, CURLE_OK, &again, &result, &err),
	    APAM_E_USAGE);
	ck_assert(!again);
	apam_curl_cancel(&call);
}
END_TEST

/* ------------------------------------------------------------------------ */

static void
add_tests(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_bad_transfer, 0, ROWS(refused));
	tcase_add_test(tcase, a_result_without_its_size);
	tcase_add_test(tcase, an_error_without_its_size);
	tcase_add_test(tcase, a_url_of_another_origin);
	tcase_add_loop_test(tcase, a_callback_that_fails, 0, 3);
	tcase_add_loop_test(
	    tcase, a_reader_that_fails, 0, ROWS(broken_readers));
	tcase_add_test(tcase, a_redirect_is_not_followed);
	tcase_add_test(tcase, once);
	tcase_add_test(tcase, an_expired_token_is_replaced);
	tcase_add_test(tcase, rejected_twice_is_the_end);
	tcase_add_test(tcase, not_signed_again_says_why);
	tcase_add_loop_test(tcase, a_reader_is_read_from_the_start, 0, 2);
	tcase_add_test(tcase, a_readers_length_is_sent);
	tcase_add_loop_test(
	    tcase, a_reader_of_another_length, 0, ROWS(wrong_lengths));
	tcase_add_test(tcase, bytes_are_sent_again);
	tcase_add_loop_test(tcase, a_handle_keeps_no_trace, 0, ROWS(methods));
	tcase_add_test(tcase, a_cancelled_call_leaves_no_trace);
	tcase_add_test(tcase, the_environment_names_no_proxy);
	tcase_add_test(tcase, the_profile_names_the_proxy);
	tcase_add_loop_test(
	    tcase, a_used_handle_trusts_nobody_else, 0, ROWS(trusting));
	tcase_add_test(tcase, many_at_once);
	tcase_add_test(tcase, a_call_ends_once);
	tcase_add_test(tcase, a_transfer_that_failed);
	tcase_add_test(tcase, without_a_thread);
	tcase_add_test(tcase, perform_without_a_thread);
	tcase_add_test(tcase, finished_before_it_began);
}

int
main(void)
{
	Suite *suite = suite_create("curl");
	TCase *tcase = tcase_create("curl");

	tcase_set_timeout(tcase, 60);
	tcase_add_unchecked_fixture(tcase, start, end);
	tcase_add_checked_fixture(tcase, ready, done);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
