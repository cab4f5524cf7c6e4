/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/share_file.c on real files and processes: what is
 * refused, locks and who frees them, writers side by side, and 64 processes
 * that make one credential.  Each has a state_dir of its own below /tmp.
 * Rows that need another user run as root alone.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "entry/share_file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/fork_meanwhile.h"
#include "support/odd_file.h"
#include "support/run.h"

#define OTHER_UID 65534
#define WRITERS 16
#define WRITES 200
#define PROCESSES 64

static char base[64];
static unsigned char fingerprint[FINGERPRINT_SIZE] = { 1, 2, 3 };
static struct share_file file;

static void
make_base(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-credential-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	file = (struct share_file){ .state_dir = base,
		.user = geteuid() != 0,
		.identity = { "demo", 0, fingerprint } };
}

static void
make_directory(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	make_base();
	ck_assert_msg(
	    share_file_prepare(&file, &err) == APAM_OK, "%s", err.text);
}

static void
remove_base(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static void
make_users(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/users", base);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

/* The path of something in the directory of credential files. */
static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/users/%lu/%s", base,
	    (unsigned long)geteuid(), name);
	return path;
}

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* A record that is valid for an hour. */
static struct share_record
make(struct apam_str secret)
{
	struct share_record r = { .sent = clock_ms(),
		.acquired = clock_unix() };

	r.expires = r.sent + 3600 * 1000;
	buf_init(&r.secret, SHARE_RECORD_SECRET_MAX);
	buf_put(&r.secret, secret);
	return r;
}

static bool
write_locked(int lock, struct apam_str secret)
{
	struct share_record r = make(secret);
	const char *why;
	const bool ok = share_file_write(&file, lock, &r, &why);

	share_record_free(&r);
	return ok;
}

static int
take_lock(void)
{
	const char *why;
	const int lock = share_file_try_lock(&file, &why);

	ck_assert_msg(lock >= 0, "%s", why);
	return lock;
}

static void
put(const char *secret)
{
	const int lock = take_lock();

	ck_assert(write_locked(lock, apam_str(secret)));
	share_file_unlock(lock);
}

static void
holds(const char *secret)
{
	struct share_record r;
	const char *why;

	ck_assert_msg(share_file_read(&file, &r, &why), "%s", why);
	ck_assert_ptr_null(why);
	ck_assert(str_equal(buf_view(&r.secret), apam_str(secret)));
	share_record_free(&r);
}

static void
refused(const char *text)
{
	struct share_record r;
	const char *why;

	memset(&r, 1, sizeof(r));
	ck_assert_msg(
	    !share_file_read(&file, &r, &why), "read; not '%s'", text);
	ck_assert_msg(strstr(why, text) != NULL, "'%s' is not '%s'", why, text);
	ck_assert_ptr_null(r.secret.p);
	ck_assert_int_eq(r.expires, 0);
	ck_assert_int_eq(secmem_live(), 0);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode;
}

