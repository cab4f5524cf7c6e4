/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of the key registry.  Each call walks to them anew, with the checks
 * of trust.h, and keeps no descriptor.
 *
 * The directory comes into being whole: it is made beside, as registry.new,
 * with all that belongs in it, and renamed.  The lock of who makes it lies in
 * it, and is the registry's from then on.
 */
#define _GNU_SOURCE
#include "key_registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "file_at.h"
#include "file_replace.h"
#include "key_counter.h"
#include "trust.h"

#define DIRECTORY "registry"
#define DIRECTORY_NEW "registry.new"
#define KEYS "keys"
#define KEYS_NEW "keys.new"
#define COUNTER "counter"
#define LOCK "lock"

#define LOCK_WAIT_MS 10000
#define LOCK_POLL_MS 20
#define NEW_MS 1500 /* as with a young counter */
#define WAIT_MS (KEY_REGISTRY_LOOK_MS + 200)
#define PATH_SIZE (TRUST_PATH_MAX + sizeof("/" DIRECTORY_NEW "/" KEYS))

/* O_NONBLOCK: a FIFO in a file's place must not hang us. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A print that no file has. */
static const struct key_registry_print no_print = { .size = UINT64_MAX };

/* ---- What to say ------------------------------------------------------ */

/* Why something could not be opened. */
static const char *
open_problem(int number, const char *otherwise)
{
	switch (number) {
	case ENOENT:
		return "is missing; put it back from a backup, or remove the "
		       "directory that it was in to begin anew";
	case EACCES:
		return "may not be read by this user; everybody must be able "
		       "to";
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return "cannot be opened: out of descriptors or memory";
	default:
		return otherwise;
	}
}

/* What is the process's plight is no damage. */
static enum apam_status
open_status(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOMEM ?
	    APAM_E_MEMORY :
	    APAM_E_CONFIG;
}

/* The path of something in state_dir. */
static void
path_of(
    const struct key_registry *registry, const char *name, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/%s", registry->state_dir, name);
}

static enum apam_status
refuse(const struct key_registry *registry, const char *name,
    enum apam_status status, const char *what, struct apam_error *err)
{
	return error_set(
	    err, status, "%s/%s %s", registry->state_dir, name, what);
}

static const struct {
	int number; /* errno */
	enum apam_status status;
	const char *what;
} failures[] = {
	{ EACCES, APAM_E_CONFIG,
	    "may not be changed by this user; do it as the owner of the state "
	    "directory, root as a rule" },
	{ EPERM, APAM_E_CONFIG,
	    "may not be changed by this user; do it as the owner of the state "
	    "directory, root as a rule" },
	{ EROFS, APAM_E_INTERNAL,
	    "cannot be changed: the file system is read-only; mount it for "
	    "writing and try again" },
	{ ENOSPC, APAM_E_INTERNAL,
	    "cannot be written: the disk is full; make room and try again" },
	{ EDQUOT, APAM_E_INTERNAL,
	    "cannot be written: the quota is used up; make room and try "
	    "again" },
	{ EFBIG, APAM_E_INTERNAL,
	    "cannot be written: this process may not write files of that size; "
	    "raise its limit (ulimit -f)" },
	{ EMFILE, APAM_E_INTERNAL,
	    "cannot be opened: there are too many open files; raise the limit "
	    "(ulimit -n)" },
	{ ENFILE, APAM_E_INTERNAL,
	    "cannot be opened: there are too many open files" },
};

/* Why something could not be changed: `number` is its errno. */
static enum apam_status
refuse_errno(const struct key_registry *registry, const char *name, int number,
    struct apam_error *err)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].number == number)
			return refuse(registry, name, failures[i].status,
			    failures[i].what, err);
	}
	return error_set(err, APAM_E_INTERNAL,
	    "%s/%s cannot be changed: error %d of the system",
	    registry->state_dir, name, number);
}

/* ---- Trust ------------------------------------------------------------ */

