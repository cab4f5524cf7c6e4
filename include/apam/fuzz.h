/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target for a module, with nothing of apam's core: source, and no part
 * of the ABI.  It includes the module's source, so that the fuzzer sees into
 * it:
 *
 *	#include "my-scheme.c"
 *	#include <apam/fuzz.h>
 *
 * Built with -fsanitize=fuzzer it is a program of libFuzzer's; with
 * -DAPAM_FUZZ_REPLAY, one that runs each file that it is given once.
 *
 * The services here answer as the input says: options, responses, the values of
 * JSON and memory that runs out come from its bytes.  The process ends where
 * the module returns what it must not, and sanitizers see the rest.  What a
 * core refuses by itself, such as a header with a control character, is not
 * looked at; `apam module check` is.
 */
#ifndef APAM_FUZZ_H
#define APAM_FUZZ_H

#include <stdlib.h>

#include "module.h"

#define FUZZ_TEXT_MAX 4096
#define FUZZ_STEPS_MAX 8

/* The input, of which each call takes the next bytes. */
struct fuzz_input {
	const unsigned char *p;
	size_t n;
};

static struct fuzz_input fuzz_input;
/* What the module has said in this run. */
static int fuzz_failed, fuzz_ended, fuzz_asked, fuzz_refused;

/* A text of the module's, with room for all that a run puts there. */
struct apam_text {
	size_t n;
	char p[FUZZ_TEXT_MAX];
};

/* Keys are used and not seen: any will do. */
struct apam_key {
	int32_t kind;
};

static inline void
fuzz_holds(int condition, const char *what)
{
	if (condition)
		return;
	(void)fprintf(stderr, "fuzz: the module %s\n", what);
	abort();
}

static inline unsigned
fuzz_byte(void)
{
	if (fuzz_input.n == 0)
		return 0;
	fuzz_input.n--;
	return *fuzz_input.p++;
}

/*
 * Take a text: a length, then that many bytes, with a NUL behind them.  The
 * last 512 of them live: more than one run takes.
 */
static inline struct apam_str
fuzz_text(int printable)
{
	static char *ring[512];
	static size_t at;
	struct apam_str text;
	size_t n = fuzz_byte() % 64, i;
	char *p = (char *)malloc(n + 2);

	fuzz_holds(p != NULL, "cannot be run without memory");
	for (i = 0; i < n; i++) {
		p[i] = (char)fuzz_byte();
		if (printable && (p[i] < 0x20 || p[i] == 0x7f))
			p[i] = 'x';
	}
	if (printable && n == 0)
		p[n++] = 'x';
	p[n] = '\0';
	free(ring[at]);
	ring[at] = p;
	at = (at + 1) % (sizeof(ring) / sizeof(ring[0]));
	text.p = p;
	text.n = n;
	return text;
}

/* ---- Services: in `open`, texts --------------------------------------- */

static inline void
fuzz_log(const struct apam_services *svc, int32_t level, struct apam_str text)
{
	(void)svc;
	(void)text;
	fuzz_holds(level >= APAM_LOG_ERROR && level <= APAM_LOG_DEBUG,
	    "logs at a level that is none");
}

static inline int64_t
fuzz_now(const struct apam_services *svc)
{
	(void)svc;
	return 1700000000000 + fuzz_byte();
}

static inline int32_t
fuzz_random(const struct apam_services *svc, void *to, size_t n)
{
	(void)svc;
	memset(to, 0x5a, n);
	return APAM_OK;
}

