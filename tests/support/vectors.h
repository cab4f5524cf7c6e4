/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables in files: rows of fields separated by tabs, '#' for comments, \xNN for
 * a byte and \\ for a backslash.  Paths are relative to the top of the source.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apam/types.h>

#define VECTOR_ROWS_MAX 512
#define VECTOR_FIELDS_MAX 6

struct vector {
	unsigned line;
	char *text; /* owns the fields */
	struct apam_str fields[VECTOR_FIELDS_MAX]; /* each with a NUL, too */
	size_t count;
};

/* Undo the escapes of a field in place. */
static inline void
vector_unescape(struct apam_str *field, char *text)
{
	size_t n = 0;

	field->p = text;
	for (const char *s = text; *s != '\0'; s++) {
		char hex[3] = { 0 };

		if (s[0] == '\\' && s[1] == 'x' && s[2] && s[3]) {
			memcpy(hex, s + 2, 2);
			text[n++] = (char)strtoul(hex, NULL, 16);
			s += 3;
			continue;
		}
		if (s[0] == '\\' && s[1] == '\\')
			s++;
		text[n++] = *s;
	}
	text[n] = '\0';
	field->n = n;
}

/* Split a line into fields.  The line lives as long as the row. */
static inline void
vector_split(struct vector *row, char *line)
{
	row->text = line;
	row->count = 0;
	while (line != NULL && row->count < VECTOR_FIELDS_MAX) {
		char *tab = strchr(line, '\t');

		if (tab != NULL)
			*tab++ = '\0';
		vector_unescape(&row->fields[row->count++], line);
		line = tab;
	}
}

/*
 * Read a file into rows[VECTOR_ROWS_MAX].  Returns the number of rows; 0, with
 * a line on stderr, if it cannot be read.
 */
static inline int
vectors_read(const char *path, struct vector *rows)
{
	FILE *file = fopen(path, "r");
	static char line[16384];
	unsigned number = 0;
	int count = 0;

	if (file == NULL)
		perror(path);
	while (file != NULL && count < VECTOR_ROWS_MAX &&
	    fgets(line, sizeof(line), file) != NULL) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		rows[count].line = number;
		vector_split(&rows[count++], strdup(line));
	}
	if (file != NULL)
		fclose(file);
	return count;
}

static inline void
vectors_free(struct vector *rows, int count)
{
	for (int i = 0; i < count; i++)
		free(rows[i].text);
}

#endif
