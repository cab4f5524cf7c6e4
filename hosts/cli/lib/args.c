/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line reader.  It does not use getopt_long, which keeps global
 * state, reorders argv, accepts abbreviations that later versions may make
 * ambiguous, and prints its own messages.
 */
#include "lib/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN 40

/* How far the reading has come. */
struct cursor {
	struct args *args;
	int argc;
	char **argv;
	int i;
};

static const struct flag *
find_long(const struct args *args, const char *name, size_t n)
{
	for (size_t t = 0; t < 2; t++) {
		const struct flag *f = args->tables[t];
		for (; f != NULL && f->name != NULL; f++)
			if (strlen(f->name) == n &&
			    memcmp(f->name, name, n) == 0)
				return f;
	}
	return NULL;
}

static const struct flag *
find_letter(const struct args *args, char letter)
{
	for (size_t t = 0; t < 2; t++) {
		const struct flag *f = args->tables[t];
		for (; f != NULL && f->name != NULL; f++)
			if (f->letter == letter)
				return f;
	}
	return NULL;
}

static bool
flag_problem(struct args *args, const char *text, const struct flag *flag)
{
	snprintf(
	    args->problem, sizeof(args->problem), "--%s %s", flag->name, text);
	return false;
}

static bool
unknown_problem(
    struct args *args, const char *dashes, const char *name, size_t n)
{
	/* Show the name only: what follows it may be a misplaced secret. */
	snprintf(args->problem, sizeof(args->problem),
	    "there is no option %s%.*s", dashes,
	    (int)(n < NAME_SHOWN ? n : NAME_SHOWN), name);
	return false;
}

static bool
note(struct args *args, const struct flag *flag, const char *value)
{
	if (flag->value != NULL && !flag->many && args_has(args, flag->name))
		return flag_problem(args, "may be given only once", flag);
	args->given[args->given_count++] = (struct given){ flag, value };
	return true;
}

/* Take the value of a flag: `attached`, or the next argument. */
static bool
note_value(struct cursor *c, const struct flag *flag, const char *attached)
{
	if (attached != NULL)
		return note(c->args, flag, attached);
	if (c->i + 1 >= c->argc)
		return flag_problem(c->args, "needs a value", flag);
	c->i++;
	return note(c->args, flag, c->argv[c->i]);
}

static bool
read_long(struct cursor *c, const char *text)
{
	size_t n = strcspn(text, "=");
	const char *attached = text[n] == '=' ? text + n + 1 : NULL;
	const struct flag *flag = find_long(c->args, text, n);

	if (flag == NULL)
		return unknown_problem(c->args, "--", text, n);
	if (flag->value != NULL)
		return note_value(c, flag, attached);
	if (attached != NULL)
		return flag_problem(c->args, "takes no value", flag);
	return note(c->args, flag, NULL);
}

static bool
read_short(struct cursor *c, const char *text)
{
	for (; *text != '\0'; text++) {
		const struct flag *flag = find_letter(c->args, *text);

		if (flag == NULL)
			return unknown_problem(c->args, "-", text, 1);
		if (flag->value != NULL)
			return note_value(
			    c, flag, text[1] == '\0' ? NULL : text + 1);
		if (!note(c->args, flag, NULL))
			return false;
	}
	return true;
}

static bool
read_words(struct cursor *c)
{
	if (c->args->stop_at_word)
		return true;
	for (; c->i < c->argc; c->i++)
		c->args->words[c->args->word_count++] = c->argv[c->i];
	return true;
}

static bool
read_all(struct cursor *c)
{
	for (; c->i < c->argc; c->i++) {
		const char *text = c->argv[c->i];
		bool ok = true;

		if (strcmp(text, "--") == 0) {
			c->i++;
			return read_words(c);
		}
		if (text[0] != '-' || text[1] == '\0') {
			if (c->args->stop_at_word || c->args->rest)
				return read_words(c);
			c->args->words[c->args->word_count++] = text;
			continue;
		}
		ok = text[1] == '-' ? read_long(c, text + 2) :
				      read_short(c, text + 1);
		if (!ok)
			return false;
	}
	return true;
}

bool
args_read(struct args *args, int argc, char **argv)
{
	struct cursor c = { args, argc, argv, 0 };
	size_t most = 1;
	bool ok;

	/* Every letter of a bundle may be a flag of its own. */
	for (int i = 0; i < argc; i++)
		most += strlen(argv[i]) + 1;
	args->given = calloc(most, sizeof(args->given[0]));
	args->words = calloc((size_t)argc + 1, sizeof(args->words[0]));
	if (args->given == NULL || args->words == NULL)
		return false;
	ok = read_all(&c);
	args->next = c.i;
	return ok;
}

void
args_free(struct args *args)
{
	free(args->given);
	free(args->words);
	args->given = NULL;
	args->words = NULL;
	args->given_count = args->word_count = 0;
}

static const struct given *
find_given(const struct args *args, const char *name)
{
	for (size_t i = 0; i < args->given_count; i++)
		if (strcmp(args->given[i].flag->name, name) == 0)
			return &args->given[i];
	return NULL;
}

const char *
args_value(const struct args *args, const char *name)
{
	const struct given *given = find_given(args, name);

	return given == NULL ? NULL : given->value;
}

bool
args_has(const struct args *args, const char *name)
{
	return find_given(args, name) != NULL;
}
