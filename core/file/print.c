/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file is identified by device, inode, size and both times in nanoseconds: a
 * rewrite in place changes the times, a replacement the inode.
 */
#include "file/print.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

/* The relevant part of stat; all 0 if there is no file. */
struct print {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct watched {
	char *path;
	struct print print;
};

static struct print
print_of(const char *path)
{
	struct print p;
	struct stat st;

	memset(&p, 0, sizeof(p));
	if (stat(path, &st) != 0)
		return p;
	p.device = st.st_dev;
	p.inode = st.st_ino;
	p.size = st.st_size;
	p.modified = st.st_mtim;
	p.changed = st.st_ctim;
	return p;
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool
same_print(const struct print *a, const struct print *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && same_time(a->modified, b->modified) &&
	    same_time(a->changed, b->changed);
}

static bool
is_watched(const struct watch *w, const char *path)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->files[i].path, path) == 0)
			return true;
	return false;
}

void
watch_add(struct watch *w, const char *path)
{
	struct watched *longer;
	char *copy;

	/* The first state counts: a later one would hide a change. */
	if (is_watched(w, path))
		return;
	longer = realloc(w->files, (w->count + 1) * sizeof(*longer));
	copy = str_dup(apam_str(path));
	if (longer != NULL)
		w->files = longer;
	if (longer == NULL || copy == NULL) {
		free(copy);
		w->failed = true;
		return;
	}
	w->files[w->count].path = copy;
	w->files[w->count].print = print_of(path);
	w->count++;
}

bool
watch_changed(const struct watch *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct print now = print_of(w->files[i].path);

		if (!same_print(&now, &w->files[i].print))
			return true;
	}
	return w->failed;
}

void
watch_free(struct watch *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->files[i].path);
	free(w->files);
	memset(w, 0, sizeof(*w));
}
