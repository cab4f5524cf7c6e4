/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module spiffe-test with the input as the agent's answer: frames of gRPC
 * and protocol buffers that may be cut, or say any length.
 */
#include "tests/modules/spiffe-test.c"

#include "module.h"

/* Its one exchange goes to the socket of its option. */
static void
fetch(struct drive *d, enum op_kind kind, struct apam_str input)
{
	struct answer answer;
	enum apam_step step;
	struct op op;

	op_init(&op, kind, false, NULL);
	op.reach.options = (struct option_table){ options, sizeof(options[0]),
		OPT_COUNT };
	op.reach.values = d->values.values;
	step = op_step(&op, d->module, d->state, NULL);
	if (step == APAM_STEP_EXCHANGE) {
		HOLDS(op.exchange.http2 && op.exchange.socket.n > 0);
		answer_read(&answer, input);
		step = op_step(&op, d->module, d->state, &answer.response);
		answer_free(&answer);
	}
	HOLDS(step == APAM_STEP_DONE || step == APAM_STEP_FAILED);
	fuzz_check_result(&op, step);
	op_free(&op);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *d;
	struct apam_str input = { (const char *)data, size };

	if (d == NULL)
		d = fuzz_open("socket = \"/run/a.sock\"; audience = \"a\"; "
			      "spiffe_id = \"spiffe://example.org/w\";");
	fetch(d, OP_ACQUIRE, input);
	fetch(d, OP_CHECK, input);
	fuzz_judge(d, input);
	fuzz_sign(d, input);
	return 0;
}
