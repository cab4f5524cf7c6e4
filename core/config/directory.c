/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listing a directory through a checked descriptor.  Listing loads nothing.
 */
#include "config/directory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/error.h"
#include "base/str.h"
#include "file/trust.h"

static bool
append_file(struct directory *list, char *name)
{
	if (!array_grow(
		&list->names, list->count, &list->room, sizeof(*list->names)))
		return false;
	list->names[list->count++] = name;
	return true;
}

/* Add a file's name; false only if memory runs out. */
static bool
consider_file(struct directory *list, const char *file, const char *suffix,
    bool (*ok)(const char *name))
{
	size_t n = strlen(file), end = strlen(suffix);
	char *name;

	if (n <= end || strcmp(file + n - end, suffix) != 0)
		return true;
	name = str_dup((struct apam_str){ file, n - end });
	if (name == NULL)
		return false;
	if (!ok(name)) {
		free(name);
		return true;
	}
	if (append_file(list, name))
		return true;
	free(name);
	return false;
}

static int
compare_files(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

enum apam_status
directory_read(struct directory *list, const char *dir, const char *suffix,
    bool user, bool (*ok)(const char *name), struct apam_error *err)
{
	const struct dirent *d;
	bool room = true;
	DIR *open;
	int fd;

	memset(list, 0, sizeof(*list));
	fd = trust_open(dir, TRUST_DIRECTORY, user, err);
	if (fd < 0)
		return err != NULL ? err->status : APAM_E_CONFIG;
	open = fdopendir(fd);
	if (open == NULL) {
		close(fd);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	while (room && (d = readdir(open)) != NULL)
		room = consider_file(list, d->d_name, suffix, ok);
	closedir(open);
	if (!room) {
		directory_free(list);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	if (list->count > 0)
		qsort(list->names, list->count, sizeof(*list->names),
		    compare_files);
	return APAM_OK;
}

void
directory_free(struct directory *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	memset(list, 0, sizeof(*list));
}
