/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/note.c on real files: what is written and read again, what
 * is not a note, and what users may do to each other.  Rows that need other
 * users run as root alone.
 */
#include "keys/note.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file/user_dir.h"
#include "support/odd_file.h"
#include "support/run.h"

#define OTHER_UID 65534
#define WRITERS 6
#define WRITES 200

/* FNV-1a, 64 bits, of "demo\0one\0\0" and "demo\0one\000ff\0". */
#define HASH "6ae875880d3c792a"
#define HASH_MARKED "da8a39199b99d71e"
#define HASH_TWO "ba697251f3fbbcc0" /* of "two" */

static char base[64];
static bool user; /* user mode, where the tests are not run by root */

static void
make_base(void)
{
	user = geteuid() != 0;
	(void)snprintf(base, sizeof(base), "/tmp/apam-note-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
}

static void
remove_base(void)
{
	char command[128];

	ck_assert_int_eq(seteuid(getuid()), 0);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

/* The path of something in the effective user's directory. */
static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/users/%lu/%s", base,
	    (unsigned long)geteuid(), name);
	return path;
}

static struct key_note
note_of(const char *id)
{
	struct key_note note = { .at = 1700000000 };

	key_note_key("demo", id, "", note.key);
	(void)snprintf(note.program, sizeof(note.program), "prog");
	return note;
}

static bool
write_note(enum key_note_kind kind, const struct key_note *note)
{
	return key_note_write(base, user, kind, note);
}

/* ---- What is read ------------------------------------------------------ */

struct seen {
	int count;
	enum key_note_kind kind;
	struct key_note note; /* the last one */
	unsigned long uids; /* the sum of all */
};

static void
see(void *arg, enum key_note_kind kind, const struct key_note *note)
{
	struct seen *seen = arg;

	seen->count++;
	seen->kind = kind;
	seen->note = *note;
	seen->uids += note->uid;
}

static struct seen
see_all(void)
{
	struct seen seen = { 0 };

	key_note_each(base, user, see, &seen);
	return seen;
}

static void
put_file(const char *name, const char *text)
{
	const int fd = open(below(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	const size_t n = strlen(text);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, n), (ssize_t)n);
	ck_assert_int_eq(close(fd), 0);
}

static void
file_is(const char *name, const char *text)
{
	char bytes[4096] = "";
	FILE *f = fopen(below(name), "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_lt(fread(bytes, 1, sizeof(bytes), f), sizeof(bytes));
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(bytes, text);
}

/* As if it had been written so many seconds ago. */
static void
set_age(const char *name, long s)
{
	struct timespec times[2];

	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &times[0]), 0);
	times[0].tv_sec -= s;
	times[1] = times[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, below(name), times, 0), 0);
}

/* ---- Writing ----------------------------------------------------------- */

