/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body given with -d: DATA itself, @FILE, or @- for standard input.
 */
#ifndef HOSTS_CLI_LIB_DATA_ARG_H
#define HOSTS_CLI_LIB_DATA_ARG_H

#include <stdbool.h>

#include <apam/types.h>

struct data {
	struct apam_str bytes;
	char *owned; /* NULL where `bytes` is the argument itself */
	bool json; /* the bytes are JSON */
};

/*
 * Read the whole body.  Returns false with errno set; the caller names the file
 * in its message.  Call data_free either way.
 */
bool data_read(const char *arg, struct data *data);
void data_free(struct data *data);

/* Read a file in the same way; "-" is standard input.  `json` is left false. */
bool data_read_file(const char *name, struct data *data);

#endif
