/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a caller says of an answer.  It may be wrong, or a lie: it is a hint.
 */
#include "api/serve.h"

#include "api/serve_rules.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "flight/obtain.h"
#include "flight/verdict.h"
#include "http/response.h"
#include "profile/opening.h"

static bool
is_against(enum apam_verdict verdict)
{
	return verdict == APAM_VERDICT_REJECTED ||
	    verdict == APAM_VERDICT_SUSPECT;
}

/*
 * The module sees the answer for what it keeps of it, for this user alone; of the
 * verdicts the one counts that has seen all of the answer, and never alone.
 */
static void
take_hint(struct entry *e, const struct apam_answer_view *view, uint32_t user,
    const struct serve_answer *said)
{
	const char *reason;
	const enum apam_verdict own = entry_judge(e, view, user, &reason);

	if (is_against(said->verdict))
		(void)obtain_doubt(e, said->generation);
	else if (said->verdict == APAM_VERDICT_ACCEPTED &&
	    own == APAM_VERDICT_ACCEPTED && verdict_holds(e, said->generation))
		verdict_accept(e);
}

static void
take_hints(struct stack *stack, uint32_t user, const struct serve_answer *said)
{
	const struct apam_signature signature = { .size = sizeof(signature),
		.generation = said->generation,
		.credential = said->credential,
		.entries = said->entries };
	struct apam_answer_view view = { .size = sizeof(view),
		.method = apam_str(said->method),
		.now_ms = clock_unix_ms() };
	char origin[URL_ORIGIN_SIZE];
	struct response r;
	struct url url;

	if (url_parse(apam_str(said->url), &url) != NULL)
		return;
	url_origin(url.https, url.host, url.port, origin);
	response_view(&r, said->answer->status, said->answer->headers,
	    said->answer->header_count, said->answer->body);
	view.response = &r.pub;
	view.origin = apam_str(origin);
	for (size_t i = 0; i < APAM_ENTRIES_MAX; i++) {
		size_t at = stack->count;

		if (said->entries & 1U << i)
			at = signer_place(stack, &signature, i);
		if (at < stack->count)
			take_hint(&stack->entries[at], &view, user, said);
	}
	response_free(&r);
}

/* It could have had that request signed, or a gateway sent it for another. */
static bool
may_tell(const struct stack *stack, const struct serve_who *who,
    const struct serve_answer *said)
{
	struct apam_request request = APAM_REQUEST(said->method, said->url);
	struct apam_error unwanted;
	struct request r;
	bool may;

	error_init(&unwanted);
	may = request_init(&r, &request, stack->profile, &unwanted) ==
		APAM_OK &&
	    (serve_is_gateway(stack->profile, &who->caller) ||
		serve_allows(stack->profile, who, &r, &unwanted) == APAM_OK);
	request_free(&r);
	return may;
}

void
serve_judged(struct apam_profile *profile, const struct serve_who *who,
    const struct serve_answer *said)
{
	HOLD_CANCEL;
	struct stack *stack = profile_hold(profile);

	if (stack_is_open(stack) && may_tell(stack, who, said))
		take_hints(stack, who->caller.user, said);
	stack_release(&stack);
}
