/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials through their life, against the sandbox: one exchange for all
 * who wait, refreshing ahead, a provider that is down, slow, strict or
 * inconsistent, and what API answers do.  Reloads are in check_reload_live.c.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "support/live.h"
#include "support/run.h"

#define TIMES_MAX 512

static struct project p;
static struct apam_profile *profile;

static void
setup(void)
{
	live_make(&p);
	profile = project_get(&p, "live");
}

static void
teardown(void)
{
	project_remove(&p);
}

static void
token_fault(const char *kind, int count, const char *arg)
{
	sandbox_tell("/fault?provider=7signal&path=" TOKEN_PATH
		     "&kind=%s&count=%d%s%s",
	    kind, count, arg[0] == '\0' ? "" : "&arg=", arg);
}

static void
token_delay(int ms)
{
	sandbox_tell("/fault?provider=7signal&path=" TOKEN_PATH
		     "&kind=delay&arg=%d",
	    ms);
}

static void
token_life(int seconds)
{
	sandbox_tell("/life?provider=7signal&seconds=%d", seconds);
}

/* ---- A crowd ------------------------------------------------------------- */

#define CROWD_MAX 1000

static struct crowd {
	pthread_barrier_t start;
	pthread_t threads[CROWD_MAX];
	int64_t ended[CROWD_MAX];
	_Atomic int served;
	pthread_mutex_t lock; /* of those that wait for nothing else */
	pthread_cond_t changed;
	bool open;
} crowd = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

static void *
one_of_many(void *arg)
{
	int64_t *ended = arg;

	(void)pthread_barrier_wait(&crowd.start);
	if (live_try(profile) == APAM_OK)
		crowd.served++;
	*ended = live_ms();
	return NULL;
}

/* What the machine needs to wake a crowd. */
static void *
one_that_waits(void *arg)
{
	int64_t *ended = arg;

	(void)pthread_mutex_lock(&crowd.lock);
	while (!crowd.open)
		(void)pthread_cond_wait(&crowd.changed, &crowd.lock);
	(void)pthread_mutex_unlock(&crowd.lock);
	*ended = live_ms();
	return NULL;
}

static void
start_crowd(int n, void *(*member)(void *arg))
{
	pthread_attr_t small;

	crowd.served = 0;
	ck_assert_int_eq(pthread_attr_init(&small), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&small, 256 * 1024), 0);
	ck_assert_int_eq(
	    pthread_barrier_init(&crowd.start, NULL, (unsigned)n), 0);
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(pthread_create(&crowd.threads[i], &small,
				     member, &crowd.ended[i]),
		    0);
}

/* Milliseconds from the first that ended to the last. */
static int64_t
end_crowd(int n)
{
	int64_t first = INT64_MAX, last = 0;

	for (int i = 0; i < n; i++) {
		(void)pthread_join(crowd.threads[i], NULL);
		first = crowd.ended[i] < first ? crowd.ended[i] : first;
		last = crowd.ended[i] > last ? crowd.ended[i] : last;
	}
	return last - first;
}

static int64_t
run_crowd(int n)
{
	start_crowd(n, one_of_many);
	return end_crowd(n);
}

static int64_t
run_bare_crowd(int n)
{
	start_crowd(n, one_that_waits);
	sleep_ms(500);
	(void)pthread_mutex_lock(&crowd.lock);
	crowd.open = true;
	(void)pthread_cond_broadcast(&crowd.changed);
	(void)pthread_mutex_unlock(&crowd.lock);
	return end_crowd(n);
}

START_TEST(a_crowd_on_a_cold_profile_makes_one_exchange)
{
	int n = stress_full() ? CROWD_MAX : 200;
	int64_t bare, took;

	bare = run_bare_crowd(n);
	token_delay(500);
	took = run_crowd(n);
	ck_assert_int_eq(crowd.served, n);
	ck_assert_int_eq(sandbox_mints(), 1);
	printf("crowd: %d threads, the last served %lld ms after the first; "
	       "%lld ms to wake as many\n",
	    n, (long long)took, (long long)bare);
	if (stress_full())
		ck_assert_int_le(took - bare, 50);
}
END_TEST

