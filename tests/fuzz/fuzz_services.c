/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services that a module is given, called in any order.  Lines of the
 * input: the name of a service, a blank and its text; see the table.  Whatever
 * a module does with them, what comes of it has no control character where it
 * is sent or shown, and nothing is used after a failure.
 */
#include "fuzz.h"
#include "support/drive.h"
#include "support/refused.h"
#include "text/header.h"
#include "text/url.h"

static struct services svc;
static struct drive sink; /* of its log */
static struct log log_to = { drive_note, &sink, APAM_LOG_DEBUG };
static struct op op;
static struct apam_signing out, total; /* of this entry, and of those before */
static struct apam_text *text;
static struct answer answer;

static const struct apam_services *s = &svc.pub;

/* The two halves of "a=b". */
static struct apam_header
pair_of(struct apam_str line)
{
	size_t n = str_find(line, '=');

	return (struct apam_header){ str_cut(line, n),
		str_skip(line, n < line.n ? n + 1 : n) };
}

/* What services want with a NUL at its end. */
static const char *
spelled(struct apam_str line)
{
	static char copy[256];

	(void)snprintf(copy, sizeof(copy), "%.*s",
	    line.n < 255 ? (int)line.n : 255, line.p == NULL ? "" : line.p);
	return copy;
}

static int
number_of(struct apam_str line)
{
	return atoi(spelled(line));
}

static void
do_text(struct apam_str line)
{
	for (int32_t i = APAM_WRITING_PLAIN; i <= APAM_WRITING_JSON; i++) {
		s->text_put(s, text, i, line);
		(void)s->text_read(s, text, i, line);
	}
	s->text_put_number(s, text, number_of(line));
}

static void
do_new(struct apam_str line)
{
	(void)line;
	s->text_free(s, &text);
	HOLDS(text == NULL);
	text = s->text_new(s, 1);
}

static void
do_exchange(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->exchange(s, &op.pub, apam_str(spelled(pair.name)), pair.value,
	    (int32_t)(line.n % 5));
}

static void
do_header(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->exchange_header(
	    s, &op.pub, apam_str(spelled(pair.name)), pair.value);
}

static void
do_field(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->exchange_field(s, &op.pub, pair.name, pair.value);
}

static void
do_parameter(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->exchange_query(s, &op.pub, pair.name, pair.value);
}

static void
do_body(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->exchange_body(s, &op.pub, pair.name, pair.value);
}

static void
do_socket(struct apam_str line)
{
	s->exchange_socket(s, &op.pub, line);
}

static void
do_http2(struct apam_str line)
{
	(void)line;
	s->exchange_http2(s, &op.pub);
}

static void
do_client(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);
	const struct apam_certificate certificate = {
		.size = sizeof(certificate),
		.file = pair.name,
		.key_file = pair.value,
		.passphrase = pair.value,
	};

	s->exchange_certificate(s, &op.pub, &certificate);
}

static void
do_memo(struct apam_str line)
{
	s->memo(s, &op.pub, line);
	op.pub.memo = buf_view(&op.memo);
	s->memo(s, &op.pub, op.pub.memo);
	HOLDS(op.memo.failed || str_equal(buf_view(&op.memo), line));
}

static void
do_credential(struct apam_str line)
{
	s->credential(s, &op.pub, line);
	HOLDS(op.has_credential);
}

static void
do_lifetime(struct apam_str line)
{
	s->lifetime(s, &op.pub, number_of(line));
	HOLDS(op.lifetime >= 0);
	s->lifetime_json(s, &op.pub, spelled(line));
	HOLDS(op.lifetime >= -1);
}

static void
do_state(struct apam_str line)
{
	const int number = number_of(line);
	const enum apam_key_state state = (enum apam_key_state)number;

	(void)apam_key_statef(s, &op.pub, state, "%s", spelled(line));
	HOLDS(!op.has_key_state || op.key_state <= APAM_KEY_REJECTED);
	HOLDS(strlen(op.evidence) < sizeof(op.evidence));
}

static void
do_fail(struct apam_str line)
{
	const int number = number_of(line);
	const enum apam_status status = (enum apam_status)number;

	HOLDS(apam_failf(s, &op.pub, (int32_t)status, "%s", spelled(line)) ==
	    APAM_STEP_FAILED);
	HOLDS(op.error.status != APAM_OK);
	HOLDS(!str_has_control(apam_str(op.error.text)));
}