START_TEST(a_use_is_noted)
{
	struct key_note note = note_of("one");
	struct seen seen;
	struct stat st;

	ck_assert_int_eq(see_all().count, 0);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	file_is(
	    "used-" HASH, "{ \"at\": 1700000000, \"program\": \"prog\" }\n");
	ck_assert_int_eq(stat(below("used-" HASH), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	seen = see_all();
	ck_assert_int_eq(seen.count, 1);
	ck_assert_int_eq(seen.kind, KEY_NOTE_USED);
	ck_assert_str_eq(seen.note.key, HASH);
	ck_assert_int_eq(seen.note.at, 1700000000);
	ck_assert_str_eq(seen.note.program, "prog");
	ck_assert_uint_eq(seen.note.uid, geteuid());
}
END_TEST

START_TEST(a_check_is_noted)
{
	struct key_note note = note_of("one");
	struct seen seen;

	key_note_key("demo", "one", "00ff", note.key);
	strcpy(note.evidence, "say \"no\" \\ \xe2\x82\xac");
	note.state = (enum apam_key_state)_i;
	if (_i % 2 == 1)
		strcpy(note.seen, "0123456789abcdef0123456789abcdef00ff");
	strcpy(note.about, "ff00123456789abcdef0123456789abcdef0");
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(access(below("checked-" HASH_MARKED), F_OK), 0);
	seen = see_all();
	ck_assert_int_eq(seen.count, 1);
	ck_assert_int_eq(seen.kind, KEY_NOTE_CHECKED);
	ck_assert_str_eq(seen.note.key, HASH_MARKED);
	ck_assert_int_eq((int)seen.note.state, _i);
	ck_assert_str_eq(seen.note.evidence, note.evidence);
	ck_assert_str_eq(seen.note.seen, note.seen);
	ck_assert_str_eq(seen.note.about, note.about);
	/* A later one takes its place, at once. */
	note.at++;
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	seen = see_all();
	ck_assert_int_eq(seen.count, 1);
	ck_assert_int_eq(seen.note.at, 1700000001);
}
END_TEST

START_TEST(uses_are_noted_once_a_minute)
{
	struct key_note note = note_of("one");

	ck_assert(write_note(KEY_NOTE_USED, &note));
	note.at++;
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	set_age("used-" HASH, KEY_NOTE_EVERY_S - 5);
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().note.at, 1700000000);
	set_age("used-" HASH, KEY_NOTE_EVERY_S + 1);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().note.at, 1700000001);
	/* The clock was set back. */
	set_age("used-" HASH, -3600);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	/* Another key's, and another secret's, are others. */
	note = note_of("two");
	ck_assert(write_note(KEY_NOTE_USED, &note));
	key_note_key("demo", "two", "00ff", note.key);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().count, 3);
}
END_TEST

/* A file whose name is that of a note of "one" for somebody else. */
static bool
is_other_name(const char *name)
{
	return strncmp(name, "used-" HASH "-", strlen("used-" HASH "-")) == 0;
}

static int
count_other_files(void)
{
	DIR *list = opendir(below(""));
	const struct dirent *entry;
	int n = 0;

	ck_assert_ptr_nonnull(list);
	while ((entry = readdir(list)) != NULL)
		n += is_other_name(entry->d_name);
	(void)closedir(list);
	return n;
}

/* A gateway's note says for whom, and is beside the gateway's own. */
START_TEST(a_use_for_somebody_else_is_noted)
{
	struct key_note note = note_of("one");
	struct seen seen;

	note.for_other = true;
	note.other_uid = 4294967295;
	strcpy(note.other_unit, "backup.service");
	ck_assert(write_note(KEY_NOTE_USED, &note));
	seen = see_all();
	ck_assert_int_eq(seen.count, 1);
	ck_assert(seen.note.for_other);
	ck_assert_str_eq(seen.note.key, HASH);
	ck_assert_uint_eq(seen.note.other_uid, 4294967295);
	ck_assert_str_eq(seen.note.other_unit, "backup.service");
	ck_assert_str_eq(seen.note.program, "prog");
	/* It is of the same user within a minute. */
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	note.other_unit[0] = '\0';
	ck_assert(write_note(KEY_NOTE_USED, &note));
	note.for_other = false;
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().count, 3);
	ck_assert_int_eq(count_other_files(), 2);
}
END_TEST

/* However many a gateway signs for. */
START_TEST(notes_for_others_are_bounded)
{
	struct key_note note = note_of("one");

	note.for_other = true;
	for (note.other_uid = 0; note.other_uid < 2000; note.other_uid++)
		(void)write_note(KEY_NOTE_USED, &note);
	ck_assert_int_le(count_other_files(), 256);
	ck_assert_int_ge(count_other_files(), 200);
}
END_TEST

START_TEST(texts_are_made_plain)
{
	struct key_note note = note_of("one");
	struct seen seen;

	strcpy(note.program, "a\x1b[1m\xff\xc2\x9f\xe2\x80\xae\xc3\xa4");
	memset(note.evidence, '\n', sizeof(note.evidence) - 1);
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	seen = see_all();
	ck_assert_int_eq(seen.count, 1);
	ck_assert_str_eq(seen.note.program, "a?[1m???\xc3\xa4");
	ck_assert_uint_eq(strlen(seen.note.evidence), 255);
	ck_assert_uint_eq(strspn(seen.note.evidence, "?"), 255);
}
END_TEST

static const char *const bad_keys[] = { "", "6ae875880d3c792",
	"6AE875880D3C792A", "../../../../../x", "6ae875880d3c792/" };