/* NULL where only the administrator could have made or changed it. */
static const char *
trust_problem(const struct key_registry *registry, const struct stat *st)
{
	if (st->st_uid != 0 && !(registry->user && st->st_uid == geteuid()))
		return registry->user ?
		    "belongs neither to root nor to this user; it cannot be "
		    "believed: look who made it, then chown it" :
		    "does not belong to root; it cannot be believed: look who "
		    "made it, then chown it";
	if ((st->st_mode & 022) != 0)
		return "can be changed by others; look whether somebody did, "
		       "then chmod go-w";
	return NULL;
}

static bool
is_absent(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 && errno == ENOENT;
}

/*
 * Open state_dir.  -1 and *err set; or, where *absent, -1 and nothing set, as
 * there is no such directory.
 */
static int
open_state(
    const struct key_registry *registry, bool *absent, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	const int fd = trust_open(
	    registry->state_dir, TRUST_DIRECTORY, registry->user, &own);
	struct stat st;

	*absent = fd < 0 && own.status == APAM_E_CONFIG &&
	    is_absent(registry->state_dir);
	if (fd < 0) {
		if (!*absent)
			(void)error_set(err, own.status, "%s", own.text);
		return -1;
	}
	/* Here sticky is not good enough. */
	if (fstat(fd, &st) == 0 && (st.st_mode & 022) == 0)
		return fd;
	(void)error_set(err, APAM_E_TRUST,
	    "%s can be changed by others, who could put a key registry in it; "
	    "chmod 0755; `apam users add` makes the directories of users",
	    registry->state_dir);
	(void)close(fd);
	return -1;
}

/* Open the directory `name` in `state`; *absent as in open_state. */
static int
open_directory(const struct key_registry *registry, int state, const char *name,
    bool *absent, struct apam_error *err)
{
	const int fd = openat(state, name, OPEN_DIRECTORY);
	const char *why = "cannot be looked at";
	struct stat st;

	*absent = fd < 0 && errno == ENOENT;
	if (*absent)
		return -1;
	if (fd < 0) {
		(void)refuse(registry, name, open_status(errno),
		    open_problem(errno,
			"cannot be opened: it must be a directory, mode 0755"),
		    err);
		return -1;
	}
	if (fstat(fd, &st) == 0)
		why = trust_problem(registry, &st);
	if (why == NULL)
		return fd;
	(void)refuse(registry, name, APAM_E_TRUST, why, err);
	(void)close(fd);
	return -1;
}

/* ---- Reading ---------------------------------------------------------- */

static struct key_registry_print
print_of(const struct stat *st)
{
	return (struct key_registry_print){
		.device = (uint64_t)st->st_dev,
		.inode = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.modified_s = st->st_mtim.tv_sec,
		.modified_ns = st->st_mtim.tv_nsec,
		.changed_s = st->st_ctim.tv_sec,
		.changed_ns = st->st_ctim.tv_nsec,
	};
}

static enum apam_status
refuse_keys(const struct key_registry *registry, enum apam_status status,
    unsigned line, const char *what, struct apam_error *err)
{
	char path[PATH_SIZE];

	path_of(registry, DIRECTORY "/" KEYS, path);
	return error_set_at(
	    err, status, path, line, "the file of the key registry %s", what);
}

/* Open the file of keys and look at it. */
static int
open_keys(const struct key_registry *registry, int directory, struct stat *st,
    struct apam_error *err)
{
	const int fd = openat(directory, KEYS, O_RDONLY | OPEN_ANY);
	const char *why = "cannot be looked at";

	if (fd < 0) {
		(void)refuse_keys(registry, open_status(errno), 0,
		    open_problem(errno,
			"cannot be opened: it must be a regular file, mode 0644"),
		    err);
		return -1;
	}
	if (fstat(fd, st) == 0)
		why = trust_problem(registry, st);
	if (why == NULL && S_ISREG(st->st_mode))
		return fd;
	(void)refuse_keys(registry, why == NULL ? APAM_E_CONFIG : APAM_E_TRUST,
	    0, why == NULL ? "is no regular file" : why, err);
	(void)close(fd);
	return -1;
}

