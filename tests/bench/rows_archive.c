/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The row of `apam keys archive` with many profiles, each of which it must read
 * to know which profiles name the key.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS 7
#define NS_PER_S 1e9

static double
keys(const char *command)
{
	static char program[256], config[512], name[16];
	static char option[] = "-c", group[] = "keys", yes[] = "--yes";
	static char id[] = "p04711@example.com";
	char *const archive[] = { program, option, config, group, name, yes, id,
		NULL };
	char *const restore[] = { program, option, config, group, name, id,
		NULL };
	double ns;

	(void)snprintf(program, sizeof(program), "%s/apam", site_build());
	(void)snprintf(config, sizeof(config), "%s", site_path("many.conf"));
	(void)snprintf(name, sizeof(name), "%s", command);
	need(spawn_and_wait(
		 strcmp(command, "archive") == 0 ? archive : restore, &ns) == 0,
	    "apam keys failed");
	return ns;
}

static double
sample_archive(void *arg)
{
	const double ns = keys("archive");

	(void)arg;
	(void)keys("restore");
	return ns;
}

static void
read_file(int directory, const char *name)
{
	char text[4096];
	int fd = openat(directory, name, O_RDONLY);

	need(fd >= 0 && read(fd, text, sizeof(text)) > 0,
	    "cannot read a profile");
	(void)close(fd);
}

static double
sample_read(void *arg)
{
	const double start = now_ns();
	DIR *dir = opendir(site_path("many"));
	const struct dirent *d;

	(void)arg;
	need(dir != NULL, "cannot read the directory of profiles");
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] == 'p')
			read_file(dirfd(dir), d->d_name);
	(void)closedir(dir);
	return now_ns() - start;
}

void
run_archive_10000(struct result *result)
{
	const struct work ours = { sample_archive, NULL };
	const struct work raw = { sample_read, NULL };

	make_many();
	/*
	 * The first call makes the registry, and waits until all programs look.
	 */
	(void)sample_archive(NULL);
	measure(&ours, &raw, ROUNDS, result);
	result->ratio = result->ns / NS_PER_S;
}