static inline int32_t
fuzz_equal(
    const struct apam_services *svc, struct apam_str a, struct apam_str b)
{
	(void)svc;
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline int32_t
fuzz_refuse_option(const struct apam_services *svc, const size_t *path,
    size_t count, struct apam_str text)
{
	(void)svc;
	(void)path;
	fuzz_holds(count > 0, "refuses no option");
	fuzz_holds(text.n > 0, "refuses an option without saying why");
	fuzz_refused = 1;
	return APAM_E_CONFIG;
}

static inline void
fuzz_prepare_unneeded(const struct apam_services *svc)
{
	(void)svc;
}

static inline void
fuzz_short_lived(const struct apam_services *svc)
{
	(void)svc;
}

static inline struct apam_text *
fuzz_text_new(const struct apam_services *svc, int32_t secret)
{
	(void)svc;
	(void)secret;
	/* One byte in 16 is memory that has run out. */
	if (fuzz_byte() % 16 == 15)
		return NULL;
	return (struct apam_text *)calloc(1, sizeof(struct apam_text));
}

static inline void
fuzz_text_put(const struct apam_services *svc, struct apam_text *text,
    int32_t writing, struct apam_str bytes)
{
	(void)svc;
	fuzz_holds(
	    writing >= APAM_WRITING_PLAIN && writing <= APAM_WRITING_JSON,
	    "writes in a way that is none");
	if (text == NULL || bytes.n > FUZZ_TEXT_MAX - text->n - 1)
		return;
	if (bytes.n > 0)
		memmove(text->p + text->n, bytes.p, bytes.n);
	text->n += bytes.n;
}

static inline void
fuzz_text_put_number(
    const struct apam_services *svc, struct apam_text *text, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)number);
	fuzz_text_put(svc, text, APAM_WRITING_PLAIN, apam_str(digits));
}

static inline int32_t
fuzz_text_read(const struct apam_services *svc, struct apam_text *text,
    int32_t writing, struct apam_str written)
{
	if (fuzz_byte() % 4 == 0)
		return APAM_E_USAGE;
	fuzz_text_put(svc, text, writing, written);
	return APAM_OK;
}

static inline struct apam_str
fuzz_text_view(const struct apam_services *svc, const struct apam_text *text)
{
	struct apam_str view = { NULL, 0 };

	(void)svc;
	if (text == NULL)
		return view;
	view.p = text->p;
	view.n = text->n;
	return view;
}

static inline void
fuzz_text_free(const struct apam_services *svc, struct apam_text **text)
{
	(void)svc;
	if (text == NULL)
		return;
	free(*text);
	*text = NULL;
}

/* ---- Services: keys --------------------------------------------------- */

static inline int32_t
fuzz_bytes(unsigned char *to, size_t size, size_t *n)
{
	if (fuzz_byte() % 16 == 15)
		return APAM_E_POLICY;
	memset(to, 0xa5, size);
	*n = size;
	return APAM_OK;
}

static inline int32_t
fuzz_digest(const struct apam_services *svc, int32_t hash,
    const struct apam_str *parts, size_t count, unsigned char *to, size_t *n)
{
	(void)svc;
	(void)hash;
	(void)parts;
	(void)count;
	return fuzz_bytes(to, 32, n);
}

static inline int32_t
fuzz_body_digest(const struct apam_services *svc, int32_t hash,
    const struct apam_body *body, unsigned char *to, size_t *n)
{
	(void)svc;
	(void)hash;
	(void)body;
	return fuzz_byte() % 4 == 0 ? (int32_t)APAM_E_USAGE :
				      fuzz_bytes(to, 32, n);
}

static inline int32_t
fuzz_hmac(const struct apam_services *svc, const struct apam_key *key,
    int32_t hash, const struct apam_str *parts, size_t count,
    unsigned char *to, size_t *n)
{
	(void)svc;
	(void)hash;
	(void)parts;
	(void)count;
	fuzz_holds(key != NULL, "uses a key that is not there");
	return fuzz_bytes(to, 32, n);
}

static inline int32_t
fuzz_key_sign(const struct apam_services *svc, const struct apam_key *key,
    int32_t algorithm, const struct apam_str *parts, size_t count,
    unsigned char *to, size_t size, size_t *n)
{
	(void)svc;
	(void)algorithm;
	(void)parts;
	(void)count;
	fuzz_holds(key != NULL, "uses a key that is not there");
	return fuzz_bytes(to, size < 64 ? size : 64, n);
}

static inline int32_t
fuzz_key_verify(const struct apam_services *svc, const struct apam_key *key,
    int32_t algorithm, const struct apam_str *parts, size_t count,
    struct apam_str signature)
{
	(void)svc;
	(void)algorithm;
	(void)parts;
	(void)count;
	(void)signature;
	fuzz_holds(key != NULL, "uses a key that is not there");
	return fuzz_byte() % 2 == 0 ? APAM_OK : APAM_E_DENIED;
}

