/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of a configuration with many profiles.  mallinfo2 is glibc.
 */
#define _GNU_SOURCE
#include <apam/admin.h>

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

void
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
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "many/p%05d.conf", i);
		(void)snprintf(text, sizeof(text),
		    "origins = [ \"https://p%05d.example.com\" ];\n"
		    "auth = ( { scheme = \"basic-email-key\";"
		    " email = \"p%05d@example.com\"; key = \"file:%s\"; } "
		    ");\n",
		    i, i, site_path("key"));
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
	need(n == MANY, "profiles are missing");
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

/* How much opening adds to the heap or to memory, whichever is more. */
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
	    in_child(memory_of_open) / MANY);
}

/* ---- Finding ------------------------------------------------------------ */

#define FINDS 10000
#define TRIES 3

static void
find_many(void *arg, size_t n)
{
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;

	while (n-- > 0) {
		if (apam_profile_find(arg, "https://p04711.example.com/things",
			&profile, &err) != APAM_OK)
			need(false, err.text);
		use(profile);
	}
}

static void
find_some(void *arg)
{
	find_many(arg, FINDS);
}

static double
time_of_one(struct apam *ctx)
{
	double start = now_ns();

	find_many(ctx, 1);
	return now_ns() - start;
}

static int
compare_origins(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The least work: the text is known to be an origin, and searched in order. */
static void
raw_bsearch(void *arg, size_t n)
{
	static char origins[MANY][32];

	(void)arg;
	if (origins[0][0] == '\0')
		for (int i = 0; i < MANY; i++)
			(void)snprintf(origins[i], sizeof(origins[i]),
			    "https://p%05d.example.com", i);
	while (n-- > 0)
		use(bsearch("https://p04711.example.com", origins, MANY,
		    sizeof(origins[0]), compare_origins));
}

/*
 * The time of a find when the files must be checked: the shortest of three, in
 * ms.
 */
static double
look_ms(struct apam *ctx)
{
	const struct timespec second = { 1, 50000000 };
	double least = 1e12, ns;

	for (int i = 0; i < TRIES; i++) {
		(void)nanosleep(&second, NULL);
		ns = time_of_one(ctx);
		least = ns < least ? ns : least;
	}
	return least / 1e6;
}

/* One call of many may check the files, but not one in each try. */
static long
call_of_find(struct apam *ctx)
{
	long call = 1;

	for (int i = 0; i < TRIES && call != 0; i++)
		call = system_call_of(find_some, ctx);
	return call;
}

void
run_find_10000(struct result *result)
{
	struct apam *ctx;
	struct loop mine, theirs = { raw_bsearch, NULL, 0 };
	struct work ours, raw;
	double first;
	long call;

	make_many();
	ctx = site_open("many.conf");
	first = time_of_one(ctx);
	mine = (struct loop){ find_many, ctx, 0 };
	ours = loop_work(&mine);
	raw = loop_work(&theirs);
	measure(&ours, &raw, 301, result);
	call = call_of_find(ctx);
	result->broken = call != 0;
	(void)snprintf(result->note, sizeof(result->note),
	    "system call in %d finds: %ld, 0 is none; guide: 1 us; the first "
	    "find, which reads all profiles: %.0f ms; one that looks at their "
	    "files, once a second: %.0f ms",
	    FINDS, call, first / 1e6, look_ms(ctx));
	apam_close(&ctx);
}