static enum apam_status
parse(const struct key_registry *registry, struct apam_str text,
    struct key_set *set, struct apam_error *err)
{
	char what[192];
	const char *why;
	unsigned line;

	why = key_set_read(text, set, &line);
	if (why == NULL)
		return APAM_OK;
	if (strcmp(why, "out of memory") == 0)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	(void)snprintf(what, sizeof(what),
	    "is damaged: %s; correct it or put it back from a backup", why);
	return refuse_keys(registry, APAM_E_CONFIG, line, what, err);
}

/* Read `keys` in the directory. */
static enum apam_status
read_in(const struct key_registry *registry, int directory, struct key_set *set,
    struct key_registry_print *print, struct apam_error *err)
{
	enum apam_status status;
	struct buf text;
	struct stat st;
	int fd;

	fd = open_keys(registry, directory, &st, err);
	if (fd < 0)
		return err->status;
	buf_init(&text, KEY_FILE_MAX);
	if (file_read(fd, &text))
		status = parse(registry, buf_view(&text), set, err);
	else if (text.no_memory)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	else
		status = refuse_keys(registry, APAM_E_CONFIG, 0,
		    text.failed ? "is larger than 32 MiB" : "cannot be read",
		    err);
	if (status == APAM_OK)
		*print = print_of(&st);
	buf_free(&text);
	(void)close(fd);
	return status;
}

