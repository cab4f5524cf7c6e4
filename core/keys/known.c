/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file which says that a registry exists.
 */
#define _XOPEN_SOURCE 700
#include "keys/known.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"
#include "file/limit.h"
#include "keys/place.h"

#define MAGIC "APAMREG1"

struct mark {
	char magic[8];
	unsigned char registry[KEY_REGISTRY_ID];
	uint64_t generation;
	uint64_t sum;
};

_Static_assert(sizeof(struct mark) == 40, "the file is as documented");

static uint64_t
known_sum(const struct mark *mark)
{
	return siphash64(mark->registry, mark, offsetof(struct mark, sum));
}

/* Returns 0, or errno: ENOENT if there is no file. */
static int
read_mark(int state, struct mark *mark)
{
	const int fd = openat(
	    state, KEY_PLACE_KNOWN, O_RDONLY | KEY_PLACE_OPEN);
	int failed;

	if (fd < 0)
		return errno;
	errno = EIO; /* for a file that is cut off */
	failed = pread(fd, mark, sizeof(*mark), 0) == (ssize_t)sizeof(*mark) ?
	    0 :
	    errno;
	(void)close(fd);
	return failed;
}

int
key_known_read(int state, struct key_known *known)
{
	struct mark mark;
	int failed;

	memset(known, 0, sizeof(*known));
	failed = read_mark(state, &mark);
	known->kind = failed == ENOENT ? KEY_KNOWN_NOTHING :
					 KEY_KNOWN_SOMETHING;
	if (failed != 0)
		return key_place_lack(failed);
	if (mark.sum != known_sum(&mark) ||
	    memcmp(mark.magic, MAGIC, sizeof(mark.magic)) != 0)
		return 0;
	known->kind = KEY_KNOWN_WHOLE;
	memcpy(known->registry, mark.registry, KEY_REGISTRY_ID);
	known->generation = mark.generation;
	return 0;
}

bool
key_known_write(int state, const struct key_text *text)
{
	struct mark mark = { .generation = text->generation };
	int fd, number;
	bool ok;

	memcpy(mark.magic, MAGIC, sizeof(mark.magic));
	memcpy(mark.registry, text->registry, KEY_REGISTRY_ID);
	mark.sum = known_sum(&mark);
	if (!file_limit_allows(sizeof(mark)))
		return false;
	fd = openat(
	    state, KEY_PLACE_KNOWN, O_RDWR | O_CREAT | KEY_PLACE_OPEN, 0600);
	if (fd < 0)
		return false;
	ok = fchmod(fd, 0644) == 0 &&
	    pwrite(fd, &mark, sizeof(mark), 0) == (ssize_t)sizeof(mark);
	number = errno;
	(void)close(fd);
	errno = number;
	return ok;
}