/* Put bytes in the place of the file. */
static void
write_bytes(struct apam_str bytes)
{
	int fd = open(below("demo.0"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	ck_assert_int_eq(close(fd), 0);
}

static size_t
read_bytes(char *to, size_t size)
{
	int fd = open(below("demo.0"), O_RDONLY);
	const ssize_t n = read(fd, to, size);

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(close(fd), 0);
	return (size_t)n;
}

/* ---- The directory ---------------------------------------------------- */

static void
not_prepared(enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;
	const char *why;

	ck_assert_int_eq(share_file_prepare(&file, &err), status);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_int_eq(share_file_prepare(&file, NULL), status);
	ck_assert_int_eq(share_file_try_lock(&file, &why), SHARE_FILE_UNUSABLE);
	ck_assert_ptr_nonnull(strstr(why, "directory"));
	ck_assert(!write_locked(0, APAM_STR("x")));
	refused("directory");
	share_file_forget(&file, APAM_STR(""));
}

START_TEST(the_directory_is_made)
{
	struct apam_error err = APAM_ERROR_INIT;
	const mode_t old = umask(0);

	ck_assert_int_eq(share_file_prepare(&file, &err), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_uint_eq(mode_of(below("")), S_IFDIR | 0700);
	ck_assert_int_eq(share_file_prepare(&file, &err), APAM_OK);
	refused("no credential file yet");
	put("fake");
	ck_assert_uint_eq(mode_of(below("demo.0")), S_IFREG | 0600);
	ck_assert_uint_eq(mode_of(below("demo.0.lock")), S_IFREG | 0600);
	ck_assert_int_eq(access(below("demo.0.new"), F_OK), -1);
	holds("fake");
	(void)umask(old);
}
END_TEST

START_TEST(a_missing_state_dir_is_said)
{
	char gone[128];

	(void)snprintf(gone, sizeof(gone), "%s/gone", base);
	file.state_dir = gone;
	not_prepared(APAM_E_CONFIG, "/gone does not exist");
}
END_TEST

START_TEST(a_state_dir_of_all_is_refused)
{
	ck_assert_int_eq(chmod(base, 0777), 0);
	not_prepared(APAM_E_TRUST, "can be changed by others; chmod go-w");
}
END_TEST

START_TEST(a_state_dir_that_cannot_be_written_is_said)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_prepared(APAM_E_CONFIG, "/users does not exist; as root");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(share_file_prepare(&file, NULL), APAM_OK);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_prepared(APAM_E_CONFIG,
	    "/users/65534 does not exist; as root, `apam users add 65534`");
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(a_directory_made_by_root_is_used)
{
	char path[128];

	if (geteuid() != 0)
		return;
	make_users();
	(void)snprintf(path, sizeof(path), "%s/users/%d", base, OTHER_UID);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	not_prepared(APAM_E_CONFIG, "cannot be opened");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chown(path, OTHER_UID, OTHER_UID), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	ck_assert_int_eq(share_file_prepare(&file, NULL), APAM_OK);
	put("theirs");
	holds("theirs");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(share_file_prepare(&file, NULL), APAM_OK);
	refused("no credential file yet");
}
END_TEST

START_TEST(a_directory_of_others_is_refused)
{
	make_users();
	ck_assert_int_eq(mkdir(below(""), 0700), 0);
	ck_assert_int_eq(chmod(below(""), 0750), 0);
	not_prepared(APAM_E_TRUST, "does not belong to this user alone");
	ck_assert_int_eq(chmod(below(""), 0701), 0);
	not_prepared(APAM_E_TRUST, "does not belong to this user alone");
	ck_assert_int_eq(chmod(below(""), 0700), 0);
	ck_assert_int_eq(share_file_prepare(&file, NULL), APAM_OK);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(below(""), OTHER_UID, OTHER_UID), 0);
	not_prepared(APAM_E_TRUST, "does not belong to this user alone");
}
END_TEST

START_TEST(another_kind_of_directory_is_refused)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s", below(""));
	path[strlen(path) - 1] = '\0';
	make_users();
	ck_assert_int_eq(symlink("/tmp", path), 0);
	not_prepared(APAM_E_CONFIG, "cannot be opened");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	not_prepared(APAM_E_CONFIG, "cannot be opened");
}
END_TEST

/* ---- The file --------------------------------------------------------- */

START_TEST(each_has_its_own)
{
	struct share_file other = file;
	char moved[1024];

	put("fake-0");
	file.identity.entry = 1;
	refused("no credential file yet");
	put("fake-1");
	file.identity = (struct share_identity){ "demo.0", 1, fingerprint };
	refused("no credential file yet");
	put("fake-dots");
	ck_assert_int_eq(access(below("demo.0.1"), F_OK), 0);
	file = other;
	holds("fake-0");
	fingerprint[0] ^= 1;
	refused("another secret");
	fingerprint[0] ^= 1;
	/* Under another's name it does not open. */
	(void)snprintf(moved, sizeof(moved), "%s", below("demo.1"));
	ck_assert_int_eq(rename(moved, below("demo.0")), 0);
	refused("another secret");
}
END_TEST

START_TEST(the_times_come_back)
{
	struct share_record in = make(APAM_STR("x")), out;
	const int lock = take_lock();
	const char *why;

	in.expires = INT64_MAX;
	ck_assert(share_file_write(&file, lock, &in, &why));
	ck_assert(share_file_read(&file, &out, &why));
	ck_assert_int_eq(out.expires, INT64_MAX);
	ck_assert_int_eq(out.sent, in.sent);
	ck_assert_int_eq(out.acquired, in.acquired);
	share_record_free(&out);
	share_record_free(&in);
	share_file_unlock(lock);
}
END_TEST

START_TEST(a_credential_expires)
{
	struct share_record r = make(APAM_STR("x"));
	const int lock = take_lock();
	const char *why;

	r.expires = clock_ms() + 300;
	ck_assert(share_file_write(&file, lock, &r, &why));
	holds("x");
	pause_ms(400);
	share_record_free(&r);
	refused("expired");
	share_file_unlock(lock);
}
END_TEST

START_TEST(another_boot_is_refused)
{
	struct share_record r = make(APAM_STR("x"));
	struct credential_moment moment;
	struct buf sealed;

	ck_assert(credential_moment_now(&moment));
	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&r, &file.identity, &moment, &sealed));
	write_bytes(buf_view(&sealed));
	holds("x");
	moment.boot[0] = (char)(moment.boot[0] ^ 1);
	buf_free(&sealed);
	ck_assert(share_record_seal(&r, &file.identity, &moment, &sealed));
	write_bytes(buf_view(&sealed));
	buf_free(&sealed);
	share_record_free(&r);
	refused("last boot");
}
END_TEST

