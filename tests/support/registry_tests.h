/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the key registry share: a state_dir of their own below
 * /tmp, and reading and changing the registry in it.
 */
#ifndef TESTS_REGISTRY_TESTS_H
#define TESTS_REGISTRY_TESTS_H

#include <stdint.h>
#include <sys/file.h>
#include <sys/mount.h>

#include "base/clock.h"
#include "keys/view.h"
#include "support/clock.h"
#include "support/registry.h"

#define OTHER_UID 65534

static char base[64];
static struct key_registry registry;

/* ---- Places -------------------------------------------------------------- */

static inline void
make_base(void)
{
	clock_hasten();
	(void)snprintf(base, sizeof(base), "/tmp/apam-registry-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	registry = (struct key_registry){ base, geteuid() != 0, NULL };
}

static inline void
remove_base(void)
{
	char command[128];

	ck_assert_int_eq(seteuid(getuid()), 0);
	registry_forget(base);
	(void)umount(base);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static inline const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static inline void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(below(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void
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

static inline void
file_is(const char *name, const char *text)
{
	char bytes[4096];

	read_file(name, bytes, sizeof(bytes));
	ck_assert_str_eq(bytes, text);
}

/* The keys of a text, without what it says of itself. */
static inline const char *
keys_in(const char *text)
{
	const char *keys = strstr(text, "\"keys\": [");

	ck_assert_ptr_nonnull(keys);
	return keys;
}

static inline void
keys_are(const char *name, const char *text)
{
	char bytes[4096];

	read_file(name, bytes, sizeof(bytes));
	ck_assert_str_eq(keys_in(bytes), keys_in(text));
}

static inline mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(lstat(below(name), &st), 0);
	return st.st_mode;
}

/* Put something else in a file's place. */
static inline void
move_away(const char *name)
{
	char from[1024];

	(void)snprintf(from, sizeof(from), "%s", below(name));
	ck_assert_int_eq(rename(from, below("moved")), 0);
}

/* ---- Reading ------------------------------------------------------------- */

static inline void
read_ok(struct key_set *set)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_registry_read(&registry, set, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
	ck_assert_int_eq(err.status, APAM_OK);
}

static inline size_t
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
static inline void
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

static inline void
look(struct key_counter *counter, struct key_view *view)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_view_open(&registry, counter, view, &err) == APAM_OK,
	    "%s", err.text);
	key_view_close(view);
}

/* Generation of the index; what the index says holds, whatever the text. */
static inline uint64_t
generation(void)
{
	struct key_view view;

	look(NULL, &view);
	return view.head.generation;
}

/* ---- Changing ------------------------------------------------------------ */

static inline enum apam_status
add(void *arg, struct key_set *set, struct apam_error *err)
{
	const struct key_record record = { .scheme = "demo", .id = arg };

	(void)err;
	return key_set_add(set, &record) == NULL ? APAM_E_MEMORY : APAM_OK;
}

static inline enum apam_status
refuse(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)add(arg, set, err);
	err->status = APAM_E_USAGE;
	return APAM_E_USAGE;
}

/* Must not be called. */
static inline enum apam_status
be_called(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)set;
	(void)err;
	*(bool *)arg = true;
	return APAM_OK;
}

static inline void
change(const char *id)
{
	struct apam_error err = APAM_ERROR_INIT;
	char text[64];

	(void)snprintf(text, sizeof(text), "%s", id);
	ck_assert_msg(
	    key_registry_change(&registry, add, text, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
}

static inline void
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

static inline enum apam_status
keep(void *arg, struct key_set *set, struct apam_error *err)
{
	(void)arg;
	(void)set;
	(void)err;
	return APAM_OK;
}

/* Make the registry from the text in place, as a person asks for. */
static inline void
recover(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(key_registry_recover(
			  &registry, NULL, NULL, keep, NULL, &err) == APAM_OK,
	    "%s:%u: %s", err.file, err.line, err.text);
}

static const char one[] = "{ \"apam\": \"keys 1\", \"keys\": [\n"
			  "{ \"scheme\": \"demo\", \"id\": \"one\" }\n] }\n";

/* A registry of one key that no change has to wait for. */
static inline void
make_registry(void)
{
	registry_put(base, one);
}

static inline int64_t
time_of_change(const char *id)
{
	const int64_t start = clock_ms();

	change(id);
	return clock_ms() - start;
}

/* What who is killed between the two leaves, and who loses the index. */
static inline void
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

static inline int
hold_lock(void)
{
	const int fd = open(
	    below("registry.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	return fd;
}

#endif