static inline int32_t
fuzz_key_new(struct apam_key **key)
{
	*key = NULL;
	if (fuzz_byte() % 8 == 7)
		return APAM_E_USAGE;
	*key = (struct apam_key *)calloc(1, sizeof(struct apam_key));
	fuzz_holds(*key != NULL, "cannot be run without memory");
	(*key)->kind = APAM_KIND_SYMMETRIC;
	return APAM_OK;
}

static inline int32_t
fuzz_key_make(const struct apam_services *svc,
    const struct apam_key_source *source, struct apam_key **key)
{
	(void)svc;
	(void)source;
	return fuzz_key_new(key);
}

static inline int32_t
fuzz_key_derive(const struct apam_services *svc, const struct apam_key *key,
    int32_t hash, const struct apam_str *steps, size_t count,
    struct apam_key **to)
{
	(void)svc;
	(void)hash;
	(void)steps;
	(void)count;
	fuzz_holds(key != NULL, "uses a key that is not there");
	return fuzz_key_new(to);
}

static inline int32_t
fuzz_key_generate(
    const struct apam_services *svc, int32_t kind, struct apam_key **key)
{
	(void)svc;
	(void)kind;
	return fuzz_key_new(key);
}

static inline void
fuzz_key_free(const struct apam_services *svc, struct apam_key **key)
{
	(void)svc;
	free(*key);
	*key = NULL;
}

static inline int32_t
fuzz_key_kind(const struct apam_services *svc, const struct apam_key *key)
{
	(void)svc;
	fuzz_holds(key != NULL, "uses a key that is not there");
	return (int32_t)(1 + fuzz_byte() % APAM_KIND_EC_P521);
}

static inline int32_t
fuzz_key_jwk(const struct apam_services *svc, const struct apam_key *key,
    struct apam_text *to)
{
	fuzz_holds(key != NULL, "uses a key that is not there");
	fuzz_text_put(svc, to, APAM_WRITING_PLAIN, fuzz_text(1));
	return APAM_OK;
}

/* ---- Services: steps -------------------------------------------------- */

static inline void
fuzz_exchange(const struct apam_services *svc, struct apam_op *op,
    struct apam_str method, struct apam_str url, int32_t encoding)
{
	(void)svc;
	(void)op;
	(void)url;
	fuzz_holds(method.n > 0, "asks for an exchange without a method");
	fuzz_holds(
	    encoding >= APAM_ENCODING_NONE && encoding <= APAM_ENCODING_RAW,
	    "encodes a body in a way that is none");
	fuzz_asked = 1;
}

static inline void
fuzz_pair(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	(void)op;
	(void)name;
	(void)value;
}

static inline void
fuzz_exchange_certificate(const struct apam_services *svc, struct apam_op *op,
    const struct apam_certificate *certificate)
{
	(void)svc;
	(void)op;
	(void)certificate;
}

static inline void
fuzz_exchange_socket(const struct apam_services *svc, struct apam_op *op,
    struct apam_str path)
{
	(void)svc;
	(void)op;
	(void)path;
}

static inline void
fuzz_exchange_flag(const struct apam_services *svc, struct apam_op *op)
{
	(void)svc;
	(void)op;
	fuzz_asked = 1;
}

static inline void
fuzz_seconds(
    const struct apam_services *svc, struct apam_op *op, int64_t seconds)
{
	(void)svc;
	(void)op;
	(void)seconds;
}

static inline void
fuzz_show(const struct apam_services *svc, struct apam_op *op,
    const struct apam_prompt *prompt)
{
	(void)svc;
	(void)op;
	fuzz_holds(prompt->text.n > 0 || prompt->url.n > 0,
	    "tells a person nothing");
}

