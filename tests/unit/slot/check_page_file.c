/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/page_file.c: the file of a page, and what a new agent makes
 * of one that an older agent left.  Who cannot write one, tests/suite/agent/pages.sh
 * shows with users and programs.
 */
#define _GNU_SOURCE
#include "slot/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slot/slot.h"
#include "slot/write.h"
#include "support/fail_files.h"
#include "support/run.h"

int __real_memfd_create(const char *name, unsigned how);
int __wrap_memfd_create(const char *name, unsigned how);

int
__wrap_memfd_create(const char *name, unsigned how)
{
	return call_fails() ? -1 : __real_memfd_create(name, how);
}

int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);

/* As the C library takes it: a number or a pointer. */
int
__wrap_fcntl(int fd, int what, ...)
{
	va_list more;
	void *value;

	va_start(more, what);
	value = va_arg(more, void *);
	va_end(more);
	return call_fails() ? -1 : __real_fcntl(fd, what, value);
}

static _Atomic uint64_t counter;
static struct page_facts facts;
static struct slot *slot;
static struct url origin;
static struct fields headers, query;
static struct slot_content content;

static void
setup(void)
{
	atomic_store(&counter, 3);
	facts.rights = 9;
	memset(facts.nonce, 'n', sizeof(facts.nonce));
	slot = slot_new_shared(&counter, &facts);
	ck_assert_ptr_nonnull(slot);
	ck_assert_ptr_null(url_parse(APAM_STR("https://api.example"), &origin));
	fields_init(&headers);
	fields_init(&query);
	fields_add(&headers, APAM_STR("Authorization"), APAM_STR("FAKEtoken"));
	content = (struct slot_content){ .generation = 5,
		.credential = 5,
		.entries = 1,
		.counted = 3,
		.good_ms = PAGE_FRESH_MS,
		.alone_ms = 60000,
		.origins = &origin,
		.origin_count = 1,
		.headers = &headers,
		.query = &query };
	slot_open(slot, &content);
}

static void
teardown(void)
{
	slot_free(&slot);
	fields_free(&headers);
	fields_free(&query);
}

START_TEST(each_has_a_serial_of_its_own)
{
	struct slot *other = slot_new_shared(&counter, &facts),
		    *own = slot_new(&counter);

	ck_assert_uint_ne(slot_serial(slot), 0);
	ck_assert_uint_ne(slot_serial(other), slot_serial(slot));
	ck_assert_uint_eq(slot_serial(own), 0);
	ck_assert_uint_eq(slot_serial(NULL), 0);
	ck_assert_int_eq(slot_kept_descriptor(own), -1);
	slot_free(&other);
	slot_free(&own);
}
END_TEST

START_TEST(its_file_cannot_change_its_size)
{
	const int fd = slot_kept_descriptor(slot);
	const int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, PAGE_FILE_SIZE);
	ck_assert_uint_eq(st.st_mode & 07777, 0400);
	ck_assert_int_eq(seals & (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL),
	    F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	/* The next agent has to write it. */
	ck_assert_int_eq(seals & F_SEAL_WRITE, 0);
	ck_assert_int_ne(ftruncate(fd, 0), 0);
	ck_assert_int_ne(ftruncate(fd, 2 * PAGE_FILE_SIZE), 0);
}
END_TEST

START_TEST(its_other_descriptor_is_for_reading)
{
	const int fd = slot_descriptor(slot);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_ptr_eq(mmap(NULL, PAGE_FILE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0),
	    MAP_FAILED);
	ck_assert_int_eq(errno, EACCES);
	(void)close(fd);
}
END_TEST

