/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/ecdsa_form.c: both forms of a signature, and what is
 * not one.
 */
#include "crypto/ecdsa_form.h"

#include "support/run.h"
#include "text/encode.h"

static const struct {
	const char *name;
	size_t octets;
	const char *raw, *der; /* hex */
} forms[] = {
	{ "small", 2, "00010002", "3006020101020102" },
	{ "a sign bit", 2, "00800081", "300802020080020200 81" },
	{ "all octets", 2, "7fff0100", "300802027fff02020100" },
	{ "all octets and a sign", 2, "ffff8000", "300a020300ffff0203008000" },
	{ "zero", 2, "00000001", "3006020100020101" },
	{ "127 octets", 62,
	    "007f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e",
	    "307f023d7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f023e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e" },
	{ "128 octets", 62,
	    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e",
	    "308180023e7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
	    "7f7f7f7f7f7f7f023e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e"
	    "7e7e7e7e7e7e7e7e7e7e7e" },
	{ "P-521", 66,
	    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ffffffffffff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"
	    "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"
	    "00ff00ff00ff00ff00ff00ff",
	    "308188024201ffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffff024200ff00ff00ff00ff00ff00ff00ff00ff00"
	    "ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00"
	    "ff00ff00ff00ff00ff00ff00ff00ff00ff00ff" },
};

static struct apam_str
bytes_of(const char *hex, unsigned char *to)
{
	char digits[512];
	size_t n = 0;

	for (; *hex != '\0'; hex++)
		if (*hex != ' ')
			digits[n++] = *hex;
	ck_assert(decode_hex((struct apam_str){ digits, n }, to, n / 2));
	return (struct apam_str){ (const char *)to, n / 2 };
}

START_TEST(both_forms_are_one_signature)
{
	unsigned char raw[2 * ECDSA_OCTETS_MAX], der[ECDSA_DER_MAX],
	    made[ECDSA_DER_MAX];
	const struct apam_str r = bytes_of(forms[_i].raw, raw);
	const struct apam_str d = bytes_of(forms[_i].der, der);

	ck_assert_uint_eq(ecdsa_to_der(r, made), d.n);
	ck_assert_msg(memcmp(made, der, d.n) == 0, "%s", forms[_i].name);
	ck_assert_msg(
	    ecdsa_to_raw(d, forms[_i].octets, made), "%s", forms[_i].name);
	ck_assert_msg(memcmp(made, raw, r.n) == 0, "%s", forms[_i].name);
}
END_TEST

START_TEST(the_longest_has_room)
{
	unsigned char der[ECDSA_DER_MAX], raw[2 * ECDSA_OCTETS_MAX];

	memset(raw, 0xff, sizeof(raw));
	ck_assert_uint_eq(
	    ecdsa_to_der((struct apam_str){ (char *)raw, sizeof(raw) }, der),
	    ECDSA_DER_MAX);
	ck_assert_uint_eq(ecdsa_to_der(APAM_STR(""), der), 0);
}
END_TEST

static const char *const malformed[] = {
	"", "30", "3006", "3106020101020102",
	"300602010102010200", /* something follows */
	"3007020101020102", /* too long a length */
	"30030201 01", /* one number */
	"3006030101020102", /* not an INTEGER */
	"3009020101020102020103", /* three */
	"30080204 01020304 0200", /* more octets than there may be */
	"308106020101020102", /* a length in the long form */
	"30820006020101020102", /* in a longer one */
	"3080020101020102", /* in none */
	"3081", "3081ff0201010201 02", /* longer than what there is */
};

START_TEST(what_is_malformed_is_refused)
{
	unsigned char der[64], raw[64];

	ck_assert_msg(!ecdsa_to_raw(bytes_of(malformed[_i], der), 2, raw), "%s",
	    malformed[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ecdsa_form");
	TCase *tc = tcase_create("ecdsa_form");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, both_forms_are_one_signature, 0, ROWS(forms));
	tcase_add_test(tc, the_longest_has_room);
	tcase_add_loop_test(
	    tc, what_is_malformed_is_refused, 0, ROWS(malformed));
	return run_suite(suite);
}
