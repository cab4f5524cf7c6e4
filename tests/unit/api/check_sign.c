/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of signing as a host program does it, through apam.h alone: what is
 * handed over and where, what is wiped, which requests get no header, how
 * bodies are signed, and what happens when memory runs out at any point.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/project.h"
#include "support/run.h"
#include "support/vectors.h"

#define URL "https://api.example/"
#define SECRET "FAKEkey"
#define BASIC "Basic dXNlckBleGFtcGxlLmNvbTpGQUtFa2V5"
#define HEAD "origins = [ \"https://api.example\" ];\nauth = ( "

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	project_module(&project, "hmac-test", true);
	project_module(&project, "return-test", true);
	project_module(&project, "old-test", true);
	project_module(&project, "newer-test", true);
	project_secret(&project, "secret", SECRET "\n");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	profile = NULL;
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	apam_signature_release(&sig);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* A profile "p" of the entries; "@/" in them is in the project. */
static void
use(const char *entries)
{
	char format[2048], text[2048];

	(void)snprintf(format, sizeof(format), "%s%s );\n", HEAD, entries);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

#define BASIC_ENTRY(more)                                                      \
	"{ scheme = \"basic-email-key\"; email = \"user@example.com\"; "       \
	"key = \"file:@/secret\"; " more "}"
#define HMAC_ENTRY(more)                                                       \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; " more "}"

static enum apam_status
sign(const struct apam_request *request)
{
	return apam_sign(profile, request, &sig, &err);
}

static enum apam_status
sign_url(const char *url)
{
	struct apam_request request = APAM_REQUEST("GET", url);

	return sign(&request);
}

static void
is_empty(const char *name)
{
	ck_assert_msg(sig.url == NULL && sig.headers == NULL &&
		sig.header_count == 0 && sig.covered == NULL &&
		sig.covered_count == 0 && sig.entries == 0 &&
		sig.generation == 0 && sig.owned == NULL,
	    "%s: something was signed", name);
}

static void
is_basic(void)
{
	ck_assert_uint_eq(sig.header_count, 1);
	ck_assert_str_eq(sig.headers[0].name.p, "Authorization");
	ck_assert_uint_eq(sig.headers[0].name.n, 13);
	ck_assert_str_eq(sig.headers[0].value.p, BASIC);
	ck_assert_uint_eq(sig.headers[0].value.n, strlen(BASIC));
	ck_assert_uint_eq(sig.entries, 1);
}

/* ---- What is refused -------------------------------------------------- */

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct {
	const char *name;
	struct apam_header header;
} injections[] = {
	{ "a line end in a value", { S("X-A"), S("b\r\nX-B: c") } },
	{ "LF alone", { S("X-A"), S("b\nc") } },
	{ "CR alone", { S("X-A"), S("b\rc") } },
	{ "a NUL", { S("X-A"), S("b\0c") } },
	{ "DEL", { S("X-A"), S("b\177") } },
	{ "a tab at the end", { S("X-A"), S("b\t") } },
	{ "space before", { S("X-A"), S(" b") } },
	{ "a line end in a name", { S("X-A\r\nX-B"), S("c") } },
	{ "a colon in a name", { S("X-A: b"), S("c") } },
	{ "a space in a name", { S("X A"), S("c") } },
	{ "a NUL in a name", { S("X\0A"), S("c") } },
	{ "no name", { S(""), S("c") } },
	{ "NULL for a name", { { NULL, 0 }, S("c") } },
	{ "a letter beyond ASCII in a name", { S("X-\xc3\xa4"), S("c") } },
};

START_TEST(a_header_cannot_inject_another)
{
	struct apam_header headers[] = { { S("Accept"), S("*/*") },
		injections[_i].header };
	struct apam_request request = APAM_REQUEST("GET", URL);

	use(_i % 2 ? BASIC_ENTRY("") : HMAC_ENTRY(""));
	request.headers = headers;
	request.header_count = 1;
	ck_assert_msg(sign(&request) == APAM_OK, "%s", err.text);
	request.header_count = 2;
	ck_assert_msg(sign(&request) == APAM_E_HEADER, "%s: %s",
	    injections[_i].name, err.text);
	ck_assert_str_eq(err.text,
	    "header 1 of the request has characters that a header must not "
	    "have");
	ck_assert_str_eq(err.profile, "p");
	is_empty(injections[_i].name);
}
END_TEST

static const struct apam_request right = APAM_REQUEST("GET", URL);

static const struct apam_body odd_bodies[] = {
	{ .size = sizeof(struct apam_body), .kind = 5 },
	{ .size = sizeof(struct apam_body), .kind = -1 },
	{ .size = sizeof(struct apam_body), .kind = APAM_BODY_READER },
	{ .size = sizeof(struct apam_body), .kind = APAM_BODY_DIGESTS },
	{ .kind = APAM_BODY_NONE },
};

static const struct {
	const char *name;
	struct apam_request request;
} misuses[] = {
	{ "no size", { .method = "GET", .url = URL } },
	{ "a byte short of its first version",
	    { .size = offsetof(struct apam_request, caller) - 1,
		.method = "GET",
		.url = URL } },
	{ "no method", { .size = sizeof(right), .url = URL } },
	{ "no URL", { .size = sizeof(right), .method = "GET" } },
	{ "an empty method", APAM_REQUEST("", URL) },
	{ "a method of two words", APAM_REQUEST("GET /", URL) },
	{ "a line end in the method", APAM_REQUEST("GET\r\n", URL) },
	{ "time that has passed",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.timeout_ms = -1 } },
	{ "headers of NULL",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.header_count = 1 } },
	{ "a body of no kind",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.body = &odd_bodies[0] } },
	{ "a body of kind -1",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.body = &odd_bodies[1] } },
	{ "a reader of NULL",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.body = &odd_bodies[2] } },
	{ "a body without its size",
	    { .size = sizeof(right),
		.method = "GET",
		.url = URL,
		.body = &odd_bodies[3] } },
};

