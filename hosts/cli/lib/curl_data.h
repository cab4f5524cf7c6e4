/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body that curl's data options make.  It is built here exactly as curl
 * would build it, so that it can be signed first and then sent unchanged.
 */
#ifndef HOSTS_CLI_LIB_CURL_DATA_H
#define HOSTS_CLI_LIB_CURL_DATA_H

#include <stdbool.h>

#include <apam/types.h>

struct curl_data {
	char *p; /* owned */
	size_t n, cap;
	bool given; /* a data option was given; the body may still be empty */
	bool json; /* one of them was --json */
};

/*
 * Add one data option, given by its long name and its value; a file that the
 * value names is read.  Returns false with errno set; ENOENT and similar errors
 * are about that file.
 */
bool curl_data_add(
    struct curl_data *data, const char *option, const char *value);

/* The Content-Type that curl would send if no header sets one. */
struct apam_str curl_data_type(const struct curl_data *data);

void curl_data_free(struct curl_data *data);

#endif
