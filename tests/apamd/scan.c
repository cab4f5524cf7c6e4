/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches for secrets where other programs and users could find them:
 *
 *	scan SECRETS processes PID ...		all processes but itself and PIDs
 *	scan SECRETS files USER PATH ...	what USER (a number) can read below
 *	scan SECRETS plant WAY			nothing, but has the first one itself
 *
 * SECRETS has one a line.  Of a process it reads the memory, as a debugger or
 * what writes its core would, the environment, the arguments, and the files and
 * memfds that it has open.  Files that are older than SECRETS are left out.  Each
 * is looked for as it is, in base64 (at each of
 * its three places) and in hex.
 *
 * It says where it found one, by its number and never by its text, and ends with
 * 1; else with 0; with 2 where it could not look.  The last line says how much
 * it has read.  What is planted, in memory, environment, argument or file, shows
 * that it would find it.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEEDLES_MAX 512
#define NEEDLE_MAX 512
#define NEEDLE_MIN 8 /* shorter ones are found by chance */
#define BLOCK ((size_t)1 << 20)

struct needle {
	char text[NEEDLE_MAX];
	size_t size;
	unsigned secret; /* from 1 */
	const char *form;
	struct needle *next; /* of those with the same first two bytes */
};

static struct needle needles[NEEDLES_MAX];
static size_t needle_count;
static struct needle *by_start[65536];
static char block[BLOCK + NEEDLE_MAX];
static unsigned found, processes, files;
static uint64_t searched;
static time_t born; /* when the secrets were written */

/* ---- What is looked for ------------------------------------------------- */

static void
add_needle(unsigned secret, const char *form, const char *text, size_t size)
{
	struct needle *n = &needles[needle_count];
	unsigned start;

	if (needle_count == NEEDLES_MAX || size >= NEEDLE_MAX ||
	    size < NEEDLE_MIN) {
		fprintf(stderr, "scan: a secret is too long or too short\n");
		exit(2);
	}
	memcpy(n->text, text, size);
	n->size = size;
	n->secret = secret;
	n->form = form;
	start = (unsigned char)text[0] * 256U + (unsigned char)text[1];
	n->next = by_start[start];
	by_start[start] = n;
	needle_count++;
}

/*
 * The characters of base64 that depend on nothing but the secret, where it
 * stands `at` bytes behind a multiple of three.
 */
static void
add_base64(unsigned secret, const char *text, size_t size, size_t at)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char out[NEEDLE_MAX];
	size_t n = 0;

	for (size_t bit = (at * 8 + 5) / 6 * 6 - at * 8; bit + 6 <= size * 8;
	     bit += 6) {
		const size_t byte = bit / 8;
		const unsigned two = (unsigned char)text[byte] * 256U +
		    (byte + 1 < size ? (unsigned char)text[byte + 1] : 0);

		if (n < sizeof(out))
			out[n++] = digits[two >> (10 - bit % 8) & 63];
	}
	add_needle(secret, "base64", out, n);
}

static void
add_hex(unsigned secret, const char *form, const char *digits, const char *text,
    size_t size)
{
	char out[NEEDLE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < size && n + 2 < sizeof(out); i++) {
		out[n++] = digits[(unsigned char)text[i] >> 4];
		out[n++] = digits[(unsigned char)text[i] & 15];
	}
	add_needle(secret, form, out, n);
}

static bool
read_secrets(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[NEEDLE_MAX / 2 - 2];
	unsigned secret = 0;
	struct stat is;

	if (f == NULL) {
		fprintf(stderr, "scan: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		const size_t n = strcspn(line, "\n");

		secret++;
		add_needle(secret, "as it is", line, n);
		for (size_t at = 0; at < 3; at++)
			add_base64(secret, line, n, at);
		add_hex(secret, "hex", "0123456789abcdef", line, n);
		add_hex(secret, "HEX", "0123456789ABCDEF", line, n);
	}
	if (fstat(fileno(f), &is) == 0)
		born = is.st_mtime;
	(void)fclose(f);
	return secret > 0;
}

/* ---- Searching ----------------------------------------------------------- */

/* Where in the `size` bytes of `block` one begins; at most one is reported. */
static const struct needle *
search_block(size_t size)
{
	for (size_t i = 0; i + NEEDLE_MIN <= size; i++) {
		const unsigned start = (unsigned char)block[i] * 256U +
		    (unsigned char)block[i + 1];

		for (const struct needle *n = by_start[start]; n != NULL;
		     n = n->next)
			if (n->size <= size - i &&
			    memcmp(block + i, n->text, n->size) == 0)
				return n;
	}
	return NULL;
}

/* Have the end of a block begin the next one: a secret may lie across both. */
static size_t
keep(size_t size)
{
	const size_t kept = size < NEEDLE_MAX ? size : NEEDLE_MAX - 1;

	memmove(block, block + size - kept, kept);
	return kept;
}

/* Search `size` bytes of an open file from `at` on; blocks overlap. */
static void
search_part(int fd, uint64_t at, uint64_t size, const char *where)
{
	size_t kept = 0;

	while (size > 0) {
		const size_t want = size < BLOCK ? (size_t)size : BLOCK;
		const ssize_t n = pread(fd, block + kept, want, (off_t)at);
		const struct needle *needle;

		if (n <= 0)
			return;
		searched += (uint64_t)n;
		at += (uint64_t)n;
		size -= (uint64_t)n;
		needle = search_block(kept + (size_t)n);
		if (needle != NULL) {
			found++;
			printf("FOUND secret %u, %s, in %s\n", needle->secret,
			    needle->form, where);
			return;
		}
		kept = keep(kept + (size_t)n);
	}
}

static void
search_file(const char *path, const char *where)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat is;

	if (fd < 0)
		return;
	if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode)) {
		files++;
		search_part(fd, 0, UINT64_MAX >> 1, where);
	}
	(void)close(fd);
}

