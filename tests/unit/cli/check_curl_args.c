/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/curl_args.c and hosts/cli/lib/header_arg.c: which of
 * curl's options may pass, and that each line is read as curl reads it.
 */
#include "lib/curl_args.c"
#include "lib/header_arg.c"

#include "support/run.h"

#define MOST 16
#define U "https://h/x"

/* Words are written with a comma between, for headers have spaces. */
static const struct {
	const char *line, *method, *pass;
} good[] = {
	{ U, "GET", "" },
	{ "--url," U, "GET", "" },
	{ "--," U, "GET", "" },
	{ "-s," U, "GET", "-s" },
	{ U ",-s", "GET", "-s" },
	{ "-sSf," U, "GET", "-sSf" },
	{ "-X,PUT," U, "PUT", "-X,PUT" },
	{ "-XPUT," U, "PUT", "-XPUT" },
	{ "-sXPUT," U, "PUT", "-sXPUT" },
	{ "--request,DELETE," U, "DELETE", "--request,DELETE" },
	{ "-o,-s," U, "GET", "-o,-s" },
	{ "-oLkv," U, "GET", "-oLkv" },
	{ "-o,-L," U, "GET", "-o,-L" },
	{ "--output,--location," U, "GET", "--output,--location" },
	{ "-d,a=b," U, "POST", "" },
	{ "-dk=v," U, "POST", "" },
	{ "-sd,@-," U, "POST", "-s" },
	{ "-sSdx," U, "POST", "-sS" },
	{ "--form-string,a=b," U, "POST", "--form-string,a=b" },
	{ "--json,{}," U, "POST", "" },
	{ "--data-urlencode,a=b," U, "POST", "" },
	{ "-F,a=b," U, "POST", "-F,a=b" },
	{ "-X,PATCH,-d,x," U, "PATCH", "-X,PATCH" },
	{ "-I," U, "HEAD", "-I" },
	{ "-sI," U, "HEAD", "-sI" },
	{ "-T,file," U, "PUT", "-T,file" },
	{ "-H,A: b," U, "GET", "-H,A: b" },
	{ "-HA: b," U, "GET", "-HA: b" },
	{ "-A,me," U, "GET", "-A,me" },
	{ "-w,%{http_code}," U, "GET", "-w,%{http_code}" },
	{ "-#," U, "GET", "-#" },
	{ "-d,{\n}," U, "POST", "" },
	{ "-w,%{http_code}\n," U, "GET", "-w,%{http_code}\n" },
};