START_TEST(a_failure_is_everybodys)
{
	token_delay(300);
	token_fault("500", 1, "");
	run_crowd(50);
	ck_assert_int_eq(crowd.served, 0);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

START_TEST(a_short_timeout_ends_a_wait_alone)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	int64_t start;

	token_fault("hang", 1, "");
	ck_assert_int_ne(
	    apam_profile_status(profile, NULL, &(size_t){ 0 }, 0, NULL, NULL),
	    APAM_E_USAGE);
	request.timeout_ms = 100;
	start = live_ms();
	ck_assert_int_eq(
	    apam_sign(profile, &request, &s, NULL), APAM_E_DEADLINE);
	ck_assert_int_lt(live_ms() - start, 20000);
	/* The exchange that it began goes on, for others. */
	sandbox_tell("/clear");
	ck_assert_int_eq(live_try(profile), APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

/* ---- Steady signing ------------------------------------------------------ */

#define BUCKETS 4096 /* of 1/16 of a power of two, in ns */

/* How long something took, many times. */
struct times {
	int64_t count, longest; /* ns */
	int64_t buckets[BUCKETS];
};

/*
 * One thread that signs at a steady pace.  Beside each signature it does the
 * least that could be in its place, so that what a busy machine does to a
 * thread that sleeps and wakes is seen in both.
 */
struct steady {
	int64_t ends; /* live_ms */
	int a_second;
	int64_t failed, expired;
	struct times signing, raw;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static unsigned
bucket_of(int64_t ns)
{
	unsigned power = 0;

	if (ns < 16)
		return (unsigned)ns;
	while (ns >> power >= 32)
		power++;
	return power * 16 + (unsigned)(ns >> power);
}

static void
note_time(struct times *t, int64_t start)
{
	int64_t took = now_ns() - start;

	t->longest = took > t->longest ? took : t->longest;
	t->buckets[bucket_of(took)]++;
	t->count++;
}

static int64_t
percentile(const struct times *t, double share)
{
	int64_t seen = 0;

	for (unsigned i = 0; i < BUCKETS; i++) {
		seen += t->buckets[i];
		if ((double)seen >= share * (double)t->count)
			return i < 32 ? i :
					(int64_t)(16 + i % 16) << (i / 16 - 1);
	}
	return INT64_MAX;
}

static int
sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = strchr(digits, c);

	return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

/* The exp claim of the bearer token in a signature. */
static int64_t
exp_of(const struct apam_signature *s)
{
	char text[2048];
	const char *dot = strchr(s->headers[0].value.p, '.');
	unsigned bits = 0, have = 0;
	size_t n = 0;

	ck_assert_ptr_nonnull(dot);
	for (dot++; sextet(*dot) >= 0 && n + 1 < sizeof(text); dot++) {
		bits = bits << 6 | (unsigned)sextet(*dot);
		have += 6;
		if (have >= 8) {
			have -= 8;
			text[n++] = (char)(bits >> have & 0xff);
		}
	}
	text[n] = '\0';
	dot = strstr(text, "\"exp\":");
	ck_assert_msg(dot != NULL, "no exp in %s", text);
	return strtoll(dot + 6, NULL, 10);
}

static void
sign_once(struct steady *s, struct live_signature *sig, int64_t *exp)
{
	uint64_t before = sig->s.generation;
	int64_t start = now_ns();

	if (live_sign(profile, sig, NULL) != APAM_OK)
		s->failed++;
	note_time(&s->signing, start);
	if (sig->s.header_count > 0 && sig->s.generation != before)
		*exp = exp_of(&sig->s);
	s->expired += time(NULL) > *exp;
}

/* A look at the clock, and a copy of as many bytes. */
static void
copy_once(struct steady *s, struct live_signature *sig)
{
	static const char bytes[sizeof(sig->store)];
	int64_t start = now_ns();

	if (time(NULL) != 0)
		memcpy(sig->store, bytes, sig->s.used);
	note_time(&s->raw, start);
}

/* All that is due; each goes first when the thread has just woken, in turn. */
static void
catch_up(
    struct steady *s, struct live_signature sig[2], int64_t due, int64_t *exp)
{
	if (due % 2 == 0)
		copy_once(s, &sig[1]);
	while (s->signing.count < due) {
		sign_once(s, &sig[0], exp);
		sig[1].s.used = sig[0].s.used;
		copy_once(s, &sig[1]);
	}
}

static void *
sign_steadily(void *arg)
{
	struct steady *s = arg;
	struct live_signature sig[2];
	int64_t start = live_ms(), exp = INT64_MAX;

	live_signature_init(&sig[0]);
	live_signature_init(&sig[1]);
	while (live_ms() < s->ends) {
		catch_up(
		    s, sig, (live_ms() - start) * s->a_second / 1000, &exp);
		sleep_ms(1);
	}
	apam_signature_release(&sig[0].s);
	return NULL;
}

/* Real requests meanwhile; each must be answered with 200. */
static void
send_samples(int64_t ends)
{
	while (live_ms() < ends) {
		struct live_signature sig;

		live_must_sign(profile, &sig);
		ck_assert_int_eq(live_send(&sig.s), 200);
		apam_signature_release(&sig.s);
		sleep_ms(50);
	}
}

static void
show_times(const char *what, const struct times *t)
{
	printf("steady: %lld %s, median %lld ns, 99.9 %% %lld ns, longest "
	       "%lld us\n",
	    (long long)t->count, what, (long long)percentile(t, 0.5),
	    (long long)percentile(t, 0.999), (long long)t->longest / 1000);
}

/*
 * One in fifty comes right after the thread has slept, and finds the caches
 * cold and the machine busy: where that is what takes long, a mere copy takes
 * long as well.
 */
static void
hardly_ever_long(const struct steady *s)
{
	int64_t most = 20 * percentile(&s->signing, 0.5);
	int64_t copy = 3 * percentile(&s->raw, 0.999);

	ck_assert_int_le(
	    percentile(&s->signing, 0.999), most > copy ? most : copy);
}

START_TEST(nobody_waits_while_a_slow_provider_refreshes)
{
	static struct steady s[2];
	int delay = stress_full() ? 2000 : 500;
	int64_t longest = INT64_MAX;
	pthread_t threads[2];

	token_delay(delay);
	token_life(stress_full() ? 5 : 2);
	ck_assert_int_eq(live_try(profile), APAM_OK);
	for (int i = 0; i < 2; i++) {
		s[i].ends = live_ms() + (stress_full() ? 60000 : 6000);
		s[i].a_second = 50000;
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_steadily, &s[i]), 0);
	}
	send_samples(s[0].ends);
	for (int i = 0; i < 2; i++) {
		(void)pthread_join(threads[i], NULL);
		show_times("signatures", &s[i].signing);
		show_times("copies", &s[i].raw);
		ck_assert_int_eq(s[i].failed, 0);
		ck_assert_int_eq(s[i].expired, 0);
		if (s[i].signing.longest < longest)
			longest = s[i].signing.longest;
		if (stress_full())
			hardly_ever_long(&s[i]);
	}
	/* Who waits, waits in both threads; a busy machine holds up one. */
	ck_assert_int_lt(longest, (int64_t)delay * 800000);
	ck_assert_int_ge(sandbox_mints(), 3);
}
END_TEST

/* ---- A provider that is down --------------------------------------------- */

START_TEST(an_outage_is_not_noticed)
{
	int life = stress_full() ? 40 : 10;
	int64_t start = live_ms(), down = start + life * 280,
		up = start + life * 800, ends = start + life * 1000;
	struct apam_entry_status status;
	bool is_down = false, is_up = false;

	token_life(life);
	while (live_ms() < ends) {
		ck_assert_int_eq(live_try(profile), APAM_OK);
		if (!is_down && live_ms() > down) {
			token_fault("503", 1000, "");
			is_down = true;
		}
		if (!is_up && live_ms() > up) {
			sandbox_tell("/clear");
			is_up = true;
		}
		sleep_ms(5);
	}
	live_status(profile, &status, NULL);
	ck_assert_uint_gt(status.generation, 1);
	printf("outage: %d token requests\n", sandbox_mints());
}
END_TEST

/* What has expired is no better than nothing, also where nothing is to be had. */
START_TEST(an_expired_token_is_sent_in_no_outage)
{
	struct live_signature s;
	struct apam_error err = APAM_ERROR_INIT;

	token_life(1);
	live_must_sign(profile, &s);
	apam_signature_release(&s.s);
	token_fault("503", 1000, "");
	sleep_ms(1100);
	for (int i = 0; i < 20; i++) {
		live_signature_init(&s);
		ck_assert_int_eq(live_sign(profile, &s, &err), APAM_E_PROVIDER);
		ck_assert_uint_eq(s.s.header_count, 0);
	}
	sandbox_tell("/clear");
}
END_TEST

START_TEST(retries_are_spaced_with_jitter)
{
	int64_t times[TIMES_MAX], shortest = INT64_MAX, longest = 0, up;
	int64_t before, pause = 0;
	int n;

	token_fault("500", 1000, "");
	up = live_ms() + (stress_full() ? 30000 : 5000);
	while ((before = live_ms()) < up) {
		ck_assert_int_ne(live_try(profile), APAM_OK);
		sleep_ms(2);
		if (live_ms() - before > pause)
			pause = live_ms() - before;
	}
	n = sandbox_mint_times(times, TIMES_MAX);
	ck_assert_int_ge(n, 3);
	ck_assert_int_le(n, 14);
	for (int i = 1; i < n; i++) {
		int64_t gap = times[i] - times[i - 1];

		shortest = gap < shortest ? gap : shortest;
		longest = gap > longest ? gap : longest;
		/*
		 * From half a second to a second, doubled each time; later only
		 * where nobody signed for so long, or the sandbox was slow.
		 */
		ck_assert_int_ge(gap, (500LL << (i - 1)) - 200 - 2 * pause);
		ck_assert_int_le(gap, (1000LL << (i - 1)) + 200 + 2 * pause);
	}
	ck_assert_int_gt(longest, shortest);
	sandbox_tell("/clear");
	/* It is found to be up again within one step. */
	up = live_ms() + (1000LL << (n - 1)) + 20000;
	while (live_try(profile) != APAM_OK) {
		ck_assert_int_lt(live_ms(), up);
		sleep_ms(2);
	}
}
END_TEST

static const struct {
	const char *kind;
	bool date, in_full_alone;
} retries[] = {
	{ "429", false, false },
	{ "503", true, false },
	{ "429", true, true },
	{ "503", false, true },
};

/* A date in two seconds or a little more, as a query parameter. */
static void
date_soon(char *to, size_t size)
{
	time_t then = time(NULL) + 3;
	struct tm tm;

	ck_assert_ptr_nonnull(gmtime_r(&then, &tm));
	ck_assert_uint_gt(
	    strftime(to, size, "%a,%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT", &tm),
	    0);
}

START_TEST(retry_after_is_obeyed)
{
	char arg[64] = "2";
	int64_t times[8], up = live_ms() + 20000;
	int n;

	if (retries[_i].in_full_alone && !stress_full())
		return;
	if (retries[_i].date)
		date_soon(arg, sizeof(arg));
	token_fault(retries[_i].kind, 1, arg);
	ck_assert_int_ne(live_try(profile), APAM_OK);
	while (live_try(profile) != APAM_OK) {
		ck_assert_int_lt(live_ms(), up);
		sleep_ms(5);
	}
	n = sandbox_mint_times(times, 8);
	ck_assert_int_eq(n, 2);
	ck_assert_msg(times[1] - times[0] >= (retries[_i].date ? 1900 : 2000),
	    "%s: again after %lld ms", retries[_i].kind,
	    (long long)(times[1] - times[0]));
}
END_TEST

START_TEST(a_failed_refresh_discards_nothing)
{
	static const char *const kinds[] = { "500", "empty200", "nonsense",
		"403", "reset", "html200", "truncated", "redirect" };
	struct apam_entry_status status;
	int64_t ends, before, pause = 0;
	bool signs;

	token_life(2);
	/* It lives from when it was asked for, less a tenth. */
	ends = live_ms() + 1700;
	ck_assert_int_eq(live_try(profile), APAM_OK);
	token_fault(kinds[_i], 1000,
	    strcmp(kinds[_i], "redirect") == 0 ? "https://127.0.0.1:1/" : "");
	while ((before = live_ms()) < ends) {
		signs = live_try(profile) == APAM_OK;
		/* One that was held up may come too late. */
		ck_assert_msg(signs || live_ms() >= ends, "%s", kinds[_i]);
		sleep_ms(5);
		if (live_ms() - before > pause)
			pause = live_ms() - before;
	}
	/*
	 * It is refreshed in its last quarter, where somebody signs then; the
	 * answer may take its time.
	 */
	do {
		sleep_ms(5);
		live_status(profile, &status, NULL);
	} while (status.last_status == APAM_OK && live_ms() < ends + 5000);
	ck_assert_msg(status.last_status != APAM_OK || pause > 100,
	    "%s: no refresh", kinds[_i]);
	ck_assert_uint_eq(status.generation, 1);
	/* Once it has expired it is not sent any more. */
	sleep_ms(500);
	ck_assert_msg(live_try(profile) != APAM_OK, "%s", kinds[_i]);
}
END_TEST

START_TEST(what_was_done_is_counted)
{
	struct apam_entry_status status;
	int n;

	live_status(profile, &status, NULL);
	ck_assert_uint_eq(status.exchanges + status.not_acquired, 0);
	token_fault("reset", 1, "");
	ck_assert_int_ne(live_try(profile), APAM_OK);
	live_status(profile, &status, NULL);
	ck_assert_uint_eq(status.exchanges, 1);
	ck_assert_uint_eq(status.unanswered, 1);
	ck_assert_uint_eq(status.not_acquired, 1);
	ck_assert_uint_eq(status.acquired, 0);
	for (n = 0; live_try(profile) != APAM_OK; n++) {
		ck_assert_int_lt(n, 400);
		sleep_ms(50);
	}
	/* Another secret: the entry is another one, and goes on counting. */
	project_secret(&p, "secret", "not-a-secret-rotated");
	for (n = 0; live_try(profile) == APAM_OK; n++) {
		ck_assert_int_lt(n, 400);
		sleep_ms(50);
	}
	live_status(profile, &status, NULL);
	ck_assert_uint_eq(status.exchanges, 3);
	ck_assert_uint_eq(status.unanswered, 1);
	ck_assert_uint_eq(status.acquired, 1);
	ck_assert_uint_eq(status.not_acquired, 2);
}
END_TEST

/* ---- Lifetimes ----------------------------------------------------------- */

static const struct {
	const char *shape, *token;
	int life; /* that the sandbox gives */
	int64_t low, high; /* what must come of it, in s */
} lifetimes[] = {
	{ "number", "opaque", 100, 95, 100 },
	{ "string", "opaque", 100, 95, 100 },
	{ "float", "opaque", 100, 95, 100 },
	{ "missing", "jwt", 100, 95, 101 },
	{ "missing", "opaque", 100, 30, 50 },
	{ "zero", "opaque", 100, 30, 50 },
	{ "negative", "opaque", 100, 30, 50 },
	{ "null", "opaque", 100, 30, 50 },
	{ "text", "opaque", 100, 30, 50 },
	{ "huge", "opaque", 100, 315000000, 315360000 },
	{ "overflow", "opaque", 100, 315000000, 315360000 },
};

START_TEST(any_expires_in)
{
	struct apam_entry_status status;

	token_life(lifetimes[_i].life);
	sandbox_tell("/set?provider=7signal&name=expires_in&value=%s",
	    lifetimes[_i].shape);
	sandbox_tell(
	    "/set?provider=7signal&name=token&value=%s", lifetimes[_i].token);
	live_profile_as(&p, "other", "", "ttl = \"50s\";");
	profile = project_get(&p, "other");
	for (int i = 0; i < 3; i++)
		ck_assert_msg(live_try(profile) == APAM_OK, "%s, %s",
		    lifetimes[_i].shape, lifetimes[_i].token);
	ck_assert_int_eq(sandbox_mints(), 1);
	live_status(profile, &status, NULL);
	ck_assert_msg(status.expires_in >= lifetimes[_i].low &&
		status.expires_in <= lifetimes[_i].high,
	    "%s, %s: %lld s", lifetimes[_i].shape, lifetimes[_i].token,
	    (long long)status.expires_in);
}
END_TEST

START_TEST(the_time_of_an_exchange_counts_once)
{
	struct apam_entry_status status;
	const int64_t asked = live_ms();

	/* Its token says when it ends, too. */
	token_life(30);
	token_delay(3000);
	ck_assert_int_eq(live_try(profile), APAM_OK);
	live_status(profile, &status, NULL);
	ck_assert_int_le(status.expires_in, 30);
	ck_assert_int_ge(
	    status.expires_in, 30 - (live_ms() - asked) / 1000 - 1);
}
END_TEST

/* ---- Judging ------------------------------------------------------------- */

static struct live_signature judged;

static void *
report_rejection(void *arg)
{
	struct apam_judgement *judgement = arg;

	(void)pthread_barrier_wait(&crowd.start);
	*judgement = (struct apam_judgement){ .size = sizeof(*judgement) };
	live_judge(profile, &judged.s, 401, judgement);
	if (live_try(profile) == APAM_OK)
		crowd.served++;
	return NULL;
}

START_TEST(ten_reports_of_one_rejection_make_one_refresh)
{
	struct apam_judgement judgements[10];
	pthread_t threads[10];

	live_must_sign(profile, &judged);
	token_delay(200);
	crowd.served = 0;
	ck_assert_int_eq(pthread_barrier_init(&crowd.start, NULL, 10), 0);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
				     report_rejection, &judgements[i]),
		    0);
	for (int i = 0; i < 10; i++) {
		(void)pthread_join(threads[i], NULL);
		ck_assert_int_eq(judgements[i].verdict, APAM_VERDICT_REJECTED);
		ck_assert(judgements[i].replay);
	}
	ck_assert_int_eq(crowd.served, 10);
	ck_assert_int_eq(sandbox_mints(), 2);

	/* Late reports of the old one do nothing. */
	for (int i = 0; i < 5; i++) {
		live_judge(profile, &judged.s, 401, &judgements[0]);
		ck_assert_int_eq(live_try(profile), APAM_OK);
	}
	ck_assert_int_eq(sandbox_mints(), 2);
	apam_signature_release(&judged.s);
}
END_TEST

