/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left to walk is always shorter than a path may be, and the turns are
 * counted, so that a loop of links ends.
 */
#include "file/steps.h"

#include <stdio.h>
#include <string.h>

void
steps_init(struct steps *s, struct apam_str path)
{
	*s = (struct steps){ .done = "/" };
	(void)snprintf(s->todo, sizeof(s->todo), "%.*s", SARG(path));
}

const char *
steps_name(const struct steps *s)
{
	return strrchr(s->done, '/') + 1;
}

/* Where the next name of `todo` begins. */
static const char *
next_name(const struct steps *s)
{
	const char *at = s->todo;

	/* "//" and "/." lead nowhere, as in the kernel. */
	while (
	    at[0] == '/' || (at[0] == '.' && (at[1] == '/' || at[1] == '\0')))
		at++;
	return at;
}

bool
steps_is_last(const struct steps *s)
{
	return *next_name(s) == '\0';
}

/* Take away the last name of `done`. */
static void
step_back(struct steps *s)
{
	char *slash = strrchr(s->done, '/');

	slash[slash == s->done] = '\0';
}

/* Put `front` and a slash before what is left.  False if it does not fit. */
static bool
put_before(struct steps *s, struct apam_str front, const char *rest)
{
	char all[sizeof(s->todo)];
	const int n = snprintf(all, sizeof(all), "%.*s/%s", SARG(front), rest);

	if (n < 0 || (size_t)n >= sizeof(all))
		return false;
	memcpy(s->todo, all, (size_t)n + 1);
	return true;
}

static enum step
give_up(struct steps *s, const char *why)
{
	s->why = why;
	return STEP_END;
}

static bool
may_turn(struct steps *s)
{
	return ++s->turns <= STEPS_TURNS_MAX;
}

static enum step
give_up_long(struct steps *s)
{
	return give_up(s,
	    "is a symbolic link that makes the path longer than 511 bytes; "
	    "write a shorter one");
}

static enum step
give_up_turning(struct steps *s)
{
	return give_up(s,
	    "is reached by more than 40 symbolic links and \"..\"; do they "
	    "lead in a circle?");
}

/* Go up, and to the root with what is then left. */
static enum step
turn_up(struct steps *s, const char *rest)
{
	char above[sizeof(s->done)];

	if (!may_turn(s))
		return give_up_turning(s);
	step_back(s);
	(void)snprintf(above, sizeof(above), "%s", s->done);
	if (!put_before(s, apam_str(above), rest))
		return give_up_long(s);
	(void)snprintf(s->done, sizeof(s->done), "/");
	return STEP_ROOT;
}

enum step
steps_next(struct steps *s)
{
	const char *name = next_name(s);
	const size_t n = strcspn(name, "/"), before = strlen(s->done);
	const bool root = before == 1;

	if (n == 0)
		return STEP_END;
	if (n == 2 && memcmp(name, "..", 2) == 0)
		return turn_up(s, name + n);
	if (before + !root + n > STEPS_PATH_MAX)
		return give_up_long(s);
	(void)snprintf(s->done + before, sizeof(s->done) - before, "%s%.*s",
	    root ? "" : "/", (int)n, name);
	memmove(s->todo, name + n, strlen(name + n) + 1);
	return STEP_NAME;
}

enum step
steps_link(struct steps *s, struct apam_str target)
{
	if (!may_turn(s))
		return give_up_turning(s);
	if (target.n == 0 || str_has_control(target))
		return give_up(s,
		    "is a symbolic link to nothing, or with a control "
		    "character");
	if (!put_before(s, target, s->todo))
		return give_up_long(s);
	step_back(s);
	if (target.p[0] != '/')
		return STEP_NAME;
	(void)snprintf(s->done, sizeof(s->done), "/");
	return STEP_ROOT;
}
