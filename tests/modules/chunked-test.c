/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs a body in chunks, as it is sent: AWS Signature Version 4,
 * STREAMING-AWS4-HMAC-SHA256-PAYLOAD ("Signature calculations for the
 * authorization header: transferring a payload in multiple chunks", Amazon S3
 * API Reference), as far as AWS's published example needs it.  To prove that the
 * slots body_piece, body_rewind and body_end carry such schemes.  Of no use
 * outside tests.
 *
 * Of the canonical request: the path is taken as it is, there is no query, and
 * the headers that are signed are those of the request, in lower case and sorted
 * by whoever sends them, between the ones that belong to the chunks.
 */
#include <apam/scheme.h>

#define CHUNK 65536
#define HEX 64

enum { OPT_KEY_ID, OPT_SECRET, OPT_DATE, OPT_LENGTH, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "access key id",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the secret access key",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_SYMMETRIC },
	[OPT_DATE] = { .name = "date",
	    .help = "the time, as 20130524T000000Z",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	/* For tests of a module that is wrong: so many bytes too many. */
	[OPT_LENGTH] = { .name = "wrong_by",
	    .help = "how much the length that is said is wrong",
	    .type = APAM_OPT_INTEGER,
	    .default_value = "0",
	    .min = -100,
	    .max = 100 },
};

struct run {
	struct apam_key *key;
	char seed[HEX + 1], before[HEX + 1];
};

static const char scope_end[] = "/us-east-1/s3/aws4_request";

/* ---- Text --------------------------------------------------------------- */

static void
put(const struct apam_services *svc, struct apam_text *to, struct apam_str s)
{
	svc->text_put(svc, to, APAM_WRITING_PLAIN, s);
}

static void
put_hash(const struct apam_services *svc, struct apam_text *to,
    struct apam_str bytes)
{
	unsigned char hash[APAM_HASH_MAX];
	size_t n = 0;

