/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables on standard output.  On a terminal they are aligned, have headings and
 * are not wider than it; otherwise each row is a line of cells with tabs
 * between, for cut(1).
 */
#ifndef HOSTS_CLI_LIB_TABLE_H
#define HOSTS_CLI_LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table {
	const char *const *heads; /* one for each column, then NULL */
	char **cells;
	size_t columns, rows, cap;
	bool failed; /* out of memory */
};

/* Begin an empty table.  `heads` must outlive it. */
void table_init(struct table *table, const char *const *heads);

/*
 * Add a row.  The cells, one for each column, are copied; NULL is an empty one.
 */
void table_add(struct table *table, const char *const *cells);

/* Print all rows and free the table.  Returns the exit status. */
int table_finish(struct table *table);

/* True where standard output is a terminal. */
bool on_terminal(void);

/*
 * An escape sequence; "" if standard output is not a terminal or NO_COLOR is
 * set.
 */
const char *colour_bold(void);
const char *colour_off(void);

#endif