START_TEST(each_byte_of_it_counts)
{
	char bytes[256];
	size_t n;

	put("fake");
	n = read_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < n; i++) {
		bytes[i] = (char)(bytes[i] ^ 0x21);
		write_bytes((struct apam_str){ bytes, n });
		refused(i < 9 ? "another version" : "another secret");
		bytes[i] = (char)(bytes[i] ^ 0x21);
	}
	write_bytes((struct apam_str){ bytes, n });
	holds("fake");
}
END_TEST

START_TEST(it_is_whole_or_nothing)
{
	char bytes[256];
	size_t n;

	put("fake");
	n = read_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < n; i++) {
		write_bytes((struct apam_str){ bytes, i });
		refused(i < 53 ? "too short" : "another secret");
	}
	ck_assert_int_eq(truncate(below("demo.0"), 1 << 30), 0);
	refused("too large");
	put("fake");
	holds("fake");
}
END_TEST

static void
be_0640(const char *path)
{
	ck_assert_int_eq(chmod(path, 0640), 0);
}

static void
be_0604(const char *path)
{
	ck_assert_int_eq(chmod(path, 0604), 0);
}

static void
be_0601(const char *path)
{
	ck_assert_int_eq(chmod(path, 0601), 0);
}

static void
be_others(const char *path)
{
	if (geteuid() == 0)
		ck_assert_int_eq(chown(path, OTHER_UID, OTHER_UID), 0);
	else
		be_0640(path);
}

static const struct {
	const char *name;
	void (*be)(const char *path);
} kinds[] = {
	{ "link", odd_link },
	{ "fifo", odd_fifo },
	{ "directory", odd_directory },
	{ "0640", be_0640 },
	{ "0604", be_0604 },
	{ "0601", be_0601 },
	{ "another's", be_others },
};

START_TEST(other_kinds_of_files_are_refused)
{
	put("fake");
	kinds[_i].be(below("demo.0"));
	refused("the credential file");
	if (kinds[_i].be == odd_directory)
		return;
	/* It is replaced, not written through. */
	put("new");
	holds("new");
	ck_assert_uint_eq(mode_of(below("demo.0")), S_IFREG | 0600);
}
END_TEST

