/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam module new: a directory with a module that compiles and passes its
 * tests, to be changed into the one that is wanted.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <apam/types.h>

#include "lib/command.h"
#include "lib/report.h"
#include "lib/template.h"

static const struct flag flags[] = {
	{ .name = "exchange",
	    .help = "a scheme that gets a token, not one with a key alone" },
	{ .name = "sign",
	    .help = "a scheme that signs each request with a key" },
	{ .name = NULL },
};

/* The names of the new module, in each spelling that files have. */
struct names {
	char scheme[APAM_NAME_SIZE]; /* my-scheme */
	char word[APAM_NAME_SIZE]; /* my_scheme */
	char capitals[APAM_NAME_SIZE]; /* MY-SCHEME */
};

/* As the loader has it: letters, digits and '-'; for C it begins with one. */
static bool
name_ok(const char *name)
{
	const size_t n = strlen(name);

	if (n == 0 || n >= APAM_NAME_SIZE || !islower((unsigned char)name[0]))
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n &&
	    name[n - 1] != '-';
}

static void
spell(const char *name, struct names *to)
{
	size_t i;

	memset(to, 0, sizeof(*to));
	for (i = 0; name[i] != '\0'; i++) {
		to->scheme[i] = name[i];
		to->word[i] = (char)(name[i] == '-' ? '_' : name[i]);
		to->capitals[i] = (char)toupper((unsigned char)name[i]);
	}
}

static void
print_made(const char *made)
{
	puts(made);
}

static bool
copy(struct template *t, const char *templates, const char *kind)
{
	char from[TEMPLATE_PATH + 32];

	snprintf(from, sizeof(from), "%s/acme-%s", templates, kind);
	if (template_copy(t, from, print_made))
		return true;
	complain("%s cannot be made: %s; remove %s before you try again",
	    t->made, strerror(errno), t->to);
	return false;
}

static int
make(const char *templates, const char *name, const char *kind)
{
	struct names n;
	const struct template_word words[] = {
		{ "acme-token", n.scheme },
		{ "acme_token", n.word },
		{ "ACME-TOKEN", n.capitals },
		{ "acme-sign", n.scheme },
		{ "acme_sign", n.word },
		{ "ACME-SIGN", n.capitals },
		{ "acme-name", n.scheme },
		{ "acme-key", n.scheme },
		{ "acme_key", n.word },
		{ "ACME-KEY", n.capitals },
	};
	struct template t = { .words = words,
		.count = sizeof(words) / sizeof(words[0]),
		.to = name };

	spell(name, &n);
	if (mkdir(name, 0777) != 0) {
		complain("%s cannot be made: %s; nothing that is there is "
			 "overwritten",
		    name, strerror(errno));
		return STATUS_CONFIG;
	}
	if (!copy(&t, templates, "common") || !copy(&t, templates, kind))
		return STATUS_CONFIG;
	tell("Next: cd %s && make test; its README.md says what to do then.",
	    name);
	return STATUS_DONE;
}

static int
module_new(struct cli *cli, const struct args *args)
{
	const bool exchange = args_has(args, "exchange");
	const bool sign = args_has(args, "sign");
	char templates[TEMPLATE_PATH];

	(void)cli;
	if (exchange && sign)
		return usage_error(&command_module_new,
		    "--exchange and --sign exclude each other");
	if (!name_ok(args->words[0]))
		return usage_error(&command_module_new,
		    "a scheme's name has lower-case letters, digits and '-', "
		    "and begins with a letter");
	if (!template_directory(templates)) {
		complain("the templates of modules are not in %s: install "
			 "apam again, with its development files",
		    templates);
		return STATUS_CONFIG;
	}
	return make(templates, args->words[0],
	    exchange ? "token" :
		sign ? "sign" :
		       "key");
}

const struct command command_module_new = {
	.name = "module new",
	.synopsis = "[--exchange | --sign] NAME",
	.summary = "Make a directory with a module that compiles",
	.notes =
	    "NAME is the scheme's, and the directory's.  Options, tests, a fuzz "
	    "target, a manual\n"
	    "page and a Makefile are there; nothing that is there is "
	    "overwritten.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = module_new,
};
