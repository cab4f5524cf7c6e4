/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A volume as Kubernetes' AtomicWriter writes it (pkg/volume/util/
 * atomic_writer.go):
 *
 *	NAME -> ..data/NAME
 *	..data -> ..2026_1, which rename replaces
 *	..2026_1/NAME
 *
 * The directory that ..data led to is removed as soon as it leads elsewhere.
 */
#ifndef TESTS_VOLUME_H
#define TESTS_VOLUME_H

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct volume {
	int dir;
	unsigned version; /* of the directory that ..data leads to; 0: none */
	mode_t mode; /* of the files */
};

static inline void
volume_path(char to[64], unsigned version, const char *name)
{
	(void)snprintf(to, 64, "..2026_%u%s%s", version,
	    name == NULL ? "" : "/", name == NULL ? "" : name);
}

/*
 * Make an empty one at a path that does not exist.  Kubernetes' own is sticky
 * and root's; another user's must not be open to all.
 */
static inline void
volume_make(struct volume *v, const char *path, mode_t mode)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(chmod(path, geteuid() == 0 ? 01777 : 0755), 0);
	*v = (struct volume){ open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0,
		mode };
	ck_assert_int_ge(v->dir, 0);
}

static inline void
volume_close(struct volume *v)
{
	ck_assert_int_eq(close(v->dir), 0);
}

static inline void
volume_write(const struct volume *v, const char *file, const char *text)
{
	const int fd = openat(
	    v->dir, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, v->mode), 0);
	ck_assert_int_eq(close(fd), 0);
}

static inline void
volume_remove_version(
    const struct volume *v, unsigned version, const char *name)
{
	char path[64];

	volume_path(path, version, name);
	ck_assert_int_eq(unlinkat(v->dir, path, 0), 0);
	volume_path(path, version, NULL);
	ck_assert_int_eq(unlinkat(v->dir, path, AT_REMOVEDIR), 0);
}

/* Have its one file, `name`, hold another text from one moment to the next. */
static inline void
volume_put(struct volume *v, const char *name, const char *text)
{
	char path[64], link[64];

	v->version++;
	volume_path(path, v->version, NULL);
	ck_assert_int_eq(mkdirat(v->dir, path, 0755), 0);
	ck_assert_int_eq(symlinkat(path, v->dir, "..data_tmp"), 0);
	volume_path(path, v->version, name);
	volume_write(v, path, text);
	ck_assert_int_eq(renameat(v->dir, "..data_tmp", v->dir, "..data"), 0);
	if (v->version > 1) {
		volume_remove_version(v, v->version - 1, name);
		return;
	}
	(void)snprintf(link, sizeof(link), "..data/%s", name);
	ck_assert_int_eq(symlinkat(link, v->dir, name), 0);
}

#endif
