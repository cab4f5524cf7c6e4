/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile that is being made: which options have which values, and where these
 * came from.  It knows what an option's type can hold as far as that is needed to
 * write the value; whether it is right is for lint to say.
 */
#ifndef HOSTS_CLI_MAKING_DRAFT_H
#define HOSTS_CLI_MAKING_DRAFT_H

#include <stdbool.h>
#include <stdio.h>

#include <apam/admin.h>
#include <apam/module.h>

enum {
	DRAFT_ENTRIES_MAX = 4,
	DRAFT_VALUES_MAX = 64,	/* of the profile, or of an entry */
	DRAFT_VALUE_SIZE = 2048,
	DRAFT_WHY_SIZE = 256
};

/* One value, or one element of a list. */
struct draft_value {
	const struct apam_option *option;
	const struct apam_option *member; /* of a group; or NULL */
	unsigned group;		/* which, of a list of groups; from 1 */
	char *name;		/* of an element of a map; or NULL */
	char *text;		/* as a person gives it; of a secret, its
				   reference */
	unsigned line;		/* where draft_write has put it */
	bool offered;		/* a document has it, and nobody confirmed it */
};

/* The profile itself, or one entry. */
struct draft_part {
	const struct apam_module *module; /* NULL: of the profile */
	const char *security;	/* its name in the document, or NULL */
	struct draft_value values[DRAFT_VALUES_MAX];
	size_t count;
	unsigned line;		/* where it begins, once written */
};

struct draft {
	char name[APAM_NAME_SIZE];
	const char *document;	/* file that it was made from, or NULL */
	const char *title;	/* of the document, or "" */
	struct draft_part profile;
	struct draft_part entries[DRAFT_ENTRIES_MAX];
	size_t entry_count;
};

/*
 * Give option `path`, as "token_url", "also.header", "extra.NAME" or
 * "run.environment.NAME", a value.
 * What was given before is replaced, but for a list, which grows; a member of a
 * list of groups that is there already begins the next group.  Returns NULL, or
 * what is wrong: a literal, or text in `why`.
 */
const char *draft_set(struct draft_part *part, const char *path,
    const char *text, char why[DRAFT_WHY_SIZE]);

/* Take away all values of `path`, as above. */
void draft_drop(struct draft_part *part, const char *path);

/* The first value as text; NULL: there is none. */
const char *draft_get(const struct draft_part *part, const char *path);

/* The first value of an option; NULL: there is none. */
struct draft_value *draft_find(struct draft_part *part, const char *path);

/*
 * The option of a name: of the part's module, or, of each entry, those that all
 * have; of the profile its own.  NULL: there is none.
 */
const struct apam_option *draft_option(
    const struct draft_part *part, const char *name);

/* True for an option whose value is a reference to a secret. */
bool draft_is_secret(const struct apam_option *option);

/*
 * What to ask for: the option's help, without "reference to", because a person is
 * asked for a secret itself.
 */
const char *draft_help(const struct apam_option *option);

/* Option i of the module of an entry; NULL behind the last. */
const struct apam_option *draft_module_option(
    const struct draft_part *part, size_t i);

/* The name closest to `name` that a part takes, or NULL. */
const char *draft_suggest(const struct draft_part *part, const char *name);

/*
 * Write it as a file, with the help of each option as a comment, and note the
 * lines.
 */
void draft_write(struct draft *draft, FILE *to);

/* "token_url", or "also.header": what a value is called on a command line. */
void draft_value_name(
    const struct draft_value *value, char to[DRAFT_WHY_SIZE]);

/* Free what it holds, not the draft itself. */
void draft_free(struct draft *draft);

#endif
