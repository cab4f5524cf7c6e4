/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/page_map.c: what is believed of a descriptor, when a page
 * may be used alone, and that a page whose writer is an enemy does no harm.
 */
#define _GNU_SOURCE
#include "slot/page_map.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "slot/page_file.h"
#include "slot/read.h"
#include "slot/write.h"
#include "support/clock.h"
#include "support/live.h"
#include "support/run.h"
#include "support/vm_flags.h"

#define ORIGIN "https://api.example"
#define STORE_BYTES 16384

static _Atomic uint64_t counter;
static struct page_facts facts;
static struct slot *agents, *mine;
static struct url origin;
static struct fields headers, query;
static struct slot_content content;
static struct page_claim claim;
static void *ahead;
static _Alignas(64) char store[STORE_BYTES];

static void
setup(void)
{
	atomic_store(&counter, 3);
	facts.rights = 9;
	memset(facts.nonce, 'n', sizeof(facts.nonce));
	agents = slot_new_shared(&counter, &facts);
	ck_assert_ptr_nonnull(agents);
	ck_assert_ptr_null(url_parse(APAM_STR(ORIGIN), &origin));
	fields_init(&headers);
	fields_init(&query);
	fields_add(&headers, APAM_STR("Authorization"), APAM_STR("FAKEtoken"));
	fields_add(&query, APAM_STR("key"), APAM_STR("FAKEkey"));
	content = (struct slot_content){ .generation = UINT64_MAX - 5,
		.credential = 4,
		.entries = 1,
		.counted = 3,
		.good_ms = PAGE_FRESH_MS,
		.alone_ms = 3600 * 1000,
		.origins = &origin,
		.origin_count = 1,
		.headers = &headers,
		.query = &query };
	claim = (struct page_claim){ .room = &ahead,
		.serial = slot_serial(agents),
		.counter = &counter,
		.origins = &origin,
		.origin_count = 1 };
	memset(claim.nonce, 'n', sizeof(claim.nonce));
	mine = NULL;
}

static void
teardown(void)
{
	clock_set_wall(0);
	slot_free(&mine);
	slot_free(&agents);
	slot_room_free(&ahead);
	fields_free(&headers);
	fields_free(&query);
}

static const char *
map(int fd)
{
	uid_t owner = (uid_t)-1;
	const char *wrong = slot_map_check(fd, &owner);

	if (wrong == NULL) {
		ck_assert_uint_eq(owner, geteuid());
		wrong = slot_map(&mine, fd, &claim);
	}
	(void)close(fd);
	return wrong;
}

static const char *
map_from(const struct slot *from)
{
	const int fd = slot_descriptor(from);

	ck_assert_int_ge(fd, 0);
	return map(fd);
}

static bool
sign(bool alone)
{
	const struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes");
	struct apam_signature s = APAM_SIGNATURE_INIT;
	bool ok;

	s.store = store;
	s.store_size = sizeof(store);
	ok = alone ? slot_sign_alone(mine, &r, &s) : slot_sign(mine, &r, &s);
	if (!ok)
		return false;
	ck_assert_str_eq(s.headers[0].name.p, "Authorization");
	ck_assert_str_eq(s.headers[0].value.p, "FAKEtoken");
	ck_assert_str_eq(s.url, ORIGIN "/eyes?key=FAKEkey");
	ck_assert_uint_eq(s.generation, content.generation);
	return true;
}

/* ---- Mapping --------------------------------------------------------------- */

START_TEST(it_signs_with_what_the_agent_wrote)
{
	ck_assert_ptr_null(map_from(agents));
	ck_assert(!sign(false));
	ck_assert(!sign(true));
	slot_open(agents, &content);
	ck_assert(sign(false));
	ck_assert(sign(true));
	slot_close(agents);
	ck_assert(!sign(false));
	ck_assert(!sign(true));
}
END_TEST

START_TEST(it_is_closed_for_this_process_alone)
{
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	slot_close(mine);
	ck_assert(!sign(false));
	ck_assert(!sign(true));
	ck_assert(slot_is_good(agents));
	/* It writes nothing of its own into a page that it cannot write. */
	slot_open(mine, &content);
	ck_assert(!sign(false));
	slot_reopen(mine, &counter);
	ck_assert(sign(false));
}
END_TEST

