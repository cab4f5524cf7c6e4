/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration for the rows: a new directory below /tmp with copies of the
 * modules, because any user may be able to write to the build tree, and
 * profiles whose credentials need no network.
 */
#include <apam/admin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define TOKEN_SIZE 900

static char dir[64];
static pid_t owner;
static struct apam *shared;

static const char *const profiles[][2] = {
	{ "bearer",
	    "{ scheme = \"bench-bearer\"; token = \"file:%s/token\"; }" },
	{ "basic",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.com\";"
	    " key = \"file:%s/key\"; }" },
	{ "query",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.com\";"
	    " key = \"file:%s/key\"; query = { organization_id = \"7\"; }; }" },
	{ "hmac",
	    "{ scheme = \"hmac-test\"; key_id = \"one\";"
	    " secret = \"file:%s/key\"; }" },
	{ "chunked",
	    "{ scheme = \"chunked-test\"; key_id = \"one\";"
	    " secret = \"file:%s/key\"; date = \"20130524T000000Z\"; }" },
};

void
need(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

const char *
site_build(void)
{
	const char *build = getenv("BUILD");

	return build == NULL ? "build" : build;
}

const char *
site_path(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

void
site_write(const char *name, const char *text)
{
	FILE *f = fopen(site_path(name), "w");

	need(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0,
	    "cannot write a file of the configuration");
	need(chmod(site_path(name), 0600) == 0, "cannot set a file's mode");
}

void
site_directory(const char *name)
{
	need(mkdir(site_path(name), 0700) == 0, "cannot make a directory");
}

/* Segments of registries' counters outlast their directories. */
static void
forget_counters(void)
{
	char command[256];

	(void)snprintf(command, sizeof(command),
	    "for f in %s/*/index/counter; do [ ! -s $f ] || ipcrm -m "
	    "$(od -An -tu4 -j8 -N4 $f); done 2>/dev/null",
	    dir);
	if (system(command) != 0)
		(void)fprintf(stderr, "bench: a segment is left over\n");
}

/* Children that fork from here leave the directory alone. */
static void
site_remove(void)
{
	char command[128];

	if (getpid() != owner)
		return;
	apam_close(&shared);
	forget_counters();
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		(void)fprintf(stderr, "bench: cannot remove %s\n", dir);
}

static void
copy_module(const char *from, const char *scheme)
{
	static char block[65536];
	char name[256];
	FILE *in, *out;
	size_t n;

	(void)snprintf(
	    name, sizeof(name), "%s/%s/%s.so", site_build(), from, scheme);
	in = fopen(name, "r");
	need(in != NULL, "a module is not built");
	(void)snprintf(name, sizeof(name), "modules/%s.so", scheme);
	out = fopen(site_path(name), "w");
	need(out != NULL, "cannot copy a module");
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		need(fwrite(block, 1, n, out) == n, "cannot copy a module");
	(void)fclose(in);
	need(fclose(out) == 0, "cannot copy a module");
	need(chmod(site_path(name), 0644) == 0, "cannot set a file's mode");
}

static void
write_profile(const char *name, const char *entry)
{
	char format[512], text[768], file[64];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example.com\" ];\nauth = ( %s );\n",
	    entry);
	/* The entry's only conversion is the directory. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, sizeof(text), format, dir);
#pragma GCC diagnostic pop
	(void)snprintf(file, sizeof(file), "apam.d/%s.conf", name);
	site_write(file, text);
}

static void
write_secrets(void)
{
	char token[TOKEN_SIZE + 1];

	for (size_t i = 0; i < TOKEN_SIZE; i++)
		token[i] = "not-a-secret-"[i % 13];
	token[TOKEN_SIZE] = '\0';
	site_write("token", token);
	site_write("key", "0123456789abcdef0123456789abcdef01234567");
}

void
site_make(void)
{
	char text[512];

	(void)snprintf(dir, sizeof(dir), "/tmp/apam-bench-XXXXXX");
	need(mkdtemp(dir) != NULL, "cannot make a directory below /tmp");
	owner = getpid();
	need(atexit(site_remove) == 0, "cannot register the cleaning up");
	site_directory("modules");
	site_directory("apam.d");
	site_directory("state");
	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"file\";\n",
	    dir, dir, dir);
	site_write("apam.conf", text);
	write_secrets();
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		write_profile(profiles[i][0], profiles[i][1]);
	copy_module("modules", "basic-email-key");
	copy_module("modules", "oauth2-client-credentials");
	copy_module("tests/modules", "bench-bearer");
	copy_module("tests/modules", "hmac-test");
	copy_module("tests/modules", "chunked-test");
}

struct apam *
site_open(const char *config)
{
	char path[512];
	struct apam_open_options options = {
		.size = sizeof(options),
		.config = path,
		.flags = APAM_OPEN_USER,
	};
	struct apam_error err = APAM_ERROR_INIT;
	struct apam *ctx = NULL;

	(void)snprintf(path, sizeof(path), "%s", site_path(config));
	if (apam_open(&options, &ctx, &err) != APAM_OK)
		need(false, err.text);
	return ctx;
}

struct apam_profile *
site_profile(const char *name)
{
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;

	if (shared == NULL)
		shared = site_open("apam.conf");
	if (apam_profile_get(shared, name, &profile, &err) != APAM_OK)
		need(false, err.text);
	return profile;
}
