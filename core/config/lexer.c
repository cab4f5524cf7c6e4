/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Splits the text of a configuration file by libconfig 1.5's own lexical rules
 * (strings, escapes, the three kinds of comment, names, numbers).  It refuses
 * what libconfig would silently read wrongly, or what would end the process.
 * The first problem ends the reading, because the rest may be misread.
 */
#include "config/lexer.h"

#include "base/str.h"
#include "base/utf8.h"

bool
conf_lexer_refuse(const struct conf_lexer *g, unsigned line, const char *why)
{
	problems_add(g->all, APAM_E_CONFIG, g->file, line, "%s", why);
	return false;
}

static bool
refuse_bytes(const struct conf_lexer *g, const char *why)
{
	return conf_lexer_refuse(g, g->line, why);
}

static void
advance(struct conf_lexer *g, size_t n)
{
	for (size_t i = 0; i < n; i++)
		g->line += g->rest.p[i] == '\n';
	g->rest = str_skip(g->rest, n);
}

/* Byte `i` of the rest; NUL after the end. */
static char
peek(const struct conf_lexer *g, size_t i)
{
	return i < g->rest.n ? g->rest.p[i] : '\0';
}

static bool
is_name_start(char c)
{
	return (str_is_alnum(c) && !str_is_digit(c)) || c == '*';
}

static bool
is_name_rest(char c)
{
	return str_is_alnum(c) || str_is_one_of(c, "*-_");
}

static bool
is_number_rest(char c)
{
	return is_name_rest(c) || c == '.' || c == '+';
}

/* ---- Bytes ------------------------------------------------------------ */

/* What is wrong with the next character, or NULL. */
static const char *
character_problem(const struct conf_lexer *g)
{
	const char c = peek(g, 0);

	if (utf8_length(g->rest) == 0)
		return "this is not UTF-8 text";
	/*
	 * People would not see the line that a single return starts; libconfig
	 * would.
	 */
	if (c == '\r' && peek(g, 1) != '\n')
		return "a return without a line feed";
	if (c == '\t' || c == '\n' || c == '\r')
		return NULL;
	if (str_has_control(str_cut(g->rest, 1)))
		return "a control character; is this a text file?";
	return NULL;
}

bool
conf_lexer_check_bytes(const struct conf_lexer *lexer)
{
	struct conf_lexer g = *lexer;
	const char *why;

	while (g.rest.n > 0) {
		why = character_problem(&g);
		if (why != NULL)
			return refuse_bytes(&g, why);
		advance(&g, utf8_length(g.rest));
	}
	return true;
}

/* ---- Strings and comments --------------------------------------------- */

/*
 * The length of the escape at the front; 0 if libconfig would keep it unchanged
 * or turn it into a control character, NUL included.
 */
static size_t
escape_length(const struct conf_lexer *g)
{
	const char kind = peek(g, 1);
	const int high = str_hex(peek(g, 2)), low = str_hex(peek(g, 3));

	if (kind == '\\' || kind == '"')
		return 2;
	if ((kind == 'x' || kind == 'X') && high >= 2 && high <= 7 &&
	    low >= 0 && high * 16 + low != 0x7f)
		return 4;
	return 0;
}

static bool
pass_string(struct conf_lexer *g)
{
	size_t n;

	advance(g, 1);
	while (peek(g, 0) != '"') {
		/* libconfig would read on to the next quote, lines below. */
		if (g->rest.n == 0 || peek(g, 0) == '\n')
			return refuse_bytes(g, "the string is not closed");
		n = peek(g, 0) == '\\' ? escape_length(g) : 1;
		if (n == 0)
			return refuse_bytes(g,
			    "a backslash may stand before \\ and \" and in "
			    "\\x20 to \\x7e only");
		advance(g, n);
	}
	advance(g, 1);
	g->token = CONF_STRING;
	return true;
}

static bool
skip_comment(struct conf_lexer *g)
{
	const unsigned start = g->line;

	advance(g, 2);
	while (peek(g, 0) != '*' || peek(g, 1) != '/') {
		/* libconfig would take the rest of the file as a comment. */
		if (g->rest.n == 0)
			return conf_lexer_refuse(
			    g, start, "the comment is not closed");
		advance(g, 1);
	}
	advance(g, 2);
	return true;
}

