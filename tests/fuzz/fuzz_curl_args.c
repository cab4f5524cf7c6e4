/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * curl_args_read, with what it reads headers by.  Each line of the input is one
 * argument of curl's.  What is accepted reads the same when it is read again,
 * and nothing that is handed on can break out of its line.
 */
#include "fuzz.h"
#include "lib/curl_args.c"
#include "lib/header_arg.c"

#define WORDS_MAX 64

/* Cut the text at its line ends; a NUL ends an argument, too. */
static size_t
split(char *text, const char *words[WORDS_MAX])
{
	size_t n = 0;

	char *end;

	while (n < WORDS_MAX) {
		words[n++] = text;
		end = strchr(text, '\n');
		if (end == NULL)
			break;
		*end = '\0';
		text = end + 1;
	}
	return n;
}

static void
check_header(const struct apam_header *h)
{
	HOLDS(h->name.n > 0 && h->value.n > 0);
	HOLDS(!apam_header_is_framing(h->name));
	HOLDS(!has_control(h->name) && !has_control(h->value));
}

static void
check_good(const struct curl_args *args, size_t count)
{
	HOLDS(args->url != NULL && args->method != NULL);
	HOLDS(args->pass_count <= count && args->data_count <= count);
	HOLDS(!(args->form && args->data_count > 0));
	HOLDS(args->upload == NULL || names_a_file(args->url));
	for (size_t i = 0; i < args->header_count; i++)
		check_header(&args->headers[i]);
	for (size_t i = 0; i < args->pass_count; i++)
		HOLDS(strcmp(args->pass[i], args->url) != 0 ||
		    args->pass[i] != args->url);
	for (size_t i = 0; i < args->data_count; i++)
		HOLDS(strncmp(args->data[i].option, "data", 4) == 0 ||
		    strcmp(args->data[i].option, "json") == 0);
}

/* What is handed on, read as curl will, with the URL where it goes. */
static void
check_again(const struct curl_args *args)
{
	const char *words[WORDS_MAX + 4];
	struct curl_args again;
	size_t n = 0;

	for (; n < args->pass_count; n++)
		words[n] = args->pass[n];
	words[n++] = "--url";
	words[n++] = args->url;
	if (curl_args_read(&again, words, n)) {
		HOLDS(again.url == args->url);
		HOLDS(again.pass_count == args->pass_count);
		HOLDS(again.data_count == 0);
		HOLDS(again.header_count == args->header_count);
		HOLDS(again.form == args->form);
	} else {
		HOLDS(fuzz_is_starved());
		HOLDS(again.problem[0] == '\0');
	}
	curl_args_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *words[WORDS_MAX];
	char *text = fuzz_copy(data, size);
	struct curl_args args;
	size_t count;

	count = split(text, words);
	if (curl_args_read(&args, words, count)) {
		fuzz_says(NULL);
		check_good(&args, count);
		check_again(&args);
	} else {
		HOLDS(args.problem[0] != '\0' || fuzz_is_starved());
		fuzz_says(
		    args.problem[0] == '\0' ? "out of memory" : args.problem);
	}
	curl_args_free(&args);
	free(text);
	return 0;
}
