/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_judge: what the entries that signed make of the API's answer.
 */
#include <string.h>

#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/verdict.h"
#include "http/retry_after.h"
#include "profile/reload.h"
#include "served/served_hint.h"
#include "text/url.h"

/* If several entries signed, the verdict with the greatest weight wins. */
static const unsigned weight[] = {
	[APAM_VERDICT_UNKNOWN] = 1,
	[APAM_VERDICT_ACCEPTED] = 0,
	[APAM_VERDICT_REJECTED] = 6,
	[APAM_VERDICT_FORBIDDEN] = 3,
	[APAM_VERDICT_THROTTLED] = 2,
	[APAM_VERDICT_SUSPECT] = 4,
	[APAM_VERDICT_CHALLENGED] = 5,
};

/* What is judged, and what is said of it. */
struct judging {
	const struct apam_answer_view *answer;
	struct apam_judgement *out;
	uint64_t generation; /* that signed */
	bool challenged; /* by an entry that is still there */
	bool served; /* the agent signed: the entries here have no credential */
	bool news; /* and what they keep of answers has changed */
};

/* True if a later entry may sign in place of one whose key is dead. */
static bool
has_standby(const struct stack *s, size_t after)
{
	for (size_t i = after + 1; i < s->count; i++)
		if (s->profile->entries[i].control == CONTROL_SUFFICIENT)
			return true;
	return false;
}

static void
take_verdict(
    struct apam_judgement *out, enum apam_verdict verdict, const char *reason)
{
	if (out->reason != NULL && weight[verdict] <= weight[out->verdict])
		return;
	out->verdict = verdict;
	out->reason = reason;
}

static bool
is_against(enum apam_verdict verdict)
{
	return verdict == APAM_VERDICT_REJECTED ||
	    verdict == APAM_VERDICT_SUSPECT;
}

/* The entry that signed is gone, so there is nothing to mark. */
static void
judge_gone(struct stack *s, size_t i, struct judging *j)
{
	const char *reason = "the profile has changed since it signed";
	enum apam_verdict verdict = APAM_VERDICT_UNKNOWN;

	if (i < s->count)
		verdict = entry_judge(&s->entries[i], j->answer, 0, &reason);
	take_verdict(j->out, verdict, reason);
	j->out->replay |= is_against(verdict) ||
	    verdict == APAM_VERDICT_CHALLENGED;
}

static void
judge_entry(struct stack *s, size_t i, struct judging *j)
{
	struct entry *e = &s->entries[i];
	const char *origin = j->answer->origin.p, *reason;
	const uint64_t before = entry_memo_version(e, origin);
	enum apam_verdict verdict = entry_judge(e, j->answer, 0, &reason);

	take_verdict(j->out, verdict, reason);
	j->challenged |= verdict == APAM_VERDICT_CHALLENGED;
	j->news |= entry_memo_version(e, origin) != before;
	if (j->served)
		return;
	if (verdict == APAM_VERDICT_ACCEPTED)
		verdict_accept(e);
	if (is_against(verdict) &&
	    verdict_reject(e, j->generation, verdict, has_standby(s, i)))
		j->out->replay = true;
}

/* True where this entry signed, or one that comes after it. */
static bool
is_left(const struct apam_signature *signature, size_t i)
{
	return i < APAM_ENTRIES_MAX && signature->entries >> i != 0;
}

/*
 * True if what the entries have kept by now is not what they signed with.  A
 * program that knows no memo signs again in any case.
 */
static bool
has_news(
    struct stack *s, const struct apam_signature *signature, const char *origin)
{
	uint64_t sum = 0;

	if (!SIZED_HAS(struct apam_signature, signature, memo))
		return true;
	for (size_t i = 0; is_left(signature, i); i++) {
		size_t at = s->count;

		if (signature->entries & 1U << i)
			at = signer_place(s, signature, i);
		if (at < s->count)
			sum += entry_memo_version(&s->entries[at], origin);
	}
	return sum != signature->memo;
}

static void
judge_all(
    struct stack *s, const struct apam_signature *signature, struct judging *j)
{
	for (size_t i = 0; is_left(signature, i); i++) {
		size_t at;

		if (!(signature->entries & 1U << i))
			continue;
		at = signer_place(s, signature, i);
		if (at < s->count)
			judge_entry(s, at, j);
		else
			judge_gone(s, i, j);
	}
	if (j->challenged && !j->served &&
	    has_news(s, signature, j->answer->origin.p))
		j->out->replay = true;
}

