/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a script: its grammar, and nothing of what it means.
 */
#include "drive/script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apam/apam.h>

#include "base/array.h"
#include "base/str.h"
#include "base/utf8.h"

/* What follows a word. */
enum argument {
	ARGUMENT_NONE,
	ARGUMENT_TEXT,
	ARGUMENT_MAYBE,
	ARGUMENT_NUMBER,
	ARGUMENT_LIFETIME,
	ARGUMENT_KEY,
	ARGUMENT_STATUS,
	ARGUMENT_VERDICT,
	ARGUMENT_WAY
};

static const struct {
	const char *name;
	enum argument argument;
	bool content; /* may have some */
} words[SCRIPT_WORDS] = {
	[SCRIPT_OPTIONS] = { "options", ARGUMENT_NONE, true },
	[SCRIPT_SECRET] = { "secret", ARGUMENT_TEXT, true },
	[SCRIPT_SECRET_FILE] = { "secret-file", ARGUMENT_TEXT, false },
	[SCRIPT_HTTP] = { "http-addresses", ARGUMENT_NONE, true },
	[SCRIPT_TIME] = { "time", ARGUMENT_NUMBER, false },
	[SCRIPT_PROBE] = { "probe", ARGUMENT_TEXT, false },
	[SCRIPT_USE] = { "use", ARGUMENT_NONE, true },
	[SCRIPT_OPEN] = { "open", ARGUMENT_NONE, false },
	[SCRIPT_ACQUIRE] = { "acquire", ARGUMENT_NONE, false },
	[SCRIPT_CHECK] = { "check", ARGUMENT_NONE, false },
	[SCRIPT_REVOKE] = { "revoke", ARGUMENT_NONE, false },
	[SCRIPT_LOGOUT] = { "logout", ARGUMENT_NONE, false },
	[SCRIPT_LOGIN] = { "login", ARGUMENT_WAY, false },
	[SCRIPT_ANSWER] = { "answer", ARGUMENT_NONE, true },
	[SCRIPT_REDIRECTED] = { "redirected", ARGUMENT_NONE, true },
	[SCRIPT_SIGN] = { "sign", ARGUMENT_TEXT, true },
	[SCRIPT_JUDGE] = { "judge", ARGUMENT_MAYBE, true },
	[SCRIPT_VERIFY] = { "verify", ARGUMENT_NONE, true },
	[SCRIPT_BODY] = { "body", ARGUMENT_NONE, true },
	[SCRIPT_CUT] = { "cut", ARGUMENT_NONE, false },
	[SCRIPT_REFUSED] = { "refused", ARGUMENT_TEXT, true },
	[SCRIPT_EXCHANGE] = { "exchange", ARGUMENT_TEXT, true },
	[SCRIPT_PROBED] = { "probed", ARGUMENT_NONE, false },
	[SCRIPT_WAIT] = { "wait", ARGUMENT_NUMBER, false },
	[SCRIPT_SHOW] = { "show", ARGUMENT_NONE, true },
	[SCRIPT_CONFIRM] = { "confirm", ARGUMENT_NONE, true },
	[SCRIPT_REDIRECT] = { "redirect", ARGUMENT_NONE, true },
	[SCRIPT_CREDENTIAL] = { "credential", ARGUMENT_NONE, true },
	[SCRIPT_LIFETIME] = { "lifetime", ARGUMENT_LIFETIME, false },
	[SCRIPT_SPENDS] = { "spends", ARGUMENT_TEXT, false },
	[SCRIPT_SUCCESSOR] = { "successor", ARGUMENT_TEXT, true },
	[SCRIPT_FACT] = { "fact", ARGUMENT_TEXT, true },
	[SCRIPT_KEY] = { "key", ARGUMENT_KEY, true },
	[SCRIPT_FAILS] = { "fails", ARGUMENT_STATUS, true },
	[SCRIPT_DONE] = { "done", ARGUMENT_NONE, false },
	[SCRIPT_SIGNED] = { "signed", ARGUMENT_NONE, true },
	[SCRIPT_SENDS] = { "sends", ARGUMENT_NONE, true },
	[SCRIPT_VERDICT] = { "verdict", ARGUMENT_VERDICT, true },
	[SCRIPT_MEMO] = { "memo", ARGUMENT_NONE, true },
	[SCRIPT_AUTHENTIC] = { "authentic", ARGUMENT_NONE, false },
	[SCRIPT_LOGGED] = { "logged", ARGUMENT_NONE, true },
};