START_TEST(a_misuse_is_said)
{
	use(BASIC_ENTRY(""));
	ck_assert_msg(sign(&misuses[_i].request) == APAM_E_USAGE, "%s: %s",
	    misuses[_i].name, err.text);
	ck_assert_str_ne(err.text, "");
	is_empty(misuses[_i].name);
	ck_assert_int_eq(
	    apam_sign(profile, &misuses[_i].request, &sig, NULL), APAM_E_USAGE);
}
END_TEST

START_TEST(a_signature_is_set_up_first)
{
	struct apam_signature none = { .size = sizeof(size_t) };

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(apam_sign(profile, &right, &none, &err), APAM_E_USAGE);
	ck_assert_ptr_null(none.headers);
}
END_TEST

static struct vector refused[VECTOR_ROWS_MAX], accepted[VECTOR_ROWS_MAX];

/* Sign the row's URL for a profile of the row's origin. */
static enum apam_status
sign_row(const struct vector *row)
{
	char text[2048], entry[512];

	project_splice(&project, BASIC_ENTRY(""), entry, sizeof(entry));
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%s\" ];\nallow_http = true;\nauth = ( %s );\n",
	    row->fields[0].p, entry);
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
	return sign_url(row->fields[1].p);
}

START_TEST(a_refused_url_gets_no_header)
{
	const struct vector *row = &refused[_i];
	enum apam_status status;

	/* A NUL ends the text that a host can give. */
	if (strlen(row->fields[1].p) != row->fields[1].n)
		return;
	status = sign_row(row);
	ck_assert_msg(status == APAM_E_URL || status == APAM_E_ORIGIN,
	    "refused.txt:%u: %s: %s", row->line, row->fields[1].p,
	    apam_status_name(status));
	ck_assert_msg(strstr(err.text, row->fields[2].p) != NULL,
	    "refused.txt:%u: %s", row->line, err.text);
	is_empty(row->fields[1].p);
}
END_TEST