static inline void
fuzz_memo(
    const struct apam_services *svc, struct apam_op *op, struct apam_str bytes)
{
	static char kept[FUZZ_TEXT_MAX];

	(void)svc;
	if (bytes.n > sizeof(kept))
		bytes.n = sizeof(kept);
	if (bytes.n > 0)
		memmove(kept, bytes.p, bytes.n);
	op->memo.p = kept;
	op->memo.n = bytes.n;
}

static inline struct apam_str
fuzz_secret(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	(void)svc;
	(void)op;
	return value->str;
}

static inline void
fuzz_spend(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	(void)svc;
	(void)op;
	(void)value;
}

static inline void
fuzz_successor(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value, struct apam_str bytes)
{
	(void)svc;
	(void)op;
	(void)value;
	(void)bytes;
	fuzz_ended = 1;
}

static inline void
fuzz_keep_fact(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value, int32_t secret)
{
	(void)svc;
	(void)op;
	(void)value;
	(void)secret;
	fuzz_holds(name.n > 0 && name.n <= 64, "keeps a fact without a name");
}

static inline struct apam_str
fuzz_fact(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name)
{
	(void)svc;
	(void)op;
	(void)name;
	return apam_str("fake-fact");
}

static inline void
fuzz_credential(
    const struct apam_services *svc, struct apam_op *op, struct apam_str bytes)
{
	(void)svc;
	(void)op;
	fuzz_holds(bytes.n > 0, "makes an empty credential");
	fuzz_ended = 1;
}

static inline void
fuzz_lifetime_json(
    const struct apam_services *svc, struct apam_op *op, const char *pointer)
{
	(void)svc;
	(void)op;
	fuzz_holds(pointer[0] == '\0' || pointer[0] == '/',
	    "has a pointer that is none");
}

static inline int32_t
fuzz_key_state(const struct apam_services *svc, struct apam_op *op,
    int32_t state, struct apam_str text)
{
	(void)svc;
	(void)op;
	fuzz_holds(state >= APAM_KEY_UNKNOWN && state <= APAM_KEY_REJECTED,
	    "finds a key in a state that is none");
	fuzz_holds(text.n > 0, "finds a key's state and does not say why");
	fuzz_ended = 1;
	return APAM_STEP_DONE;
}

static inline int32_t
fuzz_fail(const struct apam_services *svc, struct apam_op *op, int32_t status,
    struct apam_str text)
{
	(void)svc;
	(void)op;
	fuzz_holds(status != APAM_OK, "fails with APAM_OK");
	fuzz_holds(text.n > 0, "fails without saying why");
	fuzz_failed = 1;
	return APAM_STEP_FAILED;
}

/* ---- Services: responses ---------------------------------------------- */

static inline void
fuzz_json_value(struct apam_json *value)
{
	static const int64_t numbers[] = { 0, 1, -1, 3600, INT64_MAX,
		INT64_MIN };

	memset(value, 0, sizeof(*value));
	value->type = (int32_t)(fuzz_byte() % (APAM_JSON_OBJECT + 1));
	if (value->type == APAM_JSON_STRING)
		value->str = fuzz_text(0);
	else if (value->type == APAM_JSON_BOOLEAN)
		value->num = fuzz_byte() % 2;
	else if (value->type == APAM_JSON_ARRAY ||
	    value->type == APAM_JSON_OBJECT)
		value->num = fuzz_byte() % 8;
	else if (value->type >= APAM_JSON_INTEGER)
		value->num = numbers[fuzz_byte() % 6];
}

static inline int32_t
fuzz_json(const struct apam_services *svc, const struct apam_response *response,
    const char *pointer, struct apam_json *value, const char **why)
{
	(void)svc;
	fuzz_holds(response != NULL, "reads a response that is not there");
	fuzz_holds(pointer[0] == '\0' || pointer[0] == '/',
	    "has a pointer that is none");
	memset(value, 0, sizeof(*value));
	if (fuzz_byte() % 8 == 0) {
		if (why != NULL)
			*why = "the answer is not JSON";
		return APAM_E_PROVIDER;
	}
	fuzz_json_value(value);
	return APAM_OK;
}

