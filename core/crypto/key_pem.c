/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PEM, block by block.  apam asks nobody for a passphrase.
 */
#include "crypto/key_pem.h"

#include "base/str.h"
#include "crypto/key_asn1.h"
#include "text/encode.h"

static const struct apam_str begin = { "-----BEGIN ", 11 };
static const struct apam_str end = { "-----END ", 9 };

/* RFC 7468, 10, 11 and 13; RFC 5915, 4; the others are OpenSSL's. */
static const struct label {
	struct apam_str line; /* after BEGIN or END */
	const char *(*read)(
	    struct apam_str der, struct crypto_numbers *numbers);
} labels[] = {
	{ { "PRIVATE KEY-----", 16 }, key_asn1_pkcs8 },
	{ { "EC PRIVATE KEY-----", 19 }, key_asn1_ec },
	{ { "RSA PRIVATE KEY-----", 20 }, key_asn1_rsa },
	{ { "PUBLIC KEY-----", 15 }, key_asn1_public },
	{ { "RSA PUBLIC KEY-----", 19 }, key_asn1_rsa_public },
	/* None of these is read. */
	{ { "ENCRYPTED PRIVATE KEY-----", 26 }, NULL },
	{ { "OPENSSH PRIVATE KEY-----", 24 }, NULL },
};
enum { ENCRYPTED = 5, OPENSSH = 6, LABELS = 7 };

static const char encrypted[] =
    "the key is encrypted: decrypt it with openssl pkey -in FILE, for apam asks "
    "nobody for its passphrase";
static const char openssh[] =
    "the key is in OpenSSH's own format: ssh-keygen -p -m PKCS8 -f FILE changes "
    "that";

static struct apam_str
take_line(struct apam_str *rest)
{
	struct apam_str line = str_cut(*rest, str_find(*rest, '\n'));

	*rest = str_skip(*rest, line.n + (line.n < rest->n));
	while (line.n > 0 && str_is_one_of(line.p[line.n - 1], " \t\r"))
		line.n--;
	return line;
}

bool
key_pem_is(struct apam_str text)
{
	while (text.n > 0)
		if (str_starts(take_line(&text), begin))
			return true;
	return false;
}

/* The label of a line after BEGIN; NULL: of another block. */
static const struct label *
label_of(struct apam_str line)
{
	if (!str_starts(line, begin))
		return NULL;
	for (size_t i = 0; i < LABELS; i++)
		if (str_equal(str_skip(line, begin.n), labels[i].line))
			return &labels[i];
	return NULL;
}

/* Digits of base64, without the white space among them. */
static void
put_digits(struct buf *to, struct apam_str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!str_is_one_of(line.p[i], " \t"))
			buf_put_char(to, line.p[i]);
}

/* What is between the markers, to its end. */
static const char *
read_block(struct apam_str *rest, const struct label *label, struct buf *der)
{
	struct apam_str line;
	const char *why = "the key lacks its last line, -----END ...-----";
	struct buf digits;

	buf_init(&digits, CRYPTO_KEY_MAX);
	while (rest->n > 0) {
		line = take_line(rest);
		/* RFC 1421, 4.6: "Proc-Type: 4,ENCRYPTED" and others. */
		if (str_find(line, ':') < line.n) {
			why = encrypted;
			break;
		}
		if (!str_starts(line, begin) && !str_starts(line, end)) {
			put_digits(&digits, line);
			continue;
		}
		if (str_starts(line, end) &&
		    str_equal(str_skip(line, end.n), label->line))
			why = decode_base64(der, buf_view(&digits)) ?
			    NULL :
			    "the key is not in base64 between its lines";
		break;
	}
	der->failed = der->failed || digits.failed;
	buf_free(&digits);
	return why;
}

const char *
key_pem_read(
    struct apam_str text, struct buf *der, struct crypto_numbers *numbers)
{
	const struct label *label = NULL;
	const char *why;

	while (label == NULL && text.n > 0)
		label = label_of(take_line(&text));
	if (label == NULL)
		return "it has blocks of PEM, but no key";
	if (label == &labels[ENCRYPTED])
		return encrypted;
	if (label == &labels[OPENSSH])
		return openssh;
	why = read_block(&text, label, der);
	return why != NULL ? why : label->read(buf_view(der), numbers);
}