	(void)svc->digest(svc, APAM_HASH_SHA256, &bytes, 1, hash, &n);
	svc->text_put(svc, to, APAM_WRITING_HEX,
	    (struct apam_str){ (const char *)hash, n });
}

static struct apam_str
date_of(const struct scheme_entry *e)
{
	return scheme_option(e, OPT_DATE)->str;
}

/* Its day. */
static struct apam_str
day_of(const struct scheme_entry *e)
{
	return scheme_str(date_of(e).p, date_of(e).n < 8 ? date_of(e).n : 8);
}

/* "20130524/us-east-1/s3/aws4_request" */
static void
put_scope(const struct scheme_entry *e, struct apam_text *to)
{
	put(e->svc, to, day_of(e));
	put(e->svc, to, apam_str(scope_end));
}

static struct apam_str
hex_view(const char *hex)
{
	return scheme_str(hex, HEX);
}

/* The HMAC of a text, in hex; false where that fails. */
static bool
sign_text(const struct scheme_entry *e, const struct apam_key *key,
    const struct apam_text *text, char to[HEX + 1])
{
	const struct apam_services *svc = e->svc;
	const struct apam_str bytes = svc->text_view(svc, text);
	struct apam_text *hex = svc->text_new(svc, 0);
	unsigned char mac[APAM_HASH_MAX];
	bool ok;
	size_t n;

	ok = bytes.n > 0 &&
	    svc->hmac(svc, key, APAM_HASH_SHA256, &bytes, 1, mac, &n) ==
		APAM_OK;
	if (ok)
		svc->text_put(svc, hex, APAM_WRITING_HEX,
		    (struct apam_str){ (const char *)mac, n });
	ok = ok && svc->text_view(svc, hex).n == HEX;
	if (ok)
		memcpy(to, svc->text_view(svc, hex).p, HEX);
	to[HEX] = '\0';
	svc->text_free(svc, &hex);
	return ok;
}

/* ---- The request -------------------------------------------------------- */

static size_t
hex_digits(uint64_t n)
{
	size_t digits = 1;

	while (n >>= 4)
		digits++;
	return digits;
}

/* "10000;chunk-signature=...\r\n", the bytes, "\r\n". */
static uint64_t
length_of_chunk(uint64_t n)
{
	return hex_digits(n) + sizeof(";chunk-signature=") - 1 + HEX + 2 + n +
	    2;
}

static uint64_t
length_in_chunks(uint64_t n)
{
	uint64_t all = n / CHUNK * length_of_chunk(CHUNK);

	if (n % CHUNK > 0)
		all += length_of_chunk(n % CHUNK);
	return all + length_of_chunk(0);
}

static int32_t
derive(const struct scheme_entry *e, struct apam_key **to)
{
	const struct apam_services *svc = e->svc;
	const struct apam_str steps[] = { day_of(e), APAM_STR("us-east-1"),
		APAM_STR("s3"), APAM_STR("aws4_request") };
	struct apam_key_source source;
	struct apam_key *first = NULL;
	int32_t status;

	memset(&source, 0, sizeof(source));
	source.size = sizeof(source);
	source.kind = APAM_KIND_SYMMETRIC;
	source.prefix = APAM_STR("AWS4");
	source.key = scheme_option(e, OPT_SECRET)->key;
	status = svc->key_make(svc, &source, &first);
	if (status == APAM_OK)
		status = svc->key_derive(
		    svc, first, APAM_HASH_SHA256, steps, 4, to);
	svc->key_free(svc, &first);
	return status;
}

/* What is added, and then signed. */
static void
add_headers(const struct scheme_entry *e, uint64_t n, struct apam_signing *out)
{
	const struct apam_services *svc = e->svc;
	struct apam_text *number = svc->text_new(svc, 0);

	svc->text_put_number(svc, number, (int64_t)n);
	svc->sign_header(
	    svc, out, APAM_STR("Content-Encoding"), APAM_STR("aws-chunked"));
	svc->sign_header(svc, out, APAM_STR("x-amz-content-sha256"),
	    APAM_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"));
	svc->sign_header(svc, out, APAM_STR("x-amz-date"), date_of(e));
	svc->sign_header(svc, out, APAM_STR("x-amz-decoded-content-length"),
	    svc->text_view(svc, number));
	svc->text_free(svc, &number);
}

static const char signed_names[] =
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
    "x-amz-decoded-content-length;x-amz-storage-class";

/* The canonical request of the example. */
static void
put_canonical(const struct scheme_entry *e, const struct apam_request_view *r,
    uint64_t n, struct apam_text *to)
{
	const struct apam_services *svc = e->svc;

	put(svc, to, r->method);
	put(svc, to, APAM_STR("\n"));
	put(svc, to, r->path);
	put(svc, to,
	    APAM_STR("\n\ncontent-encoding:aws-chunked\ncontent-length:"));
	svc->text_put_number(svc, to, (int64_t)length_in_chunks(n));
	put(svc, to, APAM_STR("\nhost:"));
	put(svc, to, r->host);
	put(svc, to,
	    APAM_STR("\nx-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
		     "\nx-amz-date:"));
	put(svc, to, date_of(e));
	put(svc, to, APAM_STR("\nx-amz-decoded-content-length:"));
	svc->text_put_number(svc, to, (int64_t)n);
	put(svc, to, APAM_STR("\nx-amz-storage-class:REDUCED_REDUNDANCY\n\n"));
	put(svc, to, apam_str(signed_names));
	put(svc, to, APAM_STR("\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD"));
}

static bool
sign_seed(const struct scheme_entry *e, const struct apam_request_view *r,
    uint64_t n, struct run *run)
{
	const struct apam_services *svc = e->svc;
	struct apam_text *canonical = svc->text_new(svc, 0);
	struct apam_text *text = svc->text_new(svc, 0);
	bool ok;

	put_canonical(e, r, n, canonical);
	put(svc, text, APAM_STR("AWS4-HMAC-SHA256\n"));
	put(svc, text, date_of(e));
	put(svc, text, APAM_STR("\n"));
	put_scope(e, text);
	put(svc, text, APAM_STR("\n"));
	put_hash(svc, text, svc->text_view(svc, canonical));
	ok = svc->text_view(svc, canonical).n > 0 &&
	    sign_text(e, run->key, text, run->seed);
	svc->text_free(svc, &text);
	svc->text_free(svc, &canonical);
	memcpy(run->before, run->seed, sizeof(run->before));
	return ok;
}

static void
add_authorization(const struct scheme_entry *e, const struct run *run,
    struct apam_signing *out)
{
	const struct apam_services *svc = e->svc;
	struct apam_text *text = svc->text_new(svc, 0);

	put(svc, text, APAM_STR("AWS4-HMAC-SHA256 Credential="));
	put(svc, text, scheme_option(e, OPT_KEY_ID)->str);
	put(svc, text, APAM_STR("/"));
	put_scope(e, text);
	put(svc, text, APAM_STR(",SignedHeaders="));
	put(svc, text, apam_str(signed_names));
	put(svc, text, APAM_STR(",Signature="));
	put(svc, text, hex_view(run->seed));
	svc->sign_header(
	    svc, out, APAM_STR("Authorization"), svc->text_view(svc, text));
	svc->text_free(svc, &text);
}

static void
free_run(const struct scheme_entry *e, struct run *run)
{
	if (run == NULL)
		return;
	e->svc->key_free(e->svc, &run->key);
	free(run);
}

static struct run *
new_run(
    const struct scheme_entry *e, const struct apam_request_view *r, uint64_t n)
{
	struct run *run = (struct run *)calloc(1, sizeof(*run));

	if (run != NULL && derive(e, &run->key) == APAM_OK &&
	    sign_seed(e, r, n, run))
		return run;
	free_run(e, run);
	return NULL;
}

/* ---- The slots ---------------------------------------------------------- */

static int32_t
acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = (const struct scheme_entry *)state;

	return scheme_keep_for_ever(e->svc, op, APAM_STR("none"));
}

static int32_t
sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = (const struct scheme_entry *)state;
	const struct apam_services *svc = e->svc;
	const uint64_t n = scheme_body_length(request->body);
	struct apam_rewrite how;
	struct run *run;

