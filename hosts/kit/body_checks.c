/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots that rewrite a body: with bodies of many kinds and lengths, read by
 * buffers of many sizes, and again.
 */
#include <string.h>

#include "entry/new_body.h"
#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/stand_body.h"
#include "kit/standing.h"
#include "kit/tour.h"

/* More than two of the largest pieces. */
#define LARGE (2 * 1048576 + 77)

static struct bench bench;

/* What a body says, and how many bytes it has; the reader fails at its end. */
static const struct given {
	enum apam_body_kind kind;
	uint64_t says;
	size_t has;
	bool fails, good;
} bodies[] = {
	{ APAM_BODY_BYTES, 0, 1, false, true },
	{ APAM_BODY_BYTES, 0, 70001, false, true },
	{ APAM_BODY_READER, 1, 1, false, true },
	{ APAM_BODY_READER, 65536, 65536, false, true },
	{ APAM_BODY_READER, LARGE, LARGE, false, true },
	{ APAM_BODY_READER, 0, 5000, false, false },
	{ APAM_BODY_READER, 5000, 4999, false, false },
	{ APAM_BODY_READER, 5000, 5001, false, false },
	{ APAM_BODY_READER, 5000, 100, true, false },
	{ APAM_BODY_READER, LARGE, LARGE - 1, true, false },
	{ APAM_BODY_BYTES, 0, 0, false, false },
	{ APAM_BODY_DIGESTS, 5000, 0, false, false },
	{ APAM_BODY_UNKNOWN, 0, 0, false, false },
	{ APAM_BODY_NONE, 0, 0, false, false },
};

/* Letters that differ from block to block. */
static int64_t
read_letters(void *arg, uint64_t offset, void *to, size_t size)
{
	const struct given *g = arg;
	char *bytes = to;
	size_t n = g->has - (size_t)offset;

	if (n == 0 && g->fails)
		return -1;
	/* Not as much as is asked for, as a pipe gives it. */
	n = n < size ? n : size;
	n = n < 50000 ? n : 50000;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)('a' + (offset + i) / 1000 % 26);
	return (int64_t)n;
}

static struct apam_body
body_of(const struct given *g)
{
	static char bytes[70001];

	memset(bytes, 'b', sizeof(bytes));
	return (struct apam_body){ .size = sizeof(struct apam_body),
		.kind = g->kind,
		.bytes = guard_text("the body of a request",
		    (struct apam_str){
			bytes, g->kind == APAM_BODY_BYTES ? g->has : 0 },
		    false),
		.length = g->kind == APAM_BODY_BYTES ? 0 : g->says,
		.read = read_letters,
		.arg = (void *)(uintptr_t)g };
}

/* By several buffers, and again from the middle of it: always the same. */
static void
read_it(const struct new_body *body, bool good)
{
	static const size_t sizes[] = { STAND_BUFFER_MAX, 1021, 4096, 100 };
	static struct record records[4];
	char some[2000];

	memset(records, 0, sizeof(records));
	for (size_t i = 0; i < 4 && !finding_failed(); i++) {
		const struct apam_body *view = new_body_view(body);

		record_line(&records[i], "body");
		if (!stand_read_body(body, sizes[i], &records[i]) && good)
			finding_warn("a body is refused while it is sent: %s; "
				     "refuse it in sign, where that is known",
			    new_body_failure(body)->text);
		if (good && record_differs(&records[0], &records[i]) != NULL)
			finding_fail("a body that is read again is another "
				     "one: body_rewind goes back to what sign "
				     "made");
		(void)view->read(view->arg, 0, some, sizeof(some));
	}
}

/* True if the module rewrites it. */
static bool
try_body(struct stand *s, const struct given *g)
{
	const size_t mark = guard_mark();
	const struct apam_body body = body_of(g);
	struct apam_request request = bench.tour.requests[4];
	struct stand_signed made;
	bool rewrites;

	request.body = &body;
	rewrites = stand_sign_begin(s, &request, &made) && made.body != NULL;
	if (rewrites)
		read_it(made.body, g->good);
	stand_sign_end(&made);
	guard_release(mark);
	return rewrites;
}

void
check_body(void *unused)
{
	bool rewrites = false;
	struct stand *s;

	(void)unused;
	stand_load();
	if (stand_module.abi.body_piece == NULL) {
		finding_absent("the module has no slots body_*");
		return;
	}
	s = bench_begin(&bench, true);
	(void)tour_acquire(s, &bench.tour, NULL);
	for (size_t i = 0;
	     i < sizeof(bodies) / sizeof(bodies[0]) && !finding_failed(); i++)
		rewrites |= try_body(s, &bodies[i]);
	if (!rewrites && !finding_failed())
		finding_warn("sign never called sign_body, so that the slots "
			     "are not tried: play a script with `apam module "
			     "drive`");
	stand_close(s);
}