static const struct {
	const char *line, *problem;
} bad[] = {
	{ "", "one URL" },
	{ "-s", "one URL" },
	{ U "," U, "one URL" },
	{ U ",--url," U, "one URL" },
	{ "--," U ",-s", "one URL" },
	{ "-," U, "not a URL" },
	{ "-L," U, "--location is refused" },
	{ "-sL," U, "--location is refused" },
	{ "--location," U, "--location is refused" },
	{ "--location-trusted," U, "refused" },
	{ "-K,f," U, "--config is refused" },
	{ "-Kf," U, "--config is refused" },
	{ "--config,f," U, "--config is refused" },
	{ "-v," U, "--verbose is refused" },
	{ "-sv," U, "--verbose is refused" },
	{ "--trace,-," U, "--trace is refused" },
	{ "--trace-ascii,-," U, "refused" },
	{ "--libcurl,f," U, "refused" },
	{ "-k," U, "--insecure is refused" },
	{ "-u,a:hunter2," U, "--user is refused" },
	{ "-ua:hunter2," U, "--user is refused" },
	{ "--next," U, "--next is refused" },
	{ "-:," U, "--next is refused" },
	{ "-x,p," U, "--proxy is refused" },
	{ "--proxy,p," U, "--proxy is refused" },
	{ "--preproxy,p," U, "refused" },
	{ "--resolve,r," U, "--resolve is refused" },
	{ "--connect-to,r," U, "--connect-to is refused" },
	{ "--unix-socket,r," U, "refused" },
	{ "-n," U, "--netrc is refused" },
	{ "--netrc-file,f," U, "refused" },
	{ "-G,-d,a=b," U, "--get is refused" },
	{ "--oauth2-bearer,x," U, "refused" },
	{ "--request-target,/y," U, "refused" },
	{ "-q," U, "-q is not among" },
	{ "-Z," U, "-Z is not among" },
	{ "-sZ," U, "-Z is not among" },
	{ "--socks5,p," U, "--socks5 is not among" },
	{ "--silen," U, "--silen is not among" },
	{ "--data=hunter2," U, "--data is not among" },
	{ "--no-silent," U, "--no-silent is not among" },
	{ "--proto,=http," U, "--proto is not among" },
	{ "--no-path-as-is," U, "not among" },
	{ U ",-o", "needs a value" },
	{ U ",-so", "needs a value" },
	{ U ",--url", "needs a value" },
	{ "-H,@file," U, "Name: value" },
	{ "-H,hunter2," U, "Name: value" },
	{ "-H,A;," U, "Name: value" },
	{ "-H,: v," U, "Name: value" },
	{ "-H,A : v," U, "Name: value" },
	{ "-H,A:," U, "needs a value" },
	{ "-H,A: b\r\nC: d," U, "control characters" },
	{ "-H,A: b\x7f," U, "control characters" },
	{ "-A,a\r\nX: y," U, "--user-agent must not have control" },
	{ "-Aa\nX: y," U, "--user-agent must not" },
	{ "-e,a\r\nX: y," U, "--referer must not" },
	{ "-r,0-\r\nX: y," U, "--range must not" },
	{ "-b,a=b\r\nX: y," U, "--cookie must not" },
	{ "-X,GET\r\nX: y," U, "--request must not" },
	{ "--url,https://h/x\r\n", "--url must not" },
	{ U "\r\nX: y", "the URL must not" },
	{ "-sA,a\x7f," U, "--user-agent must not" },
	{ "-T,file\n," U, "--upload-file must not" },
	{ "-H,Host: other," U, "Host" },
	{ "-H,transfer-encoding: chunked," U, "set by apam" },
	{ "-H,Content-Length: 0," U, "set by apam" },
	{ "-H,Connection: upgrade," U, "set by apam" },
	{ "-H,hOST:other," U, "Host" },
	{ "-I,-d,x," U, "exclude" },
	{ "-I,-T,f," U, "exclude" },
	{ "-F,a=b,-d,x," U, "exclude" },
	{ "-F,a=b,-T,f," U, "exclude" },
	{ "-T,file,https://h/x/", "name the file" },
	{ "-T,file,https://h", "name the file" },
	{ "-T,file,https://h?a=/b", "name the file" },
	{ "-T,file,https://h/?a=b", "name the file" },
	{ "-T,file,https://h/x/#y", "name the file" },
};

/* Split `line` at commas in place. */
static size_t
split(char *line, const char *words[MOST])
{
	size_t n = 0;

	for (char *w = strtok(line, ","); w != NULL; w = strtok(NULL, ","))
		words[n++] = w;
	return n;
}

static void
join(const struct curl_args *args, char to[256])
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < args->pass_count; i++)
		n += (size_t)snprintf(
		    to + n, 256 - n, "%s%s", i == 0 ? "" : ",", args->pass[i]);
}

START_TEST(a_line_passes)
{
	const char *words[MOST];
	struct curl_args args;
	char line[256], pass[256];
	bool ok;

	snprintf(line, sizeof(line), "%s", good[_i].line);
	ok = curl_args_read(&args, words, split(line, words));
	ck_assert_msg(ok, "%s: %s", good[_i].line, args.problem);
	ck_assert_msg(
	    strcmp(args.url, U) == 0, "%s: %s", good[_i].line, args.url);
	ck_assert_msg(strcmp(args.method, good[_i].method) == 0, "%s: %s",
	    good[_i].line, args.method);
	join(&args, pass);
	ck_assert_msg(strcmp(pass, good[_i].pass) == 0, "%s: '%s', not '%s'",
	    good[_i].line, pass, good[_i].pass);
	curl_args_free(&args);
}
END_TEST

