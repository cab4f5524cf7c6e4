/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/share_record.c: what one seals the same one opens, at the
 * right time, and nothing else opens at all.  tests/vectors/credential-record
 * holds a record that another implementation made, and what is sealed here is
 * opened by OpenSSL.
 */
#include "entry/share_record.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "base/str.h"
#include "config/profile_conf.h"
#include "support/run.h"

#define VECTOR "tests/vectors/credential-record/record"
#define BOOT "01234567-89ab-cdef-0123-456789abcdef"
#define NOW 50000

/* The bytes 0, 1, 2, ... */
static unsigned char fingerprint[FINGERPRINT_SIZE];

static const struct share_identity identity = { "demo", 3, fingerprint };
static struct credential_moment moment;

static void
set_up(void)
{
	for (size_t i = 0; i < sizeof(fingerprint); i++)
		fingerprint[i] = (unsigned char)i;
	memcpy(moment.boot, BOOT, BOOT_ID_SIZE);
	moment.now = NOW;
}

static struct share_record
make(struct apam_str secret, int64_t sent, int64_t expires)
{
	struct share_record r = {
		.sent = sent, .expires = expires, .acquired = 1700000000
	};

	buf_init(&r.secret, SHARE_RECORD_SECRET_MAX + 1);
	buf_put(&r.secret, secret);
	return r;
}

/* Seal a small record that is valid at NOW. */
static void
seal(struct buf *to)
{
	struct share_record r = make(APAM_STR("fake-token"), 1000, 90000);

	buf_init(to, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&r, &identity, &moment, to));
	share_record_free(&r);
}

/* Expect bytes to be refused, with a piece of the text. */
static void
refused(
    struct apam_str bytes, const struct share_identity *who, const char *text)
{
	struct share_record r;
	const char *why = share_record_open(bytes, who, &moment, &r);

	ck_assert_msg(why != NULL, "opened; expected '%s'", text);
	ck_assert_msg(strstr(why, text) != NULL, "%s", why);
	ck_assert_uint_eq(r.secret.n, 0);
	ck_assert_ptr_null(r.secret.p);
	ck_assert_int_eq(r.expires, 0);
}

/* ---- What opens ------------------------------------------------------- */

static const struct {
	const char *name;
	size_t n;
	int64_t sent, expires;
} good[] = {
	{ "one byte", 1, 0, NOW + 1 },
	{ "sent now", 20, NOW, NOW + 1 },
	{ "for ever", 20, 1, INT64_MAX },
	{ "one page", 4096, 1, NOW * 2 },
	{ "the largest", SHARE_RECORD_SECRET_MAX, 1, NOW * 2 },
};

START_TEST(what_is_sealed_opens)
{
	static char secret[SHARE_RECORD_SECRET_MAX];
	struct share_record in, out;
	struct buf sealed;
	const char *why;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (char)(unsigned char)(i * 7);
	in = make((struct apam_str){ secret, good[_i].n }, good[_i].sent,
	    good[_i].expires);
	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&in, &identity, &moment, &sealed));
	why = share_record_open(buf_view(&sealed), &identity, &moment, &out);
	ck_assert_msg(why == NULL, "%s: %s", good[_i].name, why);
	ck_assert_uint_eq(out.secret.n, good[_i].n);
	ck_assert_mem_eq(out.secret.p, secret, good[_i].n);
	ck_assert_int_eq(out.sent, good[_i].sent);
	ck_assert_int_eq(out.expires, good[_i].expires);
	ck_assert_int_eq(out.acquired, 1700000000);
	share_record_free(&out);
	share_record_free(&out);
	share_record_free(&in);
	buf_free(&sealed);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

START_TEST(what_another_made_opens)
{
	struct share_record r;
	char bytes[256];
	FILE *f = fopen(VECTOR, "rb");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_ptr_null(share_record_open(
	    (struct apam_str){ bytes, n }, &identity, &moment, &r));
	ck_assert(str_equal(buf_view(&r.secret), APAM_STR("fake-token")));
	ck_assert_int_eq(r.sent, 1000);
	ck_assert_int_eq(r.expires, 3600000);
	ck_assert_int_eq(r.acquired, 1700000000);
	share_record_free(&r);
}
END_TEST

/* ---- What OpenSSL opens ----------------------------------------------- */

/* Where the parts of a record are: entry/share_record.h. */
enum {
	SALT_AT = 9,
	NONCE_AT = 25,
	SEALED_AT = 37,
};

