/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading an index: bytes as they are, and with checksums that fit, so that
 * what lies behind them is reached.  Whatever is in it, what is read stays
 * within bounds, and one that is whole is walked over to its end.  So is one
 * that was just written.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/siphash.h"
#include "fuzz.h"
#include "keys/index.h"

#define SUM_AT (KEY_INDEX_BLOCK - 8)
#define NUMBER_AT 4032
#define BLOCKS_MAX 64

struct reading {
	int fd;
	struct key_index_head head;
	size_t count;
};

static bool
each(void *arg, const struct key_index_slot *slot)
{
	char by[KEY_TEXT_MAX + 1], why[KEY_TEXT_MAX + 1];
	struct reading *r = arg;

	r->count++;
	if (key_index_evidence(r->fd, &r->head, slot, by, why) == 0)
		HOLDS(strlen(by) <= slot->by_size &&
		    strlen(why) <= slot->why_size);
	return true;
}

static void
read_index(int fd)
{
	unsigned char hash[KEY_HASH_SIZE] = { 0 };
	struct reading r = { .fd = fd };

	if (key_index_read(fd, &r.head) != 0)
		return;
	HOLDS(r.head.count <= KEY_RECORDS_MAX && r.head.blocks <= BLOCKS_MAX);
	if (key_index_walk(fd, &r.head, each, &r) == 0)
		HOLDS(r.count == r.head.count);
	(void)key_index_check(fd, &r.head);
	for (int i = 0; i < 256; i++) {
		hash[0] = (unsigned char)i;
		(void)key_index_find(fd, &r.head, hash, each, &r);
	}
}

/* Have each block be what its place, generation and checksum say. */
static void
seal(unsigned char *bytes, size_t size)
{
	struct key_index_head head;
	uint64_t n, sum;

	if (size < KEY_INDEX_BLOCK)
		return;
	memcpy(&head, bytes, sizeof(head));
	head.blocks = size / KEY_INDEX_BLOCK;
	memcpy(bytes, &head, sizeof(head));
	for (n = 0; n < size / KEY_INDEX_BLOCK; n++) {
		unsigned char *block = bytes + n * KEY_INDEX_BLOCK;

		memcpy(block + NUMBER_AT, &n, 8);
		memcpy(block + NUMBER_AT + 8, &head.generation, 8);
		sum = siphash64(head.registry, block, SUM_AT);
		memcpy(block + SUM_AT, &sum, 8);
	}
}

static void
read_bytes(const unsigned char *bytes, size_t size)
{
	const int fd = memfd_create("index", MFD_CLOEXEC);

	HOLDS(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	read_index(fd);
	(void)close(fd);
}

/* What is written of keys that the input makes up reads as what it is. */
static void
write_index(const uint8_t *data, size_t size)
{
	char id[] = "0";
	struct key_record r = {
		.scheme = "demo", .id = id, .archived_by = "root", .why = "why"
	};
	struct key_set set = { .is = { .generation = 1 } };
	struct buf bytes;

	for (size_t i = 0; i < size && i < 300; i++) {
		id[0] = (char)('0' + i % 64);
		r.marked = true;
		r.mark[0] = (unsigned char)(i / 64);
		r.archived_at = data[i] % 2;
		HOLDS(key_set_add(&set, &r) != NULL || fuzz_is_starved());
	}
	buf_init(&bytes, KEY_INDEX_MAX);
	if (key_index_make(&set, &set.is, &bytes))
		read_bytes((const unsigned char *)bytes.p, bytes.n);
	else
		HOLDS(fuzz_is_starved());
	buf_free(&bytes);
	key_set_free(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *sealed;

	if (size > BLOCKS_MAX * KEY_INDEX_BLOCK)
		return 0;
	read_bytes(data, size);
	write_index(data, size);
	sealed = (unsigned char *)fuzz_copy(data, size);
	seal(sealed, size);
	read_bytes(sealed, size);
	free(sealed);
	return 0;
}