static inline int32_t
fuzz_json_of(const struct apam_services *svc, struct apam_str text,
    const char *pointer, struct apam_json *value, struct apam_text *strings)
{
	(void)svc;
	(void)text;
	(void)pointer;
	(void)strings;
	memset(value, 0, sizeof(*value));
	if (fuzz_byte() % 8 == 0)
		return APAM_E_PROVIDER;
	fuzz_json_value(value);
	return APAM_OK;
}

static inline struct apam_str
fuzz_header(const struct apam_services *svc,
    const struct apam_response *response, const char *name)
{
	struct apam_str none = { NULL, 0 };

	(void)svc;
	(void)name;
	fuzz_holds(response != NULL, "reads a response that is not there");
	return fuzz_byte() % 2 == 0 ? none : fuzz_text(1);
}

static inline int32_t
fuzz_challenge(const struct apam_services *svc,
    const struct apam_response *response, size_t index, char *to, size_t size)
{
	(void)svc;
	fuzz_holds(response != NULL, "reads a response that is not there");
	if (index > 3 || fuzz_byte() % 2 == 0)
		return 0;
	(void)snprintf(to, size, "%s", fuzz_byte() % 2 ? "Bearer" : "Basic");
	return 1;
}

static inline int32_t
fuzz_challenge_parameter(const struct apam_services *svc,
    const struct apam_response *response, size_t index, const char *parameter,
    char *to, size_t size)
{
	(void)svc;
	(void)index;
	(void)parameter;
	fuzz_holds(response != NULL, "reads a response that is not there");
	if (fuzz_byte() % 2 == 0)
		return 0;
	(void)snprintf(to, size, "%s", fuzz_text(1).p);
	return 1;
}

/* ---- Services: signing and judging ------------------------------------ */

static inline void
fuzz_sign_pair(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	(void)out;
	(void)value;
	fuzz_holds(name.n > 0, "signs with something that has no name");
	fuzz_ended = 1;
}

static inline void
fuzz_sign_covers(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name)
{
	(void)svc;
	(void)out;
	(void)name;
}

static inline void
fuzz_sign_certificate(const struct apam_services *svc,
    struct apam_signing *out, const struct apam_certificate *certificate)
{
	(void)svc;
	(void)out;
	(void)certificate;
	fuzz_ended = 1;
}

static inline void
fuzz_sign_nothing(const struct apam_services *svc, struct apam_signing *out)
{
	(void)svc;
	(void)out;
	fuzz_ended = 1;
}

static inline int32_t
fuzz_refuse(const struct apam_services *svc, struct apam_signing *out,
    int32_t status, struct apam_str text)
{
	(void)svc;
	(void)out;
	fuzz_holds(status != APAM_OK, "refuses with APAM_OK");
	fuzz_holds(text.n > 0, "refuses without saying why");
	fuzz_refused = 1;
	return status;
}

static inline void
fuzz_judge_memo(const struct apam_services *svc, struct apam_judging *out,
    struct apam_str bytes)
{
	(void)svc;
	(void)out;
	fuzz_holds(bytes.n <= 4096, "keeps more than a memo holds");
}

static inline int32_t
fuzz_not_authentic(const struct apam_services *svc, struct apam_verifying *out,
    struct apam_str text)
{
	(void)svc;
	(void)out;
	fuzz_holds(text.n > 0, "refuses a response without saying why");
	return APAM_E_NOT_AUTHENTIC;
}

