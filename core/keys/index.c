/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The index.  One block at a time is in memory, on the stack.  Nothing in it is
 * used before its checksum is checked, and no place that it names before the
 * bounds.
 */
#include "keys/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"

#define MAGIC "APAMIDX1"
#define ORDER UINT32_C(0x01020304)
#define SLOT sizeof(struct key_index_slot)
#define ROOM 4032 /* bytes of a block for its contents */
#define SLOTS (ROOM / SLOT)
#define LINE 64 /* bytes that memory delivers at once */
#define AHEAD 12 /* records */

/* The end of each block. */
struct tail {
	uint64_t number, generation;
	unsigned char unused[40];
	uint64_t sum;
};

struct block {
	_Alignas(8) unsigned char bytes[ROOM];
	struct tail tail;
};

_Static_assert(SLOT == 64 && sizeof(struct block) == KEY_INDEX_BLOCK,
    "blocks and slots are as documented");
_Static_assert(sizeof(struct key_index_head) <= ROOM, "the head is a block");

static uint64_t
block_sum(
    const struct block *block, const unsigned char registry[KEY_REGISTRY_ID])
{
	return siphash64(
	    registry, block, KEY_INDEX_BLOCK - sizeof(block->tail.sum));
}

/* How many blocks so many keys need. */
static uint64_t
blocks_of(uint64_t keys)
{
	return (keys + SLOTS - 1) / SLOTS;
}

/* ---- Reading ---------------------------------------------------------- */

/* Reads one index. */
struct reader {
	int fd;
	const struct key_index_head *head;
	uint64_t at; /* the block in memory; 0: none */
	struct block block;
};