START_TEST(a_line_is_refused)
{
	const char *words[MOST];
	struct curl_args args;
	char line[256];
	bool ok;

	snprintf(line, sizeof(line), "%s", bad[_i].line);
	ok = curl_args_read(&args, words, split(line, words));
	ck_assert_msg(!ok, "%s passes", bad[_i].line);
	ck_assert_msg(strstr(args.problem, bad[_i].problem) != NULL,
	    "%s: '%s', not '%s'", bad[_i].line, args.problem, bad[_i].problem);
	ck_assert_msg(strstr(args.problem, "hunter2") == NULL,
	    "%s: a value is quoted", bad[_i].line);
	curl_args_free(&args);
}
END_TEST

START_TEST(data_are_noted)
{
	const char *words[] = { "-sd", "a b", "--json", "@f", "-dx",
		"--data-urlencode", "n@f", "-S", U };
	static const struct curl_datum data[] = { { "data", "a b" },
		{ "json", "@f" }, { "data", "x" },
		{ "data-urlencode", "n@f" } };
	struct curl_args args;

	ck_assert(curl_args_read(&args, words, ROWS(words)));
	ck_assert_uint_eq(args.data_count, ROWS(data));
	for (size_t i = 0; i < ROWS(data); i++) {
		ck_assert_str_eq(args.data[i].option, data[i].option);
		ck_assert_str_eq(args.data[i].value, data[i].value);
	}
	ck_assert_uint_eq(args.pass_count, 2);
	ck_assert_str_eq(args.pass[0], "-s");
	ck_assert_str_eq(args.pass[1], "-S");
	curl_args_free(&args);
}
END_TEST

/* A name or a letter that is there twice would hide the later one. */
START_TEST(every_option_is_there_once)
{
	for (size_t i = 0; i < OPTIONS; i++)
		for (size_t k = 0; k < i; k++) {
			ck_assert_str_ne(options[i].name, options[k].name);
			ck_assert(options[i].letter == 0 ||
			    options[i].letter != options[k].letter);
		}
}
END_TEST

START_TEST(headers_are_read)
{
	const char *words[] = { "-H", "A:  b c\t", "--header", "X-y:z", U };
	struct curl_args args;

	ck_assert(curl_args_read(&args, words, 5));
	ck_assert_uint_eq(args.header_count, 2);
	ck_assert_mem_eq(args.headers[0].name.p, "A", 1);
	ck_assert_uint_eq(args.headers[0].name.n, 1);
	ck_assert_uint_eq(args.headers[0].value.n, 3);
	ck_assert_mem_eq(args.headers[0].value.p, "b c", 3);
	ck_assert_uint_eq(args.headers[1].value.n, 1);
	curl_args_free(&args);
}
END_TEST

/* Every option whose value may end in the head of a request. */
START_TEST(no_value_splits_a_request)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		char option[64];
		const char *words[] = { option, "x\r\nX: y", U };
		struct curl_args args;

		if (!options[i].value || options[i].refused != NULL ||
		    may_break(&options[i]))
			continue;
		(void)snprintf(option, sizeof(option), "--%s", options[i].name);
		ck_assert_msg(!curl_args_read(&args, words, 3), "%s", option);
		ck_assert_msg(
		    strstr(args.problem, "control characters") != NULL,
		    "%s: %s", option, args.problem);
		curl_args_free(&args);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_args");
	TCase *tc = tcase_create("curl_args");

	tcase_add_loop_test(tc, a_line_is_refused, 0, ROWS(bad));
	tcase_add_loop_test(tc, a_line_passes, 0, ROWS(good));
	tcase_add_test(tc, every_option_is_there_once);
	tcase_add_test(tc, headers_are_read);
	tcase_add_test(tc, data_are_noted);
	tcase_add_test(tc, no_value_splits_a_request);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