static inline void
fuzz_services(struct apam_services *svc)
{
	memset(svc, 0, sizeof(*svc));
	svc->size = sizeof(*svc);
	svc->log = fuzz_log;
	svc->now_ms = fuzz_now;
	svc->random = fuzz_random;
	svc->equal = fuzz_equal;
	svc->refuse_option = fuzz_refuse_option;
	svc->prepare_unneeded = fuzz_prepare_unneeded;
	svc->short_lived = fuzz_short_lived;
	svc->text_new = fuzz_text_new;
	svc->text_put = fuzz_text_put;
	svc->text_put_number = fuzz_text_put_number;
	svc->text_read = fuzz_text_read;
	svc->text_view = fuzz_text_view;
	svc->text_free = fuzz_text_free;
	svc->digest = fuzz_digest;
	svc->body_digest = fuzz_body_digest;
	svc->hmac = fuzz_hmac;
	svc->key_sign = fuzz_key_sign;
	svc->key_verify = fuzz_key_verify;
	svc->key_make = fuzz_key_make;
	svc->key_derive = fuzz_key_derive;
	svc->key_generate = fuzz_key_generate;
	svc->key_free = fuzz_key_free;
	svc->key_kind = fuzz_key_kind;
	svc->key_jwk = fuzz_key_jwk;
	svc->exchange = fuzz_exchange;
	svc->exchange_header = fuzz_pair;
	svc->exchange_query = fuzz_pair;
	svc->exchange_field = fuzz_pair;
	svc->exchange_body = fuzz_pair;
	svc->exchange_certificate = fuzz_exchange_certificate;
	svc->exchange_socket = fuzz_exchange_socket;
	svc->exchange_http2 = fuzz_exchange_flag;
	svc->exchange_probe = fuzz_exchange_flag;
	svc->wait = fuzz_seconds;
	svc->show = fuzz_show;
	svc->memo = fuzz_memo;
	svc->secret = fuzz_secret;
	svc->spend = fuzz_spend;
	svc->successor = fuzz_successor;
	svc->keep_fact = fuzz_keep_fact;
	svc->fact = fuzz_fact;
	svc->credential = fuzz_credential;
	svc->lifetime = fuzz_seconds;
	svc->lifetime_json = fuzz_lifetime_json;
	svc->key_state = fuzz_key_state;
	svc->fail = fuzz_fail;
	svc->json = fuzz_json;
	svc->json_of = fuzz_json_of;
	svc->header = fuzz_header;
	svc->challenge = fuzz_challenge;
	svc->challenge_parameter = fuzz_challenge_parameter;
	svc->sign_header = fuzz_sign_pair;
	svc->sign_query = fuzz_sign_pair;
	svc->sign_query_default = fuzz_sign_pair;
	svc->sign_cookie = fuzz_sign_pair;
	svc->sign_covers = fuzz_sign_covers;
	svc->sign_certificate = fuzz_sign_certificate;
	svc->sign_nothing = fuzz_sign_nothing;
	svc->refuse = fuzz_refuse;
	svc->judge_memo = fuzz_judge_memo;
	svc->not_authentic = fuzz_not_authentic;
}

/* ---- Options ---------------------------------------------------------- */

#define FUZZ_VALUES_MAX 256
#define FUZZ_ITEMS_MAX 4

static struct apam_value fuzz_values[FUZZ_VALUES_MAX];
static size_t fuzz_value_count;
static struct apam_key fuzz_key;

/*
 * Fill in `values`, one for each of the `count` options, from the input.  They
 * point to the input and to static memory, and last as long as the run.
 */
static inline void fuzz_fill(struct apam_value *values,
    const struct apam_option *table, size_t count);

/* `count` values in a row; NULL: there is no room. */
static inline struct apam_value *
fuzz_row(size_t count)
{
	struct apam_value *row = &fuzz_values[fuzz_value_count];

	if (count > FUZZ_VALUES_MAX - fuzz_value_count)
		return NULL;
	fuzz_value_count += count;
	return row;
}

static inline const struct apam_str *
fuzz_items(void)
{
	static struct apam_str items[16][FUZZ_ITEMS_MAX];
	static size_t at;
	size_t i;

	at = (at + 1) % 16;
	for (i = 0; i < FUZZ_ITEMS_MAX; i++)
		items[at][i] = fuzz_text(1);
	return items[at];
}

static inline void
fuzz_fill_groups(struct apam_value *value, const struct apam_option *o)
{
	size_t groups = o->type == APAM_OPT_GROUP ? 1 : 1 + fuzz_byte() % 2;
	struct apam_value *row = fuzz_row(groups * o->member_count);
	size_t g;

	if (row == NULL) {
		value->set = 0;
		return;
	}
	value->members = row;
	value->count = o->type == APAM_OPT_GROUP ? 0 : groups;
	for (g = 0; g < groups; g++)
		fuzz_fill(row + g * o->member_count, o->members,
		    o->member_count);
}

