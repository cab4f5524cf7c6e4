/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each credential is told of once, but for challenges, which come again and
 * again.
 */
#include "served/served_hint.h"

#include "base/sized.h"
#include "served/served.h"
#include "slot/write.h"

/*
 * Bytes of an answer's headers that are passed on: a frame has room for them.
 */
#define HEADERS_MOST 32768

static bool
note_against(struct served_page *page, uint64_t generation, bool *again)
{
	const bool news = generation > page->rejected;

	*again = news || page->generation > generation;
	if (!news)
		return false;
	page->rejected = generation;
	/* So that the agent is asked for the next signature. */
	slot_close(page->now);
	return true;
}

bool
served_hint_note(struct served_page *page,
    const struct apam_signature *signature, enum apam_verdict verdict,
    bool *again)
{
	*again = false;
	switch (verdict) {
	case APAM_VERDICT_REJECTED:
	case APAM_VERDICT_SUSPECT:
		return note_against(page, signature->generation, again);
	case APAM_VERDICT_ACCEPTED:
		if (signature->generation <= page->accepted)
			return false;
		page->accepted = signature->generation;
		return true;
	case APAM_VERDICT_CHALLENGED:
		return true;
	default:
		return false;
	}
}

/* As many of the headers as there is room for. */
static size_t
count_fitting(const struct served_hint *hint)
{
	size_t i = 0, n = 0;

	while (i < hint->header_count && i < AGENT_HEADERS_MAX) {
		n += hint->headers[i].name.n + hint->headers[i].value.n + 32;
		if (n > HEADERS_MOST)
			break;
		i++;
	}
	return i;
}

void
served_hint_tell(struct served *served, const struct served_hint *hint)
{
	const struct apam_signature *s = hint->signature;
	const bool has_method = SIZED_HAS(struct apam_signature, s, method);
	const struct agent_judged judged = {
		.profile = apam_str(hint->profile),
		.method = apam_str(
		    has_method && s->method != NULL ? s->method : "GET"),
		.url = apam_str(s->url),
		.status = hint->status,
		.headers = { hint->headers, count_fitting(hint) },
		.generation = s->generation,
		.credential = s->credential,
		.entries = s->entries,
		.verdict = (uint64_t)hint->verdict,
	};
	struct ask message;

	ask_init(&message);
	ask_begin(&message, AGENT_JUDGED, 0);
	if (agent_judged_write(&judged, &message.message))
		(void)served_tell(served, &message);
	ask_free(&message);
}
