/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/pem.c: a certificate in every dress that one comes in,
 * each way to damage one, and what this machine itself trusts.
 */
#include "text/pem.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"

#define BEGIN(label) "-----BEGIN " label "-----\n"
#define END(label) "-----END " label "-----\n"
#define CERT "CERTIFICATE"

/* A certificate of a key on P-256 that nobody has. */
#define BODY                                                                   \
	"MIIBgDCCASWgAwIBAgIUL1UauXTOJgQJOZNPrSmL9bg7anYwCgYIKoZIzj0EAwIw\n"   \
	"FDESMBAGA1UEAwwJYXBhbS10ZXN0MCAXDTI2MTEyNjAwNDkyNVoYDzIxMjYxMTAy\n"   \
	"MDA0OTI1WjAUMRIwEAYDVQQDDAlhcGFtLXRlc3QwWTATBgcqhkjOPQIBBggqhkjO\n"   \
	"PQMBBwNCAAS72SsVKEVoz4A1wl0/3TGzfEkT5J9r+UxpsUHaHijqwGRTofsYuHqc\n"   \
	"EwUi0ZbKZTNExXQ0of/ahdpD+xdJjV13o1MwUTAdBgNVHQ4EFgQUwHO+OKLeujMm\n"   \
	"cw0Wr7lA+UeRIhcwHwYDVR0jBBgwFoAUwHO+OKLeujMmcw0Wr7lA+UeRIhcwDwYD\n"   \
	"VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA2voErGrLH4SFunLS+Y3G\n"   \
	"/h2zEP+APD/REUp/3Uk8lxcCIQCdqwP6sHgg0iiHwnH5pPNOmWszE2JuVVbeBOWi\n"   \
	"32QXEA==\n"
#define GOOD BEGIN(CERT) BODY END(CERT)

static const struct {
	const char *name, *text;
	const char *why; /* how it begins; NULL: nothing is wrong */
	unsigned line;
} rows[] = {
	{ "one", GOOD, NULL, 0 },
	{ "two", GOOD GOOD, NULL, 0 },
	{ "text around it", "subject: x\n\n" GOOD "\nthe end", NULL, 0 },
	{ "the old name",
	    BEGIN("X509 CERTIFICATE") BODY END("X509 CERTIFICATE"), NULL, 0 },
	{ "a trusted one",
	    BEGIN("TRUSTED CERTIFICATE") BODY END("TRUSTED CERTIFICATE"), NULL,
	    0 },
	{ "blanks at the end of a line",
	    "-----BEGIN CERTIFICATE-----  \r\n" BODY
	    "-----END CERTIFICATE-----\t\n",
	    NULL, 0 },
	{ "no newline at the end", BEGIN(CERT) BODY "-----END CERTIFICATE-----",
	    NULL, 0 },
	{ "a key beside it",
	    BEGIN("PRIVATE KEY") "MEE=\n" END("PRIVATE KEY") GOOD, NULL, 0 },
	{ "short DER", BEGIN(CERT) "MAQCAQECAQI=\n" END(CERT), NULL, 0 },

	{ "nothing", "", "it has no certificate", 0 },
	{ "text", "not a certificate\n", "it has no certificate", 0 },
	{ "a key alone", BEGIN("PRIVATE KEY") "MEE=\n" END("PRIVATE KEY"),
	    "it has no certificate", 0 },
	{ "a request",
	    BEGIN("CERTIFICATE REQUEST") BODY END("CERTIFICATE REQUEST"),
	    "it has no certificate", 0 },
	{ "four dashes",
	    "----BEGIN CERTIFICATE-----\n" BODY "----END CERTIFICATE-----\n",
	    "it has no certificate", 0 },
	{ "bytes of DER", "0\x82\x01\x02", "it has no certificate", 0 },
	{ "cut off", "x\n" BEGIN(CERT) BODY, "it has a certificate without",
	    2 },
	{ "the next begins in it", GOOD BEGIN(CERT) BODY GOOD,
	    "it has a certificate without", 12 },
	{ "an end alone", "x\n" END(CERT) GOOD, "it has a damaged", 2 },
	{ "empty", BEGIN(CERT) END(CERT), "it has a damaged", 1 },
	{ "no base64", BEGIN(CERT) "no base64!\n" END(CERT), "it has a damaged",
	    1 },
	{ "a line is lost",
	    BEGIN(CERT) "MIIBgTCCASegAwIBAgIUQ0FLRQ==\n" END(CERT),
	    "it has a damaged", 1 },
	{ "no sequence", BEGIN(CERT) "AQIDBAUGBwg=\n" END(CERT),
	    "it has a damaged", 1 },
	{ "a length without an end", BEGIN(CERT) "MIABAgMEBQY=\n" END(CERT),
	    "it has a damaged", 1 },
	{ "the second one", GOOD BEGIN(CERT) "AAAA\n" END(CERT),
	    "it has a damaged", 12 },
};

START_TEST(a_text)
{
	unsigned line = 99;
	const char *why = pem_problem(apam_str(rows[_i].text), &line);

	if (rows[_i].why == NULL)
		ck_assert_msg(why == NULL, "%s: %s", rows[_i].name, why);
	else
		ck_assert_msg(why != NULL &&
			strncmp(why, rows[_i].why, strlen(rows[_i].why)) == 0,
		    "%s: %s", rows[_i].name, why == NULL ? "fine" : why);
	ck_assert_msg(
	    line == rows[_i].line, "%s: line %u", rows[_i].name, line);
}
END_TEST

/* Whatever is cut off the end, that is seen, but for the last newline. */
START_TEST(every_cut)
{
	const struct apam_str good = APAM_STR(GOOD);
	unsigned line;

	for (size_t n = 0; n < good.n - 1; n++)
		ck_assert_ptr_nonnull(
		    pem_problem((struct apam_str){ good.p, n }, &line));
}
END_TEST

/* Debian's package ca-certificates, which apam needs anyway. */
START_TEST(what_this_machine_trusts)
{
	static char text[4 << 20];
	FILE *file = fopen("/etc/ssl/certs/ca-certificates.crt", "r");
	unsigned line;
	size_t n;

	ck_assert_ptr_nonnull(file);
	n = fread(text, 1, sizeof(text), file);
	fclose(file);
	ck_assert_uint_gt(n, 1000);
	ck_assert_ptr_null(pem_problem((struct apam_str){ text, n }, &line));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pem");
	TCase *t = tcase_create("core");

	tcase_add_loop_test(t, a_text, 0, ROWS(rows));
	tcase_add_test(t, every_cut);
	tcase_add_test(t, what_this_machine_trusts);
	suite_add_tcase(s, t);
	return run_suite(s);
}
