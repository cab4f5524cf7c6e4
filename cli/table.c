/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables.  Widths count characters of UTF-8, not bytes; control characters
 * never reach a terminal.
 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "report.h"

#define GAP 2

bool
on_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

static bool
colours(void)
{
	const char *no = getenv("NO_COLOR");

	return on_terminal() && (no == NULL || no[0] == '\0');
}

const char *
colour_bold(void)
{
	return colours() ? "\033[1m" : "";
}

const char *
colour_off(void)
{
	return colours() ? "\033[0m" : "";
}

void
table_init(struct table *table, const char *const *heads)
{
	memset(table, 0, sizeof(*table));
	table->heads = heads;
	while (heads[table->columns] != NULL)
		table->columns++;
}

static bool
grow(struct table *table)
{
	size_t cap = table->cap == 0 ? 16 : table->cap * 2;
	char **cells;

	if (table->rows < table->cap)
		return true;
	cells = realloc(table->cells, cap * table->columns * sizeof(*cells));
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->cap = cap;
	return true;
}

static char *
cell_copy(const char *text)
{
	char *copy = strdup(text == NULL ? "" : text);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return copy;
}

void
table_add(struct table *table, const char *const *cells)
{
	char **row;

	if (table->failed || !grow(table)) {
		table->failed = true;
		return;
	}
	row = table->cells + table->rows++ * table->columns;
	for (size_t i = 0; i < table->columns; i++) {
		row[i] = cell_copy(cells[i]);
		if (row[i] == NULL)
			table->failed = true;
	}
}

static size_t
width(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0U) != 0x80U;
	return n;
}

static size_t
column_width(const struct table *table, size_t column)
{
	size_t most = width(table->heads[column]);

	for (size_t r = 0; r < table->rows; r++) {
		size_t n = width(table->cells[r * table->columns + column]);
		most = n > most ? n : most;
	}
	return most;
}

static void
print_row(const struct table *table, const char *const *cells, bool aligned)
{
	for (size_t c = 0; c < table->columns; c++) {
		bool last = c + 1 == table->columns;
		size_t pad = 0;

		fputs(cells[c], stdout);
		if (last)
			break;
		if (aligned)
			pad = column_width(table, c) + GAP - width(cells[c]);
		printf("%*s", (int)pad, "");
		if (!aligned)
			putchar('\t');
	}
}

static void
print_table(const struct table *table)
{
	bool aligned = on_terminal();

	if (aligned && table->rows > 0) {
		fputs(colour_bold(), stdout);
		print_row(table, table->heads, true);
		printf("%s\n", colour_off());
	}
	for (size_t r = 0; r < table->rows; r++) {
		print_row(table,
		    (const char *const *)table->cells + r * table->columns,
		    aligned);
		putchar('\n');
	}
}

int
table_finish(struct table *table)
{
	bool failed = table->failed;

	if (!failed)
		print_table(table);
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
	if (failed)
		complain("out of memory");
	return failed ? STATUS_INTERNAL : STATUS_DONE;
}
