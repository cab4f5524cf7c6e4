/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks have sizes that are powers of two, and a head.  They are cut off the
 * front of the pool; freed blocks are kept by size and used first.  A list that
 * grows step by step is thus copied only when its size has doubled.
 *
 * The functions behind "What the libraries call" have no header: the libraries'
 * objects call them through core/base/pool.syms.
 */
#define _XOPEN_SOURCE 700 /* uselocale */
#include "base/pool.h"

#include <locale.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SMALLEST 16
#define CLASSES 24

struct block {
	struct block *next; /* set while the block is free */
	size_t size;
	max_align_t bytes[];
};

struct pool {
	jmp_buf out;
	struct block *free[CLASSES]; /* SMALLEST, twice that, ... */
	size_t size, used;
	bool left; /* the call under way was left before its end */
	max_align_t bytes[];
};

/*
 * The pool of the call under way.  With the model initial-exec, access to it
 * never allocates; with others it may, and ends the process if that fails.
 */
static _Thread_local struct pool *current
    __attribute__((tls_model("initial-exec")));

static struct pool *
new_pool(size_t bytes)
{
	struct pool *pool = NULL;

	if (bytes <= SIZE_MAX - sizeof(*pool))
		pool = malloc(sizeof(*pool) + bytes);
	if (pool == NULL)
		return NULL;
	memset(pool, 0, sizeof(*pool));
	pool->size = bytes;
	return pool;
}

void
pool_free(struct pool **pool)
{
	if (*pool == NULL)
		return;
	/*
	 * It may contain a secret that somebody wrote into a file by mistake.
	 */
	wipe((*pool)->bytes, (*pool)->used);
	free(*pool);
	*pool = NULL;
}

/* False if the call was left. */
static bool
run_in(struct pool *pool, void (*run)(void *arg), void *arg)
{
	const locale_t locale = uselocale((locale_t)0);

	current = pool;
	if (setjmp(pool->out) == 0)
		run(arg);
	else
		pool->left = true;
	current = NULL;
	(void)uselocale(locale);
	return !pool->left;
}

enum pool_end
pool_run(struct pool **pool, size_t first, size_t most, void (*run)(void *arg),
    void *arg)
{
	const size_t sizes[] = { first, most };
	enum pool_end end = POOL_LEFT;

	*pool = NULL;
	for (size_t i = 0; i < 2 && end == POOL_LEFT; i++) {
		*pool = new_pool(sizes[i]);
		if (*pool == NULL)
			return POOL_NO_MEMORY;
		if (run_in(*pool, run, arg))
			end = POOL_DONE;
		else
			pool_free(pool);
	}
	return end;
}

size_t
pool_used(const struct pool *pool)
{
	return pool->used;
}

/* Outside of a call there is no place to return to. */
_Noreturn static void
leave(void)
{
	if (current == NULL)
		abort();
	longjmp(current->out, 1);
}

/* ---- What the libraries call ------------------------------------------- */

void *pool_malloc(size_t n);
void *pool_calloc(size_t count, size_t size);
void *pool_realloc(void *p, size_t n);
void pool_release(void *p);
char *pool_strdup(const char *text);
char *pool_strdup2(const char *text);
_Noreturn void pool_exit(int status);
_Noreturn void pool_abort(void);
_Noreturn void pool_assert_fail(
    const char *what, const char *file, unsigned line, const char *function);
FILE *pool_fopen(const char *path, const char *mode);
int pool_fprintf(FILE *to, const char *format, ...);
int pool_fprintf_chk(FILE *to, int flag, const char *format, ...);

/* Streams that are never opened; pool_fprintf does not use them. */
extern FILE *pool_stdin, *pool_stdout, *pool_stderr;
FILE *pool_stdin, *pool_stdout, *pool_stderr;

static struct block *
cut_block(size_t size)
{
	struct block *block;

	if (size + sizeof(*block) > current->size - current->used)
		leave();
	block = (void *)((char *)current->bytes + current->used);
	current->used += size + sizeof(*block);
	block->size = size;
	return block;
}

/* The class of blocks that hold n bytes. */
static unsigned
class_of(size_t n)
{
	unsigned class = 0;

	while (class < CLASSES && ((size_t)SMALLEST << class) < n)
		class ++;
	return class;
}

void *
pool_malloc(size_t n)
{
	const unsigned class = class_of(n);
	struct block *block;

	if (current == NULL)
		return malloc(n);
	if (class == CLASSES)
		leave();
	block = current->free[class];
	if (block == NULL)
		block = cut_block((size_t)SMALLEST << class);
	else
		current->free[class] = block->next;
	return block->bytes;
}

void *
pool_calloc(size_t count, size_t size)
{
	void *p;

	if (current == NULL)
		return calloc(count, size);
	if (size != 0 && count > SIZE_MAX / size)
		leave();
	p = pool_malloc(count * size);
	memset(p, 0, count * size);
	return p;
}

static struct block *
block_of(void *p)
{
	return (void *)((char *)p - offsetof(struct block, bytes));
}

void *
pool_realloc(void *p, size_t n)
{
	void *larger;

	if (current == NULL)
		return realloc(p, n);
	if (p == NULL)
		return pool_malloc(n);
	if (n <= block_of(p)->size)
		return p;
	larger = pool_malloc(n);
	memcpy(larger, p, block_of(p)->size);
	pool_release(p);
	return larger;
}

void
pool_release(void *p)
{
	struct block *block;
	unsigned class;

	if (current == NULL)
		free(p);
	if (current == NULL || p == NULL)
		return;
	block = block_of(p);
	class = class_of(block->size);
	block->next = current->free[class];
	current->free[class] = block;
}

char *
pool_strdup(const char *text)
{
	const size_t n = strlen(text) + 1;
	char *copy = pool_malloc(n);

	return copy == NULL ? NULL : memcpy(copy, text, n);
}

char *
pool_strdup2(const char *text)
{
	return pool_strdup(text);
}

void
pool_exit(int status)
{
	(void)status;
	leave();
}

void
pool_abort(void)
{
	leave();
}

void
pool_assert_fail(
    const char *what, const char *file, unsigned line, const char *function)
{
	(void)what;
	(void)file;
	(void)line;
	(void)function;
	leave();
}

/* No file is opened, even if a configuration file asks for it. */
FILE *
pool_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

/* libconfig's scanner prints a message before it ends the process: drop it. */
int
pool_fprintf(FILE *to, const char *format, ...)
{
	(void)to;
	(void)format;
	return 0;
}

int
pool_fprintf_chk(FILE *to, int flag, const char *format, ...)
{
	(void)to;
	(void)flag;
	(void)format;
	return 0;
}