START_TEST(other_kinds_of_locks_are_refused)
{
	const char *why;
	int lock;

	put("fake");
	kinds[_i].be(below("demo.0.lock"));
	lock = share_file_try_lock(&file, &why);
	ck_assert_msg(
	    lock == SHARE_FILE_UNUSABLE, "%s: %d", kinds[_i].name, lock);
	ck_assert_ptr_nonnull(strstr(why, "lock"));
	holds("fake");
	share_file_forget(&file, APAM_STR(""));
	refused("no credential file yet");
}
END_TEST

START_TEST(what_a_dead_writer_left_is_replaced)
{
	char real[1024];
	FILE *f;

	(void)snprintf(real, sizeof(real), "%s/real", base);
	f = fopen(real, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(symlink(real, below("demo.0.new")), 0);
	put("fake");
	holds("fake");
	ck_assert_int_eq(access(below("demo.0.new"), F_OK), -1);
	/* Nothing was written through the link. */
	f = fopen(real, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fgetc(f), EOF);
	ck_assert_int_eq(fclose(f), 0);
}
END_TEST

START_TEST(a_write_that_fails_keeps_the_old)
{
	struct share_record r = make(APAM_STR("new"));
	const char *why;
	int lock;

	put("old");
	lock = take_lock();
	ck_assert_int_eq(mkdir(below("demo.0.new"), 0700), 0);
	ck_assert(!share_file_write(&file, lock, &r, &why));
	ck_assert_ptr_nonnull(strstr(why, "cannot be written"));
	ck_assert_int_eq(rmdir(below("demo.0.new")), 0);
	buf_truncate(&r.secret, 0);
	ck_assert(!share_file_write(&file, lock, &r, &why));
	ck_assert_ptr_nonnull(strstr(why, "cannot be sealed"));
	share_record_free(&r);
	holds("old");
	share_file_unlock(lock);
}
END_TEST

START_TEST(what_was_rejected_is_forgotten)
{
	int lock;

	put("old");
	share_file_forget(&file, APAM_STR("other"));
	holds("old");
	share_file_forget(&file, APAM_STR("old"));
	refused("no credential file yet");
	share_file_forget(&file, APAM_STR("old"));
	put("old");
	share_file_forget(&file, APAM_STR(""));
	refused("no credential file yet");
	write_bytes(APAM_STR("garbage"));
	share_file_forget(&file, APAM_STR("x"));
	refused("too short");
	share_file_forget(&file, APAM_STR(""));
	refused("no credential file yet");
	/* A holder that hangs keeps nobody from it. */
	put("old");
	lock = take_lock();
	share_file_forget(&file, APAM_STR("old"));
	refused("no credential file yet");
	share_file_unlock(lock);
	share_file_unlock(take_lock());
}
END_TEST

/* ---- The lock --------------------------------------------------------- */

static void
is_busy(void)
{
	const char *why;

	ck_assert_int_eq(share_file_try_lock(&file, &why), SHARE_FILE_BUSY);
	ck_assert_ptr_null(why);
}

START_TEST(one_holds_the_lock)
{
	struct share_file other = file;
	const char *why;
	int lock = take_lock(), second;

	is_busy();
	other.identity.entry = 1;
	second = share_file_try_lock(&other, &why);
	ck_assert_int_ge(second, 0);
	share_file_unlock(second);
	ck_assert_int_eq(fcntl(lock, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	share_file_unlock(lock);
	lock = take_lock();
	is_busy();
	share_file_unlock(lock);
	ck_assert_int_eq(access(below("demo.0.lock"), F_OK), 0);
}
END_TEST

START_TEST(a_lock_that_was_replaced_is_none)
{
	const int lock = take_lock();
	int second;

	ck_assert_int_eq(unlink(below("demo.0.lock")), 0);
	ck_assert(!write_locked(lock, APAM_STR("x")));
	second = take_lock();
	ck_assert(!write_locked(lock, APAM_STR("x")));
	ck_assert(write_locked(second, APAM_STR("y")));
	share_file_unlock(second);
	share_file_unlock(lock);
	holds("y");
}
END_TEST

static void
end_child(pid_t pid, int want)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == want, "a child ended with %#x", status);
}

/* In a child: hold the lock, say so, and wait for the end. */
static void
hold_lock(const int said[2])
{
	const char *why;
	const int lock = share_file_try_lock(&file, &why);

	if (lock >= 0 && write(said[1], "x", 1) == 1)
		pause_ms(30000);
	_exit(1);
}

START_TEST(a_dead_holder_blocks_nobody)
{
	int said[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(said), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		hold_lock(said);
	ck_assert_int_eq(read(said[0], &byte, 1), 1);
	is_busy();
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	end_child(pid, SIGKILL);
	share_file_unlock(take_lock());
	ck_assert_int_eq(close(said[0]) + close(said[1]), 0);
}
END_TEST

/* As the header warns. */
START_TEST(a_child_holds_its_copy_until_it_unlocks)
{
	const int lock = take_lock();
	int go[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(go), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)close(go[1]);
		_exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
	}
	share_file_unlock(lock);
	is_busy();
	ck_assert_int_eq(close(go[0]) + close(go[1]), 0);
	end_child(pid, 0);
	share_file_unlock(take_lock());
}
END_TEST

/* In place of the C library's, for all of this program. */
int
unlinkat(int directory, const char *name, int flags)
{
	int (*real)(int directory, const char *name, int flags) = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "unlinkat");
	meanwhile_now();
	return real(directory, name, flags);
}