START_TEST(what_is_no_key_is_not_noted)
{
	struct key_note note = { .at = 1 };

	strcpy(note.key, bad_keys[_i]);
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().count, 0);
}
END_TEST

START_TEST(without_a_place_nothing_is_noted)
{
	struct key_note note = note_of("one");

	ck_assert_int_eq(chmod(base, 0777), 0);
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(chmod(base, 0755), 0);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(chmod(below(""), 0755), 0);
	ck_assert(!write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(see_all().count, 0);
	ck_assert(!key_note_write(below("gone"), user, KEY_NOTE_USED, &note));
}
END_TEST

START_TEST(a_writer_is_not_waited_for)
{
	struct key_note note = note_of("one"), other = note_of("two");
	int lock, used;

	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert(write_note(KEY_NOTE_USED, &other));
	ck_assert_int_eq(unlink(below("used-" HASH_TWO)), 0);
	lock = open(below("checked.lock"), O_RDWR);
	used = open(below("used.lock"), O_RDWR);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_ge(used, 0);
	ck_assert_int_eq(flock(lock, LOCK_EX), 0);
	ck_assert_int_eq(flock(used, LOCK_EX), 0);
	note.at++;
	ck_assert(!write_note(KEY_NOTE_USED, &note));
	ck_assert(!write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(flock(lock, LOCK_UN), 0);
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(see_all().note.at, 1700000001);
	ck_assert_int_eq(close(lock), 0);
	ck_assert_int_eq(close(used), 0);
}
END_TEST

/* A process that acquired notes a check and a use at once. */
START_TEST(a_check_does_not_keep_a_use_from_being_noted)
{
	struct key_note note = note_of("one");
	int lock;

	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	lock = open(below("checked.lock"), O_RDWR);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(flock(lock, LOCK_EX), 0);
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(close(lock), 0);
}
END_TEST

START_TEST(a_program_has_a_name)
{
	char name[PROGRAM_NAME_SIZE] = "";

	key_note_program(name);
	/* Under valgrind and the like it is another. */
	ck_assert_str_ne(name, "");
	ck_assert_ptr_null(strchr(name, '/'));
	ck_assert_ptr_null(key_text_problem(name));
}
END_TEST

/* ---- What is not a note ------------------------------------------------ */

#define NOTE(rest) "{ " AT rest
#define AT "\"at\": 5"
#define PROGRAM ", \"program\": \"p\""
#define EVIDENCE(text) ", \"state\": \"good\", \"evidence\": \"" text "\""
#define OTHER(user) ", \"for_user\": " user
#define UNIT(name) ", \"for_unit\": \"" name "\""
#define SEEN ", \"seen\": \"00112233445566778899aabbccddeeff0011\""

static const struct {
	const char *name;
	const char *text;
	int count;
} files[] = {
	{ "used-" HASH, NOTE(PROGRAM "}"), 1 },
	{ "used-" HASH, NOTE(PROGRAM ", \"new\": [1]}"), 1 },
	{ "used-" HASH "-0f", NOTE(PROGRAM OTHER("61001") "}"), 1 },
	{ "used-" HASH "-0f", NOTE(PROGRAM OTHER("0") UNIT("a.service") "}"),
	    1 },
	{ "used-" HASH, NOTE(PROGRAM OTHER("-1") "}"), 0 },
	{ "used-" HASH, NOTE(PROGRAM OTHER("4294967296") "}"), 0 },
	{ "used-" HASH, NOTE(PROGRAM OTHER("\"root\"") "}"), 0 },
	{ "used-" HASH, NOTE(PROGRAM OTHER("1") UNIT("a") "}"), 0 },
	{ "used-" HASH, NOTE(PROGRAM OTHER("1") UNIT("\\u001b") "}"), 0 },
	{ "used-" HASH "-0", NOTE(PROGRAM "}"), 0 },
	{ "used-" HASH "-0F", NOTE(PROGRAM "}"), 0 },
	{ "used-" HASH "-000", NOTE(PROGRAM "}"), 0 },
	{ "used-6ae875880d3c79-0f", NOTE(PROGRAM "}"), 0 },
	{ "used-6AE875880D3C792A-0f", NOTE(PROGRAM "}"), 0 },
	{ "checked-" HASH "-0f", NOTE(PROGRAM EVIDENCE("e") "}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("e") "}"), 1 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("") SEEN "}"), 1 },
	{ "used-" HASH, "", 0 },
	{ "used-" HASH, "{}", 0 },
	{ "used-" HASH, "[]", 0 },
	{ "used-" HASH, NOTE(PROGRAM), 0 },
	{ "used-" HASH, NOTE(PROGRAM "} x"), 0 },
	{ "used-" HASH, NOTE(PROGRAM ", " AT "}"), 0 },
	{ "used-" HASH, "{\"program\": \"p\"}", 0 },
	{ "used-" HASH, NOTE("}"), 0 },
	{ "used-" HASH, "{\"at\": \"5\"" PROGRAM "}", 0 },
	{ "used-" HASH, "{\"at\": 5.0" PROGRAM "}", 0 },
	{ "used-" HASH, "{\"at\": 0" PROGRAM "}", 0 },
	{ "used-" HASH, "{\"at\": -5" PROGRAM "}", 0 },
	{ "used-" HASH, "{\"at\": 253402300799" PROGRAM "}", 0 },
	{ "used-" HASH, NOTE(", \"program\": 1}"), 0 },
	{ "used-" HASH, NOTE(", \"program\": \"\\u0000\"}"), 0 },
	{ "used-" HASH, NOTE(", \"program\": \"\\u001b\"}"), 0 },
	{ "used-" HASH, NOTE(", \"program\": \"\\u202e\"}"), 0 },
	{ "used-" HASH, NOTE(", \"program\": \"\\u2028\"}"), 0 },
	{ "used-" HASH, NOTE(", \"program\": \"\\u0085\"}"), 0 },
	{ "used-" HASH "0", NOTE(PROGRAM "}"), 0 },
	{ "used-6ae875880d3c792", NOTE(PROGRAM "}"), 0 },
	{ "used-6AE875880D3C792A", NOTE(PROGRAM "}"), 0 },
	{ "used-", NOTE(PROGRAM "}"), 0 },
	{ "used", NOTE(PROGRAM "}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM "}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM ", \"state\": \"good\"}"), 0 },
	{ "checked-" HASH,
	    NOTE(PROGRAM ", \"state\": \"x\", \"evidence\": \"\"}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM ", \"state\": 1, \"evidence\": \"\"}"),
	    0 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("\\n") "}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("\\u2067") "}"), 0 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("e") ", \"about\": \"x\"}"),
	    0 },
	{ "checked-" HASH, NOTE(PROGRAM EVIDENCE("e") ", \"seen\": \"x\"}"),
	    0 },
};

