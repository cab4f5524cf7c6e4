/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which options a person is asked for who makes a profile of a scheme, besides
 * those that its module requires: those that most providers need, and those of
 * which one is needed.  A module says of its options what they are, not how often
 * they are wanted, so that this is a table of the program's.  A scheme that has no
 * row is asked about by its module's table alone.
 */
#ifndef HOSTS_CLI_MAKING_RECIPE_H
#define HOSTS_CLI_MAKING_RECIPE_H

#include <stdbool.h>

struct recipe {
	const char *scheme;
	const char *option;	/* or a member of a group, as "login.url" */
	const char *set;	/* asked only if this one has a value, or NULL */
	const char *only;	/* the value that `set` must have, or NULL: any */
	const char *unset[4];	/* and these have none */
	const char *with;	/* and this one, if it has a value, has one of */
	const char *among;	/* these words, with blanks around each */
	const char *usual;	/* of those of which one is needed, that which
				   is named where all are missing, or NULL */
	const char *instead;	/* what does as well, for messages, or NULL */
	const char *fallback;	/* the default; "@": the profile's name; NULL */
	bool needed;		/* there must be an answer */
	bool quiet;		/* the default is taken without a question */
	bool word;		/* a space follows it, where it ends in a word */
	const char *question;	/* NULL: made of the option's help */
};

/* Ends in one without a scheme. */
extern const struct recipe recipes[];

#endif