START_TEST(another_page_takes_its_place)
{
	struct slot *other = slot_new_shared(&counter, &facts);
	struct slot *before;

	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	before = mine;
	content.generation = 8;
	slot_open(other, &content);
	ck_assert_str_eq(
	    map_from(other), "it is another page than the agent said");
	claim.serial = slot_serial(other);
	ck_assert_ptr_null(map_from(other));
	ck_assert_ptr_eq(mine, before);
	ck_assert(sign(false));
	slot_free(&other);
	ck_assert(slot_is_retired(mine));
	ck_assert(!sign(false));
	ck_assert(!sign(true));
	ck_assert(!slot_is_retired(NULL));
}
END_TEST

START_TEST(it_signs_for_what_this_process_read)
{
	struct url others[2];

	ck_assert_ptr_null(
	    url_parse(APAM_STR("https://other.example"), &others[0]));
	others[1] = origin;
	ck_assert_ptr_null(map_from(agents));
	ck_assert(slot_is_for(mine, &origin, 1));
	ck_assert(!slot_is_for(mine, &others[0], 1));
	ck_assert(!slot_is_for(mine, others, 2));
	slot_free(&mine);
	claim.origins = others;
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	ck_assert(!sign(false));
}
END_TEST

/* ---- What is not believed --------------------------------------------------- */

