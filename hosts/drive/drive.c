/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam-module-drive: play scripts against a module, for `apam module drive`:
 *
 *	apam-module-drive [--show-secrets] FILE SCRIPT ...
 *
 * Each difference is told on the standard output, and then how many there are.
 * The exit status is that of apam(1): 0 all passed, 1 something differs, 2
 * usage, or a script that is none, 3 the module does not load.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "drive/play.h"

enum { DONE = 0, DIFFERS = 1, USAGE = 2, CONFIG = 3 };

static int
usage(void)
{
	(void)fputs("apam: module drive: give a module's file and at least one "
		    "script: [--show-secrets] FILE SCRIPT ...\n",
	    stderr);
	return USAGE;
}

/* The whole of a file, to be freed; NULL, and errno, where it fails. */
static char *
read_file(const char *path, size_t *n)
{
	FILE *file = fopen(path, "re");
	char *text = file == NULL ? NULL : malloc(SCRIPT_MAX + 1);

	if (text != NULL) {
		*n = fread(text, 1, SCRIPT_MAX + 1, file);
		if (ferror(file)) {
			free(text);
			text = NULL;
		}
	}
	if (file != NULL)
		(void)fclose(file);
	return text;
}

/* Files that a script names are beside it. */
static void
directory_of(const char *path, char directory[4096])
{
	const char *slash = strrchr(path, '/');

	(void)snprintf(directory, 4096, "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
}

static int
play_file(struct played *module, const char *path, struct told *told)
{
	struct script_fault fault = { 0, "" };
	struct script script = { NULL, NULL, 0 };
	char directory[4096];
	size_t n = 0;
	char *text = read_file(path, &n);
	bool ok;

	if (text == NULL) {
		(void)fprintf(stderr, "apam: module drive: %s: %s\n", path,
		    strerror(errno));
		return USAGE;
	}
	ok = script_read((struct apam_str){ text, n }, &script, &fault);
	free(text);
	told->file = path;
	directory_of(path, directory);
	if (ok)
		play_script(module, &script, directory, told);
	else
		(void)fprintf(stderr, "apam: module drive: %s:%u: %s\n", path,
		    fault.line, fault.text);
	script_free(&script);
	return ok ? DONE : USAGE;
}

int
main(int argc, char **argv)
{
	static struct played module; /* services keep its address */
	struct told told = { .to = stdout };
	struct apam_error err = APAM_ERROR_INIT;
	int status = DONE, first = 1;

	if (argc > 1 && strcmp(argv[1], "--show-secrets") == 0) {
		told.show = true;
		first++;
	}
	if (argc < first + 2 || argv[first][0] == '-')
		return usage();
	if (!played_load(&module, argv[first], &err)) {
		(void)fprintf(stderr, "apam: module drive: %s\n", err.text);
		return CONFIG;
	}
	for (int i = first + 1; i < argc && status == DONE; i++)
		status = play_file(&module, argv[i], &told);
	(void)printf("%u passed, %u failed\n", told.passed, told.failed);
	if (status == DONE && told.failed > 0)
		status = DIFFERS;
	return status;
}
