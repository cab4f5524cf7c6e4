/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listing a directory through a checked descriptor.  Listing loads nothing.
 */
#include "config/directory.h"

#include <dirent.h>
#include <errno.h>
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

/* Every name of an open directory.  False: errno says what failed. */
static bool
read_names(struct directory *list, DIR *open, const char *suffix,
    bool (*ok)(const char *name))
{
	const struct dirent *d;

	for (;;) {
		errno = 0;
		d = readdir(open);
		if (d == NULL)
			return errno == 0;
		if (consider_file(list, d->d_name, suffix, ok))
			continue;
		errno = ENOMEM;
		return false;
	}
}

enum apam_status
directory_read(struct directory *list, const char *dir, const char *suffix,
    bool user, bool (*ok)(const char *name), struct apam_error *err)
{
	DIR *open;
	int fd, number;

	memset(list, 0, sizeof(*list));
	fd = trust_open(dir, TRUST_DIRECTORY, user, err);
	if (fd < 0)
		return err != NULL ? err->status : APAM_E_CONFIG;
	open = fdopendir(fd);
	if (open == NULL) {
		close(fd);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	number = read_names(list, open, suffix, ok) ? 0 : errno;
	closedir(open);
	if (number != 0) {
		directory_free(list);
		return number == ENOMEM ?
		    error_set(err, APAM_E_MEMORY, "out of memory") :
		    error_set(err, APAM_E_CONFIG, "%s cannot be read: %s", dir,
			strerror(number));
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
