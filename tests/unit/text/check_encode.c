/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encodings against the vectors of RFC 4648, 10, RFC 6749, appendix B,
 * RFC 7617, 2 and RFC 7515, appendix C, and against themselves for every byte.
 */
#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"
#include "text/encode.h"

typedef void encoder(struct buf *, struct apam_str);

static const struct encoding {
	encoder *encode;
	struct apam_str in;
	const char *out;
} encodings[] = {
	{ encode_base64, { NULL, 0 }, "" },
	{ encode_base64, { "f", 1 }, "Zg==" },
	{ encode_base64, { "fo", 2 }, "Zm8=" },
	{ encode_base64, { "foo", 3 }, "Zm9v" },
	{ encode_base64, { "foob", 4 }, "Zm9vYg==" },
	{ encode_base64, { "fooba", 5 }, "Zm9vYmE=" },
	{ encode_base64, { "foobar", 6 }, "Zm9vYmFy" },
	{ encode_base64, { "\xff\xfe\xfb", 3 }, "//77" },
	{ encode_base64, { "\0\0", 2 }, "AAA=" },
	{ encode_base64, { "Aladdin:open sesame", 19 },
	    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
	{ encode_base64, { "test:123\xC2\xA3", 10 }, "dGVzdDoxMjPCow==" },

	{ encode_form, { NULL, 0 }, "" },
	{ encode_form, { " %&+\xC2\xA3\xE2\x82\xAC", 9 },
	    "+%25%26%2B%C2%A3%E2%82%AC" },
	{ encode_form, { "azAZ09*-._", 10 }, "azAZ09*-._" },
	{ encode_form, { "~/:=?@\0\n", 8 }, "%7E%2F%3A%3D%3F%40%00%0A" },

	{ encode_percent, { NULL, 0 }, "" },
	{ encode_percent, { "azAZ09-._~", 10 }, "azAZ09-._~" },
	{ encode_percent, { " *%+\0\xff", 6 }, "%20%2A%25%2B%00%FF" },

	{ encode_json_string, { NULL, 0 }, "\"\"" },
	{ encode_json_string, { "a\"b\\c/", 6 }, "\"a\\\"b\\\\c/\"" },
	{ encode_json_string, { "\0\x1f\n\x7f", 4 },
	    "\"\\u0000\\u001f\\u000a\x7f\"" },
	{ encode_json_string, { "\xC2\xA3", 2 }, "\"\xC2\xA3\"" },
};

START_TEST(test_encode)
{
	const struct encoding *row = &encodings[_i];
	struct buf b;

	buf_init(&b, 100);
	buf_put_char(&b, '>');
	row->encode(&b, row->in);
	ck_assert_str_eq(buf_view(&b).p + 1, row->out);
	buf_free(&b);
}
END_TEST

static const struct decoding {
	const char *text;
	bool ok;
	struct apam_str out;
} decodings[] = {
	{ "A", false, { NULL, 0 } },
	{ "AAAAA", false, { NULL, 0 } },
	{ "Zg==", false, { NULL, 0 } },
	{ "Zm8=", false, { NULL, 0 } },
	{ "Zm9v=", false, { NULL, 0 } },
	{ "Zh", false, { NULL, 0 } },
	{ "Zm9", false, { NULL, 0 } },
	{ "Zm9v Zm9v", false, { NULL, 0 } },
	{ "Zm9v\n", false, { NULL, 0 } },
	{ "Zm9vZm9vZm9v!A", false, { NULL, 0 } },
	{ "++//", false, { NULL, 0 } },
	{ "Zm9\xe9", false, { NULL, 0 } },
	{ "", true, { "", 0 } },
	{ "Zg", true, { "f", 1 } },
	{ "Zm8", true, { "fo", 2 } },
	{ "Zm9v", true, { "foo", 3 } },
	{ "Zm9vYg", true, { "foob", 4 } },
	{ "A-z_4ME", true, { "\x03\xec\xff\xe0\xc1", 5 } },
	{ "AAA", true, { "\0\0", 2 } },
	{ "A+z_4ME", false, { "", 0 } },
	{ "A-z/4ME", false, { "", 0 } },
};

START_TEST(test_decode)
{
	const struct decoding *row = &decodings[_i];
	struct buf b;

	buf_init(&b, 100);
	buf_put_char(&b, '>');
	ck_assert_msg(decode_base64url(&b, apam_str(row->text)) == row->ok,
	    "\"%s\"", row->text);
	/* What was refused leaves nothing behind. */
	ck_assert_uint_eq(b.n, 1 + row->out.n);
	ck_assert_msg(str_equal(str_skip(buf_view(&b), 1), row->out), "\"%s\"",
	    row->text);
	buf_free(&b);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} hexes[] = {
	{ "00fFa9", true },
	{ "00fFa", false },
	{ "00fFa90", false },
	{ "00fFa900", false },
	{ "", false },
	{ "00fFg9", false },
	{ "00f a9", false },
};

START_TEST(hex_is_read_back)
{
	unsigned char bytes[3] = { 0 };
	char text[2 * sizeof(bytes) + 1];

	ck_assert_msg(decode_hex(apam_str(hexes[_i].text), bytes,
			  sizeof(bytes)) == hexes[_i].ok,
	    "\"%s\"", hexes[_i].text);
	if (!hexes[_i].ok)
		return;
	encode_hex(bytes, sizeof(bytes), text);
	ck_assert_str_eq(text, "00ffa9");
}
END_TEST

/* As many bytes as are written at once, more and fewer, each value among them. */
START_TEST(hex_of_any_length)
{
	unsigned char bytes[256 + 40];
	char text[2 * sizeof(bytes) + 1], one[3];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t n = 0; n < sizeof(bytes); n++) {
		memset(text, '!', sizeof(text));
		encode_hex(bytes, n, text);
		ck_assert_uint_eq(strlen(text), 2 * n);
		for (size_t i = 0; i < n; i++) {
			(void)snprintf(one, sizeof(one), "%02x", bytes[i]);
			ck_assert_mem_eq(text + 2 * i, one, 2);
		}
	}
}
END_TEST