static void
do_answer(struct apam_str line)
{
	static char wire[512];
	struct apam_str view = { wire, line.n < 511 ? line.n : 511 };

	answer_free(&answer);
	for (size_t i = 0; i < view.n; i++)
		wire[i] = line.p[i] == '|' ? '\n' : line.p[i];
	answer_read(&answer, view);
	op.pub.response = &answer.response.pub;
}

static void
do_json_of(struct apam_str line)
{
	struct apam_text *strings = s->text_new(s, 0);
	struct apam_json value;

	if (s->json_of(s, line, "/a", &value, strings) == APAM_OK)
		HOLDS(value.str.n <= s->text_view(s, strings).n);
	s->text_free(s, &strings);
}

static void
do_read(struct apam_str line)
{
	struct apam_json value;
	const char *why = NULL;
	char word[16];

	if (s->json(s, &answer.response.pub, spelled(line), &value, &why) !=
	    APAM_OK)
		HOLDS(why != NULL);
	(void)s->header(s, &answer.response.pub, spelled(line));
	for (size_t i = 0;
	     s->challenge(s, &answer.response.pub, i, word, sizeof(word));
	     i++) {
		HOLDS(strlen(word) < sizeof(word));
		(void)s->challenge_parameter(s, &answer.response.pub, i,
		    spelled(line), word, sizeof(word));
		HOLDS(strlen(word) < sizeof(word));
	}
	do_json_of(line);
}

static void
do_sign(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->sign_header(s, &out, apam_str(spelled(pair.name)), pair.value);
	s->sign_covers(s, &out, apam_str(spelled(pair.name)));
}

static void
do_cookie(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->sign_cookie(s, &out, apam_str(spelled(pair.name)), pair.value);
}

/* The next entry signs: what there is so far is added to what was before. */
static void
do_next(struct apam_str line)
{
	static struct signing_room room;
	struct apam_error err = APAM_ERROR_INIT;

	(void)line;
	if (signing_check(&out, &err) != APAM_OK ||
	    signing_merge(&total, &out, &err) != APAM_OK)
		HOLDS(err.text[0] != '\0');
	fuzz_says(err.text);
	signing_free(&out);
	signing_init_in(&out, &room);
}

/* How many cookies of this name a Cookie header has. */
static size_t
count_cookies(struct apam_str line, struct apam_str name)
{
	size_t count = 0, n;

	for (; line.n > 0; line = str_skip(line, n < line.n ? n + 1 : n)) {
		n = str_find(line, ';');
		count += str_equal(
		    str_trim(pair_of(str_cut(line, n)).name), name);
	}
	return count;
}

/* Of the host's own, none that a module sets is left. */
static void
check_cookies(void)
{
	const struct apam_header *set = fields_array(&total.cookies);
	const struct apam_header *headers = fields_array(&total.headers);
	const struct apam_str line = headers[total.headers.count - 1].value;
	size_t count;

	for (size_t i = 0; i < total.cookies.count; i++) {
		count = 0;
		for (size_t j = 0; j < total.cookies.count; j++)
			count += str_equal(set[i].name, set[j].name);
		HOLDS(count_cookies(line, set[i].name) == count);
	}
}

/* The host's own cookies. */
static void
do_own(struct apam_str line)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (signing_join_cookies(&total, line, &err) != APAM_OK) {
		HOLDS(err.text[0] != '\0');
	} else if (total.cookies.count > 0) {
		fuzz_feed();
		check_cookies();
		fuzz_starve();
	}
	fuzz_says(err.text);
}

static void
do_query(struct apam_str line)
{
	const struct apam_header pair = pair_of(line);

	s->sign_query(s, &out, pair.name, pair.value);
}

static void
do_refuse(struct apam_str line)
{
	const int number = number_of(line);
	const enum apam_status given = (enum apam_status)number;
	const enum apam_status status = apam_refusef(
	    s, &out, given, "%s", spelled(line));

	HOLDS(status != APAM_OK && out.error.status != APAM_OK);
	HOLDS(apam_refuse_optionf(s, 0, "%s", spelled(line)) == APAM_E_CONFIG);
}