START_TEST(no_child_is_left_the_lock_of_what_forgets)
{
	put("old");
	meanwhile_want();
	share_file_forget(&file, APAM_STR("old"));
	meanwhile_forked();
	share_file_unlock(take_lock());
	meanwhile_end();
}
END_TEST

/* ---- Many processes --------------------------------------------------- */

/* Write secrets of many lengths, each of one letter.  An exit status. */
static int
write_many(char letter)
{
	static char secret[6000];
	int done = 0, tries = 0, lock;
	const char *why;

	memset(secret, letter, sizeof(secret));
	while (done < WRITES && tries++ < 300000) {
		lock = share_file_try_lock(&file, &why);
		if (lock == SHARE_FILE_UNUSABLE)
			return 2;
		if (lock < 0) {
			pause_ms(1);
			continue;
		}
		if (!write_locked(lock,
			(struct apam_str){
			    secret, 1 + (size_t)done * 29 % sizeof(secret) }))
			return 3;
		share_file_unlock(lock);
		done++;
	}
	return done == WRITES ? 0 : 4;
}

/* Read a whole secret: one letter all along. */
static void
read_one(void)
{
	struct share_record r;
	const char *why;

	ck_assert_msg(share_file_read(&file, &r, &why), "%s", why);
	for (size_t i = 0; i < r.secret.n; i++)
		ck_assert_int_eq(r.secret.p[i], r.secret.p[0]);
	share_record_free(&r);
}

START_TEST(a_reader_sees_a_whole_one)
{
	int running = WRITERS, status;

	put("a");
	for (int i = 0; i < WRITERS; i++) {
		const pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(write_many((char)('a' + i)));
	}
	while (running > 0) {
		read_one();
		if (waitpid(-1, &status, WNOHANG) <= 0)
			continue;
		ck_assert_int_eq(status, 0);
		running--;
	}
	read_one();
}
END_TEST

/* What costs a token request.  True where it was done and written. */
static bool
mint(int lock)
{
	char path[128];
	int count;

	(void)snprintf(path, sizeof(path), "%s/count", base);
	count = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (count < 0 || write(count, "x", 1) != 1)
		return false;
	(void)close(count);
	pause_ms(50);
	return write_locked(lock, APAM_STR("minted"));
}

static bool
has_one(void)
{
	struct share_record r;
	const char *why;
	bool is;

	if (!share_file_read(&file, &r, &why))
		return false;
	is = str_equal(buf_view(&r.secret), APAM_STR("minted"));
	share_record_free(&r);
	return is;
}

