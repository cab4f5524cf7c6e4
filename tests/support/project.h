/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration of its own for each test: a new directory below /tmp with a
 * main file, profiles, and copies of the modules that are needed, because any
 * user may be able to write to the build tree.  Paths are relative to the top
 * of the source; built files are in $APAM_BUILD or $BUILD.
 */
#ifndef TESTS_PROJECT_H
#define TESTS_PROJECT_H

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apam/admin.h>

struct project {
	char dir[64];
	char path[512]; /* set by project_path */
	struct apam *ctx;
	struct apam_error err; /* of the last call that can fail */
};

/* The path of a file in the project, valid until the next call. */
static inline const char *
project_path(struct project *p, const char *name)
{
	(void)snprintf(p->path, sizeof(p->path), "%s/%s", p->dir, name);
	return p->path;
}

/* Write a file with a mode that is trusted. */
static inline void
project_write(struct project *p, const char *name, const char *text)
{
	FILE *f = fopen(project_path(p, name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(p->path, 0644), 0);
}

/* Write a secret's file, to which others have no access. */
static inline void
project_secret(struct project *p, const char *name, const char *text)
{
	project_write(p, name, text);
	ck_assert_int_eq(chmod(p->path, 0600), 0);
}

static inline void
project_directory(struct project *p, const char *name)
{
	ck_assert_int_eq(mkdir(project_path(p, name), 0700), 0);
}

/* Make a directory with modules/ and apam.d/, both empty, and apam.conf. */
static inline void
project_make(struct project *p)
{
	char text[512];

	memset(p, 0, sizeof(*p));
	p->err.size = sizeof(p->err);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/apam-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	project_directory(p, "modules");
	project_directory(p, "apam.d");
	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"file\";\n",
	    p->dir, p->dir, p->dir);
	project_write(p, "apam.conf", text);
}

/* The path of a built file, such as "modules/x.so". */
static inline void
project_built(const char *name, char *to, size_t size)
{
	const char *build = getenv("APAM_BUILD");

	if (build == NULL)
		build = getenv("BUILD");
	(void)snprintf(
	    to, size, "%s/%s", build == NULL ? "build" : build, name);
}

/* Copy a built file into the project. */
static inline void
project_copy(struct project *p, const char *built, const char *name)
{
	static char block[65536];
	char from[512];
	FILE *in, *out;
	size_t n;

	project_built(built, from, sizeof(from));
	in = fopen(from, "r");
	ck_assert_msg(in != NULL, "%s is not built", from);
	out = fopen(project_path(p, name), "w");
	ck_assert_ptr_nonnull(out);
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		ck_assert_uint_eq(fwrite(block, 1, n, out), n);
	ck_assert_int_eq(fclose(in), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(p->path, 0644), 0);
}

/* Install a module of modules/ or, if `test`, of tests/modules/. */
static inline void
project_module(struct project *p, const char *scheme, bool test)
{
	char built[128], name[128];

	(void)snprintf(built, sizeof(built), "%smodules/%s.so",
	    test ? "tests/" : "", scheme);
	(void)snprintf(name, sizeof(name), "modules/%s.so", scheme);
	project_copy(p, built, name);
}

/* Write a profile's file. */
static inline void
project_profile(struct project *p, const char *name, const char *text)
{
	char file[128];

	(void)snprintf(file, sizeof(file), "apam.d/%s.conf", name);
	project_write(p, file, text);
}

/* A profile for one origin, of a scheme that cannot be loaded. */
static inline void
project_origin(struct project *p, const char *name, const char *origin)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%s\" ];\nauth = ( { scheme = \"none\"; } );\n",
	    origin);
	project_profile(p, name, text);
}

/* Copy a text; '@' before a slash becomes the project's directory. */
static inline void
project_splice(const struct project *p, const char *text, char *to, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + sizeof(p->dir) < size; text++) {
		if (text[0] == '@' && text[1] == '/')
			n += (size_t)snprintf(to + n, size - n, "%s", p->dir);
		else
			to[n++] = *text;
	}
	to[n] = '\0';
}

/* Write a profile for https://api.example with these entries, spliced. */
static inline void
project_entries(struct project *p, const char *name, const char *entries)
{
	char format[2048], text[2048];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\" ];\nauth = ( %s );\n",
	    entries);
	project_splice(p, format, text, sizeof(text));
	project_profile(p, name, text);
}

/* Open the context, with these flags beside APAM_OPEN_USER. */
static inline void
project_open(struct project *p, unsigned flags)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | flags };
	char config[128];

	(void)snprintf(config, sizeof(config), "%s/apam.conf", p->dir);
	options.config = config;
	ck_assert_msg(apam_open(&options, &p->ctx, &p->err) == APAM_OK,
	    "%s:%u: %s", p->err.file, p->err.line, p->err.text);
}

/* Open the context unless it is open, and get a profile, which must exist. */
static inline struct apam_profile *
project_get(struct project *p, const char *name)
{
	struct apam_profile *profile = NULL;

	if (p->ctx == NULL)
		project_open(p, 0);
	ck_assert_msg(
	    apam_profile_get(p->ctx, name, &profile, &p->err) == APAM_OK,
	    "%s:%u: %s", p->err.file, p->err.line, p->err.text);
	return profile;
}

/*
 * Remove the segment of the registry's counter, which outlives the directory.
 */
static inline void
project_forget(struct project *p)
{
	char program[512], command[sizeof(program) + sizeof(p->path) + 8];

	if (access(project_path(p, "state/index"), F_OK) != 0)
		return;
	project_built("tests/support/forget", program, sizeof(program));
	(void)snprintf(command, sizeof(command), "'%s' '%s'", program, p->path);
	ck_assert_int_eq(system(command), 0);
}

static inline void
project_remove(struct project *p)
{
	char command[128];

	apam_close(&p->ctx);
	project_forget(p);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
	ck_assert_int_eq(system(command), 0);
}

#endif