static void
derive_by_openssl(const char *sealed, unsigned char key[32])
{
	static char sha256[] = "SHA256", info[] = "apam credential file 1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, fingerprint, sizeof(fingerprint)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
		    (void *)(uintptr_t)(sealed + SALT_AT), 16),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, info, sizeof(info) - 1),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(hkdf);

	ck_assert_int_eq(EVP_KDF_derive(ctx, key, 32, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(hkdf);
}

static void
put_by_openssl(EVP_CIPHER_CTX *gcm, const void *bytes, size_t n)
{
	int out;

	ck_assert_int_eq(EVP_CipherUpdate(gcm, NULL, &out, bytes, (int)n), 1);
}

/* What the record holds, to as many bytes; false where the tag is not right. */
static bool
open_by_openssl(struct apam_str record, const char *profile, unsigned char *to)
{
	static const char entry[4] = { 3, 0, 0, 0 };
	const size_t n = record.n - SEALED_AT - SHARE_RECORD_TAG;
	EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
	unsigned char key[32], tag[SHARE_RECORD_TAG];
	int out, right;

	derive_by_openssl(record.p, key);
	memcpy(tag, record.p + SEALED_AT + n, sizeof(tag));
	ck_assert_int_eq(EVP_CipherInit_ex(gcm, EVP_aes_256_gcm(), NULL, key,
			     (const unsigned char *)record.p + NONCE_AT, 0),
	    1);
	put_by_openssl(gcm, "APAMCRED\1", 9);
	put_by_openssl(gcm, entry, sizeof(entry));
	put_by_openssl(gcm, profile, strlen(profile));
	ck_assert_int_eq(
	    EVP_CipherUpdate(gcm, to, &out,
		(const unsigned char *)record.p + SEALED_AT, (int)n),
	    1);
	(void)EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag);
	right = EVP_CipherFinal_ex(gcm, to + n, &out);
	EVP_CIPHER_CTX_free(gcm);
	return right == 1;
}

/* Names whose length fills a block of what the tag covers, and others. */
static const size_t name_sizes[] = { 1, 2, 3, 4, 18, 19, 20, 63,
	PROFILE_NAME_MAX };

/* As documented; and what is documented opens here. */
START_TEST(openssl_opens_it)
{
	static const char times[] = "\x90\x5f\1\0\0\0\0\0"
				    "\xe8\3\0\0\0\0\0\0"
				    "\0\xf1\x53\x65\0\0\0\0";
	char name[PROFILE_NAME_MAX + 1] = "";
	struct share_identity other = { name, 3, fingerprint };
	struct share_record r = make(APAM_STR("fake-token"), 1000, 90000);
	unsigned char plain[256];
	struct buf sealed;

	memset(name, 'n', name_sizes[_i]);
	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&r, &other, &moment, &sealed));
	ck_assert_uint_eq(sealed.n, 37 + 36 + 24 + 10 + 16);
	ck_assert(open_by_openssl(buf_view(&sealed), name, plain));
	ck_assert_mem_eq(plain, BOOT, 36);
	ck_assert_mem_eq(plain + 36, times, 24);
	ck_assert_mem_eq(plain + 60, "fake-token", 10);
	share_record_free(&r);
	ck_assert_ptr_null(
	    share_record_open(buf_view(&sealed), &other, &moment, &r));
	share_record_free(&r);
	/* The last byte of the name counts. */
	name[name_sizes[_i] - 1] = 'm';
	ck_assert(!open_by_openssl(buf_view(&sealed), name, plain));
	refused(buf_view(&sealed), &other, "another secret");
	buf_free(&sealed);
}
END_TEST

START_TEST(openssl_opens_the_largest)
{
	static char secret[SHARE_RECORD_SECRET_MAX];
	static unsigned char plain[SHARE_RECORD_MAX];
	struct share_record r;
	struct buf sealed;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (char)(unsigned char)(i * 13);
	r = make((struct apam_str){ secret, sizeof(secret) }, 1000, 90000);
	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&r, &identity, &moment, &sealed));
	ck_assert(open_by_openssl(buf_view(&sealed), identity.profile, plain));
	ck_assert_mem_eq(plain + 60, secret, sizeof(secret));
	buf_free(&sealed);
	share_record_free(&r);
}
END_TEST

START_TEST(no_two_are_alike)
{
	struct buf one, two;

	seal(&one);
	seal(&two);
	ck_assert_uint_eq(one.n, two.n);
	/* Salt, nonce, and all that follows. */
	ck_assert_mem_ne(one.p + SALT_AT, two.p + SALT_AT, 16);
	ck_assert_mem_ne(one.p + NONCE_AT, two.p + NONCE_AT, 12);
	ck_assert_mem_ne(one.p + SEALED_AT, two.p + SEALED_AT, 16);
	buf_free(&two);
	buf_free(&one);
}
END_TEST

