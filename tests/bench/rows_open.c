/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of a configuration with many profiles.  mallinfo2 is glibc.
 */
#define _GNU_SOURCE
#include <apam/apam.h>

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

#define PROFILES 10000

/* A directory of profiles, each with an origin of its own; made once. */
static void
make_many(void)
{
	static bool made;
	char name[64], text[512];

	if (made)
		return;
	made = true;
	site_directory("many");
	(void)snprintf(
	    text, sizeof(text), "module_dir = \"%s\";\n", site_path("modules"));
	(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
	    "profile_dir = \"%s\";\n", site_path("many"));
	(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
	    "state_dir = \"%s\";\n", site_path("state"));
	site_write("many.conf", text);
	for (int i = 0; i < PROFILES; i++) {
		(void)snprintf(name, sizeof(name), "many/p%05d.conf", i);
		(void)snprintf(text, sizeof(text),
		    "origins = [ \"https://p%05d.example.com\" ];\n"
		    "auth = ( { scheme = \"basic-email-key\";"
		    " email = \"a@example.com\"; key = \"file:%s\"; } );\n",
		    i, site_path("key"));
		site_write(name, text);
	}
}

static double
sample_open(void *arg)
{
	double start = now_ns(), end;
	struct apam *ctx = site_open("many.conf");

	(void)arg;
	end = now_ns();
	apam_close(&ctx);
	return end - start;
}

static double
sample_readdir(void *arg)
{
	double start = now_ns();
	DIR *dir = opendir(site_path("many"));
	const struct dirent *d;
	size_t n = 0;

	(void)arg;
	need(dir != NULL, "cannot read the directory of profiles");
	while ((d = readdir(dir)) != NULL)
		n += d->d_name[0] == 'p';
	(void)closedir(dir);
	need(n == PROFILES, "profiles are missing");
	return now_ns() - start;
}

/* Bytes of this process in memory. */
static double
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long all = 0, pages = 0;
	long page = sysconf(_SC_PAGESIZE);

	need(f != NULL && fscanf(f, "%lu %lu", &all, &pages) == 2,
	    "cannot read /proc/self/statm");
	(void)fclose(f);
	return (double)pages * (double)page;
}

static double
heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

/* What opening adds to the heap or to memory, whichever is more. */
static double
memory_of_open(void)
{
	struct apam *ctx = site_open("apam.conf");
	double pages, bytes, before_pages, before_bytes;

	apam_close(&ctx);
	before_pages = resident();
	before_bytes = heap();
	ctx = site_open("many.conf");
	pages = resident() - before_pages;
	bytes = heap() - before_bytes;
	need(ctx != NULL, "no context");
	return pages > bytes ? pages : bytes;
}

void
run_open_10000(struct result *result)
{
	const struct work ours = { sample_open, NULL };
	const struct work raw = { sample_readdir, NULL };

	make_many();
	measure(&ours, &raw, 51, result);
	(void)snprintf(result->note, sizeof(result->note),
	    "%.1f bytes for each unused profile; guide: 50 ms, 1024 bytes",
	    in_child(memory_of_open) / PROFILES);
}

static double
sample_find(void *arg)
{
	struct apam_profile *profile = NULL;
	struct apam_error err;
	double start = now_ns();

	if (apam_profile_find(arg, "https://p04711.example.com/things",
		&profile, &err) != APAM_OK)
		need(false, err.text);
	return now_ns() - start;
}

void
run_find_10000(struct result *result)
{
	struct apam *ctx;
	struct work ours, raw = { sample_readdir, NULL };
	double first;

	make_many();
	ctx = site_open("many.conf");
	ours = (struct work){ sample_find, ctx };
	first = sample_find(ctx);
	measure(&ours, &raw, 51, result);
	(void)snprintf(result->note, sizeof(result->note),
	    "the first find, which reads all profiles: %.0f ms", first / 1e6);
	apam_close(&ctx);
}