START_TEST(an_accepted_url_is_signed)
{
	const struct vector *row = &accepted[_i];
	struct apam_str sent = str_cut(
	    row->fields[1], str_find(row->fields[1], '#'));

	ck_assert_msg(sign_row(row) == APAM_OK, "accepted.txt:%u: %s",
	    row->line, err.text);
	is_basic();
	ck_assert_msg(str_equal(apam_str(sig.url), sent), "accepted.txt:%u: %s",
	    row->line, sig.url);
}
END_TEST

/* ---- The URL ---------------------------------------------------------- */

static const struct {
	const char *query; /* of the entry */
	const char *given, *sent;
} urls[] = {
	{ "", URL, URL },
	{ "", URL "#part", URL },
	{ "", URL "?a=b#part?c", URL "?a=b" },
	{ "", "https://api.example#part", "https://api.example" },
	{ "o = \"1\";", URL, URL "?o=1" },
	{ "o = \"1\";", "https://api.example", "https://api.example?o=1" },
	{ "o = \"1\";", URL "?", URL "?&o=1" },
	{ "o = \"1\";", URL "?a=b", URL "?a=b&o=1" },
	{ "o = \"1\";", URL "x/?a#part", URL "x/?a&o=1" },
	{ "o = \"1\";", URL "?o=2", URL "?o=2" },
	{ "o = \"1\"; p = \"2\";", URL "?o", URL "?o&p=2" },
	{ "o = \"1&p=2#x y\";", URL, URL "?o=1%26p%3D2%23x%20y" },
	/* As long with its parameter as without: the fragment made room. */
	{ "o = \"1\";", URL "#frg", URL "?o=1" },
};

START_TEST(a_url_is_sent_as_it_was_signed)
{
	char entry[512];

	(void)snprintf(entry, sizeof(entry), BASIC_ENTRY("%s%s%s"),
	    urls[_i].query[0] ? "query = { " : "", urls[_i].query,
	    urls[_i].query[0] ? " };" : "");
	use(entry);
	ck_assert_msg(sign_url(urls[_i].given) == APAM_OK, "%s", err.text);
	ck_assert_str_eq(sig.url, urls[_i].sent);
	is_basic();
}
END_TEST

START_TEST(an_unchanged_url_is_the_hosts)
{
	static const char url[] = URL "a?b";

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(sign_url(url), APAM_OK);
	ck_assert_ptr_eq(sig.url, url);
}
END_TEST

#define LONGEST 8192

/* A URL of `n` bytes. */
static char *
long_url(size_t n)
{
	static char url[LONGEST + 100];

	memset(url, 'a', sizeof(url));
	memcpy(url, URL, strlen(URL));
	url[n] = '\0';
	return url;
}