static void
do_rest(struct apam_str line)
{
	const struct apam_body body = { .kind = APAM_BODY_BYTES,
		.bytes = line };
	unsigned char bytes[APAM_HASH_MAX];
	size_t n;

	sink.logged[0] = '\0';
	apam_logf(s, APAM_LOG_INFO, "%s", spelled(line));
	HOLDS(s->now_ms(s) > 0);
	HOLDS(s->random(s, bytes, sizeof(bytes)) == APAM_OK);
	HOLDS(s->random(s, bytes, (size_t)INT32_MAX + 1) != APAM_OK);
	(void)s->body_digest(s, APAM_HASH_SHA256, &body, bytes, &n);
	HOLDS(s->equal(s, line, line));
	s->prepare_unneeded(s);
	HOLDS(svc.prepare_unneeded);
	s->short_lived(s);
	HOLDS(svc.short_lived);
}

static const struct {
	const char *name;
	void (*run)(struct apam_str line);
} calls[] = { { "text", do_text }, { "new", do_new },
	{ "exchange", do_exchange }, { "header", do_header },
	{ "field", do_field }, { "parameter", do_parameter },
	{ "body", do_body }, { "socket", do_socket }, { "http2", do_http2 },
	{ "client", do_client }, { "memo", do_memo },
	{ "credential", do_credential }, { "lifetime", do_lifetime },
	{ "state", do_state }, { "fail", do_fail }, { "answer", do_answer },
	{ "read", do_read }, { "sign", do_sign }, { "cookie", do_cookie },
	{ "next", do_next }, { "own", do_own }, { "query", do_query },
	{ "refuse", do_refuse }, { "rest", do_rest } };

static void
call(struct apam_str line)
{
	const struct apam_str name = str_cut(line, str_find(line, ' '));

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (str_equal(name, apam_str(calls[i].name)))
			calls[i].run(str_skip(
			    line, name.n < line.n ? name.n + 1 : name.n));
}

static void
check_fields(struct fields *f)
{
	const struct apam_header *all = fields_array(f);

	for (size_t i = 0; all != NULL && i < f->count; i++) {
		HOLDS(header_name_ok(all[i].name));
		HOLDS(header_value_ok(all[i].value));
	}
}

static void
check_signing(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (signing_check(&out, &err) == APAM_OK)
		HOLDS(signing_refused(&out) == NULL);
	else
		HOLDS(err.text[0] != '\0');
	HOLDS(signing_contributed(&out) ==
	    (out.headers.count + out.query.count + out.cookies.count > 0));
	fuzz_says(err.text);
}

/* Nothing goes out but what may: all of it by https, loopback or its socket. */
static void
check_exchange_made(void)
{
	static const struct apam_option socket = { .name = "socket",
		.type = APAM_OPT_PATH };
	static const struct apam_value value = { .set = 1,
		.str = { "/run/a.sock", 11 } };
	const struct reach reach = { .allow_http = true,
		.options = { &socket, sizeof(socket), 1 },
		.values = &value };
	struct exchange *x = &op.exchange;
	struct url url;

	if (x->method[0] == '\0' || exchange_finish(x, &reach) != NULL)
		return;
	HOLDS(url_parse(buf_view(&x->url), &url) == NULL);
	HOLDS(x->clear == !url.https);
	HOLDS(url.https || url.loopback || x->socket.n == 11);
	HOLDS(header_name_ok(apam_str(x->method)));
	HOLDS(x->encoding != APAM_ENCODING_NONE || x->body.n == 0);
	check_fields(&x->headers);
}

static void
run(struct apam_str script)
{
	const struct apam_str view = APAM_STR("");

	services_init(&svc, "demo", &log_to);
	op_init(&op, OP_CHECK, true, NULL);
	signing_init(&out);
	signing_init(&total);
	answer_read(&answer, view);
	text = s->text_new(s, 1);
	while (script.n > 0)
		call(drive_line(&script));
	(void)s->text_view(s, text);
	check_exchange_made();
	check_fields(&out.headers);
	check_fields(&total.headers);
	check_signing();
	s->text_free(s, &text);
	s->text_free(s, NULL);
	op.pub.response = NULL;
	answer_free(&answer);
	signing_free(&out);
	signing_free(&total);
	op_free(&op);
	services_free(&svc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str script = { (const char *)data, size };

	run(script);
	return 0;
}
