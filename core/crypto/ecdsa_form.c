/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * X.690, 8.3: an INTEGER is as short as it can be, and its first bit is a sign.
 */
#include "crypto/ecdsa_form.h"

#include "base/str.h"

#define SEQUENCE 0x30
#define INTEGER 0x02

/* Take tag and length off the front; all lengths here are below 128. */
static bool
take(struct apam_str *from, char tag, struct apam_str *value)
{
	size_t n;

	if (from->n < 2 || from->p[0] != tag)
		return false;
	n = (unsigned char)from->p[1];
	if (n > 127 || n > from->n - 2)
		return false;
	*value = str_cut(str_skip(*from, 2), n);
	*from = str_skip(*from, 2 + n);
	return true;
}

static bool
put_number(struct apam_str number, size_t octets, unsigned char *to)
{
	while (number.n > 0 && number.p[0] == 0)
		number = str_skip(number, 1);
	if (number.n > octets)
		return false;
	memset(to, 0, octets - number.n);
	if (number.n > 0)
		memcpy(to + octets - number.n, number.p, number.n);
	return true;
}

bool
ecdsa_to_raw(struct apam_str der, size_t octets, unsigned char *to)
{
	struct apam_str both, r, s;

	return take(&der, SEQUENCE, &both) && der.n == 0 &&
	    take(&both, INTEGER, &r) && take(&both, INTEGER, &s) &&
	    both.n == 0 && put_number(r, octets, to) &&
	    put_number(s, octets, to + octets);
}

static size_t
put_integer(struct apam_str number, unsigned char *to)
{
	size_t zero;

	while (number.n > 1 && number.p[0] == 0)
		number = str_skip(number, 1);
	zero = ((unsigned char)number.p[0] & 0x80U) != 0;
	to[0] = INTEGER;
	to[1] = (unsigned char)(zero + number.n);
	to[2] = 0;
	memcpy(to + 2 + zero, number.p, number.n);
	return 2 + zero + number.n;
}

size_t
ecdsa_to_der(struct apam_str raw, unsigned char *to)
{
	const size_t octets = raw.n / 2;
	size_t n = 2;

	if (octets == 0)
		return 0;
	n += put_integer(str_cut(raw, octets), to + n);
	n += put_integer(str_skip(raw, octets), to + n);
	to[0] = SEQUENCE;
	to[1] = (unsigned char)(n - 2);
	return n;
}