START_TEST(a_url_has_a_length)
{
	use(BASIC_ENTRY("query = { o = \"1\"; };"));
	ck_assert_int_eq(sign_url(long_url(LONGEST + 1)), APAM_E_URL);
	ck_assert_str_eq(err.text, "the URL is too long");
	ck_assert_int_eq(sign_url(long_url(LONGEST - 3)), APAM_E_URL);
	ck_assert_str_eq(err.text, "the URL is too long with its parameters");
	is_empty("too long");
	ck_assert_msg(
	    sign_url(long_url(LONGEST - 4)) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(strlen(sig.url), LONGEST);
}
END_TEST

/* What one entry could not add leaves the next one a whole request. */
START_TEST(a_parameter_that_did_not_fit_harms_nobody)
{
	use(BASIC_ENTRY(
	    "query = { o = \"1\"; }; control = \"optional\"; ") ", { scheme = \"old-test\"; key_id = \"k\"; "
								"control = \"required\"; }");
	ck_assert_msg(
	    sign_url(long_url(LONGEST - 1)) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(sig.entries, 2);
	ck_assert_uint_eq(strlen(sig.url), LONGEST - 1);
	ck_assert_str_eq(sig.headers[0].name.p, "X-Stub");
}
END_TEST

/* ---- Where it lies ---------------------------------------------------- */

static _Alignas(16) char store[4096];

static bool
all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static bool
is_in_store(const void *what)
{
	const char *p = what;

	return p >= store && p < store + sizeof(store);
}

START_TEST(the_hosts_memory_is_used_where_it_fits)
{
	size_t used;
	int before;

	use(BASIC_ENTRY("query = { o = \"1\"; };"));
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	apam_signature_release(&sig);
	before = secmem_live();
	memset(store, 0x5a, sizeof(store));
	sig.store = store;
	sig.store_size = sizeof(store);
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	is_basic();
	ck_assert_ptr_null(sig.owned);
	ck_assert(is_in_store(sig.headers));
	ck_assert(is_in_store(sig.url));
	ck_assert_int_eq(secmem_live(), before);
	used = sig.used;
	ck_assert_uint_gt(used, strlen(sig.url));
	ck_assert_int_eq(store[used], 0x5a);
	apam_signature_release(&sig);
	ck_assert_msg(all_zero(store, used), "not wiped");
	is_empty("released");
	ck_assert_ptr_eq(sig.store, store);
	ck_assert_uint_eq(sig.store_size, sizeof(store));
	/* Nothing is in it now: a second release touches nothing. */
	memset(store, 0x5a, sizeof(store));
	apam_signature_release(&sig);
	ck_assert_int_eq(store[0], 0x5a);
}
END_TEST

START_TEST(other_memory_is_used_where_it_does_not)
{
	static const struct {
		size_t offset, size;
	} stores[] = { { 0, 0 }, { 0, 16 }, { 1, 4000 }, { 4, 4000 } };
	int before;

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	apam_signature_release(&sig);
	before = secmem_live();
	memset(store, 0x5a, sizeof(store));
	sig.store = store + stores[_i].offset;
	sig.store_size = stores[_i].size;
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	is_basic();
	ck_assert_ptr_nonnull(sig.owned);
	ck_assert_int_eq(secmem_live(), before + 1);
	apam_signature_release(&sig);
	ck_assert_int_eq(secmem_live(), before);
	for (size_t i = 0; i < sizeof(store); i++)
		ck_assert_int_eq(store[i], 0x5a);
}
END_TEST

/* The least that is enough is enough. */
START_TEST(the_store_is_used_to_the_last_byte)
{
	size_t need = sizeof(struct apam_header) + sizeof("Authorization") +
	    sizeof(BASIC);

	use(BASIC_ENTRY(""));
	memset(store, 0x5a, sizeof(store));
	sig.store = store;
	sig.store_size = need - 1;
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	ck_assert_ptr_nonnull(sig.owned);
	ck_assert_int_eq(store[0], 0x5a);
	apam_signature_release(&sig);
	sig.store_size = need;
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	ck_assert_ptr_null(sig.owned);
	ck_assert_int_eq(store[need], 0x5a);
	is_basic();
}
END_TEST

START_TEST(a_signature_can_be_used_again)
{
	int before;

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	before = secmem_live();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sign_url(URL), APAM_OK);
	ck_assert_int_eq(secmem_live(), before);
	is_basic();
	/* A failure takes back what was there. */
	ck_assert_int_eq(sign_url("https://other.example/"), APAM_E_ORIGIN);
	is_empty("after a failure");
	ck_assert_int_eq(secmem_live(), before - 1);
}
END_TEST

/* ---- Bodies ----------------------------------------------------------- */

static const char hello[] = "hello";

/* Two bytes at a time. */
static int64_t
read_hello(void *arg, uint64_t offset, void *to, size_t size)
{
	size_t n = offset >= 5 ? 0 : 5 - (size_t)offset;

	ck_assert_ptr_eq(arg, hello);
	n = n < 2 ? n : 2;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(to, hello + offset, n);
	return (int64_t)n;
}

static int64_t
read_badly(void *arg, uint64_t offset, void *to, size_t size)
{
	(void)arg;
	(void)to;
	(void)size;
	return offset == 0 ? 1 : -1;
}

static const struct {
	const char *name;
	struct apam_body body;
	const char *text; /* what is signed; NULL: refused */
} bodies[] = {
	{ "none", { .kind = APAM_BODY_NONE }, "" },
	{ "empty bytes", { .kind = APAM_BODY_BYTES }, "" },
	{ "bytes", { .kind = APAM_BODY_BYTES, .bytes = S("hello") }, "hello" },
	{ "a digest", { .kind = APAM_BODY_DIGESTS }, "hello" },
	{ "a reader",
	    { .kind = APAM_BODY_READER,
		.read = read_hello,
		.arg = (void *)(uintptr_t)hello },
	    "hello" },
	{ "a reader of its length",
	    { .kind = APAM_BODY_READER,
		.length = 5,
		.read = read_hello,
		.arg = (void *)(uintptr_t)hello },
	    "hello" },
	{ "a reader of another length",
	    { .kind = APAM_BODY_READER,
		.length = 6,
		.read = read_hello,
		.arg = (void *)(uintptr_t)hello },
	    NULL },
	{ "unknown", { .kind = APAM_BODY_UNKNOWN }, NULL },
	{ "a reader that fails",
	    { .kind = APAM_BODY_READER, .read = read_badly }, NULL },
};

static void
put_hex(char *to, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

/* The header that hmac-test makes, worked out anew. */
static void
expected_hmac(const char *target, const char *body, char *to, size_t size)
{
	unsigned char digest[32], mac[32];
	char hex[65], message[512];
	unsigned n = 0;

	ck_assert_int_eq(
	    EVP_Digest(body, strlen(body), digest, NULL, EVP_sha256(), NULL),
	    1);
	put_hex(hex, digest, 32);
	(void)snprintf(
	    message, sizeof(message), "POST\n%s\nX-Part:7\n%s\n", target, hex);
	ck_assert_ptr_nonnull(HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET),
	    (const unsigned char *)message, strlen(message), mac, &n));
	put_hex(hex, mac, n);
	(void)snprintf(to, size, "HMAC-TEST keyid=k1,signature=%s", hex);
}

