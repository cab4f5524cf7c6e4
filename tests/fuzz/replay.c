/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replays inputs through a fuzz target: each file named, and each file of each
 * directory named, after an empty input.  No fuzzing and no libFuzzer.  Each is
 * run with all memory first, and then with allocations that fail (memory.c).
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (4U << 20)
#define FAILURES 24 /* of each input */

/* Each input gets a block of just its size: ASan then sees an overread. */
static bool
replay_bytes(const char *path, FILE *file, size_t size)
{
	uint8_t *data;
	bool ok;

	fuzz_feed();
	data = malloc(size == 0 ? 1 : size);
	ok = data != NULL && fread(data, 1, size, file) == size;
	if (ok)
		LLVMFuzzerTestOneInput(data, size);
	else
		fprintf(stderr, "%s: cannot be read\n", path);
	free(data);
	return ok;
}

static bool
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	bool ok = false;

	if (file == NULL) {
		perror(path);
		return false;
	}
	if (fstat(fileno(file), &st) == 0 && st.st_size >= 0 &&
	    st.st_size <= (off_t)INPUT_MAX)
		ok = replay_bytes(path, file, (size_t)st.st_size);
	else
		fprintf(stderr, "%s: too large\n", path);
	fclose(file);
	return ok;
}

/* How many files were replayed, -1 where one could not be. */
static int
replay_directory(DIR *directory, const char *path)
{
	struct dirent *entry;
	char name[4096];
	int count = 0;

	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path,
			entry->d_name) >= (int)sizeof(name))
			return -1;
		if (!replay_file(name))
			return -1;
		count++;
	}
	return count;
}

static int
replay(const char *path)
{
	DIR *directory = opendir(path);
	int count;

	if (directory == NULL)
		return replay_file(path) ? 1 : -1;
	count = replay_directory(directory, path);
	closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	static const uint8_t nothing[1];
	int total = 0;

	fuzz_failures = FAILURES;
	LLVMFuzzerTestOneInput(nothing, 0);
	for (int i = 1; i < argc; i++) {
		int count = replay(argv[i]);

		if (count < 0)
			return 1;
		total += count;
	}
	printf("%s: replayed %d inputs and an empty one\n", argv[0], total);
	return total == 0;
}
