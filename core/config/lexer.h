/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of a configuration file, for guard.c and swap.c.
 */
#ifndef CORE_CONFIG_LEXER_H
#define CORE_CONFIG_LEXER_H

#include <stdbool.h>

#include "base/problems.h"

#define CONF_DEPTH_MAX 16 /* how many brackets may be open */

enum conf_token {
	CONF_END,
	CONF_NAME,
	CONF_BOOLEAN, /* the scalars, to CONF_STRING */
	CONF_INTEGER,
	CONF_LONG,
	CONF_STRING,
	CONF_COMMA = ',',
	CONF_SEMICOLON = ';',
	CONF_EQUALS = '=', /* or ':' */
	CONF_LIST = '(',
	CONF_LIST_END = ')',
	CONF_ARRAY = '[',
	CONF_ARRAY_END = ']',
	CONF_GROUP = '{',
	CONF_GROUP_END = '}'
};

struct conf_lexer {
	const char *file;
	struct apam_str rest; /* not yet read */
	unsigned line; /* the line of its first byte, from 1 */
	struct problems *all;
	enum conf_token token; /* the last one read */
	struct apam_str token_text; /* as it stands in the file */
	unsigned token_line;
};

/* True if all of the text is UTF-8 without control characters. */
bool conf_lexer_check_bytes(const struct conf_lexer *lexer);

/* Read the next token; false with a problem added. */
bool conf_lexer_next(struct conf_lexer *lexer);

/* Add a problem with a static text; returns false. */
bool conf_lexer_refuse(
    const struct conf_lexer *lexer, unsigned line, const char *why);

#endif