START_TEST(a_body_is_signed)
{
	static const struct apam_header part = { S("X-Part"), S("7") };
	struct apam_request request = APAM_REQUEST("POST", URL "a?b");
	struct apam_body body = bodies[_i].body;
	unsigned char sha256[32];
	const struct apam_digest digest = { APAM_HASH_SHA256,
		{ (char *)sha256, sizeof(sha256) } };
	char value[256];

	use(HMAC_ENTRY("headers = [ \"X-Part\" ]; "));
	request.headers = &part;
	request.header_count = 1;
	body.size = sizeof(body);
	ck_assert_int_eq(
	    EVP_Digest(hello, 5, sha256, NULL, EVP_sha256(), NULL), 1);
	body.digests = &digest;
	body.digest_count = 1;
	request.body = &body;
	if (bodies[_i].text == NULL) {
		ck_assert_int_eq(sign(&request), APAM_E_POLICY);
		is_empty(bodies[_i].name);
		return;
	}
	ck_assert_msg(
	    sign(&request) == APAM_OK, "%s: %s", bodies[_i].name, err.text);
	ck_assert(strncmp(sig.url,
		      URL "a?b&hmac-date=", strlen(URL "a?b&hmac-date=")) == 0);
	expected_hmac(
	    sig.url + strlen(URL) - 1, bodies[_i].text, value, sizeof(value));
	ck_assert_uint_eq(sig.header_count, 1);
	ck_assert_msg(strcmp(sig.headers[0].value.p, value) == 0, "%s: %s",
	    bodies[_i].name, sig.headers[0].value.p);
	ck_assert_uint_eq(sig.covered_count, 1);
	ck_assert_str_eq(sig.covered[0].p, "X-Part");
	ck_assert_uint_eq(sig.covered[0].n, 6);
}
END_TEST

/* A header that is to be covered and is not there. */
START_TEST(what_cannot_be_covered_is_refused)
{
	use(HMAC_ENTRY("headers = [ \"X-Part\" ]; "));
	ck_assert_int_eq(sign_url(URL), APAM_E_POLICY);
	ck_assert_str_eq(err.text, "the request has no X-Part header to cover");
	ck_assert_int_eq(err.entry, 0);
	is_empty("not covered");
}
END_TEST

/* ---- Modules of other times ------------------------------------------- */

static const char *const skewed[] = { "old-test", "newer-test" };