START_TEST(a_provider_whose_tokens_never_work_is_left_alone)
{
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct live_signature s;
	int64_t ends = live_ms() + (stress_full() ? 20000 : 4000);
	int signed_ = 0;

	while (live_ms() < ends) {
		live_signature_init(&s);
		if (live_sign(profile, &s, NULL) == APAM_OK) {
			live_judge(profile, &s.s, 401, &judgement);
			signed_++;
		}
		apam_signature_release(&s.s);
		sleep_ms(2);
	}
	ck_assert_int_ge(signed_, 3);
	ck_assert_int_le(sandbox_mints(), stress_full() ? 18 : 14);
	printf("always rejected: %d token requests\n", sandbox_mints());

	/* Accepted once: all is well again. */
	while (live_sign(profile, &s, NULL) != APAM_OK) {
		ck_assert_int_lt(live_ms(), ends + 60000);
		sleep_ms(5);
	}
	live_judge(profile, &s.s, 200, &judgement);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_ACCEPTED);
	apam_signature_release(&s.s);
}
END_TEST

START_TEST(insufficient_scope_does_not_refresh)
{
	struct apam_header challenge = { APAM_STR("WWW-Authenticate"),
		APAM_STR("Bearer error=\"insufficient_scope\"") };
	struct apam_answer answer = {
		.size = sizeof(answer), .headers = &challenge, .header_count = 1
	};
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct live_signature s;

	live_must_sign(profile, &s);
	for (unsigned status = 401; status <= 403; status += 2) {
		answer.status = status;
		ck_assert_int_eq(
		    apam_judge(profile, &s.s, &answer, &judgement, NULL),
		    APAM_OK);
		ck_assert_int_eq(judgement.verdict, APAM_VERDICT_FORBIDDEN);
		ck_assert(!judgement.replay);
		ck_assert_int_eq(live_try(profile), APAM_OK);
	}
	ck_assert_int_eq(sandbox_mints(), 1);
	apam_signature_release(&s.s);
}
END_TEST