/* Go to the next token, past blanks and comments. */
static bool
skip_blank(struct conf_lexer *g)
{
	char c;

	for (;;) {
		c = peek(g, 0);
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			advance(g, 1);
		else if (c == '#' || (c == '/' && peek(g, 1) == '/'))
			advance(g, str_find(g->rest, '\n'));
		else if (c != '/' || peek(g, 1) != '*')
			return true;
		else if (!skip_comment(g))
			return false;
	}
}

/* ---- Names, numbers, nesting ------------------------------------------ */

static bool
pass_name(struct conf_lexer *g)
{
	struct apam_str name;
	size_t n = 1;

	while (is_name_rest(peek(g, n)))
		n++;
	name = str_cut(g->rest, n);
	g->token = CONF_NAME;
	if (str_equal_nocase(name, APAM_STR("true")) ||
	    str_equal_nocase(name, APAM_STR("false")))
		g->token = CONF_BOOLEAN;
	advance(g, n);
	return true;
}

/* What is wrong with a number's digits and with what follows them. */
static const char *
number_problem(struct apam_str number)
{
	const bool sign = number.p[0] == '-' || number.p[0] == '+';
	const int64_t below = number.p[0] == '-';
	size_t digits = 0;
	struct apam_str rest;
	int64_t value;

	number = str_skip(number, sign ? 1 : 0);
	while (digits < number.n && str_is_digit(number.p[digits]))
		digits++;
	rest = str_skip(number, digits);
	if (rest.n > 0 && (rest.p[0] == '.' || str_lower(rest.p[0]) == 'e'))
		return "write a whole number, without a fraction";
	if (digits == 1 && rest.n > 0 && str_lower(rest.p[0]) == 'x')
		return "write the number in decimal";
	if (rest.n > 0 && !str_equal(rest, APAM_STR("L")) &&
	    !str_equal(rest, APAM_STR("LL")))
		return "a number runs into letters; a text or a duration "
		       "needs quotes, as in \"90s\"";
	if (!str_number(str_cut(number, digits), INT64_MAX, &value))
		return "the number does not fit in 64 bits";
	/* libconfig cuts a number without L to 32 bits. */
	if (rest.n == 0 && value > INT32_MAX + below)
		return "a number this large needs an L behind it, as in "
		       "5000000000L";
	return NULL;
}

static bool
pass_number(struct conf_lexer *g)
{
	const char *why;
	size_t n = 1;

	while (is_number_rest(peek(g, n)))
		n++;
	why = number_problem(str_cut(g->rest, n));
	if (why != NULL)
		return refuse_bytes(g, why);
	/* libconfig has two kinds of number and does not mix them in [ ]. */
	g->token = peek(g, n - 1) == 'L' ? CONF_LONG : CONF_INTEGER;
	advance(g, n);
	return true;
}

static bool
is_number_start(const struct conf_lexer *g)
{
	const char c = peek(g, 0);
	const size_t sign = c == '-' || c == '+';

	return str_is_digit(peek(g, sign)) ||
	    (peek(g, sign) == '.' && str_is_digit(peek(g, sign + 1)));
}

/* Everything else is a single byte. */
static bool
pass_mark(struct conf_lexer *g)
{
	const char c = peek(g, 0);

	if (c == '@')
		return refuse_bytes(
		    g, "@include is not allowed; write it all in one file");
	if (c == '\0' || strchr("{}[]():=;,", c) == NULL)
		return refuse_bytes(g,
		    "this byte has no meaning here; does a text "
		    "lack its quotes?");
	g->token = (enum conf_token)c;
	if (c == ':')
		g->token = CONF_EQUALS;
	if (c == ',')
		g->token = CONF_COMMA;
	advance(g, 1);
	return true;
}

static bool
read_token(struct conf_lexer *g)
{
	const char c = peek(g, 0);

	if (g->rest.n == 0) {
		g->token = CONF_END;
		return true;
	}
	if (c == '"')
		return pass_string(g);
	if (is_name_start(c))
		return pass_name(g);
	if (is_number_start(g))
		return pass_number(g);
	return pass_mark(g);
}

bool
conf_lexer_next(struct conf_lexer *g)
{
	struct apam_str from;

	if (!skip_blank(g))
		return false;
	g->token_line = g->line;
	from = g->rest;
	if (!read_token(g))
		return false;
	g->token_text = str_cut(from, from.n - g->rest.n);
	return true;
}
