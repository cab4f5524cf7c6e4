/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a command line against a const table of flags.
 *
 * Flags may stand before or after words; `--` ends them.  Short ones can be
 * bundled (-iv) and carry their value (-XPOST); long ones take it as
 * --name=value or --name value.  No abbreviations.
 */
#ifndef HOSTS_CLI_LIB_ARGS_H
#define HOSTS_CLI_LIB_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* One flag; a table ends in one without a name. */
struct flag {
	char letter; /* 0: long only */
	bool many; /* may be given more than once */
	const char *name;
	/* its value's name; NULL: no value */
	const char *value;
	const char *help;
};

/* One flag as given. */
struct given {
	const struct flag *flag;
	const char *value; /* NULL for a flag that takes none */
};

struct args {
	/* Set by the caller: */
	const struct flag *tables[2]; /* either may be NULL */
	bool stop_at_word; /* leave the rest of argv unread */
	bool rest; /* what follows the first word are words, too */
	/* Set by args_read: */
	struct given *given;
	size_t given_count;
	const char **words;
	size_t word_count;
	int next; /* index in argv of the first argument that was not read */
	char problem[128]; /* why args_read returned false; empty: no memory */
};

/*
 * Read argv[0..argc-1].  Returns false with `problem` set if the arguments are
 * wrong, or with an empty one if memory ran out; it never quotes a value.  Call args_free either way.  The
 * strings live as long as argv.
 */
bool args_read(struct args *args, int argc, char **argv);
void args_free(struct args *args);

/* The value of a flag by its long name; NULL where it was not given. */
const char *args_value(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);

#endif
