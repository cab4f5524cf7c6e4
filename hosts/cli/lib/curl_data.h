/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body that curl's data options make, put together as curl does, so that
 * it can be signed and then sent just so.
 */
#ifndef CLI_CURL_DATA_H
#define CLI_CURL_DATA_H

#include <stdbool.h>

#include <apam/types.h>

struct curl_data {
	char *p; /* owned */
	size_t n, cap;
	bool given; /* any, though it may be empty */
	bool json; /* --json was among them */
};

/*
 * Add one data option by its long name with its value, reading the file that
 * it names.  False with errno set; ENOENT and the like are the file's.
 */
bool curl_data_add(
    struct curl_data *data, const char *option, const char *value);

/* What curl would call it, where no header does. */
struct apam_str curl_data_type(const struct curl_data *data);

void curl_data_free(struct curl_data *data);

#endif
