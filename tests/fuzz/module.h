/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets of modules share: an entry that stays open, and any
 * answer given to any step.
 *
 * A target includes the module's own files, so that libFuzzer sees into them.
 */
#ifndef TESTS_FUZZ_MODULE_H
#define TESTS_FUZZ_MODULE_H

#include "fuzz.h"
#include "support/drive.h"
#include "support/refused.h"

/* An entry of the module in this program; opened once, for all inputs. */
static inline struct drive *
fuzz_open(const char *text)
{
	static const struct drive nothing;
	struct drive *d = (void *)fuzz_copy(&nothing, sizeof(nothing));

	HOLDS(drive_open(d, &apam_module_1, text, "FAKEsecret") == APAM_OK);
	return d;
}

/*
 * A header takes it: no control character, nothing beyond ASCII.  A module that
 * sends several keys has each in a line.
 */
static inline bool
fuzz_is_header_safe(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\n' && (s.p[i] < 0x21 || s.p[i] > 0x7e))
			return false;
	return s.n > 0 && s.p[0] != '\n' && s.p[s.n - 1] != '\n';
}

/* Which statuses may be a rejection; a module's options may name others. */
static bool fuzz_rejects_by_option;

static inline void
fuzz_check_result(const struct op *op, enum apam_step step)
{
	if (step == APAM_STEP_FAILED) {
		HOLDS(op->error.status != APAM_OK);
		HOLDS(op->error.status != APAM_E_ABI);
		HOLDS(op->error.text[0] != '\0');
		HOLDS(strstr(op->error.text, "FAKEsecret") == NULL);
		fuzz_says(op->error.text);
		return;
	}
	fuzz_says(op->evidence);
	if (op->kind == OP_ACQUIRE)
		HOLDS(fuzz_is_header_safe(buf_view(&op->credential)));
	if (op->kind == OP_CHECK)
		HOLDS(op->evidence[0] != '\0');
}

/* Sign a request whose method and path are the answer's first two words. */
static inline void
fuzz_sign(struct drive *d, struct apam_str input)
{
	struct apam_str method = str_cut(input, str_find(input, ' '));
	struct apam_str path = str_cut(
	    str_skip(input, method.n), str_find(str_skip(input, method.n), '\n'));
	struct apam_header override = { APAM_STR("X-HTTP-Method"), method };
	struct apam_request_view request = drive_request("GET", "/api/");
	struct apam_signing out;

	if (path.n > 1) {
		request.method = method;
		request.path = str_skip(path, 1);
	} else {
		request.headers = &override;
		request.header_count = 1;
	}
	if (drive_sign(d, &request, "FAKE.token", &out) == APAM_OK &&
	    signing_refused(&out) == NULL)
		HOLDS(signing_contributed(&out) ||
		    d->module->prepare != NULL);
	if (d->module->prepare != NULL)
		(void)d->module->prepare(d->state, &request, &out);
	fuzz_says(out.error.text);
	signing_free(&out);
}

static const struct apam_credential_view fuzz_credential = {
	sizeof(fuzz_credential), { "FAKE.token", 10 }, DRIVE_NOW_MS
};

static inline void fuzz_step(struct drive *d, enum op_kind kind,
    const struct apam_credential_view *credential, struct apam_str input);

static inline void fuzz_judge(struct drive *d, struct apam_str input);

/* All that an entry may be asked for. */
static inline void
fuzz_use(struct drive *d, struct apam_str input)
{
	const struct apam_credential_view *with[] = { NULL, &fuzz_credential };

	fuzz_step(d, OP_ACQUIRE, NULL, input);
	for (size_t i = 0; i < 2; i++) {
		if (d->module->check != NULL)
			fuzz_step(d, OP_CHECK, with[i], input);
		if (d->module->revoke != NULL)
			fuzz_step(d, OP_REVOKE, with[i], input);
	}
	fuzz_judge(d, input);
	fuzz_sign(d, input);
}

/*
 * An input with a line "%%" is options, as in a profile, and then an answer:
 * true where it was one.  What the module refuses it says why.
 */
static inline bool
fuzz_options(struct apam_str input)
{
	struct problems all = { .each = NULL };
	struct apam_str rest = input, line;
	struct drive d;
	char *text;

	do
		line = drive_line(&rest);
	while (rest.n > 0 && !str_equal(line, APAM_STR("%%")));
	if (!str_equal(line, APAM_STR("%%")))
		return false;
	input = str_cut(input, (size_t)(line.p - input.p));
	if (!conf_guard("test", input, &all) ||
	    memchr(input.p, '\0', input.n) != NULL)
		return true;
	text = fuzz_copy(input.p, input.n);
	if (drive_open(&d, &apam_module_1, text, "FAKEsecret") == APAM_OK)
		fuzz_use(&d, rest);
	else
		HOLDS(d.refusal[0] != '\0' || fuzz_is_starved());
	drive_close(&d);
	free(text);
	return true;
}

/* Run a step function to its end with the same answer to each exchange. */
static inline void
fuzz_step(struct drive *d, enum op_kind kind,
    const struct apam_credential_view *credential, struct apam_str input)
{
	struct answer answer;
	enum apam_step step;
	struct op op;

	op_init(&op, kind, true, credential);
	step = op_step(&op, d->module, d->state, NULL);
	while (step == APAM_STEP_EXCHANGE) {
		HOLDS(op.steps <= 3);
		answer_read(&answer, input);
		step = op_step(&op, d->module, d->state, &answer.response);
		answer_free(&answer);
	}
	fuzz_check_result(&op, step);
	op_free(&op);
	d->logged[0] = '\0';
}

static inline void
fuzz_run(struct drive *d, enum op_kind kind, struct apam_str input)
{
	fuzz_step(d, kind, kind == OP_ACQUIRE ? NULL : &fuzz_credential, input);
}

/*
 * Only what can be evidence of health or of a dead key is.  What short memory
 * kept the module from reading is not evidence.
 */
static inline void
fuzz_judge(struct drive *d, struct apam_str input)
{
	static enum apam_verdict whole;
	const char *reason = NULL;
	enum apam_verdict verdict;
	struct answer answer;
	unsigned status;

	answer_read(&answer, input);
	status = (unsigned)answer.response.pub.status;
	verdict = drive_ask(d, &answer.response, &reason);
	HOLDS(reason != NULL && reason[0] != '\0');
	HOLDS((unsigned)verdict <= APAM_VERDICT_SUSPECT);
	HOLDS(!fuzz_is_starved() || verdict == whole ||
	    verdict == APAM_VERDICT_UNKNOWN);
	if (!fuzz_is_starved())
		whole = verdict;
	if (verdict == APAM_VERDICT_REJECTED)
		HOLDS(status == 401 || status == 400 ||
		    (fuzz_rejects_by_option && status / 100 != 3 &&
			status != 429 && status < 500));
	if (verdict == APAM_VERDICT_ACCEPTED)
		HOLDS(status / 100 == 2 || status / 100 == 4);
	if (status / 100 == 3)
		HOLDS(verdict == APAM_VERDICT_UNKNOWN ||
		    verdict == APAM_VERDICT_SUSPECT);
	if (status >= 500)
		HOLDS(verdict == APAM_VERDICT_UNKNOWN);
	answer_free(&answer);
}

#endif
