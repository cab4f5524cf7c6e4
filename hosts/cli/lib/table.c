/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables.  Widths count UTF-8 characters, not bytes; control characters never
 * reach a terminal.
 *
 * If a terminal is too narrow for all columns, the last ones are printed below
 * the row, each with its heading, in lines that are broken between words.
 */
#include "lib/table.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/report.h"

#define GAP 2
#define INDENT 4
#define COLUMNS_MAX 16
#define WORD_MAX 255
#define ROOM_UNKNOWN 100 /* if the terminal does not say how wide it is */

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
	assert(table->columns <= COLUMNS_MAX);
}

static bool
grow_table(struct table *table)
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

	if (table->failed || !grow_table(table)) {
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

/* ---- On a terminal ------------------------------------------------------ */

/* How a table is arranged. */
struct layout {
	size_t room; /* characters in a line */
	size_t columns; /* how many stand in the row */
	size_t widths[COLUMNS_MAX];
};

static size_t
terminal_room(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return ROOM_UNKNOWN;
	return size.ws_col;
}

static const char *
cell_at(const struct table *table, size_t row, size_t column)
{
	return table->cells[row * table->columns + column];
}

static size_t
column_width(const struct table *table, size_t column)
{
	size_t most = width(table->heads[column]);

	for (size_t r = 0; r < table->rows; r++) {
		size_t n = width(cell_at(table, r, column));
		most = n > most ? n : most;
	}
	return most;
}

static void
lay_out(const struct table *table, struct layout *layout)
{
	size_t total = 0;

	layout->room = terminal_room();
	layout->columns = 0;
	for (size_t c = 0; c < table->columns; c++) {
		layout->widths[c] = column_width(table, c);
		total += layout->widths[c];
		if (c == 0 || total <= layout->room)
			layout->columns = c + 1;
		else
			break;
		total += GAP;
	}
}

static void
print_row(const struct layout *layout, const char *const *cells)
{
	for (size_t c = 0; c < layout->columns; c++) {
		size_t pad = layout->widths[c] + GAP - width(cells[c]);

		fputs(cells[c], stdout);
		if (c + 1 < layout->columns)
			printf("%*s", (int)pad, "");
	}
}

/* Print one word below a row; `at` is the column that the line has reached. */
static size_t
print_word(const struct layout *layout, size_t at, const char *word, size_t n)
{
	char copy[WORD_MAX + 1];
	size_t wide;

	snprintf(copy, sizeof(copy), "%.*s", (int)n, word);
	wide = width(copy);
	if (at == 0 || at + 1 + wide > layout->room) {
		printf("%s%*s%s", at == 0 ? "" : "\n", INDENT, "", copy);
		return INDENT + wide;
	}
	printf(" %s", copy);
	return at + 1 + wide;
}

/* Print words; one that is longer than WORD_MAX is cut. */
static size_t
print_words(const struct layout *layout, size_t at, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > WORD_MAX)
			n = WORD_MAX;
		if (n > 0)
			at = print_word(layout, at, text, n);
		text += n;
		text += *text == ' ';
	}
	return at;
}

/* Print "checked: TIME, evidence: TEXT" for the columns that are not empty. */
static void
print_below(const struct layout *layout, const struct table *table, size_t row)
{
	size_t at = 0;

	for (size_t c = layout->columns; c < table->columns; c++) {
		const char *cell = cell_at(table, row, c);
		char head[32];

		if (cell[0] == '\0' || strcmp(cell, "-") == 0)
			continue;
		if (at > 0) {
			putchar(',');
			at++;
		}
		snprintf(head, sizeof(head), "%s:", table->heads[c]);
		for (char *p = head; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		at = print_words(layout, at, head);
		at = print_words(layout, at, cell);
	}
	if (at > 0)
		putchar('\n');
}

static void
print_aligned(const struct table *table)
{
	struct layout layout;

	if (table->rows == 0)
		return;
	lay_out(table, &layout);
	fputs(colour_bold(), stdout);
	print_row(&layout, table->heads);
	printf("%s\n", colour_off());
	for (size_t r = 0; r < table->rows; r++) {
		print_row(&layout,
		    (const char *const *)table->cells + r * table->columns);
		putchar('\n');
		print_below(&layout, table, r);
	}
}

/* ---- For programs -------------------------------------------------------- */

static void
print_tabbed(const struct table *table)
{
	for (size_t r = 0; r < table->rows; r++)
		for (size_t c = 0; c < table->columns; c++)
			printf("%s%c", cell_at(table, r, c),
			    c + 1 == table->columns ? '\n' : '\t');
}

int
table_finish(struct table *table)
{
	bool failed = table->failed;

	if (!failed && on_terminal())
		print_aligned(table);
	else if (!failed)
		print_tabbed(table);
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
	if (failed)
		complain("out of memory");
	return failed ? STATUS_INTERNAL : STATUS_DONE;
}
