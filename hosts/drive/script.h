/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scripts of `apam module drive`: what a module is given, and what it is
 * expected to ask for and to make.  apam_module(3) describes the words.
 *
 * A script is a row of sections.  Each begins with a line "%% WORD ARGUMENT",
 * and its content is all lines up to the next such line, without empty ones at
 * their end.  In both, \xNN is a byte and \\ a backslash, as in tests/vectors;
 * any other backslash is itself, as JSON needs it.  "%% #" is a comment, and so
 * is what stands before the first section.
 */
#ifndef HOSTS_DRIVE_SCRIPT_H
#define HOSTS_DRIVE_SCRIPT_H

#include <stdbool.h>

#include <apam/types.h>

#define SCRIPT_MAX (1024 * 1024)	/* bytes */
#define SCRIPT_SECTIONS_MAX 4096

enum script_word {
	/* What there is. */
	SCRIPT_OPTIONS,	/* content: as in a profile's entry */
	SCRIPT_SECRET,	/* argument: a reference; content: its bytes */
	SCRIPT_SECRET_FILE, /* argument: a reference and a file */
	SCRIPT_HTTP,	/* content: addresses, one a line */
	SCRIPT_TIME,	/* number: Unix milliseconds */
	SCRIPT_PROBE,	/* argument: "METHOD TARGET" */
	SCRIPT_USE,	/* content: a credential */
	/* What is done. */
	SCRIPT_OPEN,
	SCRIPT_ACQUIRE,
	SCRIPT_CHECK,
	SCRIPT_REVOKE,
	SCRIPT_LOGOUT,	/* a revoke that is shown the durable secret */
	SCRIPT_LOGIN,	/* argument: "code", "browser", or none */
	SCRIPT_ANSWER,	/* content: status, headers, an empty line, body */
	SCRIPT_REDIRECTED, /* content: the query of a browser's return */
	SCRIPT_SIGN,	/* argument: "METHOD URL"; content: headers and body */
	SCRIPT_JUDGE,	/* argument: "METHOD ORIGIN", or none; content: an answer */
	SCRIPT_VERIFY,	/* content: the answer to what was signed last */
	SCRIPT_BODY,	/* content: one more piece of its body */
	SCRIPT_CUT,	/* its body does not come to its end */
	/* What is expected. */
	SCRIPT_REFUSED,	/* argument: an option; content: the text */
	SCRIPT_EXCHANGE, /* argument: "METHOD URL"; content: headers, body */
	SCRIPT_PROBED,	/* the entry's probe is asked */
	SCRIPT_WAIT,	/* number: seconds */
	SCRIPT_SHOW,	/* content: lines "text:", "url:", "code:" */
	SCRIPT_CONFIRM, /* the same; the person says yes */
	SCRIPT_REDIRECT, /* the same */
	SCRIPT_CREDENTIAL, /* content: its bytes */
	SCRIPT_LIFETIME, /* number: seconds, -1 for ever, -2 not said */
	SCRIPT_SPENDS,	/* argument: the name of an option */
	SCRIPT_SUCCESSOR, /* argument: the same; content: the new secret */
	SCRIPT_FACT,	/* argument: its name; content: its value */
	SCRIPT_KEY,	/* number: an enum apam_key_state; content: why */
	SCRIPT_FAILS,	/* number: an enum apam_status; content: why */
	SCRIPT_DONE,
	SCRIPT_SIGNED,	/* content: headers, "?name=value", and the like */
	SCRIPT_SENDS,	/* content: the body that goes out */
	SCRIPT_VERDICT,	/* number: an enum apam_verdict; content: why */
	SCRIPT_MEMO,	/* content: what is kept */
	SCRIPT_AUTHENTIC,
	SCRIPT_LOGGED,	/* content: lines of the log */
	SCRIPT_WORDS
};

struct script_section {
	enum script_word word;
	unsigned line;		/* of "%% WORD" */
	struct apam_str argument; /* or empty */
	int64_t number;
	struct apam_str content; /* or empty; a NUL follows */
};

struct script {
	char *text;		/* owns all views */
	struct script_section *all;
	size_t count;
};

/* What is wrong with a script, and where. */
struct script_fault {
	unsigned line;
	char text[256];
};

/*
 * Read a script.  False, with *fault filled in, where it is none; free it with
 * script_free in any case.  Nothing is kept of `text`.
 */
bool script_read(struct apam_str text, struct script *s,
    struct script_fault *fault);
void script_free(struct script *s);

/* The word as it is written. */
const char *script_word_name(enum script_word word);

#endif