START_TEST(an_older_and_a_newer_module_sign)
{
	char entry[128];

	(void)snprintf(entry, sizeof(entry),
	    "{ scheme = \"%s\"; key_id = \"k\"; }", skewed[_i]);
	use(entry);
	ck_assert_msg(sign_url(URL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(sig.header_count, 1);
	ck_assert_str_eq(sig.headers[0].name.p, "X-Stub");
	ck_assert_str_eq(sig.headers[0].value.p, "stub");
}
END_TEST

/* ---- Judging ---------------------------------------------------------- */

static const struct {
	const char *name;
	struct apam_answer answer;
} answers[] = {
	{ "no size", { .status = 200 } },
	{ "a byte short",
	    { .size = sizeof(struct apam_answer) - 1, .status = 200 } },
	{ "status 0", { .size = sizeof(struct apam_answer) } },
	{ "status 99", { .size = sizeof(struct apam_answer), .status = 99 } },
	{ "status 1000",
	    { .size = sizeof(struct apam_answer), .status = 1000 } },
	{ "headers of NULL",
	    { .size = sizeof(struct apam_answer),
		.status = 200,
		.header_count = 1 } },
};

START_TEST(a_misused_answer_is_not_judged)
{
	struct apam_judgement j = { .size = sizeof(j) };

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	memset(&j, 0x5a, sizeof(j));
	j.size = sizeof(j);
	ck_assert_msg(apam_judge(profile, &sig, &answers[_i].answer, &j,
			  &err) == APAM_E_USAGE,
	    "%s", answers[_i].name);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_UNKNOWN);
	ck_assert(!j.replay);
	ck_assert_int_eq(j.retry_at, 0);
	ck_assert_str_eq(j.reason, "not judged");
}
END_TEST

START_TEST(a_signature_of_another_profile_is_not_judged)
{
	const struct apam_answer fine = { .size = sizeof(fine), .status = 200 };
	struct apam_signature none = APAM_SIGNATURE_INIT;
	struct apam_judgement j = { .size = sizeof(j) };

	use(BASIC_ENTRY(""));
	/* Nothing was ever signed. */
	none.entries = 1;
	ck_assert_int_eq(
	    apam_judge(profile, &none, &fine, &j, &err), APAM_E_USAGE);
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	none.entries = 0;
	ck_assert_int_eq(
	    apam_judge(profile, &none, &fine, &j, &err), APAM_E_USAGE);
	none.entries = 2;
	ck_assert_int_eq(
	    apam_judge(profile, &none, &fine, &j, &err), APAM_E_USAGE);
	none = sig;
	none.size = 0;
	ck_assert_int_eq(
	    apam_judge(profile, &none, &fine, &j, NULL), APAM_E_USAGE);
	ck_assert_int_eq(apam_judge(profile, &sig, &fine, &j, &err), APAM_OK);
	apam_signature_release(&sig);
	ck_assert_int_eq(
	    apam_judge(profile, &sig, &fine, &j, &err), APAM_E_USAGE);
}
END_TEST

static const struct {
	const char *options;
	enum apam_verdict verdict;
	bool replay;
	const char *reason;
} verdicts[] = {
	{ "judge = 0; ", APAM_VERDICT_UNKNOWN, false, "return-test says so" },
	{ "judge = 1; ", APAM_VERDICT_ACCEPTED, false, "return-test says so" },
	{ "judge = 2; probe = \"GET /\"; ", APAM_VERDICT_REJECTED, true,
	    "return-test says so" },
	{ "judge = 3; ", APAM_VERDICT_FORBIDDEN, false, "return-test says so" },
	{ "judge = 4; ", APAM_VERDICT_THROTTLED, false, "return-test says so" },
	{ "judge = 5; probe = \"GET /\"; ", APAM_VERDICT_SUSPECT, true,
	    "return-test says so" },
	{ "judge = 7; ", APAM_VERDICT_UNKNOWN, false,
	    "the module returned an illegal verdict" },
	{ "judge = -1; ", APAM_VERDICT_UNKNOWN, false,
	    "the module returned an illegal verdict" },
	{ "judge = 1; judge_reason = false; ", APAM_VERDICT_UNKNOWN, false,
	    "the module returned an illegal verdict" },
};

START_TEST(a_verdict_is_checked)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement j = { .size = sizeof(j) };
	char entry[256];

	(void)snprintf(entry, sizeof(entry), "{ scheme = \"return-test\"; %s}",
	    verdicts[_i].options);
	use(entry);
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	ck_assert_int_eq(apam_judge(profile, &sig, &answer, &j, &err), APAM_OK);
	ck_assert_msg(j.verdict == verdicts[_i].verdict, "%s: %s",
	    verdicts[_i].options, apam_verdict_name(j.verdict));
	ck_assert_msg(
	    j.replay == verdicts[_i].replay, "%s", verdicts[_i].options);
	ck_assert_str_eq(j.reason, verdicts[_i].reason);
}
END_TEST