/* RFC 3986, 2.3 and RFC 6749, appendix B. */
START_TEST(what_is_not_escaped)
{
	static const char both[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-._";
	const char c = (char)_i;
	struct buf b;

	buf_init_plain(&b, 10);
	encode_percent(&b, (struct apam_str){ &c, 1 });
	ck_assert_uint_eq(b.n, str_is_one_of(c, both) || c == '~' ? 1 : 3);
	buf_truncate(&b, 0);
	encode_form(&b, (struct apam_str){ &c, 1 });
	ck_assert_uint_eq(
	    b.n, str_is_one_of(c, both) || c == '*' || c == ' ' ? 1 : 3);
	buf_free(&b);
}
END_TEST

/* As they stand in RFC 4648, table 1; the URL-safe two are of table 2. */
START_TEST(digits_of_base64)
{
	static const char table[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at;

	for (int c = 0; c < 256; c++) {
		at = c == 0 ? NULL : strchr(table, c);
		ck_assert_uint_eq(decode_base64_digit((char)c),
		    at == NULL ? 64 : (unsigned)(at - table));
	}
}
END_TEST

/* Encode 0..255 with base64, make it URL-safe and decode it again. */
START_TEST(test_every_byte)
{
	unsigned char all[256];
	struct buf b, back;

	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	buf_init(&b, 400);
	buf_init(&back, 256);
	encode_base64(&b, (struct apam_str){ (char *)all, (size_t)_i });
	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] == '+')
			b.p[i] = '-';
		if (b.p[i] == '/')
			b.p[i] = '_';
	}
	while (b.n > 0 && b.p[b.n - 1] == '=')
		buf_truncate(&b, b.n - 1);
	ck_assert(decode_base64url(&back, buf_view(&b)));
	ck_assert_uint_eq(back.n, (size_t)_i);
	ck_assert(str_equal(
	    buf_view(&back), (struct apam_str){ (char *)all, (size_t)_i }));
	buf_free(&b);
	buf_free(&back);
}
END_TEST

static encoder *const encoders[] = { encode_base64, encode_form, encode_percent,
	encode_json_string };

START_TEST(test_too_small)
{
	struct buf b;

	buf_init(&b, 3);
	encoders[_i](&b, APAM_STR("fake-secret \xff"));
	ck_assert(b.failed);
	ck_assert_uint_eq(b.n, 0);
	ck_assert_int_eq(secmem_live(), 0);
	buf_free(&b);
	secmem_fail_after(0);
	encoders[_i](&b, APAM_STR("x"));
	secmem_fail_after(-1);
	ck_assert(b.failed);
	buf_free(&b);
}
END_TEST

START_TEST(test_decode_too_small)
{
	struct buf b;

	buf_init(&b, 2);
	buf_put_char(&b, '>');
	ck_assert(!decode_base64url(&b, APAM_STR("Zm9v")));
	ck_assert(b.failed);
	ck_assert(!decode_base64url(&b, APAM_STR("")));
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("encode");
	TCase *tc = tcase_create("encode");

	tcase_add_loop_test(tc, test_encode, 0, ROWS(encodings));
	tcase_add_loop_test(tc, test_decode, 0, ROWS(decodings));
	tcase_add_loop_test(tc, test_every_byte, 0, 257);
	tcase_add_loop_test(tc, hex_is_read_back, 0, ROWS(hexes));
	tcase_add_test(tc, hex_of_any_length);
	tcase_add_loop_test(tc, what_is_not_escaped, 0, 256);
	tcase_add_test(tc, digits_of_base64);
	tcase_add_loop_test(tc, test_too_small, 0, ROWS(encoders));
	tcase_add_test(tc, test_decode_too_small);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
