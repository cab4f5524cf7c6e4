/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that fails at will.  The linker binds what apam and the targets call
 * to allocate, and the target's function itself, to this file (--wrap), so that
 * libFuzzer and the sanitizers keep an allocator of their own; what the C
 * library and libcurl allocate inside themselves does not fail.
 *
 * Which allocations of a run fail depends on the input alone: the first ones,
 * and others evenly spread over the rest.  FUZZ_MEMORY=whole fails none,
 * FUZZ_MEMORY=N the N-th alone, and then all from it on.
 */
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "fuzz.h"

#define SAID_MAX 64
#define SAID_SIZE 160

unsigned fuzz_failures = 4;

static struct {
	bool fed; /* nothing fails, nothing counts */
	long calls; /* allocations of this run */
	long first, last; /* those that fail; 0: none */
	bool starved;
} memory;

/* What was said in the run with all memory. */
static struct {
	char text[SAID_MAX][SAID_SIZE];
	unsigned count, at;
	bool open; /* memory ran out: anything may be said */
} said;

void
broken(const char *condition, const char *file, int line)
{
	(void)fprintf(
	    stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	if (memory.first > 0)
		(void)fprintf(stderr,
		    "with allocation %ld failing%s (FUZZ_MEMORY=%ld)\n",
		    memory.first,
		    memory.last > memory.first ? ", and all after" : "",
		    memory.first);
	abort();
}

/* ---- The allocator ------------------------------------------------------ */

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
void *__real_secmem_alloc(size_t n, size_t *got);
char *__real_strndup(const char *text, size_t n);
FILE *__real_open_memstream(char **text, size_t *n);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
void *__wrap_secmem_alloc(size_t n, size_t *got);
char *__wrap_strndup(const char *text, size_t n);
FILE *__wrap_open_memstream(char **text, size_t *n);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
fails(void)
{
	if (memory.fed)
		return false;
	memory.calls++;
	if (memory.first == 0 || memory.calls < memory.first ||
	    memory.calls > memory.last)
		return false;
	memory.starved = true;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *
__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	if (fd == -1 && fails())
		return MAP_FAILED;
	return __real_mmap(at, n, prot, flags, fd, off);
}

/* Its pages are kept, so that what it asks of the system says little. */
void *
__wrap_secmem_alloc(size_t n, size_t *got)
{
	const bool fed = memory.fed;
	void *p;

	*got = 0;
	if (n > 0 && fails())
		return NULL;
	memory.fed = true;
	p = __real_secmem_alloc(n, got);
	memory.fed = fed;
	return p;
}

char *
__wrap_strndup(const char *text, size_t n)
{
	return fails() ? NULL : __real_strndup(text, n);
}

FILE *
__wrap_open_memstream(char **text, size_t *n)
{
	return fails() ? NULL : __real_open_memstream(text, n);
}

/* ---- For targets -------------------------------------------------------- */

void *
fuzz_alloc(size_t n)
{
	void *p = __real_malloc(n == 0 ? 1 : n);

	HOLDS(p != NULL);
	return p;
}

char *
fuzz_copy(const void *bytes, size_t n)
{
	char *copy = fuzz_alloc(n + 1);

	if (n > 0)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}

bool
fuzz_is_starved(void)
{
	return memory.starved;
}

void
fuzz_feed(void)
{
	memory.fed = true;
}

void
fuzz_starve(void)
{
	memory.fed = false;
}

void
fuzz_says(const char *text)
{
	char line[SAID_SIZE];

	(void)snprintf(line, sizeof(line), "%s", text == NULL ? "" : text);
	if (said.open || said.at == SAID_MAX)
		return;
	if (memory.first == 0) {
		(void)strcpy(said.text[said.count++], line);
		said.at = said.count;
		return;
	}
	if (said.at < said.count && strcmp(said.text[said.at], line) == 0) {
		said.at++;
		return;
	}
	said.open = memory.starved && strstr(line, "memory") != NULL;
	if (!said.open)
		(void)fprintf(stderr, "said: \"%s\"\nin place of: \"%s\"\n",
		    line,
		    said.at < said.count ? said.text[said.at] : "(nothing)");
	HOLDS(said.open);
}

/* ---- Runs --------------------------------------------------------------- */

static void
run(const uint8_t *data, size_t size, long first, long last)
{
	memset(&memory, 0, sizeof(memory));
	memory.first = first;
	memory.last = last;
	said.at = 0;
	said.open = false;
	if (first == 0)
		said.count = 0;
	(void)__real_LLVMFuzzerTestOneInput(data, size);
	memory.fed = true;
}

static void
run_both(const uint8_t *data, size_t size, long at)
{
	run(data, size, at, at);
	run(data, size, at, LONG_MAX);
}

int
__wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wanted = getenv("FUZZ_MEMORY");
	const long most = (long)fuzz_failures, half = most / 2;
	long calls;

	run(data, size, 0, 0);
	calls = memory.calls;
	if (wanted != NULL && strcmp(wanted, "whole") == 0)
		return 0;
	if (wanted != NULL) {
		run_both(data, size, atol(wanted));
		return 0;
	}
	for (long i = 1; i <= calls && i <= most; i++)
		run_both(data, size,
		    calls <= most || i <= half ?
			i :
			half + (i - half) * (calls - half) / (most - half));
	return 0;
}