static const struct {
	unsigned status;
	const char *value;
	int wait; /* seconds; 0: not said */
} waits[] = {
	{ 429, "7", 7 },
	{ 503, "120", 120 },
	{ 429, "soon", 0 },
	{ 429, "", 0 },
	{ 200, "7", 0 },
	{ 401, "7", 0 },
};

START_TEST(a_wait_is_passed_on)
{
	const struct apam_header header = { S("retry-after"),
		{ waits[_i].value, strlen(waits[_i].value) } };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = waits[_i].status,
		.headers = &header,
		.header_count = 1 };
	struct apam_judgement j = { .size = sizeof(j) };
	int64_t now = (int64_t)time(NULL);

	use(BASIC_ENTRY(""));
	ck_assert_int_eq(sign_url(URL), APAM_OK);
	ck_assert_int_eq(apam_judge(profile, &sig, &answer, &j, &err), APAM_OK);
	if (waits[_i].wait == 0) {
		ck_assert_int_eq(j.retry_at, 0);
		return;
	}
	ck_assert_int_ge(j.retry_at, now + waits[_i].wait);
	ck_assert_int_le(j.retry_at, (int64_t)time(NULL) + waits[_i].wait + 1);
}
END_TEST

/* ---- Without memory --------------------------------------------------- */

/* Everything a host does, from the start, with `n` allocations to spend. */
static enum apam_status
whole_job(const char *config, int n, struct apam **ctx)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };
	enum apam_status status;

	secmem_fail_after(n);
	status = apam_open(&options, ctx, &err);
	if (status == APAM_OK)
		status = apam_profile_get(*ctx, "p", &profile, &err);
	if (status == APAM_OK)
		status = sign_url(URL "#x");
	secmem_fail_after(-1);
	return status;
}

static const char *const jobs[] = {
	BASIC_ENTRY("query = { o = \"1\"; };"),
	HMAC_ENTRY(""),
	"{ scheme = \"old-test\"; key_id = \"k\"; }",
	HMAC_ENTRY(
	    "control = \"required\"; ") ", { scheme = \"old-test\"; key_id = \"k\"; }",
};

/*
 * Whichever allocation fails: nothing is signed, nothing leaks, the error says
 * something, and with the same context it works once there is memory.
 */
START_TEST(any_allocation_may_fail)
{
	enum apam_status status = APAM_E_MEMORY;
	struct apam *ctx = NULL;
	char config[128];
	int n;

	use(jobs[_i]);
	apam_close(&project.ctx);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	for (n = 0; n < 500 && status != APAM_OK; n++) {
		status = whole_job(config, n, &ctx);
		if (status != APAM_OK) {
			ck_assert_msg(status == APAM_E_MEMORY, "%d: %s: %s", n,
			    apam_status_name(status), err.text);
			is_empty("without memory");
		}
		apam_signature_release(&sig);
		apam_close(&ctx);
		ck_assert_msg(secmem_live() == live, "%d: a leak", n);
	}
	ck_assert_msg(status == APAM_OK, "never enough: %s", err.text);
	ck_assert_int_gt(n, 5);
}
END_TEST

