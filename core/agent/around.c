/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lengths are little endian, as all numbers of the protocol.
 */
#include "agent/around.h"

#include "base/str.h"

static size_t
length_at(const char *p)
{
	return (size_t)(unsigned char)p[0] | (size_t)(unsigned char)p[1] << 8;
}

bool
around_put(struct buf *to, struct apam_str before, struct apam_str behind)
{
	const unsigned char head[AROUND_HEAD] = { (unsigned char)before.n,
		(unsigned char)(before.n >> 8), (unsigned char)behind.n,
		(unsigned char)(behind.n >> 8) };

	if (before.n > UINT16_MAX || behind.n > UINT16_MAX)
		return false;
	buf_put(to, (struct apam_str){ (const char *)head, sizeof(head) });
	buf_put(to, before);
	buf_put(to, behind);
	return !to->failed;
}

bool
around_take(
    struct apam_str *rest, struct apam_str *before, struct apam_str *behind)
{
	size_t n, m;

	if (rest->n < AROUND_HEAD)
		return false;
	n = length_at(rest->p);
	m = length_at(rest->p + 2);
	if (rest->n - AROUND_HEAD < n + m)
		return false;
	*rest = str_skip(*rest, AROUND_HEAD);
	*before = str_cut(*rest, n);
	*behind = str_cut(str_skip(*rest, n), m);
	*rest = str_skip(*rest, n + m);
	return true;
}
