/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments that `apam curl` hands to curl(1): read against a table of
 * the options it knows, so that the request which curl sends is the one that
 * was signed and nothing makes curl show or forward the credential.
 */
#ifndef CLI_CURL_ARGS_H
#define CLI_CURL_ARGS_H

#include <stdbool.h>

#include <apam/types.h>

/* One of -d and its like. */
struct curl_datum {
	const char *option; /* its long name */
	const char *value;
};

struct curl_args {
	const char **pass; /* to hand on, without the URL and the data */
	size_t pass_count;
	char **owned; /* those of them that are pieces of what was given */
	size_t owned_count;
	const char *url; /* the one URL */
	const char *method; /* never NULL after success */
	struct curl_datum *data; /* in their order */
	size_t data_count;
	bool form; /* curl makes the body, with a boundary of its own */
	const char *upload; /* the file of -T; or NULL */
	struct apam_header *headers; /* of -H, views of the arguments */
	size_t header_count;
	char problem[192];
};

/*
 * Read `count` words.  False with `problem` set, which never quotes a value.
 * Call curl_args_free either way.
 */
bool
curl_args_read(struct curl_args *args, const char *const *words, size_t count);
void curl_args_free(struct curl_args *args);

#endif
