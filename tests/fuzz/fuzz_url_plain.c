/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The quick look at a URL, byte by byte and by blocks, against url_parse.  The
 * first line of the input is an origin, the rest a URL.  Both quick ways agree
 * at each place of a block, whatever stands beside; what they call plain is a
 * URL of that origin, whole, with nothing cut.  An origin with a path has no
 * quick way.
 */
#include "slot/url_plain.h"

#include "base/str.h"
#include "fuzz.h"
#include "support/drive.h"
#include "text/url.h"

static struct url_start start;

/* The bytes of an origin as slot/write.c takes them; 0: no quick way. */
static size_t
plain_bytes(const struct url *origin)
{
	size_t n = origin->text.n;

	n -= n > 0 && origin->text.p[n - 1] == '/';
	return origin->path.n <= 1 && n <= URL_START_MAX ? n : 0;
}

/* What the quick ways say, at each place of a block in turn. */
static bool
looks_plain(struct apam_str text)
{
	static _Alignas(URL_BLOCK) char block[3 * URL_BLOCK + URL_MAX + 64];
	bool narrow = false;

	for (size_t at = 0; at < URL_BLOCK; at++) {
		memset(block, at % 2 == 0 ? 'a' : '%', sizeof(block));
		memcpy(block + at, text.p, text.n);
		block[at + text.n] = '\0';
		narrow = url_is_plain_narrow(block + at, &start);
		HOLDS(url_is_plain(block + at, &start) == narrow);
	}
	return narrow;
}

static void
check_plain(const struct url *origin, struct apam_str text)
{
	struct url url;

	HOLDS(url_parse(text, &url) == NULL);
	HOLDS(str_equal(url.text, text));
	HOLDS(url_outside(origin, &url) == NULL);
	HOLDS(text.n < URL_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str text = { (const char *)data, size };
	struct apam_str first = drive_line(&text);
	struct url origin;

	url_start_init(&start);
	if (memchr(data, '\0', size) != NULL || text.n > URL_MAX + 32 ||
	    url_parse(first, &origin) != NULL || plain_bytes(&origin) == 0 ||
	    origin.query.n > 0 || origin.text.n != first.n)
		return 0;
	url_start_set(&start, origin.text.p, plain_bytes(&origin));
	if (looks_plain(text))
		check_plain(&origin, text);
	return 0;
}