const char *
script_word_name(enum script_word word)
{
	return words[word].name;
}

static bool fail(struct script_fault *fault, unsigned line, const char *format,
    ...) APAM_PRINTF(3, 4);

static bool
fail(struct script_fault *fault, unsigned line, const char *format, ...)
{
	va_list args;

	fault->line = line;
	va_start(args, format);
	(void)vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return false;
}

/* ---- Arguments -------------------------------------------------------- */

/* The number from `from` to `to` whose name is `text`; -1: there is none. */
static int64_t
named(struct apam_str text, int64_t from, int64_t to,
    const char *(*name)(int64_t number))
{
	for (int64_t i = from; i <= to; i++)
		if (str_equal(text, apam_str(name(i))))
			return i;
	return -1;
}

static const char *
key_name(int64_t number)
{
	return apam_key_state_name((enum apam_key_state)number);
}

static const char *
verdict_name(int64_t number)
{
	return apam_verdict_name((enum apam_verdict)number);
}

static const char *
status_name(int64_t number)
{
	return apam_status_name((enum apam_status)number);
}

static bool
read_lifetime(struct script_section *section)
{
	section->number = -1;
	if (str_equal(section->argument, APAM_STR("forever")))
		return true;
	section->number = -2;
	return str_equal(section->argument, APAM_STR("unsaid")) ||
	    str_number(section->argument, INT64_MAX, &section->number);
}

/* NULL, or what the argument had to be. */
static const char *
read_argument(struct script_section *section)
{
	const struct apam_str text = section->argument;

	switch (words[section->word].argument) {
	case ARGUMENT_NONE:
		return text.n == 0 ? NULL : "nothing";
	case ARGUMENT_MAYBE:
		return NULL;
	case ARGUMENT_TEXT:
		return text.n > 0 ? NULL : "an argument";
	case ARGUMENT_NUMBER:
		return str_number(text, INT64_MAX, &section->number) ?
		    NULL :
		    "a number";
	case ARGUMENT_LIFETIME:
		return read_lifetime(section) ?
		    NULL :
		    "seconds, \"forever\" or \"unsaid\"";
	case ARGUMENT_WAY:
		return text.n == 0 || str_equal(text, APAM_STR("code")) ||
			str_equal(text, APAM_STR("browser")) ?
		    NULL :
		    "\"code\", \"browser\", or nothing";
	case ARGUMENT_KEY:
		section->number = named(text, 0, APAM_KEY_REJECTED, key_name);
		break;
	case ARGUMENT_STATUS:
		section->number = named(
		    text, APAM_E_USAGE, APAM_E_ABI, status_name);
		break;
	case ARGUMENT_VERDICT:
		section->number = named(text, 0, 31, verdict_name);
		break;
	}
	return section->number >= 0 ? NULL : "the name of one, in full";
}

/* ---- Sections --------------------------------------------------------- */

/* Undo the escapes of [from, from + n) in place; a NUL follows the result. */
static struct apam_str
unescape(char *from, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		bool hex = n - i >= 4 && from[i] == '\\' &&
		    from[i + 1] == 'x' && str_hex(from[i + 2]) >= 0 &&
		    str_hex(from[i + 3]) >= 0;

		if (hex) {
			from[to++] = (char)(str_hex(from[i + 2]) * 16 +
			    str_hex(from[i + 3]));
			i += 3;
			continue;
		}
		if (from[i] == '\\' && i + 1 < n && from[i + 1] == '\\')
			i++;
		from[to++] = from[i];
	}
	from[to] = '\0';
	return (struct apam_str){ from, to };
}

/* The word's number; SCRIPT_WORDS where it is none. */
static enum script_word
find_word(struct apam_str word)
{
	size_t i = 0;

	while (i < SCRIPT_WORDS && !str_equal(word, apam_str(words[i].name)))
		i++;
	return (enum script_word)i;
}