static int
read_block(int fd, uint64_t number, struct block *to)
{
	unsigned char *p = (unsigned char *)to;
	size_t got = 0;
	ssize_t n;

	while (got < KEY_INDEX_BLOCK) {
		n = pread(fd, p + got, KEY_INDEX_BLOCK - got,
		    (off_t)(number * KEY_INDEX_BLOCK + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return KEY_INDEX_DAMAGED;
		got += (size_t)n;
	}
	return 0;
}

static bool
head_fits(const struct key_index_head *head, uint64_t size)
{
	if (head->count > KEY_RECORDS_MAX || head->blocks > size ||
	    head->blocks * KEY_INDEX_BLOCK != size ||
	    head->until[255] != head->count ||
	    head->blocks < 1 + blocks_of(head->count))
		return false;
	for (int i = 1; i < 256; i++)
		if (head->until[i - 1] > head->until[i])
			return false;
	return head->generation > 0;
}

int
key_index_read(int fd, struct key_index_head *head)
{
	struct block block;
	struct stat st;
	int failed;

	memset(head, 0, sizeof(*head));
	if (fstat(fd, &st) != 0)
		return errno;
	failed = read_block(fd, 0, &block);
	if (failed != 0)
		return failed;
	memcpy(head, block.bytes, sizeof(*head));
	if (memcmp(head->magic, MAGIC, sizeof(head->magic)) != 0 ||
	    head->order != ORDER || head->block_size != KEY_INDEX_BLOCK ||
	    block.tail.number != 0 ||
	    block.tail.generation != head->generation ||
	    block.tail.sum != block_sum(&block, head->registry) ||
	    !head_fits(head, (uint64_t)st.st_size))
		return KEY_INDEX_DAMAGED;
	return 0;
}

/* Bring a block into memory. */
static int
hold_block(struct reader *r, uint64_t number)
{
	const struct tail *tail = &r->block.tail;
	int failed;

	if (number == r->at)
		return 0;
	r->at = 0;
	if (number == 0 || number >= r->head->blocks)
		return KEY_INDEX_DAMAGED;
	failed = read_block(r->fd, number, &r->block);
	if (failed != 0)
		return failed;
	if (tail->number != number || tail->generation != r->head->generation ||
	    tail->sum != block_sum(&r->block, r->head->registry))
		return KEY_INDEX_DAMAGED;
	r->at = number;
	return 0;
}

/* The slot of key `n`, counted from 0; valid until the next call. */
static int
hold_slot(struct reader *r, uint64_t n, const struct key_index_slot **slot)
{
	const int failed = hold_block(r, 1 + n / SLOTS);

	*slot = (const void *)(r->block.bytes + n % SLOTS * SLOT);
	return failed;
}

/* If key `n` is between the bounds, compare it and narrow the bounds. */
static int
narrow_bounds(struct reader *r, const unsigned char *hash, uint64_t n,
    uint64_t *low, uint64_t *high)
{
	const struct key_index_slot *slot;
	int failed;

	if (n < *low || n >= *high)
		return 0;
	failed = hold_slot(r, n, &slot);
	if (failed != 0)
		return failed;
	if (memcmp(slot->hash, hash, KEY_HASH_SIZE) < 0)
		*low = n + 1;
	else
		*high = n;
	return 0;
}

/*
 * The first key from `low` on, below `high`, whose hash is not less.  Hashes
 * are evenly spread, so the block where it should be is read first, and is
 * usually the only one.
 */
static int
search(
    struct reader *r, const unsigned char *hash, uint64_t *low, uint64_t high)
{
	const uint64_t part = (uint64_t)hash[1] << 8 | hash[2];
	const uint64_t first = (*low + ((high - *low) * part >> 16)) / SLOTS *
	    SLOTS;
	int failed = narrow_bounds(r, hash, first, low, &high);

	if (failed == 0)
		failed = narrow_bounds(r, hash, first + SLOTS - 1, low, &high);
	while (*low < high && failed == 0)
		failed = narrow_bounds(
		    r, hash, *low + (high - *low) / 2, low, &high);
	return failed;
}

int
key_index_find(int fd, const struct key_index_head *head,
    const unsigned char hash[KEY_HASH_SIZE],
    bool (*each)(void *arg, const struct key_index_slot *slot), void *arg)
{
	struct reader r = { .fd = fd, .head = head };
	const uint64_t end = head->until[hash[0]];
	uint64_t n = hash[0] == 0 ? 0 : head->until[hash[0] - 1];
	const struct key_index_slot *slot;
	bool more = true;
	int failed = search(&r, hash, &n, end);

	for (; failed == 0 && more && n < end; n++) {
		failed = hold_slot(&r, n, &slot);
		if (failed != 0 || memcmp(slot->hash, hash, KEY_HASH_SIZE) != 0)
			break;
		more = each(arg, slot);
	}
	return failed;
}

int
key_index_walk(int fd, const struct key_index_head *head,
    bool (*each)(void *arg, const struct key_index_slot *slot), void *arg)
{
	struct reader r = { .fd = fd, .head = head };
	const struct key_index_slot *slot;
	bool more = true;
	int failed = 0;

	for (uint64_t n = 0; failed == 0 && more && n < head->count; n++) {
		failed = hold_slot(&r, n, &slot);
		if (failed == 0)
			more = each(arg, slot);
	}
	return failed;
}

int
key_index_evidence(int fd, const struct key_index_head *head,
    const struct key_index_slot *slot, char by[KEY_TEXT_MAX + 1],
    char why[KEY_TEXT_MAX + 1])
{
	struct reader r = { .fd = fd, .head = head };
	const uint64_t at = slot->evidence % KEY_INDEX_BLOCK;
	const unsigned char *text = r.block.bytes + at;
	const size_t n = slot->by_size;
	int failed;

	by[0] = why[0] = '\0';
	if (n + slot->why_size == 0)
		return 0;
	if (at > ROOM || n + slot->why_size > ROOM - at)
		return KEY_INDEX_DAMAGED;
	failed = hold_block(&r, slot->evidence / KEY_INDEX_BLOCK);
	if (failed != 0)
		return failed;
	memcpy(by, text, n);
	by[n] = '\0';
	memcpy(why, text + n, slot->why_size);
	why[slot->why_size] = '\0';
	return 0;
}

int
key_index_check(int fd, const struct key_index_head *head)
{
	struct reader r = { .fd = fd, .head = head };
	int failed = 0;

	for (uint64_t n = 1; failed == 0 && n < head->blocks; n++)
		failed = hold_block(&r, n);
	return failed;
}

/* ---- Writing ---------------------------------------------------------- */

/* Blocks that are written one after the other. */
struct writer {
	struct buf *to;
	const struct key_index_head *head;
	struct block block;
	uint64_t number; /* the block's number */
	size_t used; /* bytes used in it */
};

static void
seal(struct block *block, const struct key_index_head *head, uint64_t number)
{
	block->tail.number = number;
	block->tail.generation = head->generation;
	block->tail.sum = block_sum(block, head->registry);
}

static void
end_index_block(struct writer *w)
{
	if (w->used == 0)
		return;
	seal(&w->block, w->head, w->number++);
	buf_put(w->to,
	    (struct apam_str){ (const char *)&w->block, KEY_INDEX_BLOCK });
	memset(&w->block, 0, sizeof(w->block));
	w->used = 0;
}

/* Room for n bytes, all in one block. */
static unsigned char *
room_for(struct writer *w, size_t n)
{
	if (n > ROOM - w->used)
		end_index_block(w);
	w->used += n;
	return w->block.bytes + w->used - n;
}

/* There is no evidence for an active key. */
static void
put_evidence(
    struct writer *w, const struct key_record *r, struct key_index_slot *slot)
{
	unsigned char *to;
	size_t n;

	if (r->archived_at == 0)
		return;
	slot->by_size = (uint8_t)strlen(r->archived_by);
	slot->why_size = (uint8_t)strlen(r->why);
	n = (size_t)slot->by_size + slot->why_size;
	if (n == 0)
		return;
	to = room_for(w, n);
	memcpy(to, r->archived_by, slot->by_size);
	memcpy(to + slot->by_size, r->why, slot->why_size);
	slot->evidence = w->number * KEY_INDEX_BLOCK +
	    (uint64_t)(to - w->block.bytes);
}

static void
put_index_slot(
    struct writer *slots, struct writer *evidence, const struct key_record *r)
{
	struct key_index_slot slot = { .marked = r->marked,
		.archived_at = r->archived_at,
		.drops = r->drops };

	memcpy(slot.hash, r->hash, KEY_HASH_SIZE);
	if (r->marked) {
		memcpy(slot.salt, r->salt, KEY_SALT_SIZE);
		memcpy(slot.mark, r->mark, KEY_MARK_SIZE);
	}
	put_evidence(evidence, r, &slot);
	memcpy(room_for(slots, sizeof(slot)), &slot, sizeof(slot));
}

/*
 * In this order the records are scattered in memory, and waiting for each would
 * take longer than everything else: fetch it while others are written.
 */
static void
fetch(const struct key_record *r)
{
	const char *p = (const char *)r;

	for (size_t at = 0; at < sizeof(*r); at += LINE)
		__builtin_prefetch(p + at);
}

/* Returns the number of blocks then, with the head's. */
static uint64_t
put_keys(const struct key_index_head *head, const struct key_sorted *sorted,
    struct buf *to, struct buf *behind)
{
	struct writer slots = { .to = to, .head = head, .number = 1 };
	struct writer evidence = {
		.to = behind, .head = head, .number = 1 + blocks_of(head->count)
	};

	for (uint64_t i = 0; i < head->count; i++) {
		if (i + AHEAD < head->count)
			fetch(sorted[i + AHEAD].record);
		put_index_slot(&slots, &evidence, sorted[i].record);
	}
	end_index_block(&slots);
	end_index_block(&evidence);
	return evidence.number;
}

static struct key_index_head
head_of(const struct key_sorted *sorted, size_t n, const struct key_text *text)
{
	struct key_index_head head = { .order = ORDER,
		.block_size = KEY_INDEX_BLOCK,
		.generation = text->generation,
		.text_size = text->size,
		.text_sum = text->sum,
		.count = n };
	size_t at = 0;

	memcpy(head.magic, MAGIC, sizeof(head.magic));
	memcpy(head.registry, text->registry, KEY_REGISTRY_ID);
	for (unsigned i = 0; i < 256; i++) {
		while (at < n && sorted[at].prefix >> 56 <= i)
			at++;
		head.until[i] = (uint32_t)at;
	}
	return head;
}

/* The head is complete only at the end, so its place is reserved first. */
static bool
put_index(const struct key_sorted *sorted, struct key_index_head *head,
    struct buf *to)
{
	struct block block = { .tail = { .number = 0 } };
	struct buf behind;
	bool ok;

	buf_init_plain(&behind, KEY_INDEX_MAX);
	buf_reserve(to, (1 + blocks_of(head->count)) * KEY_INDEX_BLOCK);
	buf_put(to, (struct apam_str){ (const char *)&block, sizeof(block) });
	head->blocks = put_keys(head, sorted, to, &behind);
	buf_put(to, buf_view(&behind));
	ok = !to->failed && !behind.failed;
	buf_free(&behind);
	memcpy(block.bytes, head, sizeof(*head));
	seal(&block, head, 0);
	if (ok)
		memcpy(to->p, &block, sizeof(block));
	return ok;
}

bool
key_index_make(struct key_set *set, const struct key_text *text, struct buf *to)
{
	const struct key_sorted *sorted = key_set_sort(set);
	struct key_index_head head;

	if (sorted == NULL)
		return false;
	head = head_of(sorted, set->count, text);
	return put_index(sorted, &head, to);
}
