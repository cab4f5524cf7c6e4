/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * X.690, 8.3: an INTEGER is as short as it can be, and its first bit is a sign.
 */
#include "crypto/ecdsa_form.h"

#include "base/str.h"

#define SEQUENCE 0x30
#define INTEGER 0x02

#define LONG_FORM 0x81 /* the length is in the next octet: X.690, 8.1.3.5 */

/*
 * Take tag and length off the front; a length is in as few octets as it can be,
 * and below 256.
 */
static bool
take(struct apam_str *from, char tag, struct apam_str *value)
{
	struct apam_str rest = *from;
	size_t n;

	if (rest.n < 2 || rest.p[0] != tag)
		return false;
	n = (unsigned char)rest.p[1];
	rest = str_skip(rest, 2);
	if (n == LONG_FORM && rest.n > 0 && (unsigned char)rest.p[0] > 127) {
		n = (unsigned char)rest.p[0];
		rest = str_skip(rest, 1);
	} else if (n > 127) {
		return false;
	}
	if (n > rest.n)
		return false;
	*value = str_cut(rest, n);
	*from = str_skip(rest, n);
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
	unsigned char both[2 * (3 + ECDSA_OCTETS_MAX)];
	size_t n, head = 0;

	if (octets == 0)
		return 0;
	n = put_integer(str_cut(raw, octets), both);
	n += put_integer(str_skip(raw, octets), both + n);
	to[head++] = SEQUENCE;
	if (n > 127)
		to[head++] = LONG_FORM;
	to[head++] = (unsigned char)n;
	memcpy(to + head, both, n);
	return head + n;
}