/* What is read, and where reading stands. */
struct reader {
	struct script *s;
	struct script_fault *fault;
	char *p, *end; /* what is left */
	unsigned line; /* the number of the next line, from 1 */
	size_t room;
};

static bool
is_head(const char *p, const char *end)
{
	return end - p >= 2 && p[0] == '%' && p[1] == '%' &&
	    (end - p == 2 || p[2] == ' ' || p[2] == '\n');
}

/* Go behind the next newline; return where the line ended. */
static char *
pass_line(struct reader *r)
{
	char *newline = memchr(r->p, '\n', (size_t)(r->end - r->p));

	r->line++;
	if (newline == NULL)
		newline = r->end;
	r->p = newline == r->end ? r->end : newline + 1;
	return newline;
}

/* All lines up to the next head. */
static struct apam_str
pass_content(struct reader *r)
{
	char *from = r->p, *to = from;

	while (r->p < r->end && !is_head(r->p, r->end)) {
		char *line = r->p;
		char *newline = pass_line(r);

		if (newline > line)
			to = newline;
	}
	return (struct apam_str){ from, (size_t)(to - from) };
}

/* Read the head's word and argument.  A comment's word is SCRIPT_WORDS. */
static bool
read_head(struct reader *r, struct script_section *section)
{
	struct apam_str line = { r->p + 2, 0 }, word;

	section->line = r->line;
	line.n = (size_t)(pass_line(r) - line.p);
	line = str_trim(line);
	word = str_cut(line, str_find(line, ' '));
	section->argument = str_trim(str_skip(line, word.n));
	section->word = find_word(word);
	if (section->word != SCRIPT_WORDS || str_starts(line, APAM_STR("#")))
		return true;
	if (word.n > 40 || !utf8_is_plain(word))
		return fail(
		    r->fault, section->line, "this is not a word of a script");
	return fail(r->fault, section->line,
	    "\"%.*s\" is not a word of a script", SARG(word));
}

static bool
read_section(struct reader *r)
{
	struct script_section section = { .number = -1 };
	struct apam_str raw, argument;
	const char *wanted;

	if (!read_head(r, &section))
		return false;
	raw = pass_content(r);
	if (section.word == SCRIPT_WORDS)
		return true;
	if (raw.n > 0 && !words[section.word].content)
		return fail(r->fault, section.line,
		    "\"%s\" has no lines below it", words[section.word].name);
	argument = section.argument;
	if (argument.n > 0)
		section.argument = unescape(
		    r->s->text + (argument.p - r->s->text), argument.n);
	section.content = raw;
	if (raw.n > 0)
		section.content = unescape(
		    r->s->text + (raw.p - r->s->text), raw.n);
	wanted = read_argument(&section);
	if (wanted != NULL)
		return fail(r->fault, section.line, "\"%s\" is followed by %s",
		    words[section.word].name, wanted);
	if (r->s->count == SCRIPT_SECTIONS_MAX)
		return fail(r->fault, section.line, "there are too many");
	if (!array_grow(&r->s->all, r->s->count, &r->room, sizeof(section)))
		return fail(r->fault, section.line, "out of memory");
	r->s->all[r->s->count++] = section;
	return true;
}

bool
script_read(struct apam_str text, struct script *s, struct script_fault *fault)
{
	struct reader r = { s, fault, NULL, NULL, 1, 0 };

	*s = (struct script){ NULL, NULL, 0 };
	if (text.n > SCRIPT_MAX)
		return fail(fault, 0, "it is larger than %d bytes", SCRIPT_MAX);
	s->text = malloc(text.n + 1);
	if (s->text == NULL)
		return fail(fault, 0, "out of memory");
	if (text.n > 0)
		memcpy(s->text, text.p, text.n);
	s->text[text.n] = '\0';
	r.p = s->text;
	r.end = s->text + text.n;
	(void)pass_content(&r);
	while (r.p < r.end)
		if (!read_section(&r))
			return false;
	if (s->count == 0)
		return fail(fault, 0,
		    "it has no sections: each begins with \"%%%% WORD\"");
	return true;
}

void
script_free(struct script *s)
{
	free(s->all);
	free(s->text);
	*s = (struct script){ NULL, NULL, 0 };
}
