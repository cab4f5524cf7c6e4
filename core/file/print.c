/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stat says of files, kept and compared.  It follows links, so that a file
 * is another one if any link on the way was replaced.  Whether such a link may
 * be followed is for the one who then reads (file/trust.h).
 */
#include "file/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

struct file_noted {
	char *path;
	struct file_print print;
};

struct file_print
file_print_of(const struct stat *st)
{
	return (struct file_print){
		.device = (uint64_t)st->st_dev,
		.inode = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.modified_s = st->st_mtim.tv_sec,
		.modified_ns = st->st_mtim.tv_nsec,
		.changed_s = st->st_ctim.tv_sec,
		.changed_ns = st->st_ctim.tv_nsec,
	};
}

bool
file_print_same(const struct file_print *a, const struct file_print *b)
{
	/* All members have the same size: there is no padding. */
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* ---- Several files ------------------------------------------------------ */

static struct file_print
print_now(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? file_print_of(&st) :
				      (struct file_print){ .inode = 0 };
}

static bool
is_noted(const struct file_prints *prints, const char *path)
{
	for (size_t i = 0; i < prints->count; i++)
		if (strcmp(prints->files[i].path, path) == 0)
			return true;
	return false;
}

static void
note_file(struct file_prints *prints, const char *path,
    const struct file_print *print)
{
	char *copy;

	copy = str_dup(apam_str(path));
	if (copy == NULL ||
	    !array_grow(&prints->files, prints->count, &prints->room,
		sizeof(*prints->files))) {
		free(copy);
		prints->failed = true;
		return;
	}
	prints->files[prints->count++] = (struct file_noted){ copy, *print };
}

void
file_prints_add(struct file_prints *prints, const char *path)
{
	struct file_print print;

	/* Keep the first state: a change since then counts as one. */
	if (is_noted(prints, path))
		return;
	print = print_now(path);
	note_file(prints, path, &print);
}

void
file_prints_copy(struct file_prints *to, const struct file_prints *from)
{
	to->failed = from->failed;
	for (size_t i = 0; i < from->count; i++)
		note_file(to, from->files[i].path, &from->files[i].print);
}

void
file_prints_hash(
    const struct file_prints *prints, unsigned char hash[SIPHASH_SIZE])
{
	for (size_t i = 0; i < prints->count; i++) {
		const struct file_noted *f = &prints->files[i];

		siphash_add(hash, f->path, strlen(f->path));
		siphash_add(hash, &f->print, sizeof(f->print));
	}
}

bool
file_prints_changed(const struct file_prints *prints)
{
	for (size_t i = 0; i < prints->count; i++) {
		struct file_print now = print_now(prints->files[i].path);

		if (!file_print_same(&now, &prints->files[i].print))
			return true;
	}
	return prints->failed;
}

void
file_prints_free(struct file_prints *prints)
{
	for (size_t i = 0; i < prints->count; i++)
		free(prints->files[i].path);
	free(prints->files);
	memset(prints, 0, sizeof(*prints));
}
