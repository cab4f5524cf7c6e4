/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key registry for tests: put in place without waiting for anybody, and taken
 * away with the segment of its counter, which no `rm` removes.
 */
#ifndef TESTS_REGISTRY_H
#define TESTS_REGISTRY_H

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/counter.h"
#include "keys/index.h"
#include "keys/known.h"
#include "keys/record_read.h"
#include "keys/record_write.h"
#include "keys/registry.h"
#include "keys/registry_change.h"

/* Open a directory of state_dir, making it where it is missing; -1: neither. */
static inline int
registry_open(const char *state, const char *name)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", state, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline int
registry_make(const char *state, const char *name)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", state, name);
	(void)mkdir(path, 0755);
	ck_assert_int_eq(chmod(path, 0755), 0);
	return registry_open(state, name);
}

static inline void
registry_file(int directory, struct apam_str bytes)
{
	const int fd = openat(
	    directory, "keys", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	ck_assert_int_eq(close(fd), 0);
}

/* The counter of a page that this process may write; NULL: there is none. */
static inline struct key_segment *
registry_segment(int index)
{
	struct {
		char magic[8];
		int32_t number, zero;
		unsigned char nonce[KEY_SEGMENT_NONCE];
	} note;
	const int fd = openat(index, "counter", O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, &note, sizeof(note));

	if (fd >= 0)
		(void)close(fd);
	return n != (ssize_t)sizeof(note) ?
	    NULL :
	    key_segment_attach(note.number, geteuid(), note.nonce, true, NULL);
}

/* As if the counter had been made long ago, so that no change waits for it. */
static inline void
registry_age(const char *state)
{
	const int index = registry_open(state, "index");
	struct key_segment *segment = registry_segment(index);

	ck_assert_ptr_nonnull(segment);
	segment->made = 0;
	key_segment_detach(segment);
	ck_assert_int_eq(close(index), 0);
}

/* Put a registry of this text in state_dir, whatever was there. */
static inline void
registry_put(const char *state, const char *text)
{
	const struct key_segment_owner owner = { .path = state };
	const int at = open(state, O_RDONLY | O_DIRECTORY);
	const int keys = registry_make(state, "registry");
	const int index = registry_make(state, "index");
	struct buf written, made;
	struct key_set set;
	unsigned line;
	bool young;

	ck_assert_ptr_null(key_set_read(apam_str(text), &set, &line));
	buf_init(&written, KEY_FILE_MAX);
	buf_init(&made, KEY_INDEX_MAX);
	if (set.is.generation++ == 0)
		memset(set.is.registry, 7, KEY_REGISTRY_ID);
	ck_assert(key_set_write(&set, &written));
	ck_assert(key_index_make(&set, &set.is, &made));
	registry_file(keys, buf_view(&written));
	registry_file(index, buf_view(&made));
	ck_assert(key_known_write(at, &set.is));
	ck_assert(key_counter_advance(
	    index, &owner, set.is.generation, &young));
	buf_free(&written);
	buf_free(&made);
	key_set_free(&set);
	ck_assert_int_eq(close(at) + close(keys) + close(index), 0);
	registry_age(state);
}

/* Take away the counter's segment, which outlasts its directory. */
static inline void
registry_forget(const char *state)
{
	const int index = registry_open(state, "index");

	if (index < 0)
		return;
	key_counter_remove(index);
	(void)close(index);
}

#endif