/* Try to get the lock of the directory; -1 where that is not possible. */
static int
try_lock(int directory)
{
	const int fd = openat(
	    directory, LOCK, O_RDWR | O_CREAT | OPEN_ANY, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* A child of this process may have a copy of the descriptor. */
static void
unlock(int lock)
{
	(void)flock(lock, LOCK_UN);
	(void)close(lock);
}

/* For the owner: a counter that was removed is made anew, if that can be. */
static void
mend_counter(int directory)
{
	struct stat st;
	bool young;
	int lock;

	if (fstat(directory, &st) != 0 || st.st_uid != geteuid() ||
	    fstatat(directory, COUNTER, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT)
		return;
	lock = try_lock(directory);
	if (lock < 0)
		return;
	if (fstatat(directory, COUNTER, &st, AT_SYMLINK_NOFOLLOW) != 0)
		(void)key_counter_advance(directory, &young);
	unlock(lock);
}

/* Open the registry's directory; *absent as in open_state. */
static int
open_registry(
    const struct key_registry *registry, bool *absent, struct apam_error *err)
{
	const int state = open_state(registry, absent, err);
	int fd;

	if (state < 0)
		return -1;
	fd = open_directory(registry, state, DIRECTORY, absent, err);
	(void)close(state);
	return fd;
}

enum apam_status
key_registry_read(const struct key_registry *registry, struct key_set *set,
    struct key_registry_print *print, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct apam_error *detail = err == NULL ? &own : err;
	enum apam_status status;
	bool absent;
	int fd;

	*set = (struct key_set){ .count = 0 };
	*print = no_print;
	error_clear(detail);
	fd = open_registry(registry, &absent, detail);
	if (absent)
		*print = (struct key_registry_print){ .inode = 0 };
	if (fd < 0)
		return detail->status;
	mend_counter(fd);
	status = read_in(registry, fd, set, print, detail);
	(void)close(fd);
	return status;
}

bool
key_registry_changed(
    const struct key_registry *registry, const struct key_registry_print *print)
{
	struct key_registry_print now = { .inode = 0 };
	char path[PATH_SIZE];
	struct stat st;

	path_of(registry, DIRECTORY "/" KEYS, path);
	if (lstat(path, &st) == 0) {
		now = print_of(&st);
	} else {
		path_of(registry, DIRECTORY, path);
		if (!is_absent(path))
			return true;
	}
	return memcmp(&now, print, sizeof(now)) != 0;
}

bool
key_registry_follow(
    const struct key_registry *registry, struct key_counter *counter)
{
	struct apam_error err = { .entry = -1 };
	bool absent, mapped;
	const int fd = open_registry(registry, &absent, &err);

	if (fd < 0 && !absent && err.status != APAM_E_TRUST) {
		counter->blind = true;
		return false;
	}
	mapped = key_counter_follow(counter, fd);
	if (fd >= 0)
		(void)close(fd);
	return mapped;
}

/* ---- The lock --------------------------------------------------------- */

static void
pause_ms(int64_t ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

/* Wait for the lock.  False where it was not to be had until `deadline`. */
static bool
wait_lock(int fd, int64_t deadline)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_ms() >= deadline)
			return false;
		pause_ms(LOCK_POLL_MS);
	}
	return true;
}

/* Open the lock of a directory and wait for it; -1 with *err set. */
static int
take_lock(const struct key_registry *registry, int directory, int64_t deadline,
    struct apam_error *err)
{
	const int fd = openat(
	    directory, LOCK, O_RDWR | O_CREAT | OPEN_ANY, 0600);

	if (fd < 0) {
		(void)refuse_errno(registry, DIRECTORY, errno, err);
		return -1;
	}
	if (wait_lock(fd, deadline))
		return fd;
	(void)close(fd);
	(void)error_set(err, APAM_E_DEADLINE,
	    "%s/" DIRECTORY "/" LOCK " was held by another program for ten "
	    "seconds; find it with fuser and try again",
	    registry->state_dir);
	return -1;
}

/* ---- Changing --------------------------------------------------------- */

/* A change under way. */
struct change {
	const struct key_registry *registry;
	struct apam_error *err;
	int64_t deadline; /* clock_ms, for the lock */
	int state, directory, lock; /* descriptors; -1: not open */
	bool fresh; /* the directory is still registry.new */
};

static enum apam_status
failed(const struct change *c, int number)
{
	return refuse_errno(c->registry, DIRECTORY, number, c->err);
}

/* Open registry, or registry.new, which is made where there is neither. */
static bool
open_either(struct change *c)
{
	bool absent;

	c->fresh = false;
	c->directory = open_directory(
	    c->registry, c->state, DIRECTORY, &absent, c->err);
	if (!absent)
		return c->directory >= 0;
	c->fresh = true;
	if (mkdirat(c->state, DIRECTORY_NEW, 0700) != 0 && errno != EEXIST) {
		(void)failed(c, errno);
		return false;
	}
	c->directory = open_directory(
	    c->registry, c->state, DIRECTORY_NEW, &absent, c->err);
	return c->directory >= 0 || absent;
}

static void
let_go(struct change *c)
{
	if (c->lock >= 0)
		unlock(c->lock);
	if (c->directory >= 0)
		(void)close(c->directory);
	c->lock = c->directory = -1;
}

/*
 * Lock what was opened.  *again where it was another by the time the lock was
 * had: whoever made the registry has renamed it, or it was removed.
 */
static bool
lock_either(struct change *c, bool *again)
{
	const char *name = c->fresh ? DIRECTORY_NEW : DIRECTORY;

	*again = c->directory < 0;
	if (*again)
		return false;
	c->lock = take_lock(c->registry, c->directory, c->deadline, c->err);
	if (c->lock < 0)
		return false;
	*again = !file_at_is(c->state, name, c->directory) ||
	    !file_at_is(c->directory, LOCK, c->lock);
	return !*again;
}

static bool
write_keys(const struct change *c, const struct key_set *set)
{
	struct key_set again;
	struct buf text;
	unsigned line;
	bool ok = false;

	buf_init(&text, KEY_FILE_MAX);
	if (!key_set_write(set, &text))
		(void)error_set(c->err,
		    text.no_memory ? APAM_E_MEMORY : APAM_E_INTERNAL,
		    text.no_memory ? "out of memory" :
				     "the key registry would be larger than 32 "
				     "MiB");
	/* What could not be read again would stop all signatures. */
	else if (key_set_read(buf_view(&text), &again, &line) != NULL)
		(void)error_set(c->err, APAM_E_INTERNAL,
		    "the change would make the key registry unreadable");
	else {
		key_set_free(&again);
		ok = file_replace(
		    c->directory, KEYS, KEYS_NEW, buf_view(&text), 0644, true);
		if (!ok)
			(void)failed(c, errno);
	}
	buf_free(&text);
	return ok;
}

/* Make registry.new whole, and the registry. */
static bool
establish(struct change *c)
{
	const struct key_set none = { .count = 0 };
	bool young;

	if (!write_keys(c, &none))
		return false;
	(void)key_counter_advance(c->directory, &young);
	if (fchmod(c->directory, 0755) == 0 &&
	    renameat(c->state, DIRECTORY_NEW, c->state, DIRECTORY) == 0 &&
	    (fsync(c->state) == 0 || errno == EINVAL))
		return true;
	(void)failed(c, errno);
	return false;
}

/* Have the registry open and locked. */
static bool
begin(struct change *c)
{
	bool again = true, absent;

	c->state = open_state(c->registry, &absent, c->err);
	if (absent)
		(void)error_set(c->err, APAM_E_CONFIG,
		    "%s does not exist; make it: install -d -m 0755 %s",
		    c->registry->state_dir, c->registry->state_dir);
	if (c->state < 0)
		return false;
	while (again) {
		if (!open_either(c))
			return false;
		if (lock_either(c, &again))
			return !c->fresh || establish(c);
		let_go(c);
		if (again && clock_ms() >= c->deadline)
			(void)error_set(c->err, APAM_E_DEADLINE,
			    "%s/" DIRECTORY " was replaced again and again",
			    c->registry->state_dir);
		again = again && c->err->status == APAM_OK;
	}
	return false;
}

/*
 * Something was put in state_dir just now: perhaps the registry, by another
 * name before or from a backup, and programs still follow the counter of the
 * last.
 */
static bool
is_new_here(int state)
{
	struct timespec now;
	struct stat st;
	int64_t age;

	if (fstat(state, &st) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return true;
	age = (int64_t)(now.tv_sec - st.st_ctim.tv_sec) * 1000 +
	    (now.tv_nsec - st.st_ctim.tv_nsec) / 1000000;
	return age < NEW_MS;
}

/*
 * Tell running programs.  Also where only the last sync failed, as the file is
 * then another.  True where they have to be waited for.
 */
static bool
announce(const struct change *c)
{
	bool young;

	return !key_counter_advance(c->directory, &young) || young ||
	    is_new_here(c->state);
}

static enum apam_status
change_locked(struct change *c,
    enum apam_status (*edit)(
	void *arg, struct key_set *set, struct apam_error *err),
    void *arg, bool *wait)
{
	struct key_registry_print print;
	struct key_set set = { .count = 0 };
	enum apam_status status;

	status = read_in(c->registry, c->directory, &set, &print, c->err);
	if (status == APAM_OK)
		status = edit(arg, &set, c->err);
	if (status == APAM_OK) {
		if (!write_keys(c, &set))
			status = c->err->status;
		*wait = announce(c);
	}
	key_set_free(&set);
	return status;
}

enum apam_status
key_registry_change(const struct key_registry *registry,
    enum apam_status (*edit)(
	void *arg, struct key_set *set, struct apam_error *err),
    void *arg, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct change c = { .registry = registry,
		.err = err == NULL ? &own : err,
		.deadline = clock_ms() + LOCK_WAIT_MS,
		.state = -1,
		.directory = -1,
		.lock = -1 };
	enum apam_status status;
	bool wait = false;

	error_clear(c.err);
	status = begin(&c) ? change_locked(&c, edit, arg, &wait) :
			     c.err->status;
	let_go(&c);
	if (c.state >= 0)
		(void)close(c.state);
	if (wait)
		pause_ms(WAIT_MS);
	return status;
}