/* ---- A system without ----------------------------------------------------------- */

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 64; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* There is a page, whole, or none, and then nothing is left of it. */
START_TEST(what_cannot_be_made_leaves_nothing)
{
	const int before = open_descriptors();
	struct slot *other;
	bool failed = true;
	int n, unlocked = 0;

	call_error = ENOMEM;
	for (n = 0; failed; n++) {
		calls_left = n;
		other = slot_new_shared(&counter, &facts);
		failed = call_failed();
		ck_assert_msg(other != NULL || failed, "call %d", n);
		unlocked += other != NULL && failed;
		slot_free(&other);
		ck_assert_int_eq(open_descriptors(), before);
	}
	/* The file, its size, mode and seals, its mapping, random numbers. */
	ck_assert_int_ge(n, 6);
	/* A page that cannot be locked in memory is one all the same. */
	ck_assert_int_eq(unlocked, 1);
}
END_TEST

/* Before Linux 6.3, which does not know MFD_NOEXEC_SEAL. */
START_TEST(an_older_system_has_pages)
{
	struct slot *other;

	call_error = EINVAL;
	calls_left = 0;
	other = slot_new_shared(&counter, &facts);
	ck_assert(call_failed());
	ck_assert_ptr_nonnull(other);
	ck_assert_uint_ne(slot_serial(other), 0);
	slot_free(&other);
}
END_TEST

/* ---- The next agent --------------------------------------------------------- */

/* As if this one had been killed: its page is there, for who has it. */
static struct slot *
adopt(const struct page_facts *by)
{
	return slot_adopt(fcntl(slot_kept_descriptor(slot), F_DUPFD_CLOEXEC, 0),
	    &counter, by);
}

START_TEST(a_whole_page_stays_good_for_who_uses_it_alone)
{
	struct slot *next = adopt(&facts);

	ck_assert_ptr_nonnull(next);
	ck_assert_uint_eq(slot_serial(next), slot_serial(slot));
	ck_assert(!slot_is_good(slot));
	ck_assert(page_span_holds(&slot->page.alone));
	ck_assert_uint_ne(RELAXED_LOAD(slot->page.shape), 0);
	content.generation = content.credential = 6;
	slot_open(next, &content);
	ck_assert(slot_is_good(slot));
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.generation), 6);
	slot_free(&next);
}
END_TEST

START_TEST(a_page_that_was_being_written_is_closed)
{
	static const char none[PAGE_IMAGE_MAX];
	struct slot *next;

	page_begin_write(&slot->page);
	next = adopt(&facts);
	ck_assert_ptr_nonnull(next);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.sequence) % 2, 0);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.shape), 0);
	ck_assert(!page_span_holds(&slot->page.alone));
	ck_assert_mem_eq(slot->page.image, none, sizeof(none));
	slot_open(next, &content);
	ck_assert(slot_is_good(slot));
	slot_free(&next);
}
END_TEST

START_TEST(a_shape_that_cannot_be_is_closed)
{
	struct slot *next;

	RELAXED_STORE(slot->page.shape, UINT32_MAX);
	next = adopt(&facts);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.shape), 0);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.sequence) % 2, 0);
	slot_free(&next);
}
END_TEST

START_TEST(a_page_of_other_rights_is_retired)
{
	struct page_facts other = facts;

	other.rights++;
	ck_assert_ptr_null(adopt(&other));
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.retired), 1);
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.shape), 0);
	/* For good. */
	ck_assert_ptr_null(adopt(&facts));
}
END_TEST

START_TEST(a_page_of_another_counter_is_retired)
{
	struct page_facts other = facts;

	other.nonce[0]++;
	ck_assert_ptr_null(adopt(&other));
	ck_assert_uint_eq(RELAXED_LOAD(slot->page.retired), 1);
}
END_TEST

#define SEALS (F_SEAL_GROW | F_SEAL_SHRINK)

/* Files with one thing wrong; the first has nothing. */
static const struct {
	const char *name;
	unsigned seals;
	off_t size;
	mode_t mode;
	uid_t owner;
} odd[] = {
	{ "a page", SEALS, PAGE_FILE_SIZE, 0400, 0 },
	{ "it can grow", F_SEAL_SHRINK, PAGE_FILE_SIZE, 0400, 0 },
	{ "it can be cut", F_SEAL_GROW, PAGE_FILE_SIZE, 0400, 0 },
	{ "it is too small", SEALS, PAGE_FILE_SIZE - 1, 0400, 0 },
	{ "it is too large", SEALS, PAGE_FILE_SIZE + 1, 0400, 0 },
	{ "others may read it", SEALS, PAGE_FILE_SIZE, 0444, 0 },
	{ "it may be opened for writing", SEALS, PAGE_FILE_SIZE, 0600, 0 },
	{ "another user's", SEALS, PAGE_FILE_SIZE, 0400, 61009 },
};

