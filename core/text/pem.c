/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading PEM line by line.  Text outside the markers is an explanation (RFC
 * 7468, 5.2), and blocks with other labels are skipped.
 */
#include "text/pem.h"

#include <stdbool.h>

#include "base/str.h"
#include "text/encode.h"

/* Labels of X.509 certificates; old programs use the last two. */
static const char *const labels[] = {
	"CERTIFICATE-----",
	"X509 CERTIFICATE-----",
	"TRUSTED CERTIFICATE-----",
};

/* One block between its markers. */
struct block {
	unsigned bits; /* of the last digits */
	unsigned held; /* how many of them fill no byte yet: 0, 2, 4 or 6 */
	bool padded; /* a '=' was there */
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
add_digit(struct block *b, unsigned digit)
{
	b->damaged = b->damaged || b->padded || digit > 63;
	b->bits = (b->bits << 6 | digit) & 0xfff;
	b->held += 6;
	if (b->held < 8)
		return;
	b->held -= 8;
	if (b->n < sizeof(b->head))
		b->head[b->n] = (unsigned char)(b->bits >> b->held);
	b->n++;
}

/* A '=' stands for two bits that fill no byte; those held are zero. */
static void
add_padding(struct block *b)
{
	b->damaged = b->damaged || b->held == 0 || b->held == 6 ||
	    (b->bits & ((1U << b->held) - 1)) != 0;
	b->padded = true;
	b->held -= b->damaged ? 0 : 2;
}

static void
add_line(struct block *b, struct apam_str line)
{
	for (size_t i = 0; i < line.n && !b->damaged; i++) {
		if (line.p[i] == '=')
			add_padding(b);
		else if (line.p[i] != ' ' && line.p[i] != '\t')
			add_digit(b, decode_base64_digit(line.p[i]));
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
	return NULL;
}

static const char *
end_block(struct reader *r)
{
	if (r->begun == 0 || r->block.held != 0 || !is_whole(&r->block))
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

bool
pem_key_is_encrypted(struct apam_str pem)
{
	static const char pkcs8[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
	static const char traditional[] = "\nProc-Type: 4,ENCRYPTED";

	return strstr(pem.p, pkcs8) != NULL ||
	    strstr(pem.p, traditional) != NULL;
}