START_TEST(what_is_no_note_is_left_out)
{
	struct key_note note = note_of("two");

	ck_assert(write_note(KEY_NOTE_USED, &note));
	put_file(files[_i].name, files[_i].text);
	ck_assert_msg(see_all().count == 1 + files[_i].count, "%s: %s",
	    files[_i].name, files[_i].text);
}
END_TEST

/* A clock that was set back a little must not hide what was just noted. */
START_TEST(a_note_of_a_time_to_come_is_dropped)
{
	struct key_note note = note_of("one");

	note.at = (int64_t)time(NULL) + 2;
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(see_all().count, 1);
	note.at += 60;
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert_int_eq(see_all().count, 0);
	ck_assert(!key_note_last_check(base, user, &note));
}
END_TEST

static void
be_open(const char *path)
{
	ck_assert_int_eq(chmod(path, 0640), 0);
}

static void
be_large(const char *path)
{
	ck_assert_int_eq(truncate(path, 1 << 20), 0);
}

static void
be_others(const char *path)
{
	if (geteuid() == 0)
		ck_assert_int_eq(chown(path, OTHER_UID, 0), 0);
	else
		be_open(path);
}

static void (*const kinds[])(const char *path) = { odd_link, odd_fifo,
	odd_directory, be_open, be_large, be_others };

