/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables on standard output: aligned, with headings, and no wider than it on a
 * terminal, else lines of cells with a tab between, for cut(1).
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table {
	const char *const *heads; /* one for each column, then NULL */
	char **cells;
	size_t columns, rows, cap;
	bool failed; /* out of memory */
};

/* Begin; `heads` must outlive the table. */
void table_init(struct table *table, const char *const *heads);

/* Add a row; copies the cells, one for each column.  NULL is an empty one. */
void table_add(struct table *table, const char *const *cells);

/* Print all rows and free the table.  Returns the exit status. */
int table_finish(struct table *table);

/* True where standard output is a terminal. */
bool on_terminal(void);

/* An escape sequence, or "" off a terminal or with NO_COLOR set. */
const char *colour_bold(void);
const char *colour_off(void);

#endif