static inline void
fuzz_fill_number(struct apam_value *value, const struct apam_option *o)
{
	int64_t range = o->max > o->min ? o->max - o->min : 1000;

	value->num = o->min + (int64_t)fuzz_byte() % (range + 1);
}

static inline void
fuzz_fill_one(struct apam_value *value, const struct apam_option *o)
{
	size_t choices = 0;

	memset(value, 0, sizeof(*value));
	value->set = (o->flags & APAM_OPT_REQUIRED) != 0 ||
	    o->default_value != NULL || fuzz_byte() % 2;
	if (!value->set)
		return;
	switch (o->type) {
	case APAM_OPT_INTEGER:
	case APAM_OPT_DURATION:
		fuzz_fill_number(value, o);
		break;
	case APAM_OPT_BOOLEAN:
		value->num = fuzz_byte() % 2;
		break;
	case APAM_OPT_CHOICE:
		while (o->choices[choices] != NULL)
			choices++;
		value->num = (int64_t)(fuzz_byte() % choices);
		value->str = apam_str(o->choices[value->num]);
		break;
	case APAM_OPT_LIST:
	case APAM_OPT_MAP:
		value->count = 1 + fuzz_byte() % FUZZ_ITEMS_MAX;
		value->items = fuzz_items();
		value->names = fuzz_items();
		break;
	case APAM_OPT_GROUP:
	case APAM_OPT_GROUPS:
		fuzz_fill_groups(value, o);
		break;
	case APAM_OPT_KEY:
		value->key = &fuzz_key;
		break;
	case APAM_OPT_URL:
		value->str = apam_str("https://a.example/token");
		break;
	case APAM_OPT_SECRET:
		value->str = fuzz_text((o->flags & APAM_OPT_BINARY) == 0);
		break;
	default:
		value->str = fuzz_text(1);
		break;
	}
}

static inline void
fuzz_fill(struct apam_value *values, const struct apam_option *table,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		fuzz_fill_one(&values[i], &table[i]);
}

/* ---- A run ------------------------------------------------------------ */

static inline void
fuzz_response(struct apam_response *response)
{
	static const int32_t statuses[] = { 200, 201, 204, 301, 302, 400, 401,
		403, 404, 422, 429, 500, 503 };

	memset(response, 0, sizeof(*response));
	response->size = sizeof(*response);
	response->status = statuses[fuzz_byte() % 13];
	response->body = fuzz_text(0);
}

static inline void
fuzz_run(const struct apam_module *module, void *state,
    int32_t (*step)(void *state, struct apam_op *op),
    const struct apam_credential_view *credential)
{
	struct apam_response response;
	struct apam_op op;
	int32_t said;
	int i;

	if (step == NULL)
		return;
	memset(&op, 0, sizeof(op));
	op.size = sizeof(op);
	op.credential = credential;
	if (step == module->check && fuzz_byte() % 2)
		op.probe = apam_str("GET /probe");
	for (i = 0; i < FUZZ_STEPS_MAX; i++) {
		fuzz_failed = fuzz_ended = fuzz_asked = 0;
		said = step(state, &op);
		fuzz_holds(
		    said >= APAM_STEP_FAILED && said <= APAM_STEP_CONFIRM,
		    "returns a step that is none");
		fuzz_holds(said != APAM_STEP_FAILED || fuzz_failed,
		    "fails without `fail`");
		fuzz_holds(said != APAM_STEP_EXCHANGE || fuzz_asked,
		    "waits for an exchange that it did not ask for");
		fuzz_holds(said != APAM_STEP_DONE || fuzz_ended ||
			step == module->revoke || step == module->login,
		    "ends with nothing");
		if (said == APAM_STEP_FAILED || said == APAM_STEP_DONE)
			return;
		fuzz_response(&response);
		op.response = said == APAM_STEP_EXCHANGE ? &response : NULL;
	}
}