/* ---- Permanent answers --------------------------------------------------- */

START_TEST(invalid_client_is_asked_once_until_the_secret_changes)
{
	int64_t ends = live_ms() + 2500;
	int n;

	sandbox_tell("/rotate?provider=7signal&key=SANDBOX.CLIENT.ONE"
		     "&to=not-a-secret-rotated");
	while (live_ms() < ends) {
		ck_assert_int_eq(live_try(profile), APAM_E_REJECTED);
		sleep_ms(5);
	}
	ck_assert_int_eq(sandbox_mints(), 1);

	project_secret(&p, "secret", "not-a-secret-rotated");
	for (n = 0; live_try(profile) != APAM_OK; n++) {
		ck_assert_int_lt(n, 400);
		sleep_ms(50);
	}
	ck_assert_int_eq(sandbox_mints(), 2);
}
END_TEST

static TCase *
new_case(Suite *suite, const char *name, double seconds)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, stress_full() ? seconds * 10 : seconds);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	return tc;
}

static Suite *
lifecycle_suite(void)
{
	Suite *suite = suite_create("lifecycle");
	TCase *tc = new_case(suite, "lifecycle", 40);

	tcase_add_test(tc, a_crowd_on_a_cold_profile_makes_one_exchange);
	tcase_add_test(tc, a_failure_is_everybodys);
	tcase_add_test(tc, a_short_timeout_ends_a_wait_alone);
	tcase_add_test(tc, nobody_waits_while_a_slow_provider_refreshes);
	tcase_add_test(tc, an_expired_token_is_sent_in_no_outage);
	tcase_add_test(tc, an_outage_is_not_noticed);
	tcase_add_test(tc, retries_are_spaced_with_jitter);
	tcase_add_loop_test(tc, retry_after_is_obeyed, 0, ROWS(retries));
	tcase_add_loop_test(
	    tc, a_failed_refresh_discards_nothing, 0, stress_full() ? 8 : 4);
	tcase_add_test(tc, what_was_done_is_counted);
	tcase_add_loop_test(tc, any_expires_in, 0, ROWS(lifetimes));
	tcase_add_test(tc, the_time_of_an_exchange_counts_once);
	tcase_add_test(tc, ten_reports_of_one_rejection_make_one_refresh);
	tcase_add_test(tc, a_provider_whose_tokens_never_work_is_left_alone);
	tcase_add_test(tc, insufficient_scope_does_not_refresh);
	tcase_add_test(
	    tc, invalid_client_is_asked_once_until_the_secret_changes);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(lifecycle_suite());
	sandbox_stop();
	return failed;
}
