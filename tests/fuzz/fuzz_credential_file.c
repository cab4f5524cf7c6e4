/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is read from a credential file.  The first byte of the input says as
 * what the rest is taken: the file itself, under a fixed key; what was in it,
 * as if decrypted; or a secret, which is sealed, must come back, and must not
 * once a bit was turned.
 */
#include "base/str.h"
#include "entry/share_record.h"
#include "fuzz.h"

#define NOW 50000

/* The key, identity and boot of tests/vectors/credential-record. */
static const unsigned char fingerprint[FINGERPRINT_SIZE] = { 0, 1, 2, 3, 4, 5,
	6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, 26, 27, 28, 29, 30, 31 };
static const struct share_identity identity = { "demo", 3, fingerprint };
static struct credential_moment moment = { .now = NOW };

/* What was opened is valid now; what was not is empty. */
static void
check(const char *why, struct share_record *r)
{
	fuzz_says(why);
	if (why == NULL) {
		HOLDS(r->secret.n > 0 && !r->secret.failed);
		HOLDS(r->secret.n <= SHARE_RECORD_SECRET_MAX);
		HOLDS(r->sent >= 0 && r->sent <= NOW && r->expires > NOW);
	} else {
		HOLDS(r->secret.p == NULL && r->secret.n == 0);
		HOLDS(r->expires == 0 && r->sent == 0 && r->acquired == 0);
	}
	share_record_free(r);
}

static void
check_file(struct apam_str bytes)
{
	struct share_record r;

	check(share_record_open(bytes, &identity, &moment, &r), &r);
}

static void
check_plain(struct apam_str bytes)
{
	struct share_record r;

	check(share_record_decode(bytes, &moment, &r), &r);
}

static void
check_bit(const struct buf *sealed, size_t bit)
{
	struct share_record r;
	const size_t at = bit / 8 % sealed->n;
	const char *why;

	sealed->p[at] = (char)(sealed->p[at] ^ (1 << bit % 8));
	why = share_record_open(buf_view(sealed), &identity, &moment, &r);
	HOLDS(why != NULL);
	check(why, &r);
}

static void
check_secret(struct apam_str secret)
{
	struct share_record in = { .sent = 1, .expires = NOW + 1 }, out;
	const bool fits = secret.n > 0 && secret.n <= SHARE_RECORD_SECRET_MAX;
	struct buf sealed;
	size_t sum = 0;

	buf_init(&in.secret, secret.n);
	buf_put(&in.secret, secret);
	buf_init(&sealed, SHARE_RECORD_MAX);
	if (share_record_seal(&in, &identity, &moment, &sealed)) {
		HOLDS(fits);
		fuzz_feed();
		HOLDS(share_record_open(
			  buf_view(&sealed), &identity, &moment, &out) == NULL);
		fuzz_starve();
		HOLDS(str_equal(buf_view(&out.secret), secret));
		check(NULL, &out);
		for (size_t i = 0; i < secret.n; i++)
			sum = sum * 31 + (unsigned char)secret.p[i];
		check_bit(&sealed, sum);
	} else {
		HOLDS(!fits || fuzz_is_starved());
	}
	buf_free(&sealed);
	share_record_free(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str all = { (const char *)data, size };

	memcpy(
	    moment.boot, "01234567-89ab-cdef-0123-456789abcdef", BOOT_ID_SIZE);
	check_file(all);
	if (size == 0)
		return 0;
	if (data[0] == 'f')
		check_file(str_skip(all, 1));
	else if (data[0] == 'p')
		check_plain(str_skip(all, 1));
	else
		check_secret(str_skip(all, 1));
	return 0;
}
