/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buffer.  To grow, it allocates a new block, copies, wipes and frees the
 * old one; realloc could leave the old bytes behind.  A block always has room
 * for one byte more than is in use, for the NUL.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/secmem.h"

const char buf_failed_views[2] = { '\0', '\0' };

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_init_plain(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max, .plain = true };
}

void
buf_init_in(struct buf *b, size_t max, char *room, size_t size)
{
	*b = (struct buf){
		.max = max, .plain = true, .room = room, .room_size = size
	};
}

static void
free_block(struct buf *b)
{
	if (b->p == b->room)
		wipe(b->p, b->cap);
	else if (b->plain)
		plainmem_free(b->p, b->cap);
	else
		secmem_free(b->p, b->cap);
}

static void
drop_block(struct buf *b)
{
	free_block(b);
	b->p = NULL;
	b->n = b->cap = 0;
}

void
buf_fail(struct buf *b)
{
	drop_block(b);
	b->failed = true;
}

void
buf_fail_as(struct buf *b, struct apam_str view)
{
	if (b->failed || !buf_is_failed_view(view))
		return;
	buf_fail(b);
	b->no_memory = view.p == &buf_failed_views[1];
}

/* A block of at least `need` bytes; its size is at least twice what it was. */
static char *
get_block(const struct buf *b, size_t need, size_t *got)
{
	size_t want = need;

	if (b->cap <= SIZE_MAX / 2 && want < b->cap * 2)
		want = b->cap * 2;
	return b->plain ? plainmem_alloc(want, got) : secmem_alloc(want, got);
}

/* Move the bytes to a block of at least `need` bytes. */
static bool
grow_block(struct buf *b, size_t need)
{
	size_t got;
	char *p;

	if (b->cap == 0 && need <= b->room_size) {
		b->p = b->room;
		b->cap = b->room_size;
		return true;
	}
	p = get_block(b, need, &got);
	if (p == NULL)
		return false;
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	free_block(b);
	b->p = p;
	b->cap = got;
	return true;
}

void
buf_reserve(struct buf *b, size_t n)
{
	if (n > b->max - b->n)
		n = b->max - b->n;
	if (b->failed || n == 0 || n < b->cap - b->n || n == SIZE_MAX - b->n)
		return;
	if (!grow_block(b, b->n + n + 1)) {
		buf_fail(b);
		b->no_memory = true;
	}
}

void
buf_put_more(struct buf *b, struct apam_str bytes)
{
	buf_fail_as(b, bytes);
	if (b->failed || bytes.n == 0)
		return;
	/* The sum with the NUL's byte must not wrap. */
	if (bytes.n > b->max - b->n || bytes.n >= SIZE_MAX - b->n) {
		buf_fail(b);
		return;
	}
	if (!grow_block(b, b->n + bytes.n + 1)) {
		buf_fail(b);
		b->no_memory = true;
		return;
	}
	memcpy(b->p + b->n, bytes.p, bytes.n);
	b->n += bytes.n;
	b->p[b->n] = '\0';
}

char *
buf_append(struct buf *b, size_t n)
{
	char *at;

	assert(n > 0);
	if (n > b->max - b->n)
		buf_fail(b);
	buf_reserve(b, n);
	if (b->failed)
		return NULL;
	at = b->p + b->n;
	b->n += n;
	b->p[b->n] = '\0';
	return at;
}

char *
buf_room(struct buf *b, size_t *n)
{
	*n = 0;
	if (b->failed || b->cap == 0)
		return NULL;
	/* One byte is reserved for the NUL. */
	*n = b->cap - b->n - 1;
	if (*n > b->max - b->n)
		*n = b->max - b->n;
	return b->p + b->n;
}

void
buf_filled(struct buf *b, size_t n)
{
	assert(n < b->cap - b->n && n <= b->max - b->n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_set(struct buf *b, struct apam_str bytes)
{
	if (buf_holds(b, bytes)) {
		memmove(b->p, bytes.p, bytes.n);
		buf_truncate(b, bytes.n);
		return;
	}
	buf_truncate(b, 0);
	buf_put(b, bytes);
}

void
buf_truncate(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n == b->n)
		return;
	wipe(b->p + n, b->n - n);
	b->n = n;
}

struct apam_str
buf_view(const struct buf *b)
{
	if (b->failed)
		return (struct apam_str){ &buf_failed_views[b->no_memory], 0 };
	if (b->n == 0)
		return APAM_STR("");
	return (struct apam_str){ b->p, b->n };
}

void
buf_free(struct buf *b)
{
	drop_block(b);
	b->failed = b->no_memory = false;
}

bool
bytes_equal(struct apam_str a, struct apam_str b)
{
	/* The compiler may not see that once one bit is set all is said. */
	volatile unsigned char differ = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		differ = (unsigned char)(differ |
		    ((unsigned char)a.p[i] ^ (unsigned char)b.p[i]));
	return differ == 0;
}
