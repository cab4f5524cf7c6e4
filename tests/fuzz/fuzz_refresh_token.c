/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oauth2-refresh-token with the input as every answer: of the token endpoint,
 * the metadata, the device and registration endpoints; as the query with which a
 * browser comes back; or with options that it says.
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

static void
prepare(struct drive *d, struct op *op, enum op_kind kind)
{
	op_init(op, kind, true, kind == OP_REVOKE ? &fuzz_credential : NULL);
	op->reach.options = (struct option_table){ d->module->options,
		d->module->option_size, d->module->option_count };
	op->reach.values = d->values.values;
	op->durable.value = &d->values.values[OPT_REFRESH_TOKEN];
	op->durable.secret = APAM_STR("FAKEsecret");
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

/* One piece for each exchange, and for what a browser comes back with. */
static void
play(struct drive *d, enum op_kind kind, struct apam_str input)
{
	enum apam_step step;
	struct op op;

	prepare(d, &op, kind);
	step = op_step(&op, d->module, d->state, NULL);
	for (int i = 0; i < STEPS_MAX && step != APAM_STEP_DONE &&
	     step != APAM_STEP_FAILED;
	     i++) {
		op.pub.redirected = APAM_STR("");
		if (step == APAM_STEP_REDIRECT)
			op.pub.redirected = piece(&input);
		step = step == APAM_STEP_EXCHANGE ?
		    take_step(d, &op, piece(&input)) :
		    op_step(&op, d->module, d->state, NULL);
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
			  "login_extra = { prompt = \"consent\"; };");
		entries[2] = open_stored(
		    STORE "issuer = \"https://a.example\";");
		entries[3] = open_stored(
		    STORE "resource = \"https://a.example/mcp\";"
			  "login = \"browser\"; refresh_scope = true;");
	}
	for (size_t i = 0; i < 4; i++) {
		play(entries[i], OP_LOGIN, input);
		play(entries[i], OP_ACQUIRE, input);
		play(entries[i], OP_CHECK, input);
		play(entries[i], OP_REVOKE, input);
	}
	return 0;
}
