/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry.c on real files and processes: what is refused
 * and what is said then, writers side by side, writers that are killed, and
 * disks that are full or read-only.  Each has a state_dir of its own below
 * /tmp. Rows that need another user or a file system of their own run as root
 * alone.
 */
#define _GNU_SOURCE
#include "keys/registry.h"
#include "keys/registry_change.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "keys/reading.h"
#include "keys/view.h"
#include "support/clock.h"
#include "support/registry.h"
#include "support/run.h"

#define OTHER_UID 65534
#define WRITERS 8
#define WRITES 20
#define KILLS 500
#define FIRST_KILLS 60

static char base[64];
static struct key_registry registry;

/* ---- Places ------------------------------------------------------------ */

static void
make_base(void)
{
	clock_hasten();
	(void)snprintf(base, sizeof(base), "/tmp/apam-registry-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	registry = (struct key_registry){ base, geteuid() != 0, NULL };
}

static void
remove_base(void)
{
	char command[128];

	ck_assert_int_eq(seteuid(getuid()), 0);
	registry_forget(base);
	(void)umount(base);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(below(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
read_file(const char *name, char *bytes, size_t size)
{
	FILE *f = fopen(below(name), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(bytes, 1, size - 1, f);
	ck_assert_uint_le(n, size - 2);
	bytes[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
}

static void
file_is(const char *name, const char *text)
{
	char bytes[4096];

	read_file(name, bytes, sizeof(bytes));
	ck_assert_str_eq(bytes, text);
}

/* The keys of a text, without what it says of itself. */
static const char *
keys_in(const char *text)
{
	const char *keys = strstr(text, "\"keys\": [");

	ck_assert_ptr_nonnull(keys);
	return keys;
}

static void
keys_are(const char *name, const char *text)
{
	char bytes[4096];

	read_file(name, bytes, sizeof(bytes));
	ck_assert_str_eq(keys_in(bytes), keys_in(text));
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(lstat(below(name), &st), 0);
	return st.st_mode;
}

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* ---- Reading and changing ---------------------------------------------- */

static void
read_ok(struct key_set *set)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_registry_read(&registry, set, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
	ck_assert_int_eq(err.status, APAM_OK);
}

static size_t
count(void)
{
	struct key_set set;
	size_t n;

	read_ok(&set);
	n = set.count;
	key_set_free(&set);
	return n;
}

/* Reading says so, and that nothing is known. */
static void
not_read(enum apam_status status, const char *text)
{
	struct apam_error err = { .status = APAM_E_DENIED };
	struct key_set set;

	memset(&set, 1, sizeof(set));
	ck_assert_int_eq(key_registry_read(&registry, &set, &err), status);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_ptr_null(set.records);
	ck_assert_int_eq(key_registry_read(&registry, &set, NULL), status);
	ck_assert_int_eq(key_registry_check(&registry, NULL), status);
}

static enum apam_status
add(void *arg, struct key_set *set, struct apam_error *err)
{
	const struct key_record record = { .scheme = "demo", .id = arg };

	(void)err;
	return key_set_add(set, &record) == NULL ? APAM_E_MEMORY : APAM_OK;
}

static enum apam_status
refuse(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)add(arg, set, err);
	err->status = APAM_E_USAGE;
	return APAM_E_USAGE;
}

/* Must not be called. */
static enum apam_status
be_called(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)set;
	(void)err;
	*(bool *)arg = true;
	return APAM_OK;
}

static void
change(const char *id)
{
	struct apam_error err = APAM_ERROR_INIT;
	char text[64];

	(void)snprintf(text, sizeof(text), "%s", id);
	ck_assert_msg(
	    key_registry_change(&registry, add, text, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
}

static void
not_changed(enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;
	bool called = false;

	ck_assert_msg(
	    key_registry_change(&registry, be_called, &called, &err) == status,
	    "%d: %s", err.status, err.text);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert(!called);
}

static const char empty[] = "{ \"apam\": \"keys 1\", \"keys\": [\n] }\n";
static const char one[] = "{ \"apam\": \"keys 1\", \"keys\": [\n"
			  "{ \"scheme\": \"demo\", \"id\": \"one\" }\n] }\n";

/* A registry of one key that no change has to wait for. */
static void
make_registry(void)
{
	registry_put(base, one);
}

static enum apam_status
keep(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)arg;
	(void)set;
	(void)err;
	return APAM_OK;
}

/* Make the registry from the text in place, as a person asks for. */
static void
recover(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_registry_recover(
			  &registry, NULL, NULL, keep, NULL, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
}

/* ---- In order ---------------------------------------------------------- */

START_TEST(there_may_be_none)
{
	struct key_registry gone = registry;
	struct key_set set;
	char path[128];

	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
	ck_assert_int_eq(access(below("registry"), F_OK), -1);
	(void)snprintf(path, sizeof(path), "%s/gone/too", base);
	gone.state_dir = path;
	ck_assert_int_eq(key_registry_read(&gone, &set, NULL), APAM_OK);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_int_eq(key_registry_check(&gone, NULL), APAM_OK);
	registry.state_dir = path;
	not_changed(APAM_E_CONFIG, "does not exist; make it: install -d");
}
END_TEST

START_TEST(it_is_made_by_the_first_change)
{
	const mode_t old = umask(_i == 0 ? 0 : 077);

	change("one");
	ck_assert_uint_eq(mode_of("registry"), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of("registry/keys"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("index"), S_IFDIR | 0755);
	ck_assert_uint_eq(mode_of("index/keys"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("registry.known"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("registry.lock"), S_IFREG | 0600);
	ck_assert_int_eq(access(below("registry/keys.new"), F_OK), -1);
	ck_assert_int_eq(access(below("index/keys.new"), F_OK), -1);
	keys_are("registry/keys", one);
	ck_assert_uint_eq(count(), 1);
	(void)umask(old);
}
END_TEST

static void
look(struct key_counter *counter, struct key_view *view)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_view_open(&registry, counter, view, &err) == APAM_OK,
	    "%s", err.text);
	key_view_close(view);
}

START_TEST(a_change_is_seen)
{
	struct key_view before, after;
	struct key_counter counter;
	struct key_set set;
	uint64_t value;

	make_registry();
	ck_assert(key_counter_init(&counter));
	look(&counter, &before);
	ck_assert(counter.attached && !counter.blind);
	value = atomic_load(counter.value);
	ck_assert(!key_view_changed(&registry, &before.print));
	change("two");
	ck_assert_uint_eq(atomic_load(counter.value), value + 1);
	ck_assert(key_view_changed(&registry, &before.print));
	look(&counter, &after);
	ck_assert_uint_eq(after.counter, value + 1);
	ck_assert_uint_eq(after.head.count, 2);
	ck_assert_uint_eq(after.head.generation, before.head.generation + 1);
	ck_assert_uint_eq(
	    atomic_load(counter.generation), after.head.generation);
	read_ok(&set);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_str_eq(set.records[1].id, "two");
	key_set_free(&set);
	ck_assert(!key_view_changed(&registry, &after.print));
	key_counter_free(&counter);
}
END_TEST

START_TEST(what_is_not_wanted_leaves_all_as_it_was)
{
	struct apam_error err = APAM_ERROR_INIT;
	char bad[] = "a\nb";

	make_registry();
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, bad, &err), APAM_E_USAGE);
	keys_are("registry/keys", one);
	ck_assert_int_eq(
	    key_registry_change(&registry, add, bad, &err), APAM_E_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.text, "unreadable"));
	keys_are("registry/keys", one);
	bad[0] = '\0';
	ck_assert_int_eq(
	    key_registry_change(&registry, add, bad, NULL), APAM_E_INTERNAL);
	keys_are("registry/keys", one);
	change("two");
	ck_assert_uint_eq(count(), 2);
}
END_TEST

/* ---- Waiting ----------------------------------------------------------- */

static int64_t
time_of_change(const char *id)
{
	const int64_t start = clock_ms();

	change(id);
	return clock_ms() - start;
}

/* Nothing is new any more: neither the counter nor what is in state_dir. */
static void
settle(void)
{
	const struct timespec t = { 1, 600000000 };

	(void)nanosleep(&t, NULL);
}

START_TEST(a_young_counter_is_waited_for)
{
	static const char *const ids[] = { "2", "3", "4", "5", "6", "7", "8" };
	int tries = 0;

	ck_assert_int_ge(time_of_change("one"), KEYS_LOOK_MS);
	settle();
	/* Where it is not waited for, a slow disk alone takes as long. */
	while (time_of_change(ids[tries]) >= KEYS_LOOK_MS) {
		tries++;
		ck_assert_int_lt(tries, ROWS(ids));
	}
}
END_TEST

/* Programs follow the counter of the one that was there, which says nothing. */
START_TEST(an_index_put_in_anothers_place_is_waited_for)
{
	make_registry();
	settle();
	ck_assert_int_eq(chdir(base), 0);
	ck_assert_int_eq(rename("index", "other"), 0);
	ck_assert_int_eq(rename("other", "index"), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
}
END_TEST

START_TEST(a_counter_that_was_removed_is_made_anew)
{
	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(mode_of("index/counter"), S_IFREG | 0644);
	ck_assert_int_ge(time_of_change("three"), KEYS_LOOK_MS);
}
END_TEST

START_TEST(a_counter_that_cannot_be_written_is_waited_for)
{
	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_eq(mkdir(below("index/counter"), 0755), 0);
	ck_assert_int_ge(time_of_change("two"), KEYS_LOOK_MS);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

static int
hold_lock(void)
{
	const int fd = open(
	    below("registry.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	return fd;
}

START_TEST(a_lock_is_waited_for)
{
	int lock, status;
	pid_t pid;

	make_registry();
	lock = hold_lock();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pause_ms(300);
		(void)flock(lock, LOCK_UN);
		_exit(0);
	}
	ck_assert_int_ge(time_of_change("two"), 250);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

/* While the test waits: until it is ended. */
static void
let_seconds_pass(void)
{
	for (;;) {
		pause_ms(10);
		clock_advance(1000);
	}
}

START_TEST(a_lock_is_not_waited_for_for_ever)
{
	int lock;
	pid_t pid;

	make_registry();
	lock = hold_lock();
	ck_assert_uint_eq(count(), 1);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		let_seconds_pass();
	not_changed(APAM_E_DEADLINE, "/registry.lock was held by another");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	keys_are("registry/keys", one);
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

/* ---- Damage ------------------------------------------------------------ */

static const struct {
	const char *text;
	unsigned line;
	const char *why;
} corrupt[] = {
	{ "", 0, "is damaged: it is empty; correct it, or put back" },
	{ "{ \"apam\": \"keys 1\",\n \"keys\": [\n", 3,
	    "the JSON ends too early" },
	{ "{ \"apam\": \"keys 1\",\n \"keys\": [\n {} ] }", 3, "is missing" },
	{ "{ \"apam\": \"keys 2\", \"keys\": [ ] }", 1, "another version" },
};

START_TEST(a_damaged_file_is_neither_read_nor_overwritten)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct key_set set;

	make_registry();
	write_file("registry/keys", corrupt[_i].text);
	not_read(APAM_E_CONFIG, corrupt[_i].why);
	not_changed(APAM_E_CONFIG, corrupt[_i].why);
	file_is("registry/keys", corrupt[_i].text);
	(void)key_registry_read(&registry, &set, &err);
	ck_assert_str_eq(err.file, below("registry/keys"));
	ck_assert_uint_eq(err.line, corrupt[_i].line);
	write_file("registry/keys", empty);
	recover();
	change("two");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(a_file_too_large_is_refused)
{
	make_registry();
	ck_assert_int_eq(truncate(below("registry/keys"), KEY_FILE_MAX + 1), 0);
	not_read(APAM_E_CONFIG, "is larger than 256 MiB");
}
END_TEST

static void
begin_anew(void)
{
	registry_forget(base);
	ck_assert_int_eq(unlink(below("index/keys")), 0);
	ck_assert_int_eq(rmdir(below("index")), 0);
	ck_assert_int_eq(unlink(below("registry.known")), 0);
	(void)unlink(below("registry/keys"));
	(void)rmdir(below("registry"));
}

START_TEST(a_registry_that_is_gone_is_missed)
{
	make_registry();
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	not_read(APAM_E_CONFIG, "is missing, and programs use the index");
	not_changed(APAM_E_CONFIG, "`apam keys recover FILE`");
	ck_assert_int_eq(access(below("registry/keys"), F_OK), -1);
	ck_assert_int_eq(rmdir(below("registry")), 0);
	not_read(APAM_E_CONFIG, "is missing, and programs use the index");
	not_changed(APAM_E_CONFIG, "`apam keys recover FILE`");
	ck_assert_int_eq(access(below("registry"), F_OK), -1);
	/* A person may begin anew. */
	begin_anew();
	ck_assert_uint_eq(count(), 0);
	change("first");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* ---- Texts that are not what programs go by ---------------------------- */

static void
copy_text(const char *from, const char *to)
{
	char bytes[4096];

	read_file(from, bytes, sizeof(bytes));
	write_file(to, bytes);
}

/* Generation of the index; what the index says holds, whatever the text. */
static uint64_t
generation(void)
{
	struct key_view view;

	look(NULL, &view);
	return view.head.generation;
}

static void
put_older(void)
{
	copy_text("registry/keys", "before");
	change("two");
	copy_text("before", "registry/keys");
}

static void
edit_text(void)
{
	char bytes[4096], *id;

	read_file("registry/keys", bytes, sizeof(bytes));
	id = strstr(bytes, "one");
	ck_assert_ptr_nonnull(id);
	*id = 'O';
	write_file("registry/keys", bytes);
}

static void
put_others(void)
{
	char bytes[4096], *id;

	read_file("registry/keys", bytes, sizeof(bytes));
	id = strstr(bytes, "0707");
	ck_assert_ptr_nonnull(id);
	*id = '1';
	write_file("registry/keys", bytes);
}

static void
write_by_hand(void)
{
	write_file("registry/keys", one);
}

static void
lose_index(void)
{
	ck_assert_int_eq(unlink(below("index/keys")), 0);
	ck_assert_int_eq(unlink(below("registry.known")), 0);
}

static const struct {
	const char *name;
	void (*put)(void);
	const char *text;
} misfits[] = {
	{ "older", put_older, "has generation 1, and programs use 2" },
	{ "edited", edit_text, "was changed by hand" },
	{ "other", put_others, "belongs to another registry" },
	{ "by hand", write_by_hand, "was put there by hand" },
	{ "index lost", lose_index, "was put there by hand" },
};

START_TEST(another_text_is_taken_when_it_is_asked_for)
{
	uint64_t before;
	char text[4096];

	make_registry();
	before = generation();
	misfits[_i].put();
	read_file("registry/keys", text, sizeof(text));
	if (misfits[_i].put != lose_index) {
		not_read(APAM_E_CONFIG, misfits[_i].text);
		before = generation();
	}
	not_changed(APAM_E_CONFIG, misfits[_i].text);
	not_changed(APAM_E_CONFIG, "`apam keys recover` shows w");
	file_is("registry/keys", text);
	recover();
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_uint_eq(count(), 1);
	change("three");
	ck_assert_uint_eq(count(), 2);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
}
END_TEST

/* What who is killed between the two leaves, and who loses the index. */
static void
fall_behind(int how)
{
	char from[1024];

	(void)snprintf(from, sizeof(from), "%s", below("index/keys"));
	if (how == 0)
		ck_assert_int_eq(link(from, below("saved")), 0);
	change("two");
	if (how == 0)
		ck_assert_int_eq(rename(below("saved"), from), 0);
	if (how == 1)
		ck_assert_int_eq(unlink(from), 0);
	if (how == 2)
		ck_assert_int_eq(truncate(from, KEY_INDEX_BLOCK / 2), 0);
}

START_TEST(an_index_that_is_behind_is_made_anew)
{
	uint64_t before;

	make_registry();
	before = generation();
	fall_behind(_i);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
	change("three");
	ck_assert_uint_eq(count(), 3);
}
END_TEST

/*
 * Who wants what is done already is told so: it must then be true of all,
 * though who did it was killed before it told them.
 */
START_TEST(what_is_done_already_is_told)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct key_counter counter;
	char id[] = "two";
	uint64_t value, before;

	make_registry();
	before = generation();
	fall_behind(_i);
	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	value = atomic_load(counter.value);
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, id, &err), APAM_E_USAGE);
	ck_assert_uint_gt(atomic_load(counter.value), value);
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_uint_eq(count(), 2);
	key_counter_free(&counter);
}
END_TEST

START_TEST(what_is_done_already_is_waited_for)
{
	struct apam_error err = APAM_ERROR_INIT;
	char id[] = "two";
	int64_t start;

	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	start = clock_ms();
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, id, &err), APAM_E_USAGE);
	ck_assert_int_ge(clock_ms() - start, KEYS_LOOK_MS);
}
END_TEST

START_TEST(another_user_says_that_it_is_behind)
{
	if (geteuid() != 0)
		return;
	make_registry();
	fall_behind(0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_read(APAM_E_CONFIG, "is newer than the index");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_uint_eq(count(), 2);
}
END_TEST

static const struct {
	const char *name;
	mode_t mode;
} open_modes[] = {
	{ "", 0775 },
	{ "", 0757 },
	{ "", 01777 },
	{ "registry", 0775 },
	{ "registry", 0757 },
	{ "registry", 01777 },
	{ "registry/keys", 0664 },
	{ "registry/keys", 0646 },
	{ "index", 0775 },
	{ "index/keys", 0646 },
};

START_TEST(what_others_can_change_is_refused)
{
	make_registry();
	ck_assert_int_eq(
	    chmod(below(open_modes[_i].name), open_modes[_i].mode), 0);
	not_read(APAM_E_TRUST, "can be changed by others");
	not_changed(APAM_E_TRUST, "can be changed by others");
	keys_are("registry/keys", one);
}
END_TEST

static const char *const owned[] = { "", "registry", "registry/keys", "index",
	"index/keys" };

START_TEST(what_is_anothers_is_refused)
{
	if (geteuid() != 0)
		return;
	make_registry();
	ck_assert_int_eq(chown(below(owned[_i]), OTHER_UID, OTHER_UID), 0);
	not_read(APAM_E_TRUST, "does not belong to root");
	not_changed(APAM_E_TRUST, "does not belong to root");
	registry.user = true;
	not_read(APAM_E_TRUST, "belongs neither to root nor to this user");
	keys_are("registry/keys", one);
}
END_TEST

/* Put something else in a file's place. */
static void
move_away(const char *name)
{
	char from[1024];

	(void)snprintf(from, sizeof(from), "%s", below(name));
	ck_assert_int_eq(rename(from, below("moved")), 0);
}

START_TEST(another_kind_of_file_is_refused)
{
	make_registry();
	move_away("registry/keys");
	ck_assert_int_eq(symlink("../moved", below("registry/keys")), 0);
	not_read(APAM_E_CONFIG, "must be a regular file");
	not_changed(APAM_E_CONFIG, "must be a regular file");
	keys_are("moved", one);
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	ck_assert_int_eq(mkfifo(below("registry/keys"), 0644), 0);
	not_read(APAM_E_CONFIG, "is not a regular file");
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	ck_assert_int_eq(mkdir(below("registry/keys"), 0755), 0);
	not_read(APAM_E_CONFIG, "is not a regular file");
}
END_TEST

START_TEST(another_kind_of_directory_is_refused)
{
	make_registry();
	move_away("registry");
	ck_assert_int_eq(symlink("moved", below("registry")), 0);
	not_read(APAM_E_CONFIG, "must be a directory");
	not_changed(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("registry")), 0);
	write_file("registry", "");
	not_read(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("registry")), 0);
	not_read(APAM_E_CONFIG, "is missing");
	keys_are("moved/keys", one);
}
END_TEST

START_TEST(another_kind_of_index_is_refused)
{
	make_registry();
	move_away("index");
	ck_assert_int_eq(symlink("moved", below("index")), 0);
	not_read(APAM_E_CONFIG, "must be a directory");
	not_changed(APAM_E_CONFIG, "must be a directory");
	ck_assert_int_eq(unlink(below("index")), 0);
	/* It is made anew from the text, which nothing is newer than. */
	ck_assert_uint_eq(count(), 1);
	ck_assert_uint_eq(mode_of("index/keys"), S_IFREG | 0644);
}
END_TEST

/* ---- Disks ------------------------------------------------------------- */

/* A file system of its own; false where that cannot be. */
static bool
mount_small(unsigned long flags)
{
	return geteuid() == 0 &&
	    mount("none", base, "tmpfs", flags,
		(flags & MS_REMOUNT) != 0 ? NULL : "size=64k,mode=0755") == 0;
}

static void
fill(void)
{
	static char zeros[4096];
	const int fd = open(below("filler"), O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		continue;
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_full_disk_loses_nothing)
{
	struct apam_error err = APAM_ERROR_INIT;
	char two[] = "two";

	if (!mount_small(0))
		return;
	make_registry();
	fill();
	ck_assert_int_eq(
	    key_registry_change(&registry, add, two, &err), APAM_E_INTERNAL);
	ck_assert_msg(strstr(err.text, "the disk is full; make room") != NULL,
	    "%s", err.text);
	keys_are("registry/keys", one);
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(unlink(below("filler")), 0);
	change("two");
	ck_assert_uint_eq(count(), 2);
}
END_TEST

START_TEST(a_full_disk_makes_no_half_registry)
{
	if (!mount_small(0))
		return;
	fill();
	not_changed(APAM_E_INTERNAL, "the disk is full");
	ck_assert_uint_eq(count(), 0);
	ck_assert_int_eq(unlink(below("filler")), 0);
	change("one");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

START_TEST(a_read_only_disk_is_said)
{
	if (!mount_small(0))
		return;
	if (_i == 1)
		make_registry();
	ck_assert(mount_small(MS_REMOUNT | MS_RDONLY));
	not_changed(APAM_E_INTERNAL, "the file system is read-only");
	ck_assert_uint_eq(count(), (size_t)_i);
}
END_TEST

START_TEST(a_file_size_limit_loses_nothing)
{
	struct rlimit limit = { 64, RLIM_INFINITY };
	struct apam_error err = APAM_ERROR_INIT;
	char two[] = "two";

	make_registry();
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(
	    key_registry_change(&registry, add, two, &err), APAM_E_INTERNAL);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_msg(strstr(err.text, "ulimit -f") != NULL, "%s", err.text);
	keys_are("registry/keys", one);
}
END_TEST

START_TEST(a_limit_of_descriptors_is_said)
{
	struct rlimit limit, none;

	make_registry();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	not_read(APAM_E_MEMORY, "cannot be opened: out of descriptors");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* ---- Other users ------------------------------------------------------- */

START_TEST(another_user_reads_and_does_not_change)
{
	struct key_counter counter;

	if (geteuid() != 0)
		return;
	make_registry();
	ck_assert_int_eq(close(hold_lock()), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_uint_eq(count(), 1);
	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.attached && !counter.blind);
	key_counter_free(&counter);
	not_changed(APAM_E_CONFIG, "may not be changed by this user");
	ck_assert_int_eq(open(below("registry.lock"), O_RDONLY), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(open(below("index/counter"), O_WRONLY), -1);
	ck_assert_int_eq(open(below("registry/keys"), O_WRONLY), -1);
	ck_assert_int_eq(seteuid(0), 0);
	/* One without a registry. */
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_uint_eq(count(), 1);
	ck_assert_int_eq(access(below("index/counter"), F_OK), -1);
}
END_TEST

START_TEST(another_user_makes_none)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_changed(APAM_E_CONFIG, "may not be changed by this user");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(base, 0711), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_read(APAM_E_CONFIG, "may not be read by this user");
}
END_TEST

START_TEST(a_user_has_its_own_in_user_mode)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(base, OTHER_UID, OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_changed(APAM_E_TRUST, "does not belong to root");
	registry.user = true;
	change("one");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

/* ---- Following --------------------------------------------------------- */

START_TEST(a_counter_follows_the_registry)
{
	struct key_counter counter;
	uint64_t value;

	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(!counter.attached && !counter.blind);
	make_registry();
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.attached && !counter.blind);
	value = atomic_load(counter.value);
	ck_assert_uint_ne(value, 0);
	/* What cannot be believed or looked at may be another. */
	ck_assert_int_eq(chmod(below("index"), 0775), 0);
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.blind);
	ck_assert_uint_eq(atomic_load(counter.value), value);
	ck_assert_int_eq(chmod(below("index"), 0755), 0);
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(!counter.blind);
	if (geteuid() == 0) {
		ck_assert_int_eq(chmod(below("index"), 0700), 0);
		ck_assert_int_eq(seteuid(OTHER_UID), 0);
		(void)key_view_follow(&registry, &counter, NULL);
		ck_assert(counter.blind);
	}
	key_counter_free(&counter);
}
END_TEST

/* ---- Many writers ------------------------------------------------------ */

/* In a child: add keys of its own.  An exit status. */
static int
write_many(int writer)
{
	char id[32];

	for (int i = 0; i < WRITES; i++) {
		(void)snprintf(id, sizeof(id), "%d-%d", writer, i);
		if (key_registry_change(&registry, add, id, NULL) != APAM_OK)
			return 1;
	}
	return 0;
}

/* Each writer's keys are there, once and in the order of writing. */
static void
check_many(void)
{
	int next[WRITERS] = { 0 }, writer, i;
	struct key_set set;

	read_ok(&set);
	ck_assert_uint_eq(set.count, 1 + WRITERS * WRITES);
	for (size_t n = 1; n < set.count; n++) {
		ck_assert_int_eq(
		    sscanf(set.records[n].id, "%d-%d", &writer, &i), 2);
		ck_assert_int_eq(i, next[writer]++);
	}
	key_set_free(&set);
}

START_TEST(many_writers_lose_nothing)
{
	int running = WRITERS, status;
	size_t last = 0, now;
	pid_t pid;

	make_registry();
	for (int i = 0; i < WRITERS; i++) {
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(write_many(i));
	}
	while (running > 0) {
		now = count();
		ck_assert_uint_ge(now, last);
		last = now;
		if (waitpid(-1, &status, WNOHANG) <= 0)
			continue;
		ck_assert_int_eq(status, 0);
		running--;
	}
	check_many();
}
END_TEST

START_TEST(many_make_one_registry)
{
	pid_t pids[WRITERS];
	int status;
	char id[32];

	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] != 0)
			continue;
		(void)snprintf(id, sizeof(id), "%d", i);
		_exit(key_registry_change(&registry, add, id, NULL) == APAM_OK ?
			0 :
			1);
	}
	for (int i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(count(), WRITERS);
}
END_TEST

/* ---- Writers that are killed ------------------------------------------- */

/*
 * The n-th change, by turns: add a key, archive it, restore it.  The first
 * record counts them, so that a reader can tell what must be there.
 */
static enum apam_status
turn(void *arg, struct key_set *set, struct apam_error *err)
{
	const uint64_t n = ++set->records[0].drops;
	char id[32];

	*(uint64_t *)arg = n;
	(void)snprintf(id, sizeof(id), "key-%llu", (unsigned long long)n);
	if (n % 3 == 1)
		return add(id, set, err);
	set->records[set->count - 1].archived_at = n % 3 == 2 ? 1 : 0;
	set->records[set->count - 1].why = n % 3 == 2 ? "killed" : "";
	return APAM_OK;
}

static void
check_turn(uint64_t low, uint64_t *now)
{
	struct key_set set;

	read_ok(&set);
	*now = set.records[0].drops;
	ck_assert_msg(*now == low || *now == low + 1, "%llu, not %llu",
	    (unsigned long long)*now, (unsigned long long)low);
	ck_assert_uint_eq(set.count, 1 + (*now + 2) / 3);
	ck_assert_int_eq(set.records[set.count - 1].archived_at, *now % 3 == 2);
	key_set_free(&set);
}

/* In a child: change it until killed, and tell of each that was done. */
static void
turn_on(int said)
{
	uint64_t n;

	while (key_registry_change(&registry, turn, &n, NULL) == APAM_OK) {
		if (write(said, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(2);
	}
	_exit(1);
}

/* Start one, kill it after a while, and give what it told last. */
static uint64_t
kill_one(uint64_t last, long us)
{
	const struct timespec t = { 0, us * 1000 };
	int said[2], status;
	uint64_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(said), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		turn_on(said[1]);
	ck_assert_int_eq(close(said[1]), 0);
	(void)nanosleep(&t, NULL);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, SIGKILL);
	while (read(said[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	ck_assert_int_eq(close(said[0]), 0);
	return last;
}

START_TEST(a_killed_writer_leaves_before_or_after)
{
	uint64_t now = 0;
	int after = 0;

	make_registry();
	srandom(1);
	for (int i = 0; i < KILLS; i++) {
		const uint64_t told = kill_one(now, 500 + random() % 6000);

		check_turn(told, &now);
		after += now > told;
	}
	/* Some died between the change and telling of it, some before. */
	ck_assert_int_lt(after, KILLS);
	ck_assert_int_gt(after, 0);
	change("last");
	ck_assert_int_eq(access(below("registry/keys.new"), F_OK), -1);
}
END_TEST

/* In a child: make the registry. */
static void
make_first(void)
{
	char id[] = "one";

	(void)key_registry_change(&registry, add, id, NULL);
	_exit(0);
}

START_TEST(a_killed_maker_leaves_none_or_a_whole)
{
	int status, made = 0;
	size_t n;
	pid_t pid;

	srandom(2);
	for (int i = 0; i < FIRST_KILLS; i++) {
		const struct timespec t = { 0, random() % 20000 * 1000 };

		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			make_first();
		(void)nanosleep(&t, NULL);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		n = count();
		ck_assert_uint_le(n, 1);
		if (access(below("registry"), F_OK) != 0)
			continue;
		made++;
		ck_assert_int_eq(access(below("index/counter"), F_OK), 0);
		remove_base();
		make_base();
	}
	change("end");
	ck_assert_int_gt(made, 0);
	ck_assert_int_lt(made, FIRST_KILLS);
}
END_TEST

/* ---- All --------------------------------------------------------------- */

static void
add_damage(TCase *tc)
{
	tcase_add_loop_test(tc, a_damaged_file_is_neither_read_nor_overwritten,
	    0, ROWS(corrupt));
	tcase_add_test(tc, a_file_too_large_is_refused);
	tcase_add_test(tc, a_registry_that_is_gone_is_missed);
	tcase_add_loop_test(
	    tc, another_text_is_taken_when_it_is_asked_for, 0, ROWS(misfits));
	tcase_add_loop_test(tc, an_index_that_is_behind_is_made_anew, 0, 3);
	tcase_add_loop_test(tc, what_is_done_already_is_told, 0, 3);
	tcase_add_test(tc, what_is_done_already_is_waited_for);
	tcase_add_test(tc, another_user_says_that_it_is_behind);
	tcase_add_loop_test(
	    tc, what_others_can_change_is_refused, 0, ROWS(open_modes));
	tcase_add_loop_test(tc, what_is_anothers_is_refused, 0, ROWS(owned));
	tcase_add_test(tc, another_kind_of_file_is_refused);
	tcase_add_test(tc, another_kind_of_directory_is_refused);
	tcase_add_test(tc, another_kind_of_index_is_refused);
	tcase_add_test(tc, a_full_disk_loses_nothing);
	tcase_add_test(tc, a_full_disk_makes_no_half_registry);
	tcase_add_loop_test(tc, a_read_only_disk_is_said, 0, 2);
	tcase_add_test(tc, a_file_size_limit_loses_nothing);
	tcase_add_test(tc, a_limit_of_descriptors_is_said);
}

int
main(void)
{
	Suite *suite = suite_create("key_registry");
	TCase *tc = tcase_create("key_registry");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, there_may_be_none);
	tcase_add_loop_test(tc, it_is_made_by_the_first_change, 0, 2);
	tcase_add_test(tc, a_change_is_seen);
	tcase_add_test(tc, what_is_not_wanted_leaves_all_as_it_was);
	tcase_add_test(tc, a_young_counter_is_waited_for);
	tcase_add_test(tc, an_index_put_in_anothers_place_is_waited_for);
	tcase_add_test(tc, a_counter_that_was_removed_is_made_anew);
	tcase_add_test(tc, a_counter_that_cannot_be_written_is_waited_for);
	tcase_add_test(tc, a_lock_is_waited_for);
	tcase_add_test(tc, a_lock_is_not_waited_for_for_ever);
	add_damage(tc);
	tcase_add_test(tc, another_user_reads_and_does_not_change);
	tcase_add_test(tc, another_user_makes_none);
	tcase_add_test(tc, a_user_has_its_own_in_user_mode);
	tcase_add_test(tc, a_counter_follows_the_registry);
	tcase_add_test(tc, many_writers_lose_nothing);
	tcase_add_test(tc, many_make_one_registry);
	tcase_add_test(tc, a_killed_writer_leaves_before_or_after);
	tcase_add_test(tc, a_killed_maker_leaves_none_or_a_whole);
	return run_suite(suite);
}
