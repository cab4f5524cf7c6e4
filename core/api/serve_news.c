/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context's own limit of lines (audit/audit.h) holds beside these.  The
 * context's lock guards what was told, since any thread may have signed.
 */
#include "api/serve_news.h"

#include "base/clock.h"
#include "base/siphash.h"
#include "flight/notify.h"
#include "keys/note.h"
#include "profile/refusals.h"
#include "profile/stack_sign.h"

/*
 * What is told, by its parts.  Anybody may know the hash, and clashes harm
 * nobody.
 */
struct subject {
	unsigned char hash[SIPHASH_SIZE];
};

static void
add_text(struct subject *s, const char *text)
{
	if (text != NULL)
		siphash_add(s->hash, text, strlen(text) + 1);
	else
		siphash_add(s->hash, "", 1);
}

static uint64_t
number_of(const struct subject *s)
{
	uint64_t n;

	memcpy(&n, s->hash, sizeof(n));
	return n == 0 ? 1 : n;
}

static struct subject
subject_of(enum audit_what what, const struct stack *stack,
    const struct audit_asker *asker)
{
	struct subject s = { { 0 } };
	const uint64_t numbers[] = { (uint64_t)what, asker->uid };

	siphash_add(s.hash, numbers, sizeof(numbers));
	add_text(&s, stack->profile->name);
	return s;
}

/* With the lock held: as is_news. */
static bool
take_news(struct serve_news *news, uint64_t what, int64_t every_ms,
    unsigned long *untold)
{
	struct serve_told *t = &news->told[what % SERVE_NEWS_MAX];
	const int64_t now = clock_ms();

	*untold = 0;
	if (t->what == what && now - t->at < every_ms) {
		t->untold++;
		return false;
	}
	if (t->what == what)
		*untold = t->untold;
	*t = (struct serve_told){ .what = what, .at = now };
	return true;
}

/* After take_news: a use is noted as often as a program's own. */
static bool
is_noted_now(struct serve_news *news, uint64_t what)
{
	struct serve_told *t = &news->told[what % SERVE_NEWS_MAX];
	const int64_t now = clock_ms();

	if (!news->notes ||
	    (t->noted != 0 && now - t->noted < KEY_NOTE_EVERY_S * 1000))
		return false;
	t->noted = now;
	return true;
}

/*
 * True where it is to be told; *untold is how often it was not, since, and
 * *noted, if not NULL, whether it is to be noted.
 */
static bool
is_news(struct serve_news *news, const struct stack *stack,
    const struct subject *subject, int64_t every_ms, unsigned long *untold,
    bool *noted)
{
	const uint64_t what = number_of(subject);
	bool is;

	pthread_mutex_lock(&stack->env->lock);
	is = take_news(news, what, every_ms, untold);
	if (noted != NULL)
		*noted = is_noted_now(news, what);
	pthread_mutex_unlock(&stack->env->lock);
	return is;
}

static void
tell_entry(struct serve_news *news, struct entry *e, const struct stack *stack,
    const struct audit_asker *asker)
{
	char key_id[APAM_KEY_ID_SIZE];
	struct subject s = subject_of(AUDIT_USED, stack, asker);
	struct audit_event event = { .what = AUDIT_USED,
		.profile = stack->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = key_id,
		.asker = asker };
	unsigned long untold;
	bool noted;

	notify_key_id(e, key_id);
	add_text(&s, asker->unit);
	add_text(&s, asker->program);
	add_text(&s, e->conf->scheme);
	add_text(&s, key_id);
	if (is_news(news, stack, &s, SERVE_USED_MS, &untold, &noted))
		audit_write(&stack->env->audit, &event);
	if (noted)
		notify_use_for(e, asker->uid, asker->unit);
}

void
serve_news_used(struct serve_news *news, struct serve_known *known,
    const struct stack *stack, const struct stack_result *made,
    const struct audit_asker *asker)
{
	const int64_t now = clock_ms();

	if (known != NULL && known->stack == stack &&
	    known->credential == made->credential &&
	    known->entries == made->entries && now < known->until)
		return;
	for (size_t i = 0; i < stack->count; i++)
		if (made->entries & 1U << i)
			tell_entry(news, &stack->entries[i], stack, asker);
	if (known != NULL)
		*known = (struct serve_known){ stack, made->credential,
			made->entries, now + SERVE_USED_MS };
}

void
serve_news_refused(struct serve_news *news, const struct stack *stack,
    const struct apam_error *why, const struct audit_asker *asker,
    enum serve_refused what)
{
	struct subject s = subject_of(AUDIT_REFUSED, stack, asker);
	static const enum audit_refused as_written[] = {
		[SERVE_REFUSED_SIGNATURE] = AUDIT_NOT_SIGNED,
		[SERVE_REFUSED_CLAIM] = AUDIT_NOT_SIGNED,
		[SERVE_REFUSED_VERIFYING] = AUDIT_NOT_VERIFIED,
		[SERVE_REFUSED_REVOKING] = AUDIT_NOT_REVOKED,
	};
	const uint64_t kind[] = { (uint64_t)why->status, (uint64_t)what };
	char key_id[APAM_KEY_ID_SIZE];
	struct audit_event event;
	unsigned long untold;

	if (!refusal_is(why->status))
		return;
	siphash_add(s.hash, kind, sizeof(kind));
	if (!is_news(news, stack, &s, SERVE_REFUSED_MS, &untold, NULL))
		return;
	event = refusal_event(stack, why, key_id);
	event.repeats = untold;
	event.asker = asker;
	event.refused = as_written[what];
	audit_write(&stack->env->audit, &event);
}