static int
odd_file(int row)
{
	const int fd = memfd_create("odd", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, odd[row].size), 0);
	ck_assert_int_eq(
	    pwrite(fd, &slot->page, sizeof(slot->page), 0), sizeof(slot->page));
	ck_assert_int_eq(ftruncate(fd, odd[row].size), 0);
	ck_assert_int_eq(fchmod(fd, odd[row].mode), 0);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, odd[row].seals), 0);
	if (odd[row].owner != 0)
		ck_assert_int_eq(fchown(fd, odd[row].owner, (gid_t)-1), 0);
	return fd;
}

START_TEST(a_file_with_one_thing_wrong_is_closed)
{
	struct slot *next;
	int fd;

	/* Root alone can give a file away. */
	if (odd[_i].owner != 0 && geteuid() != 0)
		return;
	fd = odd_file(_i);
	next = slot_adopt(fd, &counter, &facts);
	ck_assert_msg((next != NULL) == (_i == 0), "%s", odd[_i].name);
	slot_free(&next);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

START_TEST(what_is_not_a_page_is_closed)
{
	const int zero = open("/dev/zero", O_RDWR | O_CLOEXEC),
		  reading = slot_descriptor(slot);

	ck_assert_ptr_null(slot_adopt(zero, &counter, &facts));
	ck_assert_int_eq(fcntl(zero, F_GETFD), -1);
	ck_assert_ptr_null(slot_adopt(reading, &counter, &facts));
	ck_assert_int_eq(fcntl(reading, F_GETFD), -1);
	ck_assert_ptr_null(slot_adopt(-1, &counter, &facts));
	ck_assert(slot_is_good(slot));
}
END_TEST

/* A page that cannot be mapped is nobody's. */
START_TEST(what_cannot_be_adopted_is_closed)
{
	const int before = open_descriptors();
	struct slot *next;
	bool failed = true;
	int n, fd;

	for (n = 0; failed; n++) {
		fd = fcntl(slot_kept_descriptor(slot), F_DUPFD_CLOEXEC, 0);
		ck_assert_int_ge(fd, 0);
		calls_left = n;
		next = slot_adopt(fd, &counter, &facts);
		failed = call_failed();
		if (next != NULL)
			ck_assert_uint_eq(slot_serial(next), slot_serial(slot));
		/* As if it was killed: freed, it would be retired. */
		if (next != NULL && failed)
			ck_assert_int_ge(n, 4);
		(void)close(next != NULL ? slot_kept_descriptor(next) : -1);
		ck_assert_int_eq(open_descriptors(), before);
	}
	ck_assert_int_ge(n, 4);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("page_file");
	TCase *tc = tcase_create("page_file");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_has_a_serial_of_its_own);
	tcase_add_test(tc, its_file_cannot_change_its_size);
	tcase_add_test(tc, its_other_descriptor_is_for_reading);
	tcase_add_test(tc, what_cannot_be_made_leaves_nothing);
	tcase_add_test(tc, an_older_system_has_pages);
	tcase_add_test(tc, a_whole_page_stays_good_for_who_uses_it_alone);
	tcase_add_test(tc, a_page_that_was_being_written_is_closed);
	tcase_add_test(tc, a_shape_that_cannot_be_is_closed);
	tcase_add_test(tc, a_page_of_other_rights_is_retired);
	tcase_add_test(tc, a_page_of_another_counter_is_retired);
	tcase_add_loop_test(
	    tc, a_file_with_one_thing_wrong_is_closed, 0, ROWS(odd));
	tcase_add_test(tc, what_is_not_a_page_is_closed);
	tcase_add_test(tc, what_cannot_be_adopted_is_closed);
	return run_suite(suite);
}