START_TEST(nothing_of_it_can_be_read)
{
	struct buf sealed;

	seal(&sealed);
	for (size_t i = 0; i + 4 <= sealed.n; i++) {
		ck_assert(memcmp(sealed.p + i, "fake", 4) != 0);
		ck_assert(memcmp(sealed.p + i, BOOT, 4) != 0);
	}
	buf_free(&sealed);
}
END_TEST

START_TEST(this_moment_has_a_boot)
{
	struct credential_moment now;
	const int64_t before = clock_ms();

	if (!credential_moment_now(&now))
		return;
	ck_assert_int_ge(now.now, before);
	ck_assert_int_le(now.now, clock_ms());
	ck_assert_int_ne(now.boot[0], '\0');
}
END_TEST

/* ---- What does not ---------------------------------------------------- */

START_TEST(each_bit_counts)
{
	struct buf sealed;

	seal(&sealed);
	for (size_t i = 0; i < sealed.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			sealed.p[i] = (char)(sealed.p[i] ^ (1 << bit));
			refused(buf_view(&sealed), &identity,
			    i < 9 ? "another version" : "another secret");
			sealed.p[i] = (char)(sealed.p[i] ^ (1 << bit));
		}
	}
	buf_free(&sealed);
}
END_TEST

START_TEST(each_length_counts)
{
	struct buf sealed;
	size_t n;

	seal(&sealed);
	n = sealed.n;
	for (size_t i = 0; i < n; i++)
		refused((struct apam_str){ sealed.p, i }, &identity,
		    i < 53 ? "too short" : "another secret");
	buf_put_char(&sealed, '\0');
	refused(buf_view(&sealed), &identity, "another secret");
	buf_free(&sealed);
	refused((struct apam_str){ NULL, 0 }, &identity, "too short");
}
END_TEST

START_TEST(a_huge_one_is_refused)
{
	static char bytes[SHARE_RECORD_MAX + 1] = "APAMCRED\1";

	refused(
	    (struct apam_str){ bytes, sizeof(bytes) }, &identity, "too large");
	refused((struct apam_str){ bytes, sizeof(bytes) - 1 }, &identity,
	    "another secret");
}
END_TEST

START_TEST(another_owner_opens_nothing)
{
	unsigned char changed[FINGERPRINT_SIZE];
	struct share_identity other = identity;
	struct buf sealed;

	seal(&sealed);
	other.profile = "demo2";
	refused(buf_view(&sealed), &other, "another secret");
	other.profile = "dem";
	refused(buf_view(&sealed), &other, "another secret");
	other = identity;
	other.entry = 2;
	refused(buf_view(&sealed), &other, "another secret");
	other = identity;
	other.fingerprint = changed;
	for (size_t i = 0; i < sizeof(changed); i++) {
		memcpy(changed, fingerprint, sizeof(changed));
		changed[i] ^= 0x80;
		refused(buf_view(&sealed), &other, "another secret");
	}
	buf_free(&sealed);
}
END_TEST

static const struct {
	const char *name, *boot;
	int64_t now, sent, expires;
	const char *why;
} untimely[] = {
	{ "the boot before", "11234567-89ab-cdef-0123-456789abcdef", NOW, 1000,
	    90000, "last boot" },
	{ "another end", "01234567-89ab-cdef-0123-456789abcdee", NOW, 1000,
	    90000, "last boot" },
	{ "no boot id", "", NOW, 1000, 90000, "last boot" },
	{ "expires now", BOOT, NOW, 1000, NOW, "expired" },
	{ "expired long ago", BOOT, NOW, 0, 1, "expired" },
	{ "sent tomorrow", BOOT, NOW, NOW + 1, 90000, "impossible" },
	{ "expires before it was sent", BOOT, NOW, 1000, 999, "impossible" },
	{ "sent before the boot", BOOT, NOW, -1, 90000, "impossible" },
	{ "extremes", BOOT, NOW, INT64_MIN, INT64_MAX, "impossible" },
	{ "extremes, turned", BOOT, NOW, INT64_MAX, INT64_MIN, "impossible" },
};