/* ---- Processes ------------------------------------------------------------ */

static void
search_memory(const char *pid, const char *who)
{
	char path[64], line[1024], where[256];
	uint64_t from, to;
	FILE *maps;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	maps = fopen(path, "re");
	if (fd < 0 || maps == NULL) {
		fprintf(stderr, "scan: the memory of %s cannot be read\n", who);
		exit(2);
	}
	(void)snprintf(where, sizeof(where), "the memory of %s", who);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " r", &from, &to) ==
			2 &&
		    strstr(line, "[vvar") == NULL)
			search_part(fd, from, to - from, where);
	(void)fclose(maps);
	(void)close(fd);
}

static void
search_open_files(const char *pid, const char *who)
{
	char path[320], where[600];
	DIR *fds;
	const struct dirent *e;

	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	fds = opendir(path);
	while (fds != NULL && (e = readdir(fds)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		(void)snprintf(
		    path, sizeof(path), "/proc/%s/fd/%s", pid, e->d_name);
		(void)snprintf(where, sizeof(where),
		    "a file that %s has open as %s", who, e->d_name);
		search_file(path, where);
	}
	if (fds != NULL)
		(void)closedir(fds);
}

static void
search_process(const char *pid)
{
	static const char *const texts[] = { "environ", "cmdline" };
	char path[320], name[32] = "?", who[64], where[128];
	FILE *comm;

	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	comm = fopen(path, "re");
	if (comm == NULL)
		return; /* it has ended */
	if (fgets(name, sizeof(name), comm) != NULL)
		name[strcspn(name, "\n")] = '\0';
	(void)fclose(comm);
	(void)snprintf(who, sizeof(who), "process %.10s (%s)", pid, name);
	processes++;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
		    path, sizeof(path), "/proc/%s/%s", pid, texts[i]);
		(void)snprintf(where, sizeof(where), "%s of %s", texts[i], who);
		search_file(path, where);
	}
	search_memory(pid, who);
	search_open_files(pid, who);
}

static bool
is_spared(const char *pid, char **spared)
{
	if (strtol(pid, NULL, 10) == (long)getpid())
		return true;
	for (; *spared != NULL; spared++)
		if (strcmp(pid, *spared) == 0)
			return true;
	return false;
}

static void
search_processes(char **spared)
{
	DIR *all = opendir("/proc");
	const struct dirent *e;

	while (all != NULL && (e = readdir(all)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    !is_spared(e->d_name, spared))
			search_process(e->d_name);
	if (all != NULL)
		(void)closedir(all);
}

/* ---- Files ---------------------------------------------------------------- */

static int
visit(const char *path, const struct stat *is, int kind, struct FTW *walk)
{
	(void)walk;
	if (kind == FTW_F && S_ISREG(is->st_mode) && is->st_mtime >= born)
		search_file(path, path);
	return 0;
}

static int
search_files(const char *user, char **paths)
{
	const uid_t id = (uid_t)strtoul(user, NULL, 10);

	if (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0 ||
	    setresuid(id, id, id) != 0) {
		fprintf(stderr, "scan: cannot become user %s\n", user);
		return 2;
	}
	for (; *paths != NULL; paths++)
		(void)nftw(*paths, visit, 16, FTW_PHYS);
	return 0;
}

/* ---- Planting -------------------------------------------------------------- */

/* Only the first: what is executed has nothing else of this process. */
static int
plant(const char *way)
{
	char variable[NEEDLE_MAX + 8];
	char *const with[] = { variable, NULL };
	const int fd = memfd_create("planted", 0);

	(void)snprintf(variable, sizeof(variable), "PLANTED=%.*s",
	    (int)needles[0].size, needles[0].text);
	if (strcmp(way, "memory") == 0)
		for (;;)
			(void)pause();
	if (strcmp(way, "environment") == 0)
		(void)execle("/bin/sleep", "sleep", "1000", NULL, with);
	if (strcmp(way, "argument") == 0)
		(void)execl("/bin/sh", "sh", "-c", "sleep 1000; true",
		    variable + 8, NULL);
	if (strcmp(way, "file") == 0 &&
	    write(fd, needles[2].text, needles[2].size) > 0)
		(void)execl("/bin/sleep", "sleep", "1000", NULL);
	return 2;
}

int
main(int argc, char **argv)
{
	if (argc < 4 || !read_secrets(argv[1]))
		return 2;
	if (strcmp(argv[2], "processes") == 0)
		search_processes(argv + 3);
	else if (strcmp(argv[2], "files") == 0) {
		if (search_files(argv[3], argv + 4) != 0)
			return 2;
	} else
		return plant(argv[3]);
	printf("%u processes, %u files, %" PRIu64 " bytes, %u found\n",
	    processes, files, searched, found);
	return found > 0;
}