/* The protocol of entry/share_file.h.  An exit status. */
static int
get_one(bool die)
{
	const char *why;
	bool ok;
	int lock;

	for (int tries = 0; tries < 2000; tries++) {
		if (has_one())
			return 0;
		lock = share_file_try_lock(&file, &why);
		if (lock == SHARE_FILE_UNUSABLE)
			return 2;
		if (lock < 0) {
			pause_ms(5);
			continue;
		}
		if (die)
			(void)kill(getpid(), SIGKILL);
		ok = has_one() || mint(lock);
		share_file_unlock(lock);
		return ok ? 0 : 3;
	}
	return 4;
}

/* Start processes that all begin when `go` is closed; the first may die. */
static void
start_all(pid_t *pids, bool die)
{
	int go[2];
	char byte;

	ck_assert_int_eq(pipe(go), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] != 0)
			continue;
		(void)close(go[1]);
		if (read(go[0], &byte, 1) != 0)
			_exit(1);
		_exit(get_one(die && i % 8 == 0));
	}
	ck_assert_int_eq(close(go[0]) + close(go[1]), 0);
}

START_TEST(many_processes_mint_once)
{
	const bool die = _i == 1;
	pid_t pids[PROCESSES];
	char path[128];
	struct stat st;
	int status, dead = 0;

	start_all(pids, die);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		if (die && status == SIGKILL)
			dead++;
		else
			ck_assert_msg(status == 0, "%d: %#x", i, status);
	}
	(void)snprintf(path, sizeof(path), "%s/count", base);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 1);
	ck_assert_int_le(dead, PROCESSES / 8);
	holds("minted");
}
END_TEST

static void
add_directory_tests(Suite *suite)
{
	TCase *directory = tcase_create("directory");

	suite_add_tcase(suite, directory);
	tcase_add_checked_fixture(directory, make_base, remove_base);
	tcase_add_test(directory, the_directory_is_made);
	tcase_add_test(directory, a_missing_state_dir_is_said);
	tcase_add_test(directory, a_state_dir_of_all_is_refused);
	tcase_add_test(directory, a_state_dir_that_cannot_be_written_is_said);
	tcase_add_test(directory, a_directory_made_by_root_is_used);
	tcase_add_test(directory, a_directory_of_others_is_refused);
	tcase_add_test(directory, another_kind_of_directory_is_refused);
}

int
main(void)
{
	Suite *suite = suite_create("share_file");
	TCase *tc = tcase_create("file");

	add_directory_tests(suite);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_directory, remove_base);
	tcase_add_test(tc, each_has_its_own);
	tcase_add_test(tc, the_times_come_back);
	tcase_add_test(tc, a_credential_expires);
	tcase_add_test(tc, another_boot_is_refused);
	tcase_add_test(tc, each_byte_of_it_counts);
	tcase_add_test(tc, it_is_whole_or_nothing);
	tcase_add_loop_test(
	    tc, other_kinds_of_files_are_refused, 0, ROWS(kinds));
	tcase_add_loop_test(
	    tc, other_kinds_of_locks_are_refused, 0, ROWS(kinds));
	tcase_add_test(tc, what_a_dead_writer_left_is_replaced);
	tcase_add_test(tc, a_write_that_fails_keeps_the_old);
	tcase_add_test(tc, what_was_rejected_is_forgotten);
	tcase_add_test(tc, one_holds_the_lock);
	tcase_add_test(tc, a_lock_that_was_replaced_is_none);
	tcase_add_test(tc, a_dead_holder_blocks_nobody);
	tcase_add_test(tc, a_child_holds_its_copy_until_it_unlocks);
	tcase_add_test(tc, no_child_is_left_the_lock_of_what_forgets);
	tcase_add_test(tc, a_reader_sees_a_whole_one);
	tcase_add_loop_test(tc, many_processes_mint_once, 0, 2);
	return run_suite(suite);
}