static inline void
fuzz_request(struct apam_request_view *view, struct apam_body *body)
{
	memset(body, 0, sizeof(*body));
	body->size = sizeof(*body);
	memset(view, 0, sizeof(*view));
	view->size = sizeof(*view);
	view->method = apam_str(fuzz_byte() % 2 ? "POST" : "GET");
	view->url = apam_str("https://api.example/a?b=c");
	view->scheme = apam_str("https");
	view->host = apam_str("api.example");
	view->path = apam_str("/a");
	view->query = fuzz_text(1);
	view->port = 443;
	view->body = body;
	view->now_ms = 1700000000000;
	view->memo = fuzz_text(0);
}

static inline void
fuzz_sign(const struct apam_module *module, void *state,
    const struct apam_credential_view *credential)
{
	struct apam_request_view view;
	struct apam_body body;
	int32_t status;

	fuzz_request(&view, &body);
	fuzz_ended = fuzz_refused = 0;
	if (module->prepare != NULL) {
		status = module->prepare(state, &view, NULL);
		fuzz_holds(status == APAM_OK || fuzz_refused,
		    "refuses a request without `refuse`");
	}
	fuzz_ended = fuzz_refused = 0;
	status = module->sign(state, credential, &view, NULL);
	fuzz_holds(status == APAM_OK || fuzz_refused ||
		status == APAM_E_MEMORY,
	    "refuses a request without `refuse`");
	fuzz_holds(status != APAM_OK || fuzz_ended, "signs with nothing");
}

static inline void
fuzz_judge(const struct apam_module *module, void *state)
{
	struct apam_response response;
	struct apam_answer_view view;
	const char *reason = NULL;
	int32_t verdict;

	fuzz_response(&response);
	memset(&view, 0, sizeof(view));
	view.size = sizeof(view);
	view.response = &response;
	view.method = apam_str("GET");
	view.origin = apam_str("https://api.example");
	view.now_ms = 1700000000000;
	verdict = module->judge(state, &view, NULL, &reason);
	fuzz_holds(verdict >= APAM_VERDICT_UNKNOWN &&
		verdict <= APAM_VERDICT_CHALLENGED,
	    "has a verdict that is none");
	fuzz_holds(reason != NULL && reason[0] != '\0',
	    "judges and does not say why");
}

/* What libFuzzer calls with each input, of `size` bytes; it returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_module *module = &apam_module_1;
	struct apam_services svc;
	struct apam_options given;
	struct apam_credential_view credential;
	struct apam_value *row;
	void *state = NULL;
	int32_t status;

	fuzz_input.p = data;
	fuzz_input.n = size;
	fuzz_value_count = 0;
	fuzz_refused = 0;
	fuzz_services(&svc);
	row = fuzz_row(module->option_count);
	fuzz_holds(row != NULL, "has too many options");
	fuzz_fill(row, module->options, module->option_count);
	given.size = sizeof(given);
	given.value_size = sizeof(struct apam_value);
	given.count = module->option_count;
	given.values = row;
	status = module->open(&svc, &given, &state);
	fuzz_holds(status == APAM_OK || status == APAM_E_MEMORY || fuzz_refused,
	    "refuses its options without `refuse_option`");
	if (status != APAM_OK)
		return 0;
	credential.size = sizeof(credential);
	credential.secret = fuzz_text(1);
	credential.acquired_ms = 1700000000000;
	fuzz_run(module, state, module->acquire, NULL);
	fuzz_run(module, state, module->check, &credential);
	fuzz_run(module, state, module->revoke, &credential);
	fuzz_run(module, state, module->login, NULL);
	fuzz_sign(module, state, &credential);
	fuzz_judge(module, state);
	module->close(state);
	return 0;
}

#ifdef APAM_FUZZ_REPLAY
int
main(int argc, char **argv)
{
	static uint8_t bytes[65536];
	size_t n;
	FILE *file;
	int i;

	(void)LLVMFuzzerTestOneInput(bytes, 0);
	for (i = 1; i < argc; i++) {
		file = fopen(argv[i], "rb");
		if (file == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(bytes, 1, sizeof(bytes), file);
		(void)fclose(file);
		(void)LLVMFuzzerTestOneInput(bytes, n);
	}
	(void)printf("replayed %d inputs and an empty one\n", argc - 1);
	return 0;
}
#endif

#endif