START_TEST(a_moment_counts)
{
	struct share_record r = make(
	    APAM_STR("x"), untimely[_i].sent, untimely[_i].expires);
	struct share_record out;
	struct buf sealed;
	const char *why;

	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(share_record_seal(&r, &identity, &moment, &sealed));
	memset(moment.boot, 0, sizeof(moment.boot));
	memcpy(moment.boot, untimely[_i].boot, strlen(untimely[_i].boot));
	moment.now = untimely[_i].now;
	why = share_record_open(buf_view(&sealed), &identity, &moment, &out);
	ck_assert_msg(why != NULL && strstr(why, untimely[_i].why) != NULL,
	    "%s: %s", untimely[_i].name, why == NULL ? "opened" : why);
	ck_assert_ptr_null(out.secret.p);
	share_record_free(&r);
	buf_free(&sealed);
}
END_TEST

START_TEST(no_secret_is_no_record)
{
	static const char zero[SHARE_RECORD_SECRET_MAX + 1];
	struct share_record empty = make(APAM_STR(""), 1, 90000);
	struct share_record large = make(
	    (struct apam_str){ zero, sizeof(zero) }, 1, 90000);
	struct share_record out;
	struct buf sealed;
	const char *why;

	buf_init(&sealed, SHARE_RECORD_MAX + 1);
	ck_assert(!share_record_seal(&empty, &identity, &moment, &sealed));
	ck_assert(!share_record_seal(&large, &identity, &moment, &sealed));
	ck_assert_uint_eq(sealed.n, 0);
	share_record_free(&large);
	for (size_t n = 0; n <= SHARE_RECORD_TIMES; n++) {
		why = share_record_decode(
		    (struct apam_str){ zero, n }, &moment, &out);
		ck_assert_msg(strstr(why, "contains no") != NULL, "%s", why);
	}
}
END_TEST

START_TEST(a_name_that_no_profile_has_is_refused)
{
	static const char name[PROFILE_NAME_MAX + 2] =
	    "n23456789 123456789 123456789 123456789 123456789 123456789 12345";
	struct share_identity other = { name, 3, fingerprint };
	struct share_record r = make(APAM_STR("x"), 1, 90000);
	struct buf sealed, good_one;

	buf_init(&sealed, SHARE_RECORD_MAX);
	ck_assert(!share_record_seal(&r, &other, &moment, &sealed));
	ck_assert_uint_eq(sealed.n, 0);
	seal(&good_one);
	refused(buf_view(&good_one), &other, "another secret");
	buf_free(&good_one);
	share_record_free(&r);
}
END_TEST

/* Each allocation of secret memory fails in turn. */
START_TEST(no_memory_is_no_record)
{
	struct share_record r = make(APAM_STR("x"), 1, 90000), out;
	struct buf sealed;
	int failures = 0;

	buf_init(&sealed, SHARE_RECORD_MAX);
	for (int n = 0; n < 20; n++) {
		secmem_fail_after(n);
		if (share_record_seal(&r, &identity, &moment, &sealed))
			break;
		ck_assert_uint_eq(sealed.n, 0);
		failures++;
	}
	secmem_fail_after(-1);
	ck_assert_int_ge(failures, 2);
	for (int n = 0; n < 2; n++) {
		secmem_fail_after(n);
		refused(buf_view(&sealed), &identity, "out of memory");
	}
	secmem_fail_after(2);
	ck_assert_ptr_null(
	    share_record_open(buf_view(&sealed), &identity, &moment, &out));
	secmem_fail_after(-1);
	share_record_free(&out);
	share_record_free(&r);
	buf_free(&sealed);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("share_record");
	TCase *tc = tcase_create("share_record");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_loop_test(tc, what_is_sealed_opens, 0, ROWS(good));
	tcase_add_test(tc, what_another_made_opens);
	tcase_add_loop_test(tc, openssl_opens_it, 0, ROWS(name_sizes));
	tcase_add_test(tc, openssl_opens_the_largest);
	tcase_add_test(tc, no_two_are_alike);
	tcase_add_test(tc, nothing_of_it_can_be_read);
	tcase_add_test(tc, this_moment_has_a_boot);
	tcase_add_test(tc, each_bit_counts);
	tcase_add_test(tc, each_length_counts);
	tcase_add_test(tc, a_huge_one_is_refused);
	tcase_add_test(tc, another_owner_opens_nothing);
	tcase_add_loop_test(tc, a_moment_counts, 0, ROWS(untimely));
	tcase_add_test(tc, no_secret_is_no_record);
	tcase_add_test(tc, a_name_that_no_profile_has_is_refused);
	tcase_add_test(tc, no_memory_is_no_record);
	return run_suite(suite);
}
