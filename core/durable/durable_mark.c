/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mark in the directory of notes, where the same user alone may write.
 */
#define _XOPEN_SOURCE 700 /* O_NOFOLLOW */
#include "durable/durable_mark.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "file/at.h"
#include "file/replace.h"
#include "file/user_dir.h"

#define BEGIN "apam-secret-mark 1 "
#define TEXT_SIZE 64

static void
mark_name(const struct durable_place *place, const char *suffix,
    char to[DURABLE_FILE_SIZE])
{
	const struct apam_str known = apam_str(place->name);

	assert(store_name_ok(known));
	(void)known;
	(void)snprintf(
	    to, DURABLE_FILE_SIZE, "secret-%s%s", place->name, suffix);
}

/* What is not such a line is 0. */
static int64_t
read_line(struct apam_str text)
{
	const struct apam_str begin = APAM_STR(BEGIN);
	const size_t n = str_find(text, '\n');
	int64_t generation;

	if (!str_starts(text, begin) || n + 1 != text.n ||
	    !str_number(
		str_skip(str_cut(text, n), begin.n), INT64_MAX, &generation))
		return 0;
	return generation;
}

int64_t
durable_mark_read(const struct durable_place *place)
{
	const int directory = user_dir_open(
	    place->state_dir, place->user, false, NULL);
	char name[DURABLE_FILE_SIZE];
	int64_t generation = 0;
	struct buf text;
	int fd;

	if (directory < 0)
		return 0;
	mark_name(place, "", name);
	fd = openat(directory, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	(void)close(directory);
	if (fd < 0)
		return 0;
	buf_init_plain(&text, TEXT_SIZE);
	if (file_read(fd, &text))
		generation = read_line(buf_view(&text));
	buf_free(&text);
	(void)close(fd);
	return generation;
}

bool
durable_mark_write(const struct durable_place *place, int64_t generation)
{
	const int directory = user_dir_open(
	    place->state_dir, place->user, true, NULL);
	char name[DURABLE_FILE_SIZE], beside[DURABLE_FILE_SIZE];
	char text[TEXT_SIZE];
	int number;
	bool ok;

	if (directory < 0) {
		errno = ENOENT;
		return false;
	}
	mark_name(place, "", name);
	mark_name(place, ".new", beside);
	(void)snprintf(
	    text, sizeof(text), BEGIN "%lld\n", (long long)generation);
	ok = file_replace(directory, name, beside, apam_str(text), 0600, true);
	number = errno;
	(void)close(directory);
	errno = number;
	return ok;
}
