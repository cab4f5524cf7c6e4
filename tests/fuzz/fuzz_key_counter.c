/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registry's file `counter`: whatever it holds, who follows it goes on with
 * the page that it has, and who writes makes a new one.  An input that begins
 * with "=" is what lies behind the nonce, with a checksum that fits.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"
#include "fuzz.h"
#include "keys/counter.h"

#define SUM_AT 80 /* in the file, which ends behind the sum */

static char path[64];
static int directory = -1;
static struct key_segment_owner owner;

static void
leave(void)
{
	key_counter_remove(directory);
	(void)close(directory);
	(void)rmdir(path);
}

static void
begin(void)
{
	struct stat st;

	(void)strcpy(path, "/tmp/apam-fuzz-XXXXXX");
	HOLDS(mkdtemp(path) != NULL);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	HOLDS(directory >= 0 && fstat(directory, &st) == 0);
	owner = (struct key_segment_owner){ path, st.st_dev, st.st_ino };
	(void)atexit(leave);
}

static void
put(const void *bytes, size_t n)
{
	const int fd = openat(directory, "counter",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	HOLDS(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	(void)close(fd);
}

/* What was made, with the input over it and a sum that fits. */
static void
put_sealed(const uint8_t *data, size_t size)
{
	unsigned char note[SUM_AT + 8] = "APAMCNT2";
	uint64_t sum;

	memcpy(note + 8, data, size < SUM_AT - 8 ? size : SUM_AT - 8);
	sum = siphash64(note + 16, note, SUM_AT);
	memcpy(note + SUM_AT, &sum, sizeof(sum));
	put(note, sizeof(note));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_counter counter;
	bool young = false;
	uint64_t before;

	if (directory < 0)
		begin();
	if (!key_counter_init(&counter)) {
		HOLDS(fuzz_is_starved());
		return 0;
	}
	HOLDS(key_counter_advance(directory, &owner, 1, &young));
	(void)key_counter_follow(&counter, directory);
	(void)key_counter_follow(&counter, directory);
	HOLDS(counter.attached && !key_counter_is_lost(directory));
	before = *counter.value;
	HOLDS(key_counter_advance(directory, &owner, 2, &young) && young);
	HOLDS(*counter.value != before && *counter.generation == 2);
	if (size > 0 && data[0] == '=')
		put_sealed(data + 1, size - 1);
	else
		put(data, size);
	/* No segment is another's, so its page stays. */
	(void)key_counter_follow(&counter, directory);
	HOLDS(*counter.generation == 2);
	(void)key_counter_is_lost(directory);
	HOLDS(key_counter_advance(directory, &owner, 3, &young) && young);
	(void)key_counter_follow(&counter, directory);
	HOLDS(*counter.generation == 3);
	key_counter_free(&counter);
	key_counter_remove(directory);
	HOLDS(key_counter_is_lost(directory));
	return 0;
}
