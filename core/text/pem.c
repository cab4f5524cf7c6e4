/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading PEM line by line.  Text outside the markers is an explanation (RFC
 * 7468, 5.2), and blocks with other labels are skipped.
 */
#include "text/pem.h"

#include <nettle/base64.h>
#include <stdbool.h>

#include "base/str.h"

#define BLOCK 1024 /* bytes of base64 that are decoded at once */

/* Labels of X.509 certificates; old programs use the last two. */
static const char *const labels[] = {
	"CERTIFICATE-----",
	"X509 CERTIFICATE-----",
	"TRUSTED CERTIFICATE-----",
};

/* One block between its markers. */
struct block {
	struct base64_decode_ctx base64;
	unsigned char head[6]; /* the first bytes of the DER */
	size_t n; /* bytes of the DER */
	bool damaged;
};

static struct apam_str
take_line(struct apam_str *rest)
{
	struct apam_str line = str_cut(*rest, str_find(*rest, '\n'));

	*rest = str_skip(*rest, line.n + (line.n < rest->n));
	while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]) != NULL)
		line.n--;
	return line;
}

static bool
is_marker(struct apam_str line, struct apam_str begin)
{
	if (!str_starts(line, begin))
		return false;
	line = str_skip(line, begin.n);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (str_equal(line, apam_str(labels[i])))
			return true;
	return false;
}

static void
decode_base64(struct block *b, struct apam_str text)
{
	unsigned char out[BASE64_DECODE_LENGTH(BLOCK)];
	size_t n = sizeof(out);

	if (base64_decode_update(&b->base64, &n, out, text.n, text.p) != 1)
		b->damaged = true;
	for (size_t i = 0; !b->damaged && i < n; i++, b->n++)
		if (b->n < sizeof(b->head))
			b->head[b->n] = out[i];
}

static void
add_line(struct block *b, struct apam_str line)
{
	while (line.n > 0 && !b->damaged) {
		size_t n = line.n < BLOCK ? line.n : BLOCK;

		decode_base64(b, str_cut(line, n));
		line = str_skip(line, n);
	}
}

/* True for a SEQUENCE with all of its bytes (X.690, 8.1.3). */
static bool
is_whole(const struct block *b)
{
	size_t octets = b->head[1] & 0x7fU, length = b->head[1];

	if (b->damaged || b->n < sizeof(b->head) || b->head[0] != 0x30)
		return false;
	if (b->head[1] < 0x80)
		return b->n >= 2 + length;
	if (octets == 0 || octets > 4)
		return false;
	length = 0;
	for (size_t i = 0; i < octets; i++)
		length = length << 8 | b->head[2 + i];
	return b->n - 2 - octets >= length;
}

/* How far the reading has come; lines count from 1. */
struct reader {
	struct block block;
	unsigned at, begun; /* 0: outside of a block */
	unsigned found;
};

static const char unended[] = "it has a certificate without its last line, "
			      "-----END CERTIFICATE-----";

static const char *
begin_block(struct reader *r)
{
	if (r->begun != 0)
		return unended;
	r->begun = r->at;
	r->block = (struct block){ .damaged = false };
	base64_decode_init(&r->block.base64);
	return NULL;
}

static const char *
end_block(struct reader *r)
{
	if (r->begun == 0 || base64_decode_final(&r->block.base64) != 1 ||
	    !is_whole(&r->block))
		return "it has a damaged certificate";
	r->begun = 0;
	r->found++;
	return NULL;
}

static const char *
read_line(struct reader *r, struct apam_str line)
{
	r->at++;
	if (is_marker(line, APAM_STR("-----BEGIN ")))
		return begin_block(r);
	if (is_marker(line, APAM_STR("-----END ")))
		return end_block(r);
	if (r->begun != 0)
		add_line(&r->block, line);
	return NULL;
}

const char *
pem_problem(struct apam_str text, unsigned *line)
{
	struct reader r = { .at = 0 };
	const char *why = NULL;

	while (text.n > 0 && why == NULL)
		why = read_line(&r, take_line(&text));
	*line = r.begun != 0 ? r.begun : r.at;
	if (why != NULL)
		return why;
	if (r.begun != 0)
		return unended;
	*line = 0;
	if (r.found == 0)
		return "it has no certificate in PEM, which begins with a line "
		       "-----BEGIN CERTIFICATE-----";
	return NULL;
}
