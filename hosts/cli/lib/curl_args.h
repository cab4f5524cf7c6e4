/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments that `apam curl` passes to curl(1).  They are read against a
 * table of the options it knows, so that curl sends exactly the request that
 * was signed, and so that no option makes curl show or forward the credential.
 */
#ifndef HOSTS_CLI_LIB_CURL_ARGS_H
#define HOSTS_CLI_LIB_CURL_ARGS_H

#include <stdbool.h>

#include <apam/types.h>

/* A data option, such as -d. */
struct curl_datum {
	const char *option; /* its long name */
	const char *value;
};

struct curl_args {
	/* arguments for curl, without the URL and the data */
	const char **pass;
	size_t pass_count;
	/* arguments in `pass` that were cut from a word, and are freed */
	char **owned;
	size_t owned_count;
	const char *url; /* the one URL */
	const char *method; /* never NULL after success */
	struct curl_datum *data; /* in the order given */
	size_t data_count;
	/* curl makes the body, with a boundary that it chooses itself */
	bool form;
	const char *upload; /* the file given with -T; or NULL */
	/* those given with -H; views of the arguments */
	struct apam_header *headers;
	size_t header_count;
	char problem[192];
};

/*
 * Read `count` words.  Returns false with `problem` set, which never quotes a
 * value, and is empty where memory ran out.  Call curl_args_free either way.
 */
bool
curl_args_read(struct curl_args *args, const char *const *words, size_t count);
void curl_args_free(struct curl_args *args);

#endif