/* A file with one thing wrong, as the agent's otherwise. */
static int
odd_file(unsigned seals, off_t size, mode_t mode)
{
	const int fd = memfd_create("odd", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char path[64];
	int reading;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	if (size >= (off_t)sizeof(struct page))
		ck_assert_int_eq(
		    pwrite(fd, &agents->page, sizeof(struct page), 0),
		    sizeof(struct page));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reading = open(path, O_RDONLY | O_CLOEXEC);
	(void)close(fd);
	return reading;
}

#define BOTH (F_SEAL_GROW | F_SEAL_SHRINK)

static const struct {
	unsigned seals;
	off_t size;
	mode_t mode;
	const char *wrong;
} odd[] = {
	{ BOTH, PAGE_FILE_SIZE, 0400, NULL },
	{ F_SEAL_GROW, PAGE_FILE_SIZE, 0400, "it can be cut off" },
	{ F_SEAL_SHRINK, PAGE_FILE_SIZE, 0400, "it can be cut off" },
	{ BOTH, PAGE_FILE_SIZE - 1, 0400, "its size is wrong" },
	{ BOTH, 0, 0400, "its size is wrong" },
	{ BOTH, 2 * PAGE_FILE_SIZE, 0400, "its size is wrong" },
	{ BOTH, PAGE_FILE_SIZE, 0600, "others than its owner may open it" },
	{ BOTH, PAGE_FILE_SIZE, 0444, "others than its owner may open it" },
};

START_TEST(an_odd_file)
{
	const int fd = odd_file(odd[_i].seals, odd[_i].size, odd[_i].mode);
	const char *wrong = map(fd);

	if (odd[_i].wrong == NULL) {
		ck_assert_ptr_null(wrong);
		return;
	}
	ck_assert_ptr_nonnull(wrong);
	ck_assert_str_eq(wrong, odd[_i].wrong);
	ck_assert_ptr_null(mine);
}
END_TEST

static const char *
map_fd(int fd)
{
	const char *wrong = map(fd);

	ck_assert_ptr_nonnull(wrong);
	ck_assert_ptr_null(mine);
	return wrong;
}

START_TEST(what_is_not_a_page)
{
	int ends[2];

	ck_assert_str_eq(map_fd(-1), "it is not a file in memory");
	ck_assert_str_eq(
	    map_fd(open("/dev/zero", O_RDONLY)), "it is not a file in memory");
	ck_assert_int_eq(pipe(ends), 0);
	(void)close(ends[1]);
	ck_assert_str_eq(map_fd(ends[0]), "it is not a file in memory");
	ck_assert_str_eq(
	    map_fd(fcntl(slot_kept_descriptor(agents), F_DUPFD_CLOEXEC, 0)),
	    "it could be written");
	claim.nonce[3]++;
	ck_assert_str_eq(
	    map_from(agents), "it goes by another key registry's counter");
	claim.nonce[3]--;
	agents->page.layout++;
	ck_assert_str_eq(map_from(agents), "its layout is of another version");
	agents->page.layout--;
	agents->page.magic[0]++;
	ck_assert_str_eq(map_from(agents), "its layout is of another version");
}
END_TEST

/* Memory that was made ahead is taken, and does not help where it cannot. */
START_TEST(it_goes_into_memory_that_was_made_ahead)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *taken;

	slot_open(agents, &content);
	ahead = slot_room_new();
	ck_assert_ptr_nonnull(ahead);
	ck_assert_ptr_null(map_from(agents));
	ck_assert_ptr_null(ahead);
	ck_assert(sign(false));
	slot_free(&mine);
	ahead = slot_room_new();
	taken = mmap((char *)ahead + page, page, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	ck_assert_ptr_ne(taken, MAP_FAILED);
	ck_assert_ptr_null(map_from(agents));
	ck_assert_ptr_nonnull(ahead);
	ck_assert(sign(false));
	ck_assert_int_eq(munmap(taken, page), 0);
}
END_TEST

/* A program's page is in no core dump, and is locked once it is alone. */
START_TEST(what_the_kernel_does_with_it)
{
	char flags[512];

	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	vm_flags(&mine->page, flags, sizeof(flags));
	/* Some sandboxes and kernels do not show flags at all. */
	if (flags[0] == '\0')
		return;
	ck_assert_msg(strstr(flags, " dd") != NULL, "%s", flags);
	ck_assert_msg(strstr(flags, " lo") == NULL, "%s", flags);
	slot_lock(mine);
	vm_flags(&mine->page, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "%s", flags);
	if (vm_locks(PAGE_FILE_SIZE))
		ck_assert_msg(strstr(flags, " lo") != NULL, "%s", flags);
	vm_flags(&agents->page, flags, sizeof(flags));
	ck_assert_msg(strstr(flags, " dd") != NULL, "%s", flags);
}
END_TEST

/* ---- When it ends ------------------------------------------------------------ */

START_TEST(it_ends_when_the_registry_changes)
{
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	atomic_fetch_add(&counter, 1);
	ck_assert(!sign(false));
	ck_assert(!sign(true));
}
END_TEST

/* Without its agent, also while the machine sleeps: by both clocks. */
START_TEST(it_ends_without_its_agent)
{
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	clock_advance(PAGE_FRESH_MS + 10);
	ck_assert(!sign(false));
	ck_assert(sign(true));
	clock_advance(3590 * 1000);
	ck_assert(sign(true));
	clock_advance(20 * 1000);
	ck_assert(!sign(true));
	/* It is not good again because somebody sets the clock back. */
	clock_set_wall(-3600);
	ck_assert(!sign(true));
	ck_assert(!sign(false));
}
END_TEST

static const int64_t jumps[] = { 2, 3601, 86400, -1, -2, -3600, -86400 };

START_TEST(the_wall_clock_jumps)
{
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	clock_set_wall(jumps[_i]);
	ck_assert(!sign(false));
	ck_assert(sign(true) == (jumps[_i] == 2));
	/* The agent looks again. */
	slot_open(agents, &content);
	ck_assert(sign(false));
	ck_assert(sign(true));
}
END_TEST

/* A program that sleeps a day finds what the agent wrote meanwhile. */
START_TEST(it_wakes_with_the_page_of_today)
{
	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	clock_advance(24 * 3600 * 1000);
	ck_assert(!sign(false));
	ck_assert(!sign(true));
	content.generation = 6;
	slot_open(agents, &content);
	ck_assert(sign(false));
}
END_TEST

START_TEST(it_is_kept_fresh_without_disturbing_its_readers)
{
	uint64_t before;

	slot_open(agents, &content);
	ck_assert_ptr_null(map_from(agents));
	before = RELAXED_LOAD(agents->page.sequence);
	for (int i = 0; i < 10; i++) {
		clock_advance(1000);
		slot_open(agents, &content);
		ck_assert(sign(false));
	}
	ck_assert_uint_eq(RELAXED_LOAD(agents->page.sequence), before);
}
END_TEST

/* ---- An enemy's page ---------------------------------------------------------- */

static _Atomic bool stop;

/* Numbers that lengths and places can be. */
static uint64_t
any_number(unsigned *seed)
{
	static const uint64_t odd_ones[] = { 0, 1, 7, 8, 15, 16, 255, 256, 4096,
		8191, 8192, 8193, 65535, 65536, UINT32_MAX, UINT64_MAX };
	const int r = rand_r(seed);

	return r % 3 == 0 ? (uint64_t)r << (r % 48) : odd_ones[r % 16];
}

/* Keep it open, with what any of its numbers may be. */
static void
scribble_once(struct page *p, unsigned *seed)
{
	uint64_t *words = (void *)p->image;

	RELAXED_STORE(p->sequence, 0);
	RELAXED_STORE(p->counted, 3);
	RELAXED_STORE(p->second, (int64_t)time(NULL));
	RELAXED_STORE(p->shape,
	    (uint32_t)any_number(seed) << 8 | (uint32_t)rand_r(seed) % 256);
	for (int i = 0; i < PAGE_HEADERS_MAX; i++)
		RELAXED_STORE(p->headers[i],
		    any_number(seed) << 32 | (uint32_t)any_number(seed));
	for (int i = 0; i < 16; i++)
		RELAXED_STORE_AT(&words[i], any_number(seed));
}

static void *
scribble(void *arg)
{
	unsigned seed = 7;

	while (!atomic_load(&stop))
		scribble_once(arg, &seed);
	return NULL;
}

/* All that is in the signature is within its store, and texts end there. */
static void
is_inside(const struct apam_signature *s)
{
	const char *end = s->store + s->store_size;

	ck_assert_uint_le(s->used, s->store_size);
	ck_assert((const char *)s->headers >= s->store);
	ck_assert((const char *)(s->headers + s->header_count) <= end);
	for (size_t i = 0; i < s->header_count; i++) {
		const struct apam_header *h = &s->headers[i];

		ck_assert(h->name.p >= s->store && h->value.p >= s->store);
		ck_assert(h->name.p + h->name.n < end);
		ck_assert(h->value.p + h->value.n < end);
		ck_assert(h->value.p + strlen(h->value.p) < end);
	}
}

/* A store of `n` bytes between pages that cannot be touched. */
static char *
fenced(size_t n, size_t page)
{
	const size_t room = (n + page - 1) / page * page;
	char *all = mmap(NULL, room + 2 * page, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(all, MAP_FAILED);
	ck_assert_int_eq(mprotect(all + page, room, PROT_READ | PROT_WRITE), 0);
	return all + page + room - n;
}

START_TEST(an_enemy_writes_it_all_the_time)
{
	static const size_t sizes[] = { 64, 512, 4096, 8192, 12288, 20480 };
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const struct apam_request r = APAM_REQUEST("GET", ORIGIN "/eyes?a=b");
	const int64_t begun = live_ms(), enough = stress_full() ? 20000 : 1000;
	long signed_ones = 0;
	char *stores[6];
	pthread_t enemy;

	for (int i = 0; i < 6; i++)
		stores[i] = fenced(sizes[i], page);
	ck_assert_ptr_null(map_from(agents));
	ck_assert_int_eq(
	    pthread_create(&enemy, NULL, scribble, &agents->page), 0);
	/* On a busy machine, until some were signed all the same. */
	for (int i = 0; live_ms() - begun < enough ||
	     (signed_ones <= 100 && live_ms() - begun < 60000);
	     i = (i + 1) % 6) {
		struct apam_signature s = APAM_SIGNATURE_INIT;

		s.store = stores[i];
		s.store_size = sizes[i];
		if (!slot_sign(mine, &r, &s))
			continue;
		is_inside(&s);
		signed_ones++;
	}
	atomic_store(&stop, true);
	(void)pthread_join(enemy, NULL);
	ck_assert_int_gt(signed_ones, 100);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, it_signs_with_what_the_agent_wrote);
	tcase_add_test(tc, it_is_closed_for_this_process_alone);
	tcase_add_test(tc, another_page_takes_its_place);
	tcase_add_test(tc, it_signs_for_what_this_process_read);
	tcase_add_loop_test(tc, an_odd_file, 0, ROWS(odd));
	tcase_add_test(tc, it_goes_into_memory_that_was_made_ahead);
	tcase_add_test(tc, what_the_kernel_does_with_it);
	tcase_add_test(tc, what_is_not_a_page);
	tcase_add_test(tc, it_ends_when_the_registry_changes);
	tcase_add_test(tc, it_ends_without_its_agent);
	tcase_add_loop_test(tc, the_wall_clock_jumps, 0, ROWS(jumps));
	tcase_add_test(tc, it_wakes_with_the_page_of_today);
	tcase_add_test(tc, it_is_kept_fresh_without_disturbing_its_readers);
	tcase_add_test(tc, an_enemy_writes_it_all_the_time);
}

int
main(void)
{
	Suite *suite = suite_create("page_map");
	TCase *tc = tcase_create("page_map");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	add_tests(tc);
	return run_suite(suite);
}
