/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps from libconfig 1.5 what it cannot handle: its traps, which the lexer
 * refuses, and syntax errors, after which it leaks memory.  The functions
 * mirror its grammar:
 *
 *	settings = { name ( "=" | ":" ) value [ ";" | "," ] }
 *	value    = scalar | "[" scalars "]" | "(" values ")" | "{" settings "}"
 *
 * where scalars and values are lists separated by commas, and a scalar may be
 * several strings in a row.  Nothing is built here.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "config/lexer.h"
#include "config/syntax.h"

static bool check_value(struct conf_lexer *lexer, unsigned depth);

static bool
refuse_token(const struct conf_lexer *lexer, const char *why)
{
	return conf_lexer_refuse(lexer, lexer->token_line, why);
}

static bool
is_scalar(enum conf_token token)
{
	return token >= CONF_BOOLEAN && token <= CONF_STRING;
}

static bool
check_scalar(struct conf_lexer *lexer)
{
	const enum conf_token first = lexer->token;

	if (!conf_lexer_next(lexer))
		return false;
	while (first == CONF_STRING && lexer->token == CONF_STRING) {
		if (!conf_lexer_next(lexer))
			return false;
	}
	return true;
}

/* Starts at the first member, and reads past the bracket. */
static bool
check_array(struct conf_lexer *lexer)
{
	const enum conf_token kind = lexer->token;

	while (lexer->token != CONF_ARRAY_END) {
		if (lexer->token == CONF_GROUP)
			return refuse_token(lexer,
			    "a list of groups stands in ( ), not in [ ]");
		if (!is_scalar(lexer->token))
			return refuse_token(lexer,
			    "expected a text, a number, true "
			    "or false, or ]");
		if (lexer->token != kind)
			return refuse_token(lexer,
			    "a list in [ ] can only have values of one kind");
		if (!check_scalar(lexer))
			return false;
		if (lexer->token == CONF_ARRAY_END)
			break;
		if (lexer->token != CONF_COMMA)
			return refuse_token(lexer, "expected , or ]");
		if (!conf_lexer_next(lexer))
			return false;
		if (lexer->token == CONF_ARRAY_END)
			return refuse_token(lexer, "a comma before ]");
	}
	return conf_lexer_next(lexer);
}

static bool
check_list(struct conf_lexer *lexer, unsigned depth)
{
	while (lexer->token != CONF_LIST_END) {
		if (!check_value(lexer, depth))
			return false;
		if (lexer->token == CONF_LIST_END)
			break;
		if (lexer->token != CONF_COMMA)
			return refuse_token(lexer, "expected , or )");
		if (!conf_lexer_next(lexer))
			return false;
		if (lexer->token == CONF_LIST_END)
			return refuse_token(lexer, "a comma before )");
	}
	return conf_lexer_next(lexer);
}

static bool
check_setting(struct conf_lexer *lexer, unsigned depth)
{
	if (!conf_lexer_next(lexer))
		return false;
	if (lexer->token != CONF_EQUALS)
		return refuse_token(lexer, "expected = after a name");
	if (!conf_lexer_next(lexer) || !check_value(lexer, depth))
		return false;
	if (lexer->token != CONF_SEMICOLON && lexer->token != CONF_COMMA)
		return true;
	return conf_lexer_next(lexer);
}

/* Reads settings up to `end`, which is not read. */
static bool
check_settings(struct conf_lexer *lexer, unsigned depth, enum conf_token end)
{
	while (lexer->token == CONF_NAME) {
		if (!check_setting(lexer, depth))
			return false;
	}
	if (lexer->token == end)
		return true;
	return refuse_token(lexer,
	    end == CONF_END ? "expected the name of an option" :
			      "expected the name of an option or }");
}

static bool
check_value(struct conf_lexer *lexer, unsigned depth)
{
	const enum conf_token token = lexer->token;

	if (is_scalar(token))
		return check_scalar(lexer);
	if (token != CONF_ARRAY && token != CONF_LIST && token != CONF_GROUP)
		return refuse_token(lexer,
		    "expected a value: a text in quotes, a number, true, "
		    "false, or a list or group of them");
	if (depth == CONF_DEPTH_MAX)
		return refuse_token(
		    lexer, "nested too deep; 16 levels are allowed");
	if (!conf_lexer_next(lexer))
		return false;
	if (token == CONF_ARRAY)
		return check_array(lexer);
	if (token == CONF_LIST)
		return check_list(lexer, depth + 1);
	return check_settings(lexer, depth + 1, CONF_GROUP_END) &&
	    conf_lexer_next(lexer);
}

bool
conf_guard(const char *file, struct apam_str text, struct problems *all)
{
	struct conf_lexer lexer = {
		.file = file, .rest = text, .line = 1, .all = all
	};

	if (text.n > CONF_FILE_MAX) {
		problems_add(all, APAM_E_CONFIG, file, 0,
		    "the file is larger than %d bytes", CONF_FILE_MAX);
		return false;
	}
	if (str_starts(text, APAM_STR(UTF8_MARK)))
		return conf_lexer_refuse(&lexer, 1,
		    "the file begins with a byte order mark; save it without");
	return conf_lexer_check_bytes(&lexer) && conf_lexer_next(&lexer) &&
	    check_settings(&lexer, 0, CONF_END);
}