	(void)credential;
	if (request->body->kind == APAM_BODY_NONE)
		return svc->refuse(svc, out, APAM_E_USAGE,
		    APAM_STR("there is no body to sign"));
	run = new_run(e, request, n);
	if (run == NULL)
		return svc->refuse(
		    svc, out, APAM_E_MEMORY, APAM_STR("out of memory"));
	add_headers(e, n, out);
	add_authorization(e, run, out);
	memset(&how, 0, sizeof(how));
	how.size = sizeof(how);
	how.length = length_in_chunks(n) +
	    (uint64_t)scheme_option(e, OPT_LENGTH)->num;
	how.piece = CHUNK;
	how.hash = APAM_HASH_SHA256;
	how.run = run;
	svc->sign_body(svc, out, &how);
	return APAM_OK;
}

static bool
sign_chunk(
    const struct scheme_entry *e, struct run *run, struct apam_str digest)
{
	const struct apam_services *svc = e->svc;
	struct apam_text *text = svc->text_new(svc, 0);
	bool ok;

	put(svc, text, APAM_STR("AWS4-HMAC-SHA256-PAYLOAD\n"));
	put(svc, text, date_of(e));
	put(svc, text, APAM_STR("\n"));
	put_scope(e, text);
	put(svc, text, APAM_STR("\n"));
	put(svc, text, hex_view(run->before));
	put(svc, text, APAM_STR("\n"));
	put_hash(svc, text, APAM_STR(""));
	put(svc, text, APAM_STR("\n"));
	svc->text_put(svc, text, APAM_WRITING_HEX, digest);
	ok = sign_text(e, run->key, text, run->before);
	svc->text_free(svc, &text);
	return ok;
}

static int32_t
body_piece(void *state, void *arg, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *e = (const struct scheme_entry *)state;
	const struct apam_services *svc = e->svc;
	struct run *run = (struct run *)arg;
	char head[64];

	if (!sign_chunk(e, run, piece->digest))
		return svc->body_refuse(
		    svc, out, APAM_E_MEMORY, APAM_STR("out of memory"));
	(void)snprintf(
	    head, sizeof(head), "%zx;chunk-signature=", piece->length);
	svc->body_put(svc, out, apam_str(head));
	svc->body_put(svc, out, hex_view(run->before));
	svc->body_put(svc, out, APAM_STR("\r\n"));
	if (piece->length > 0)
		svc->body_put_piece(svc, out);
	svc->body_put(svc, out, APAM_STR("\r\n"));
	return APAM_OK;
}

static int32_t
body_rewind(void *state, void *arg)
{
	struct run *run = (struct run *)arg;

	(void)state;
	memcpy(run->before, run->seed, sizeof(run->before));
	return APAM_OK;
}

static void
body_end(void *state, void *run)
{
	free_run((const struct scheme_entry *)state, (struct run *)run);
}

static int32_t
judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "HTTP status";
	return answer->response->status == 401 ? APAM_VERDICT_REJECTED :
						 APAM_VERDICT_ACCEPTED;
}

static int32_t
check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = (const struct scheme_entry *)state;

	return e->svc->key_state(
	    e->svc, op, APAM_KEY_UNKNOWN, APAM_STR("nobody is asked"));
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "chunked-test",
	.summary = "signs a body in chunks; for tests",
	.vendor = "apam",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open_short_lived,
	.close = scheme_close,
	.acquire = acquire,
	.sign = sign,
	.judge = judge,
	.check = check,
	.body_piece = body_piece,
	.body_rewind = body_rewind,
	.body_end = body_end,
};