START_TEST(other_kinds_of_files_are_left_out)
{
	struct key_note note = note_of("one");

	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert_int_eq(see_all().count, 1);
	kinds[_i](below("used-" HASH));
	ck_assert_int_eq(see_all().count, 0);
}
END_TEST

START_TEST(one_user_may_not_have_very_many)
{
	struct key_note note;
	char id[16];

	for (int i = 0; i < 5000; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		note = note_of(id);
		ck_assert(write_note(KEY_NOTE_USED, &note));
	}
	ck_assert_int_eq(see_all().count, 4096);
}
END_TEST

/* For whom a gateway signed keeps none of its own notes from being read. */
START_TEST(many_for_others_displace_none)
{
	struct key_note note = note_of("mine");
	char name[sizeof("used-" HASH "-0f")], first[1024];

	ck_assert(write_note(KEY_NOTE_USED, &note));
	put_file("used-" HASH "-0f", NOTE(PROGRAM OTHER("1") "}"));
	(void)snprintf(first, sizeof(first), "%s", below("used-" HASH "-0f"));
	for (int i = 0; i < 4096; i++) {
		(void)snprintf(name, sizeof(name), "used-%016x-0f", i);
		ck_assert_int_eq(link(first, below(name)), 0);
	}
	ck_assert_int_eq(see_all().count, 4096 + 1);
}
END_TEST

/* ---- Many -------------------------------------------------------------- */

/* As root: of the users 0 to 3. */
static void
make_directories(void)
{
	for (unsigned long uid = 0; uid < 4; uid++)
		ck_assert_int_eq(user_dir_add(base, user, uid, NULL), APAM_OK);
}

START_TEST(root_reads_all_and_others_their_own)
{
	struct key_note note = note_of("one");

	if (geteuid() != 0)
		return;
	make_directories();
	for (uid_t uid = 0; uid < 4; uid++) {
		ck_assert_int_eq(seteuid(uid), 0);
		ck_assert(write_note(KEY_NOTE_USED, &note));
		ck_assert_int_eq(see_all().count, 1);
		ck_assert_uint_eq(see_all().uids, uid);
		ck_assert_int_eq(seteuid(0), 0);
	}
	ck_assert_int_eq(see_all().count, 4);
	ck_assert_uint_eq(see_all().uids, 0 + 1 + 2 + 3);
}
END_TEST

/* In a child.  An exit status. */
static int
write_many(int writer)
{
	struct key_note note = note_of(writer % 2 == 0 ? "one" : "two");
	int written = 0;

	for (int i = 0; i < WRITES; i++) {
		memset(note.evidence, 'a' + writer, 1 + (size_t)i % 200);
		note.evidence[1 + i % 200] = '\0';
		written += write_note(KEY_NOTE_CHECKED, &note);
	}
	return written > WRITES / 2 ? 0 : 1;
}

/* Each evidence is of one letter. */
static void
see_whole(void *arg, enum key_note_kind kind, const struct key_note *note)
{
	const char letter[] = { note->evidence[0], '\0' };

	(void)kind;
	ck_assert_uint_eq(
	    strspn(note->evidence, letter), strlen(note->evidence));
	(*(int *)arg)++;
}

START_TEST(a_reader_sees_whole_ones)
{
	int running = WRITERS, status, count = 0;
	pid_t pid;

	ck_assert_int_eq(write_many(0) + write_many(1), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(write_many(i));
	}
	while (running > 0) {
		count = 0;
		key_note_each(base, user, see_whole, &count);
		ck_assert_int_eq(count, 2);
		if (waitpid(-1, &status, WNOHANG) <= 0)
			continue;
		ck_assert_int_eq(status, 0);
		running--;
	}
	ck_assert_int_eq(access(below("checked.new"), F_OK), -1);
}
END_TEST

/* Of one second the worse counts: it is what people must know. */
START_TEST(what_is_news)
{
	const struct key_note n = { .at = 100, .state = APAM_KEY_GOOD };

	ck_assert(key_note_is_news(&n, 99, APAM_KEY_REVOKED));
	ck_assert(!key_note_is_news(&n, 101, APAM_KEY_UNKNOWN));
	ck_assert(key_note_is_news(&n, 100, APAM_KEY_UNKNOWN));
	ck_assert(!key_note_is_news(&n, 100, APAM_KEY_GOOD));
	ck_assert(!key_note_is_news(&n, 100, APAM_KEY_REVOKED));
}
END_TEST

