/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oauth2-refresh-token with the input as every answer: of the token endpoint,
 * the metadata, the device and registration endpoints; or as the query with
 * which a browser comes back, in which a leading "@" stands for the state of
 * this login.  After a first line "options" it says options, as module.h reads
 * them.
 */
#include "modules/oauth2-refresh-token/browser.c"
#include "modules/oauth2-refresh-token/device.c"
#include "modules/oauth2-refresh-token/discovery.c"
#include "modules/oauth2-refresh-token/login.c"
#include "modules/oauth2-refresh-token/logout.c"
#include "modules/oauth2-refresh-token/module.c"
#include "modules/oauth2-refresh-token/register.c"
#include "modules/oauth2-refresh-token/session.c"
#include "modules/oauth2-refresh-token/spend.c"
#include "modules/oauth2/answer.c"
#include "modules/oauth2/assertion.c"
#include "modules/oauth2/check.c"
#include "modules/oauth2/client.c"
#include "modules/oauth2/entry.c"
#include "modules/oauth2/jose.c"
#include "modules/oauth2/judge.c"
#include "modules/oauth2/metadata.c"
#include "modules/oauth2/options.c"
#include "modules/oauth2/revoke.c"

#include "module.h"

#include "durable/durable_facts.h"

#define STORE "refresh_token = \"store:x\"; scope = [ \"a\", \"b\" ]; "
#define STEPS_MAX 40 /* of a login, whose polls have no end of their own */

/* The next piece of the input, up to a line "%%". */
static struct apam_str
piece(struct apam_str *rest)
{
	const char *begin = rest->p;
	struct apam_str line;

	while (rest->n > 0) {
		line = drive_line(rest);
		if (str_equal(line, APAM_STR("%%")))
			return (
			    struct apam_str){ begin, (size_t)(line.p - begin) };
	}
	return (struct apam_str){ begin, (size_t)(rest->p - begin) };
}

/* The facts of a login before are known, or none are. */
static void
prepare(struct drive *d, struct op *op, enum op_kind kind, bool known)
{
	op_init(op, kind, true, kind == OP_REVOKE ? &fuzz_credential : NULL);
	op->reach.options = (struct option_table){ d->module->options,
		d->module->option_size, d->module->option_count };
	op->reach.values = d->values.values;
	op->durable.value = &d->values.values[OPT_REFRESH_TOKEN];
	op->durable.secret = APAM_STR("FAKEsecret");
	if (known)
		op->durable.facts = APAM_STR(
		    "fact client_id c\nfact token_url https://a.example/t\n");
	op->pub.redirect_uri = APAM_STR("http://127.0.0.1:1/");
}

static enum apam_step
take_step(struct drive *d, struct op *op, struct apam_str text)
{
	struct answer answer;
	enum apam_step step;

	answer_read(&answer, text);
	step = op_step(op, d->module, d->state, &answer.response);
	answer_free(&answer);
	return step;
}

/* What a browser comes back with: one line. */
static enum apam_step
come_back(struct drive *d, struct op *op, struct apam_str query)
{
	struct session session = { .issuer = APAM_STR("") };
	char *text = fuzz_alloc(query.n + op->memo.n + sizeof("state="));
	enum apam_step step;

	query = str_cut(query, str_find(query, '\n'));
	if (str_starts(query, APAM_STR("@")) &&
	    session_take(buf_view(&op->memo), &session)) {
		query = str_skip(query, 1);
		op->pub.redirected = (struct apam_str){ text,
			(size_t)sprintf(text, "state=%.*s%.*s",
			    (int)session.state.n, session.state.p, (int)query.n,
			    query.n > 0 ? query.p : "") };
	} else {
		op->pub.redirected = query;
	}
	step = op_step(op, d->module, d->state, NULL);
	op->pub.redirected = APAM_STR("");
	free(text);
	return step;
}

/* What a login has kept is lines, of which each is known. */
static void
check_session(struct apam_str text)
{
	struct session session = { .issuer = APAM_STR("") };

	if (session_take(text, &session)) {
		HOLDS(text.n == 0 || text.p[text.n - 1] == '\n');
		HOLDS(session_number(session.interval) >= 0);
	}
}

/* One piece for each exchange, and for what a browser comes back with. */
static void
play(struct drive *d, enum op_kind kind, bool known, struct apam_str input)
{
	enum apam_step step;
	struct op op;

	prepare(d, &op, kind, known);
	step = op_step(&op, d->module, d->state, NULL);
	for (int i = 0; i < STEPS_MAX && step != APAM_STEP_DONE &&
	     step != APAM_STEP_FAILED;
	     i++) {
		if (step == APAM_STEP_REDIRECT)
			step = come_back(d, &op, piece(&input));
		else if (step == APAM_STEP_EXCHANGE)
			step = take_step(d, &op, piece(&input));
		else
			step = op_step(&op, d->module, d->state, NULL);
	}
	if (step == APAM_STEP_DONE && kind == OP_LOGIN)
		HOLDS(op.durable.succeeds && op.durable.successor.n > 0);
	if (step == APAM_STEP_FAILED)
		fuzz_check_result(&op, step);
	op_free(&op);
	d->logged[0] = '\0';
}

static struct drive *
open_stored(const char *text)
{
	static const struct drive nothing;
	struct drive *d = (void *)fuzz_copy(&nothing, sizeof(nothing));

	HOLDS(drive_open(d, &apam_module_1, text, "") == APAM_OK);
	return d;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *entries[4];
	struct apam_str input = { (const char *)data, size };

	if (entries[0] == NULL) {
		entries[0] = open_stored(
		    STORE "token_url = \"https://a.example/t\";"
			  "client_id = \"c\"; login = \"device\";"
			  "device_url = \"https://a.example/d\";"
			  "revocation_url = \"https://a.example/r\";");
		entries[1] = open_stored(
		    STORE "token_url = \"https://a.example/t\";"
			  "client_id = \"c\"; login = \"browser\";"
			  "authorization_url = \"https://a.example/a\";"
			  "login_extra = { prompt = \"consent\"; };"
			  "audience = [ \"https://b.example\" ];"
			  "extra = { tenant = \"t\"; };");
		entries[2] = open_stored(
		    STORE "issuer = \"https://a.example\";");
		entries[3] = open_stored(
		    STORE "resource = \"https://a.example/mcp\";"
			  "login = \"browser\"; refresh_scope = true;");
	}
	if (str_starts(input, APAM_STR("options\n"))) {
		(void)fuzz_options(str_skip(input, 8));
		return 0;
	}
	check_session(input);
	for (size_t i = 0; i < 4; i++) {
		play(entries[i], OP_LOGIN, true, input);
		play(entries[i], OP_LOGIN, false, input);
		play(entries[i], OP_ACQUIRE, true, input);
		play(entries[i], OP_CHECK, true, input);
		play(entries[i], OP_REVOKE, true, input);
	}
	return 0;
}
