/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of `apam profile new`: what was given on the command line, what a
 * document says, the draft that comes of it, and the secrets that are to be
 * stored.  Each of the calls below is one stage; they return an exit status and
 * have said on standard error what went wrong.
 */
#ifndef HOSTS_CLI_MAKING_MAKING_H
#define HOSTS_CLI_MAKING_MAKING_H

#include <limits.h>

#include "lib/command.h"
#include "lib/secret_input.h"
#include "openapi/openapi.h"
#include "making/ask.h"
#include "making/draft.h"
#include "making/recipe.h"
#include "making/trial.h"

enum { SECRETS_MAX = 4 };

/* A secret that was given, and is not stored yet. */
struct given_secret {
	struct secret_input input;
	struct draft_part *part;
	char option[DRAFT_WHY_SIZE]; /* as "client_secret", or "also.key" */
	char path[PATH_MAX];	/* where it is stored */
	char saved[PATH_MAX];	/* where the old one is meanwhile; or "" */
	bool stored, made_directory;
};

struct making {
	struct cli *cli;
	const struct args *args;
	bool terminal;		/* somebody can be asked */
	bool force;
	struct draft draft;
	struct openapi doc;
	char *bytes;		/* of the document */
	char document[256];	/* its name, for people */
	const struct openapi_choice *choice; /* of the document; or NULL */
	char place[PATH_MAX];	/* of the profile */
	struct given_secret *secrets; /* SECRETS_MAX of them */
	size_t secret_count;
	unsigned missing;	/* answers that nobody can be asked for */
	long long group;	/* that may read the secrets; -1: none */
	const char *group_name;	/* the same as it was given, or NULL */
};

/* ---- Stages, in their order --------------------------------------------- */

/* Read --openapi, where it is given. */
int making_read_document(struct making *m);

/* Where the API is and what the profile is called; then its schemes. */
int making_choose(struct making *m);

/* By which scheme requests are authenticated; or schemes, of a document. */
int making_choose_scheme(struct making *m);

/*
 * Take what --set says of allow_http, since the URL is held against it.  Returns an
 * exit status.
 */
int making_allow_http(struct making *m);

/* The options of its entries, their secrets, and the probe. */
int making_fill(struct making *m);

/*
 * Store the secrets, lint the profile and put it in place: all of it or nothing.
 * On a terminal, what is wrong is asked for again.
 */
int making_save(struct making *m);

/* Wipe the secrets, and free what it holds. */
void making_free(struct making *m);

/* ---- Between stages --------------------------------------------------------- */

/* One question. */
struct question {
	struct draft_part *part;
	const struct apam_option *option; /* the one that gets the value */
	const char *path;	/* its name, as draft_set has it */
	const char *text;	/* NULL: made of its help */
	const char *fallback;	/* the answer in brackets, or NULL */
	const char *instead;	/* an option that does as well, or NULL */
	bool optional;		/* it may stay without a value */
	bool word;		/* a space follows it, where it ends in a word */
};

/*
 * What lint says of the value that the question's option has in the draft; NULL:
 * nothing.  A text is in `why`.
 */
const char *making_problem(struct making *m, const struct question *question,
    char why[DRAFT_WHY_SIZE]);

/* Ask until the answer is one that lint takes.  Returns an exit status. */
int making_ask(struct making *m, const struct question *question);

/* The same for a secret, or where it is.  Off a terminal it is missing. */
int making_ask_secret(struct making *m, const struct question *question);

/* Take what --set says, but for allow_http.  Returns an exit status. */
int making_take_settings(struct making *m);

/*
 * Ask for the probe, or take the one that the document offers; of several entries
 * none gets one.  Returns an exit status.
 */
int making_fill_probe(struct making *m);

/* Take what --secret says.  Returns an exit status. */
int making_take_secrets(struct making *m);

/*
 * Off a terminal, read the one secret that is missing from standard input.
 * Returns an exit status.
 */
int making_read_missing(struct making *m);

/* Say that an answer is missing, and which option gives it. */
void making_miss(struct making *m, const char *format, ...) APAM_PRINTF(2, 3);

/*
 * Set an option to a value that nobody was asked for.  Returns an exit status, and
 * has said what is wrong.
 */
int making_put(struct draft_part *part, const char *path, const char *text);

/* Nobody answers any more: nothing was made.  Returns the exit status. */
int making_ended(void);

/* The part that "2.OPTION" or "OPTION" names; *path is moved to OPTION. */
struct draft_part *making_part(struct making *m, const char **path);

/* The option, or member of a group, that `path` names; NULL: that is not one. */
const struct apam_option *making_option(
    const struct draft_part *part, const char *path);

/* The number that stands before an option of this part: "", or "2.". */
const char *making_prefix(const struct making *m,
    const struct draft_part *part, char to[8]);

#endif