START_TEST(the_last_check_of_a_key_is_found)
{
	struct key_note note = note_of("one"), found = note_of("one");

	ck_assert(!key_note_last_check(base, user, &found));
	ck_assert(write_note(KEY_NOTE_USED, &note));
	ck_assert(!key_note_last_check(base, user, &found));
	note.state = APAM_KEY_REVOKED;
	(void)strcpy(note.evidence, "said so");
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert(key_note_last_check(base, user, &found));
	ck_assert_int_eq(found.state, APAM_KEY_REVOKED);
	ck_assert_str_eq(found.evidence, "said so");
	ck_assert_uint_eq(found.uid, geteuid());
	found = note_of("two");
	ck_assert(!key_note_last_check(base, user, &found));
	key_note_key("demo", "one", "00ff", found.key);
	ck_assert(!key_note_last_check(base, user, &found));
}
END_TEST

/* Who means ill may have a directory: what is said there is hearsay. */
START_TEST(what_others_checked_is_hearsay)
{
	struct key_note note = note_of("one"), found = note_of("one");
	char quote[KEY_NOTE_QUOTE];

	if (geteuid() != 0)
		return;
	make_directories();
	for (uid_t uid = 1; uid < 4; uid++) {
		ck_assert_int_eq(seteuid(uid), 0);
		note.at = 1700000000 + (uid == 2 ? 9 : uid);
		note.state = uid == 2 ? APAM_KEY_GOOD : APAM_KEY_REVOKED;
		strcpy(note.evidence, "so it is");
		ck_assert(write_note(KEY_NOTE_CHECKED, &note));
		ck_assert(!key_note_said(base, user, &found));
		ck_assert_int_eq(seteuid(0), 0);
	}
	ck_assert(!key_note_last_check(base, user, &found));
	ck_assert(key_note_said(base, user, &found));
	ck_assert_uint_eq(found.uid, 2);
	ck_assert_int_eq(found.at, 1700000009);
	key_note_quote(&found, quote);
	ck_assert_str_eq(quote, "good, says prog of uid 2: so it is");
	ck_assert(write_note(KEY_NOTE_CHECKED, &note));
	ck_assert(key_note_last_check(base, user, &found));
	ck_assert_uint_eq(found.uid, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_note");
	TCase *tc = tcase_create("key_note");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, a_check_does_not_keep_a_use_from_being_noted);
	tcase_add_test(tc, what_is_news);
	tcase_add_test(tc, the_last_check_of_a_key_is_found);
	tcase_add_test(tc, what_others_checked_is_hearsay);
	tcase_add_test(tc, a_use_is_noted);
	tcase_add_loop_test(tc, a_check_is_noted, 0, APAM_KEY_REJECTED + 1);
	tcase_add_test(tc, uses_are_noted_once_a_minute);
	tcase_add_test(tc, a_use_for_somebody_else_is_noted);
	tcase_add_test(tc, notes_for_others_are_bounded);
	tcase_add_test(tc, texts_are_made_plain);
	tcase_add_loop_test(tc, what_is_no_key_is_not_noted, 0, ROWS(bad_keys));
	tcase_add_test(tc, without_a_place_nothing_is_noted);
	tcase_add_test(tc, a_writer_is_not_waited_for);
	tcase_add_test(tc, a_program_has_a_name);
	tcase_add_loop_test(tc, what_is_no_note_is_left_out, 0, ROWS(files));
	tcase_add_loop_test(
	    tc, other_kinds_of_files_are_left_out, 0, ROWS(kinds));
	tcase_add_test(tc, a_note_of_a_time_to_come_is_dropped);
	tcase_add_test(tc, one_user_may_not_have_very_many);
	tcase_add_test(tc, many_for_others_displace_none);
	tcase_add_test(tc, root_reads_all_and_others_their_own);
	tcase_add_test(tc, a_reader_sees_whole_ones);
	return run_suite(suite);
}
