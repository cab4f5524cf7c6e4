/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of powers of two, each with a head, cut off the front of the pool;
 * those that were given back are kept by size and used first.  A list that
 * grows step by step is so copied only where it has doubled.
 *
 * The functions behind "What libconfig calls" have no header: libconfig's
 * objects name them, by core/libconfig.syms.
 */
#define _XOPEN_SOURCE 700 /* uselocale */
#include "conf_pool.h"

#include <locale.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define SMALLEST 16
#define CLASSES 24

struct block {
	struct block *next; /* while it is free */
	size_t size;
	max_align_t bytes[];
};

struct conf_pool {
	jmp_buf out;
	struct block *free[CLASSES]; /* SMALLEST, twice that, ... */
	size_t size, used;
	bool left; /* the call under way, before its end */
	max_align_t bytes[];
};

/*
 * The pool of the call under way.  initial-exec: the access to it never
 * allocates, as that of another model may, which ends the process on failure.
 */
static _Thread_local struct conf_pool *current
    __attribute__((tls_model("initial-exec")));

struct conf_pool *
conf_pool_new(size_t bytes)
{
	struct conf_pool *pool = NULL;

	if (bytes <= SIZE_MAX - sizeof(*pool))
		pool = malloc(sizeof(*pool) + bytes);
	if (pool == NULL)
		return NULL;
	memset(pool, 0, sizeof(*pool));
	pool->size = bytes;
	return pool;
}

void
conf_pool_free(struct conf_pool **pool)
{
	if (*pool == NULL)
		return;
	/* People put literal secrets where they do not belong. */
	wipe((*pool)->bytes, (*pool)->used);
	free(*pool);
	*pool = NULL;
}

bool
conf_pool_run(struct conf_pool *pool, void (*run)(void *arg), void *arg)
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

size_t
conf_pool_used(const struct conf_pool *pool)
{
	return pool->used;
}

_Noreturn static void
leave(void)
{
	longjmp(current->out, 1);
}

/* ---- What libconfig calls --------------------------------------------- */

void *conf_pool_malloc(size_t n);
void *conf_pool_calloc(size_t count, size_t size);
void *conf_pool_realloc(void *p, size_t n);
void conf_pool_release(void *p);
char *conf_pool_strdup(const char *text);
char *conf_pool_strdup2(const char *text);
_Noreturn void conf_pool_exit(int status);
_Noreturn void conf_pool_abort(void);
FILE *conf_pool_fopen(const char *path, const char *mode);
int conf_pool_fprintf(FILE *to, const char *format, ...);
int conf_pool_fprintf_chk(FILE *to, int flag, const char *format, ...);

/* Streams that lead nowhere; nothing here reads or writes them. */
extern FILE *conf_pool_stdin, *conf_pool_stdout, *conf_pool_stderr;
FILE *conf_pool_stdin, *conf_pool_stdout, *conf_pool_stderr;

static struct block *
cut_block(size_t size)
{
	struct block *block;

	if (size + sizeof(*block) > current->size - current->used)
		leave();
	block = (struct block *)((char *)current->bytes + current->used);
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
conf_pool_malloc(size_t n)
{
	const unsigned class = class_of(n);
	struct block *block;

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
conf_pool_calloc(size_t count, size_t size)
{
	void *p;

	if (size != 0 && count > SIZE_MAX / size)
		leave();
	p = conf_pool_malloc(count * size);
	memset(p, 0, count * size);
	return p;
}

static struct block *
block_of(void *p)
{
	return (struct block *)((char *)p - offsetof(struct block, bytes));
}

void *
conf_pool_realloc(void *p, size_t n)
{
	void *larger;

	if (p == NULL)
		return conf_pool_malloc(n);
	if (n <= block_of(p)->size)
		return p;
	larger = conf_pool_malloc(n);
	memcpy(larger, p, block_of(p)->size);
	conf_pool_release(p);
	return larger;
}

void
conf_pool_release(void *p)
{
	struct block *block;
	unsigned class;

	if (p == NULL)
		return;
	block = block_of(p);
	class = class_of(block->size);
	block->next = current->free[class];
	current->free[class] = block;
}

char *
conf_pool_strdup(const char *text)
{
	const size_t n = strlen(text) + 1;

	return memcpy(conf_pool_malloc(n), text, n);
}

char *
conf_pool_strdup2(const char *text)
{
	return conf_pool_strdup(text);
}

void
conf_pool_exit(int status)
{
	(void)status;
	leave();
}

void
conf_pool_abort(void)
{
	leave();
}

/* libconfig opens no file, whatever a text asks for. */
FILE *
conf_pool_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

/* Its scanner prints before it ends the process. */
int
conf_pool_fprintf(FILE *to, const char *format, ...)
{
	(void)to;
	(void)format;
	return 0;
}

int
conf_pool_fprintf_chk(FILE *to, int flag, const char *format, ...)
{
	(void)to;
	(void)flag;
	(void)format;
	return 0;
}