/* The same from a context that is open: it recovers. */
START_TEST(a_profile_recovers)
{
	enum apam_status status = APAM_E_MEMORY;

	use(jobs[_i]);
	for (int n = 0; n < 200 && status != APAM_OK; n++) {
		secmem_fail_after(n);
		status = sign_url(URL "#x");
		secmem_fail_after(-1);
		if (status == APAM_OK)
			break;
		is_empty("without memory");
		ck_assert_msg(
		    sign_url(URL "#x") == APAM_OK, "%d: %s", n, err.text);
		apam_close(&project.ctx);
		profile = project_get(&project, "p");
	}
	ck_assert_int_eq(status, APAM_OK);
}
END_TEST

/* ---- Threads ---------------------------------------------------------- */

static void *
sign_often(void *arg)
{
	struct apam_signature own = APAM_SIGNATURE_INIT;
	const char *failed = NULL;

	(void)arg;
	for (int i = 0; i < 100 && failed == NULL; i++) {
		if (apam_sign(profile, &right, &own, NULL) != APAM_OK)
			failed = "refused";
		else if (strcmp(own.headers[0].value.p, BASIC) != 0)
			failed = "another header";
		apam_signature_release(&own);
	}
	return (void *)(uintptr_t)failed;
}

START_TEST(threads_sign_at_once)
{
	pthread_t threads[4];
	void *failed;

	use(BASIC_ENTRY(""));
	for (int i = 0; i < ROWS(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_often, NULL), 0);
	for (int i = 0; i < ROWS(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
		ck_assert_msg(failed == NULL, "%s", (const char *)failed);
	}
}
END_TEST

static TCase *
requests_case(int bad, int fine)
{
	TCase *tc = tcase_create("requests");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_header_cannot_inject_another, 0, ROWS(injections));
	tcase_add_loop_test(tc, a_misuse_is_said, 0, ROWS(misuses));
	tcase_add_test(tc, a_signature_is_set_up_first);
	tcase_add_loop_test(tc, a_refused_url_gets_no_header, 0, bad);
	tcase_add_loop_test(tc, an_accepted_url_is_signed, 0, fine);
	tcase_add_loop_test(tc, a_url_is_sent_as_it_was_signed, 0, ROWS(urls));
	tcase_add_test(tc, an_unchanged_url_is_the_hosts);
	tcase_add_test(tc, a_url_has_a_length);
	tcase_add_test(tc, a_parameter_that_did_not_fit_harms_nobody);
	tcase_add_loop_test(tc, a_body_is_signed, 0, ROWS(bodies));
	tcase_add_test(tc, what_cannot_be_covered_is_refused);
	return tc;
}

static TCase *
signatures_case(void)
{
	TCase *tc = tcase_create("signatures");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_hosts_memory_is_used_where_it_fits);
	tcase_add_loop_test(tc, other_memory_is_used_where_it_does_not, 0, 4);
	tcase_add_test(tc, the_store_is_used_to_the_last_byte);
	tcase_add_test(tc, a_signature_can_be_used_again);
	tcase_add_loop_test(
	    tc, an_older_and_a_newer_module_sign, 0, ROWS(skewed));
	tcase_add_loop_test(
	    tc, a_misused_answer_is_not_judged, 0, ROWS(answers));
	tcase_add_test(tc, a_signature_of_another_profile_is_not_judged);
	tcase_add_loop_test(tc, a_verdict_is_checked, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, a_wait_is_passed_on, 0, ROWS(waits));
	tcase_add_loop_test(tc, any_allocation_may_fail, 0, ROWS(jobs));
	tcase_add_loop_test(tc, a_profile_recovers, 0, ROWS(jobs));
	tcase_add_test(tc, threads_sign_at_once);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("sign");
	int bad = vectors_read("tests/vectors/url/refused.txt", refused);
	int fine = vectors_read("tests/vectors/url/accepted.txt", accepted);
	int status;

	if (bad == 0 || fine == 0)
		return 1;
	suite_add_tcase(suite, requests_case(bad, fine));
	suite_add_tcase(suite, signatures_case());
	status = run_suite(suite);
	vectors_free(refused, bad);
	vectors_free(accepted, fine);
	return status;
}