/* ---- What the agent signed ----------------------------------------------- */

/* The memo that it signed with, where a program knows of memos. */
static bool
has_other_memo(
    const struct apam_profile *p, const struct apam_signature *signature)
{
	return SIZED_HAS(struct apam_signature, signature, memo) &&
	    signature->memo != p->page.memo;
}

/* The agent learns of it without anybody waiting. */
static void
settle_served(struct apam_profile *p, const struct apam_signature *signature,
    const struct apam_answer *answer, struct judging *j)
{
	const struct served_hint hint = { p->name, signature, answer->status,
		answer->headers, answer->header_count, j->out->verdict };
	bool tell, again;

	pthread_mutex_lock(&p->ctx->env.lock);
	tell = served_hint_note(&p->page, signature, hint.verdict, &again);
	if (j->challenged && (j->news || has_other_memo(p, signature)))
		again = true;
	pthread_mutex_unlock(&p->ctx->env.lock);
	j->out->replay |= again;
	if (tell)
		served_hint_tell(p->ctx->served, &hint);
}

/* True where a URL begins with this origin, as the profile writes it. */
static bool
begins_with(const char *url, struct apam_str origin)
{
	return strncmp(url, origin.p, origin.n) == 0 &&
	    (url[origin.n] == '/' || url[origin.n] == '?' ||
		url[origin.n] == '\0');
}

/*
 * The origin that the signed request went to, the profile's or in `room`; ""
 * where the URL cannot be read.  Most requests are written as their profile is.
 */
static const char *
find_origin(
    const struct profile *profile, const char *text, char room[URL_ORIGIN_SIZE])
{
	struct url url;

	for (size_t i = 0; i < profile->origin_count; i++)
		if (begins_with(text, profile->origins[i].origin))
			return profile->origin_names[i];
	room[0] = '\0';
	if (url_parse(apam_str(text), &url) == NULL)
		url_origin(url.https, url.host, url.port, room);
	return room;
}

/* Fill in what modules see beside the response. */
static void
fill_view(struct apam_answer_view *view, const struct apam_signature *signature,
    const char *origin)
{
	if (SIZED_HAS(struct apam_signature, signature, method))
		view->method = apam_str(signature->method);
	view->origin = apam_str(origin);
	view->now_ms = clock_unix_ms();
}

/* Judge an answer that was checked; *made is empty. */
static void
judge_checked(struct apam_profile *profile, struct stack *stack,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_judgement *made)
{
	struct apam_answer_view view = { .size = sizeof(view) };
	struct judging j = { .answer = &view,
		.out = made,
		.generation = signature->generation,
		.served = signer_is_agent(profile, stack, signature) };
	char room[URL_ORIGIN_SIZE];
	struct response r;
	int64_t wait;

	response_view(&r, answer->status, answer->headers, answer->header_count,
	    answer->body);
	view.response = &r.pub;
	fill_view(&view, signature,
	    find_origin(stack->profile, signature->url, room));
	judge_all(stack, signature, &j);
	if (j.served)
		settle_served(profile, signature, answer, &j);
	wait = response_retry_after(&r);
	made->retry_at = wait < 0 ? 0 : clock_unix() + wait;
	response_free(&r);
}

enum apam_status
apam_judge(struct apam_profile *profile, const struct apam_signature *signature,
    const struct apam_answer *given, struct apam_judgement *judgement,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_judgement made = { .reason = "not judged" };
	struct apam_answer answer;
	struct stack *stack;
	enum apam_status status;

	if (!sized_begin(err) ||
	    sized_room(&sized_judgement, judgement, err) != APAM_OK)
		return APAM_E_USAGE;
	status = signer_stack(profile, &stack, err);
	if (status == APAM_OK)
		status = sized_take(&sized_answer, given, &answer, err);
	if (status == APAM_OK)
		status = sized_check(&sized_signature, signature, err);
	if (status == APAM_OK)
		status = signer_check(stack, signature, &answer, err);
	if (status != APAM_OK)
		goto out;
	made.reason = NULL;
	judge_checked(profile, stack, signature, &answer, &made);
	/* A rejection may be news of a changed file. */
	if (made.replay)
		profile_look_soon(profile);
out:
	sized_give(&sized_judgement, &made, judgement);
	stack_release(&stack);
	return status;
}
