/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates are small files, which are read whole.
 */
#include "lib/template.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apam/types.h>

#define FILE_MAX_SIZE 65536

bool
template_directory(char *to)
{
	const ssize_t n = readlink("/proc/self/exe", to, TEMPLATE_PATH - 10);
	char *slash;

	to[n < 0 ? 0 : n] = '\0';
	slash = strrchr(to, '/');
	if (slash != NULL)
		strcpy(slash + 1, "template");
	if (slash != NULL && access(to, R_OK | X_OK) == 0)
		return true;
	(void)snprintf(to, TEMPLATE_PATH, "%s", APAM_TEMPLATE_DIR);
	return access(to, R_OK | X_OK) == 0;
}

/* The word that `text` begins with; NULL: none. */
static const struct template_word *
word_at(const struct template *t, const char *text, size_t n)
{
	for (size_t i = 0; i < t->count; i++) {
		const size_t length = strlen(t->words[i].from);

		if (length <= n && memcmp(text, t->words[i].from, length) == 0)
			return &t->words[i];
	}
	return NULL;
}

/* What stands for the start of `text`; returns how much of it that is. */
static size_t
next_piece(const struct template *t, const char *text, size_t n,
    struct apam_str *piece)
{
	const struct template_word *word = word_at(t, text, n);

	*piece = word == NULL ? (struct apam_str){ text, 1 } :
				apam_str(word->to);
	return word == NULL ? 1 : strlen(word->from);
}

/* Write `n` bytes with the words replaced. */
static void
write_replaced(const struct template *t, const char *text, size_t n, FILE *to)
{
	struct apam_str piece;

	for (size_t at = 0; at < n;) {
		at += next_piece(t, text + at, n - at, &piece);
		(void)fwrite(piece.p, 1, piece.n, to);
	}
}

/* The name below t->to that a name of the template stands for. */
static void
name_made(struct template *t, const char *name)
{
	const size_t room = sizeof(t->made);
	size_t n = strlen(name);
	size_t end = (size_t)snprintf(t->made, room, "%s/", t->to);
	struct apam_str piece;

	if (n > 3 && strcmp(name + n - 3, ".in") == 0)
		n -= 3;
	for (size_t at = 0; at < n && end < room;) {
		at += next_piece(t, name + at, n - at, &piece);
		end += (size_t)snprintf(
		    t->made + end, room - end, "%.*s", (int)piece.n, piece.p);
	}
}

static char *
read_whole(const char *path, size_t *n)
{
	FILE *file = fopen(path, "re");
	char *text = file == NULL ? NULL : malloc(FILE_MAX_SIZE);

	if (text != NULL)
		*n = fread(text, 1, FILE_MAX_SIZE, file);
	if (file != NULL)
		(void)fclose(file);
	return text;
}

static bool
copy_file(struct template *t, const char *path, const char *name,
    void (*each)(const char *made))
{
	size_t n = 0;
	char *text = read_whole(path, &n);
	bool ok = false;
	FILE *to;

	name_made(t, name);
	if (text == NULL)
		return false;
	to = fopen(t->made, "wxe"); /* never one that is there */
	if (to != NULL) {
		write_replaced(t, text, n, to);
		ok = !ferror(to);
		ok = fclose(to) == 0 && ok;
	}
	free(text);
	if (ok)
		each(t->made);
	return ok;
}

static bool
make_directory(struct template *t, const char *name)
{
	name_made(t, name);
	return mkdir(t->made, 0777) == 0 || errno == EEXIST;
}

static bool copy_all(struct template *t, const char *from, const char *below,
    void (*each)(const char *made));

/* Copy what has this name: a file, or a directory of files. */
static bool
copy_entry(struct template *t, const char *from, const char *below,
    const char *entry, void (*each)(const char *made))
{
	char path[TEMPLATE_PATH], name[TEMPLATE_PATH];
	struct stat s;

	(void)snprintf(path, sizeof(path), "%s/%s", from, entry);
	(void)snprintf(name, sizeof(name), "%s%s%s", below,
	    below[0] == '\0' ? "" : "/", entry);
	if (stat(path, &s) != 0)
		return false;
	if (!S_ISDIR(s.st_mode))
		return copy_file(t, path, name, each);
	return make_directory(t, name) && copy_all(t, path, name, each);
}

static bool
copy_all(struct template *t, const char *from, const char *below,
    void (*each)(const char *made))
{
	struct dirent **entries = NULL;
	const int count = scandir(from, &entries, NULL, alphasort);
	bool ok = count >= 0;

	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.')
			ok = ok &&
			    copy_entry(
				t, from, below, entries[i]->d_name, each);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

bool
template_copy(
    struct template *t, const char *from, void (*each)(const char *made))
{
	(void)snprintf(t->made, sizeof(t->made), "%s", from);
	return copy_all(t, from, "", each);
}
